using System.Runtime.InteropServices;

namespace Escale.Engines.Sandbox.Confinement;

/// <summary>The system calls of Linux that confine a process. Each returns 0 (or a descriptor), or -1.</summary>
internal static unsafe partial class LinuxCalls
{
    public const int SetParentDeathSignal = 1;
    public const int SetNoNewPrivileges = 38;
    public const int SigKill = 9;
    public const int CloneNewNetwork = 0x40000000;

    public const long LandlockCreateRuleset = 444;
    public const long LandlockAddRule = 445;
    public const long LandlockRestrictSelf = 446;

    private const string Library = "libc";

    [LibraryImport(Library, EntryPoint = "prctl")]
    public static partial int Prctl(int option, nuint first, nuint second = 0, nuint third = 0, nuint fourth = 0);

    [LibraryImport(Library, EntryPoint = "syscall")]
    public static partial nint Syscall(long number, nint first, nint second, nint third, nint fourth);

    [LibraryImport(Library, EntryPoint = "setrlimit")]
    public static partial int SetLimit(int resource, ref ResourceLimit limit);

    [LibraryImport(Library, EntryPoint = "getrlimit")]
    public static partial int GetLimit(int resource, out ResourceLimit limit);

    [LibraryImport(Library, EntryPoint = "unshare")]
    public static partial int Unshare(int flags);

    [LibraryImport(Library, EntryPoint = "geteuid")]
    public static partial uint EffectiveUser();

    [LibraryImport(Library, EntryPoint = "setgroups")]
    public static partial int SetGroups(nuint count, uint* groups);

    [LibraryImport(Library, EntryPoint = "setresgid")]
    public static partial int SetGroup(uint real, uint effective, uint saved);

    [LibraryImport(Library, EntryPoint = "setresuid")]
    public static partial int SetUser(uint real, uint effective, uint saved);

    [LibraryImport(Library, EntryPoint = "chown", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int ChangeOwner(string path, uint user, uint group);

    [LibraryImport(Library, EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Open(string path, int flags);

    [LibraryImport(Library, EntryPoint = "dup")]
    public static partial int Duplicate(int descriptor);

    [LibraryImport(Library, EntryPoint = "dup2")]
    public static partial int Duplicate(int descriptor, int target);

    [LibraryImport(Library, EntryPoint = "close")]
    public static partial int Close(int descriptor);
}

/// <summary><c>struct rlimit</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct ResourceLimit
{
    public const int CpuSeconds = 0;
    public const int DataBytes = 2;
    public const int CoreBytes = 4;

    public nuint Soft;
    public nuint Hard;
}
