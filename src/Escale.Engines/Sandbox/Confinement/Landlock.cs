using System.Runtime.InteropServices;

namespace Escale.Engines.Sandbox.Confinement;

/// <summary>
/// Linux's Landlock: this thread, and those it starts from now on, reach only the files given, and no network port. Needs no privilege.
/// See landlock(7).
/// </summary>
internal static unsafe class Landlock
{
    private const int OpenPath = 0x200000 | 0x80000; // O_PATH | O_CLOEXEC
    private const ulong ReadFile = 1 << 2;
    private const ulong ReadFolder = ReadFile | (1 << 3);
    private const ulong WriteFile = 1 << 1;
    private const ulong Truncate = 1 << 14;
    private const ulong WriteFolder = ReadFolder | WriteFile | (1 << 4) | (1 << 5) | (1 << 7) | (1 << 8) | (1 << 13) | Truncate;

    /// <summary>Applies the rules.</summary>
    /// <returns>False when the system has no Landlock: nothing was changed.</returns>
    public static bool TryRestrict(IEnumerable<string> readPaths, IEnumerable<string> writeFolders)
    {
        var version = (int)LinuxCalls.Syscall(LinuxCalls.LandlockCreateRuleset, 0, 0, 1, 0);
        if (version < 1)
        {
            return false;
        }
        var files = version switch { 1 => 0x1FFFUL, 2 => 0x3FFFUL, 3 or 4 => 0x7FFFUL, _ => 0xFFFFUL };
        var rules = stackalloc ulong[3] { files, version >= 4 ? 3UL : 0, 0 };
        var size = version >= 6 ? 24 : version >= 4 ? 16 : 8;
        var ruleset = (int)LinuxCalls.Syscall(LinuxCalls.LandlockCreateRuleset, (nint)rules, size, 0, 0);
        if (ruleset < 0)
        {
            return false;
        }
        foreach (var path in readPaths)
        {
            Allow(ruleset, path, (Directory.Exists(path) ? ReadFolder : ReadFile) & files);
        }
        foreach (var folder in writeFolders)
        {
            Allow(ruleset, folder, WriteFolder & files);
        }
        var isRestricted = LinuxCalls.Syscall(LinuxCalls.LandlockRestrictSelf, ruleset, 0, 0, 0) == 0;
        _ = LinuxCalls.Close(ruleset);
        return isRestricted;
    }

    /// <summary>A path that is not there stays out of reach.</summary>
    private static void Allow(int ruleset, string path, ulong access)
    {
        var descriptor = LinuxCalls.Open(path, OpenPath);
        if (descriptor >= 0)
        {
            var rule = new PathRule { Access = access, Descriptor = descriptor };
            _ = LinuxCalls.Syscall(LinuxCalls.LandlockAddRule, ruleset, 1, (nint)(&rule), 0);
            _ = LinuxCalls.Close(descriptor);
        }
    }

    [StructLayout(LayoutKind.Sequential, Pack = 1)]
    private struct PathRule
    {
        public ulong Access;
        public int Descriptor;
    }
}
