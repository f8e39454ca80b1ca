using System.Globalization;
using Escale.Kernel;

namespace Escale.Engines.Postgres;

/// <summary>
/// The embedded PostgreSQL's programs, where the server's user can run them: in place, or, when that user cannot reach them (a clone
/// under root's own home), in a copy that is made once under <see cref="ServerState.OutsideRoot"/>.
/// </summary>
internal static class PostgresBinaries
{
    /// <summary>A folder with <c>bin</c>, <c>lib</c> and <c>share</c> that <paramref name="user"/> (null: we ourselves) can run from.</summary>
    public static string Resolve(string native, UnixUser? user) =>
        user is null || UnixUser.CanBeReachedByAll(Path.Combine(native, "bin", "postgres")) ? native : Copy(native);

    private static string Copy(string native)
    {
        var server = new FileInfo(Path.Combine(native, "bin", "postgres"));
        var built = new DateTimeOffset(server.LastWriteTimeUtc).ToUnixTimeSeconds();
        var target = string.Create(CultureInfo.InvariantCulture, $"{ServerState.OutsideRoot}/postgres-{server.Length:x}-{built:x}");
        if (Directory.Exists(target))
        {
            return target;
        }
        var temporary = $"{ServerState.OutsideRoot}/{DurableWriter.TemporaryPrefix}{ServerState.NewId()}";
        CopyFolder(new DirectoryInfo(native), temporary);
        try
        {
            Directory.Move(temporary, target);
        }
        catch (IOException) when (Directory.Exists(target))
        {
            Directory.Delete(temporary, recursive: true); // Another process was quicker.
        }
        return target;
    }

    private static void CopyFolder(DirectoryInfo source, string target)
    {
        Directory.CreateDirectory(target);
        foreach (var file in source.EnumerateFiles())
        {
            var path = Path.Combine(target, file.Name);
            if (file.LinkTarget is { } link)
            {
                File.CreateSymbolicLink(path, link);
            }
            else
            {
                file.CopyTo(path);
            }
        }
        foreach (var folder in source.EnumerateDirectories())
        {
            CopyFolder(folder, Path.Combine(target, folder.Name));
        }
    }
}
