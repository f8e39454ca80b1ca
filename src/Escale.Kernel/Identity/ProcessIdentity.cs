using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace Escale.Kernel;

/// <summary>A process of this machine that cannot be mistaken for a later one with the same number: its id and when it started.</summary>
/// <param name="Host">The machine.</param>
/// <param name="Id">The process id.</param>
/// <param name="Start">When it started, in the system's own terms; only compared.</param>
public sealed partial record ProcessIdentity(string Host, int Id, string Start)
{
    private const int Terminate = 15;
    private const int KillNow = 9;

    /// <summary>This process.</summary>
    public static ProcessIdentity Own { get; } = Of(Environment.ProcessId)!;

    /// <summary>The process with this id, or null when there is none.</summary>
    public static ProcessIdentity? Of(int id) => StartOf(id) is { } start ? new ProcessIdentity(Environment.MachineName, id, start) : null;

    /// <summary>Whether it is on this machine, so that <see cref="IsAlive"/> can tell.</summary>
    public bool IsHere => Host == Environment.MachineName;

    /// <summary>Whether it still runs.</summary>
    public bool IsAlive => IsHere && StartOf(Id) == Start;

    /// <summary>Asks it to end (SIGTERM).</summary>
    public void AskToEnd()
    {
        if (IsAlive && !OperatingSystem.IsWindows())
        {
            _ = kill(Id, Terminate);
        }
    }

    /// <summary>Ends it and its children at once.</summary>
    public void Kill()
    {
        if (!IsAlive)
        {
            return;
        }
        try
        {
            using var process = Process.GetProcessById(Id);
            process.Kill(entireProcessTree: true);
        }
        catch (ArgumentException)
        {
            // It ended in between.
        }
    }

    /// <summary>Asks all processes of a group to end (SIGTERM), or ends them at once (SIGKILL).</summary>
    /// <param name="leader">The process that leads the group.</param>
    /// <param name="atOnce">Whether they are not asked.</param>
    public static void EndGroup(int leader, bool atOnce)
    {
        if (leader > 1 && !OperatingSystem.IsWindows())
        {
            _ = kill(-leader, atOnce ? KillNow : Terminate);
        }
    }

    private static string? StartOf(int id)
    {
        if (OperatingSystem.IsLinux())
        {
            return LinuxStartOf(id);
        }
        try
        {
            using var process = Process.GetProcessById(id);
            return process.StartTime.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture);
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    /// <summary>Field 22 of /proc/ID/stat, ticks since boot, with the boot's own id; a zombie counts as ended.</summary>
    private static string? LinuxStartOf(int id)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{id}/stat");
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            var boot = File.ReadAllText("/proc/sys/kernel/random/boot_id").AsSpan(0, 8);
            return fields[0] is "Z" or "X" ? null : $"{boot}-{fields[19]}";
        }
        catch (IOException)
        {
            return null;
        }
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int kill(int process, int signal);
}
