using System.Diagnostics;
using Escale.Kernel;

namespace Escale.Engines.Postgres;

/// <summary>Runs PostgreSQL's own programs as the server's user, with nothing of our environment that could steer them.</summary>
internal static class ServerProgram
{
    /// <summary>Runs to the end and returns the exit code with everything that was printed.</summary>
    public static async Task<(int ExitCode, string Output)> RunAsync(
        string binaries, string program, ServerFolders folders, IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(Path.Combine(binaries, "bin", OperatingSystem.IsWindows() ? program + ".exe" : program), arguments)
        {
            // Our own working folder may be closed to the server's user.
            WorkingDirectory = OperatingSystem.IsWindows() ? folders.Server : "/",
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        if (folders.User is { } user)
        {
            start.UserName = user.Name;
        }
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("PG", StringComparison.Ordinal) || name.StartsWith("LC_", StringComparison.Ordinal)).ToList())
        {
            start.Environment.Remove(name);
        }
        start.Environment["LC_ALL"] = "C";
        start.Environment["TZ"] = "UTC";
        using var process = Begin(start, folders);
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
        var errors = process.StandardError.ReadToEndAsync(cancellationToken);
        try
        {
            await process.WaitForExitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
        return (process.ExitCode, (await output + await errors).Trim());
    }

    private static Process Begin(ProcessStartInfo start, ServerFolders folders)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception exception)
        {
            var who = folders.User is { } user ? $" as the user '{user.Name}'" : "";
            throw new EscaleException(
                "engines.postgres.cannot-run", $"Cannot run {start.FileName}{who}: {exception.Message}.",
                "Check that the file is executable and that every folder above it can be entered, or name a server in ESCALE_DATABASE.",
                inner: exception);
        }
    }
}
