using System.Globalization;

namespace Escale.Engines.Postgres;

/// <summary>What <c>postmaster.pid</c> in a cluster's data folder says: whether a server runs on it and how far it is.</summary>
/// <param name="ProcessId">The postmaster.</param>
/// <param name="Port">The port it listens on; 0 while it has not said.</param>
/// <param name="SocketFolder">Where its Unix socket is; empty while it has not said.</param>
/// <param name="Status"><c>starting</c>, <c>ready</c>, <c>stopping</c> or empty.</param>
internal sealed record PostmasterFile(int ProcessId, int Port, string SocketFolder, string Status)
{
    /// <summary>Whether it takes connections.</summary>
    public bool IsReady => Status == "ready";

    /// <summary>The running server of this cluster, or null when there is none (a file left by a killed one counts as none).</summary>
    public static PostmasterFile? Running(string dataFolder)
    {
        if (Read(dataFolder) is not { } file || !UnixUser.IsAlive(file.ProcessId))
        {
            return null;
        }
        return IsPostmasterOf(file.ProcessId, dataFolder) ? file : null;
    }

    /// <summary>
    /// Makes a stale file harmless when its process id has gone to somebody else (containers: the same small numbers come back).
    /// PostgreSQL would refuse to start; deleting the file would lose its guard against orphaned backends, so the id alone is
    /// changed to one that no system gives.
    /// </summary>
    public static void Disarm(string dataFolder)
    {
        if (Read(dataFolder) is not { } file || !UnixUser.IsAlive(file.ProcessId) || IsPostmasterOf(file.ProcessId, dataFolder))
        {
            return;
        }
        var path = PathIn(dataFolder);
        var lines = File.ReadAllLines(path);
        lines[0] = int.MaxValue.ToString(CultureInfo.InvariantCulture);
        // Not through the durable writer: the file is PostgreSQL's, and must keep its owner.
        File.WriteAllText(path, string.Join('\n', lines) + "\n");
    }

    private static string PathIn(string dataFolder) => Path.Combine(dataFolder, "postmaster.pid");

    private static PostmasterFile? Read(string dataFolder)
    {
        string[] lines;
        try
        {
            lines = File.ReadAllLines(PathIn(dataFolder));
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        if (lines.Length == 0 || !int.TryParse(lines[0], CultureInfo.InvariantCulture, out var processId))
        {
            return null;
        }
        var port = lines.Length > 3 && int.TryParse(lines[3], CultureInfo.InvariantCulture, out var number) ? number : 0;
        string Line(int index) => lines.Length > index ? lines[index].Trim() : "";
        return new PostmasterFile(Math.Abs(processId), port, Line(4), Line(7));
    }

    private static bool IsPostmasterOf(int processId, string dataFolder)
    {
        if (!OperatingSystem.IsLinux())
        {
            return true;
        }
        try
        {
            // The command line, since /proc/N/cwd of another user's process is closed to a container's root.
            var arguments = File.ReadAllText($"/proc/{processId}/cmdline").Split('\0');
            var folder = Array.IndexOf(arguments, "-D") + 1;
            return folder > 0 && folder < arguments.Length && RealPath(arguments[folder]) == RealPath(dataFolder);
        }
        catch (Exception exception) when (exception is UnauthorizedAccessException or IOException)
        {
            return false;
        }
    }

    private static string RealPath(string folder)
    {
        var real = "/";
        foreach (var part in Path.GetFullPath(folder).Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            var next = Path.Combine(real, part);
            real = new DirectoryInfo(next).ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? next;
        }
        return real;
    }
}
