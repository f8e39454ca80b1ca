using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;

namespace Escale.Engines.Sandbox.Confinement;

/// <summary>
/// What the operating system refuses to a sandbox process, on Linux; elsewhere DuckDB's own lock and the host's time limit stand alone.
/// Applied before any hostile text or file is read. Order matters: each step takes away what a later one does not need.
/// </summary>
/// <remarks>
/// Capabilities, Landlock and the empty network belong to threads: they are taken on the engine's thread, before DuckDB starts its workers,
/// which inherit them. The filter of system calls, the limits and the user belong to the whole process.
/// A process of root becomes <c>nobody</c> when nobody may reach the files it was given; else it stays root without capabilities, so
/// that projects in private folders work.
/// </remarks>
internal static unsafe class ProcessConfinement
{
    private const uint Nobody = 65534;

    private static readonly List<string> _begun = [];

    /// <summary>Memory beyond DuckDB's limit, for the runtime and the stacks of threads.</summary>
    private const long ExtraMemoryBytes = 512L << 20;

    /// <summary>
    /// Linux counts memory that is mapped, not what is touched, and DuckDB's allocator keeps mapped what it has given back: 1.5 to 1.8 bytes
    /// for each one in use were measured. With less room, reading with large buffers failed long before the limit was reached.
    /// </summary>
    private const int MappedPerLimit = 2;

    /// <summary>
    /// Standard output for frames alone: what DuckDB may print (its log can be told to) goes to standard error from now on.
    /// </summary>
    public static Stream TakeStandardOutput()
    {
        if (OperatingSystem.IsWindows())
        {
            return Console.OpenStandardOutput();
        }
        var own = LinuxCalls.Duplicate(1);
        _ = LinuxCalls.Duplicate(2, 1);
        return new FileStream(new SafeFileHandle(own, ownsHandle: true), FileAccess.Write, bufferSize: 0);
    }

