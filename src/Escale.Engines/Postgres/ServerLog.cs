using Escale.Kernel;

namespace Escale.Engines.Postgres;

/// <summary>The embedded server's log: what it says when a start fails, and its size.</summary>
internal static class ServerLog
{
    private const long MaxSizeBytes = 5_000_000;

    /// <summary>Keeps the log and one before it small; returns where new lines will begin.</summary>
    public static long Trim(ServerFolders folders)
    {
        var file = new FileInfo(folders.Log);
        if (!file.Exists)
        {
            return 0;
        }
        if (file.Length <= MaxSizeBytes)
        {
            return file.Length;
        }
        file.MoveTo(folders.Log + ".1", overwrite: true);
        return 0;
    }

    /// <summary>Whether the server gave up.</summary>
    public static bool HasFatal(ServerFolders folders, long from) => Since(folders, from).Any(line => line.Contains("FATAL:", StringComparison.Ordinal));

    /// <summary>Whether what it says passes by itself: a port taken meanwhile, a killed server's children that still end.</summary>
    public static bool IsPassing(ServerFolders folders, long from) => Since(folders, from).Any(line =>
        line.Contains("could not create any TCP/IP sockets", StringComparison.Ordinal)
        || line.Contains("pre-existing shared memory block", StringComparison.Ordinal));

    /// <summary>The error to throw, with the server's own words.</summary>
    public static EscaleException Failure(ServerFolders folders, long from)
    {
        var lines = Since(folders, from);
        var said = lines.FirstOrDefault(line => line.Contains("FATAL:", StringComparison.Ordinal))
            ?? lines.LastOrDefault(line => line.Length > 0)
            ?? "it said nothing";
        return lines.Any(line => line.Contains("No space left on device", StringComparison.Ordinal))
            ? new EscaleException("engines.postgres.disk-full", $"The embedded PostgreSQL has no room left and does not start: {said}", "Free some disk space, then try again; what stood before still stands.", new Place(folders.Log))
            : new EscaleException("engines.postgres.start", $"The embedded PostgreSQL does not start: {said}", "Read its log; escale db status shows where everything is.", new Place(folders.Log));
    }

    private static string[] Since(ServerFolders folders, long from)
    {
        if (!File.Exists(folders.Log))
        {
            return [];
        }
        using var stream = new FileStream(folders.Log, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        stream.Position = Math.Min(Math.Max(from, stream.Length - 100_000), stream.Length);
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd().Split('\n');
    }
}
