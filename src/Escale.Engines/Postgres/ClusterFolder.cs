using Escale.Kernel;

namespace Escale.Engines.Postgres;

/// <summary>Makes the cluster: beside its place first, so that an interrupted initdb is never taken for a database.</summary>
internal static class ClusterFolder
{
    /// <summary>Runs initdb unless the data folder is there. Call with the start lock held.</summary>
    public static async Task EnsureAsync(string binaries, ServerFolders folders, string adminPassword, CancellationToken cancellationToken)
    {
        if (Directory.Exists(folders.Data))
        {
            CheckVersion(binaries, folders);
            return;
        }
        foreach (var left in Directory.GetDirectories(folders.Server, "init-*"))
        {
            await RemoveAsync(left, cancellationToken);
        }
        Failpoint.Hit("postgres.before-init");
        var temporary = Path.Combine(folders.Server, $"init-{ServerState.NewId()}");
        Directory.CreateDirectory(temporary);
        folders.User?.Own(temporary);
        var passwordFile = Path.Combine(temporary, "password");
        var data = Path.Combine(temporary, "data");
        // The server's folder is 0700: nobody else sees this file in the second that it lives.
        await File.WriteAllTextAsync(passwordFile, adminPassword + "\n", cancellationToken);
        folders.User?.Own(passwordFile);
        var (exitCode, output) = await ServerProgram.RunAsync(
            binaries, "initdb", folders,
            [
                "-D", data, "-U", Roles.Admin, $"--pwfile={passwordFile}", "--auth=scram-sha-256", "--encoding=UTF8", "--data-checksums",
                "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C", "--no-instructions",
                // One call for the whole cluster instead of a thousand: seconds less on a slow disk.
                .. OperatingSystem.IsLinux() ? ["--sync-method=syncfs"] : Array.Empty<string>(),
            ],
            cancellationToken);
        if (exitCode != 0)
        {
            throw new EscaleException(
                "engines.postgres.init", $"The embedded PostgreSQL's database cannot be made: {LastLine(output)}",
                "Check that the disk has room and that the folder can be written by the server's user.", new Place(folders.Server));
        }
        File.Delete(passwordFile);
        Failpoint.Hit("postgres.after-init");
        Directory.Move(data, folders.Data);
        Directory.Delete(temporary);
        if (!OperatingSystem.IsWindows())
        {
            new LocalFileLayer().SyncFolder(folders.Server);
        }
    }

    /// <summary>
    /// Removes what a killed start left. Its initdb may live on for a moment and write, or clean up itself: tried again for two seconds and
    /// then left alone, since no later start uses the folder.
    /// </summary>
    private static async Task RemoveAsync(string folder, CancellationToken cancellationToken)
    {
        const int Tries = 20;
        for (var attempt = 1; attempt <= Tries && Directory.Exists(folder); attempt++)
        {
            try
            {
                Directory.Delete(folder, recursive: true);
            }
            catch (IOException)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(100), cancellationToken);
            }
        }
    }

    private static void CheckVersion(string binaries, ServerFolders folders)
    {
        var path = Path.Combine(folders.Data, "PG_VERSION");
        var made = File.Exists(path) ? File.ReadAllText(path).Trim() : "unknown";
        var catalog = Path.Combine(binaries, "share", "postgresql", "postgres.bki");
        var ours = File.Exists(catalog) ? File.ReadLines(catalog).First().Split(' ')[^1] : made;
        if (made != ours)
        {
            throw new EscaleException(
                "engines.postgres.major-version",
                $"This project's database was made by PostgreSQL {made}; this version of Escale brings PostgreSQL {ours}.",
                "Use the version of Escale that made it, or move the database with pg_upgrade.", new Place(folders.Data));
        }
    }

    private static string LastLine(string text) => text.Split('\n').LastOrDefault(line => line.Trim().Length > 0)?.Trim() ?? "initdb said nothing";
}