    /// <summary>
    /// At the start, before there is a policy, on the thread that will run DuckDB: dies with its parent, first when memory is short, leaves no
    /// core file, has no network and no system calls that it does not need. What takes time is done here, while nobody waits.
    /// </summary>
    public static void Begin()
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }
        _ = LinuxCalls.Prctl(LinuxCalls.SetParentDeathSignal, LinuxCalls.SigKill);
        _ = LinuxCalls.Prctl(LinuxCalls.SetNoNewPrivileges, 1);
        Limit(ResourceLimit.CoreBytes, 0);
        try
        {
            File.WriteAllText("/proc/self/oom_score_adj", "1000");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // Some containers keep it from us: the memory limit stands.
        }
        Note(_begun, "network-namespace", LinuxCalls.Unshare(LinuxCalls.CloneNewNetwork) == 0);
        Note(_begun, "system-calls", SystemCallFilter.TryApply());
    }

    /// <summary>Compiles what <see cref="Apply"/> will call: it cannot be tried, as nothing takes it back.</summary>
    public static void Rehearse()
    {
        const BindingFlags Own = BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;
        foreach (var type in (Type[])[typeof(ProcessConfinement), typeof(Landlock), typeof(SystemCallFilter), typeof(LinuxCalls)])
        {
            RuntimeHelpers.RunClassConstructor(type.TypeHandle);
            foreach (var method in type.GetMethods(Own))
            {
                RuntimeHelpers.PrepareMethod(method.MethodHandle);
            }
        }
    }

    /// <summary>With the policy, on the thread that will run DuckDB.</summary>
    /// <returns>What took effect, for the tests and <c>escale doctor</c>.</returns>
    public static List<string> Apply(SandboxPolicy policy)
    {
        var applied = new List<string>(_begun);
        if (!OperatingSystem.IsLinux())
        {
            return applied;
        }
        Note(applied, "memory", LimitMemory(policy.MemoryLimitBytes));
        if (LinuxCalls.EffectiveUser() == 0)
        {
            Note(applied, "user", TryBecomeNobody(policy));
            Note(applied, "capabilities", DropCapabilities());
            _ = LinuxCalls.Prctl(LinuxCalls.SetParentDeathSignal, LinuxCalls.SigKill); // Changing the user clears it.
        }
        string[] folders = policy.SpillFolder is null ? [.. policy.WriteFolders] : [.. policy.WriteFolders, policy.SpillFolder];
        Note(applied, "files", Landlock.TryRestrict([.. policy.ReadPaths, .. OwnFiles()], folders));
        return applied;
    }

    /// <summary>Before each statement: processor time, should the host be unable to stop us.</summary>
    public static void LimitProcessorTime(TimeSpan statement, int threads)
    {
        if (OperatingSystem.IsLinux())
        {
            var used = Process.GetCurrentProcess().TotalProcessorTime;
            Limit(ResourceLimit.CpuSeconds, (long)(used + (statement * (threads + 1))).TotalSeconds + 5, keepHard: true);
        }
    }

    private static void Note(List<string> applied, string measure, bool isApplied)
    {
        if (isApplied)
        {
            applied.Add(measure);
        }
    }

    private static bool LimitMemory(long limitBytes)
    {
        var now = File.ReadLines("/proc/self/status").First(line => line.StartsWith("VmData:", StringComparison.Ordinal));
        var nowBytes = long.Parse(now.AsSpan(7).Trim(" \tkB"), CultureInfo.InvariantCulture) * 1024;
        return Limit(ResourceLimit.DataBytes, nowBytes + (MappedPerLimit * limitBytes) + ExtraMemoryBytes);
    }

    private static bool Limit(int resource, long value, bool keepHard = false)
    {
        if (LinuxCalls.GetLimit(resource, out var limit) != 0)
        {
            return false;
        }
        limit.Soft = (nuint)Math.Min((ulong)value, limit.Hard);
        limit.Hard = keepHard ? limit.Hard : limit.Soft;
        return LinuxCalls.SetLimit(resource, ref limit) == 0;
    }

    [SupportedOSPlatform("linux")]
    private static bool TryBecomeNobody(SandboxPolicy policy)
    {
        var canRead = policy.ReadPaths.Concat(OwnFolders()).All(path => IsOpenToAll(path, UnixFileMode.OtherRead));
        if (!canRead || !policy.WriteFolders.All(path => IsOpenToAll(path, UnixFileMode.OtherRead | UnixFileMode.OtherWrite)))
        {
            return false;
        }
        if (policy.SpillFolder is { } spill && (!IsOpenToAll(Path.GetDirectoryName(spill)!, UnixFileMode.None) || LinuxCalls.ChangeOwner(spill, Nobody, Nobody) != 0))
        {
            return false;
        }
        return LinuxCalls.SetGroups(0, null) == 0
            && LinuxCalls.SetGroup(Nobody, Nobody, Nobody) == 0
            && LinuxCalls.SetUser(Nobody, Nobody, Nobody) == 0;
    }

    /// <summary>Whether everybody has this access to a path, and may pass through every folder above it.</summary>
    [SupportedOSPlatform("linux")]
    private static bool IsOpenToAll(string path, UnixFileMode access)
    {
        var full = Path.GetFullPath(path);
        if (!Path.Exists(full))
        {
            return false;
        }
        var wanted = Directory.Exists(full) ? access | UnixFileMode.OtherExecute : access;
        var isOpen = (File.GetUnixFileMode(full) & wanted) == wanted;
        for (var folder = Path.GetDirectoryName(full); isOpen && folder is not null; folder = Path.GetDirectoryName(folder))
        {
            isOpen = (File.GetUnixFileMode(folder) & UnixFileMode.OtherExecute) != 0;
        }
        return isOpen;
    }

    private static bool DropCapabilities()
    {
        const uint Version3 = 0x20080522;
        var number = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 91 : 126; // capset
        var header = stackalloc uint[2] { Version3, 0 };
        var none = stackalloc uint[6];
        new Span<uint>(none, 6).Clear();
        return LinuxCalls.Syscall(number, (nint)header, (nint)none, 0, 0) == 0;
    }

    private static string[] OwnFolders() =>
        [AppContext.BaseDirectory, RuntimeEnvironment.GetRuntimeDirectory(), Path.GetDirectoryName(NativeFiles.DuckDbLibrary)!];

    /// <summary>What the runtime itself may still open: its own files, the system's libraries, and what tells it about the machine.</summary>
    private static IEnumerable<string> OwnFiles() =>
    [
        .. OwnFolders(), Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "../..")),
        "/lib", "/lib64", "/usr/lib", "/usr/lib64", "/proc/meminfo", "/proc/stat", "/sys/fs/cgroup", "/sys/devices/system/cpu",
        "/dev/null", "/dev/urandom",
    ];
}
