using System.Runtime.InteropServices;
using Escale.Kernel;

namespace Escale.Engines.Postgres;

/// <summary>
/// A user of the machine that the server runs as. PostgreSQL refuses to run as root, so root drops to the system user
/// <c>escale</c> where there is one, else to <c>nobody</c>.
/// </summary>
internal sealed partial record UnixUser(string Name, uint UserId, uint GroupId)
{
    /// <summary>Whether this process may become anybody.</summary>
    public static bool IsRoot { get; } = !OperatingSystem.IsWindows() && geteuid() == 0;

    /// <summary>The user that a server of ours runs as when root starts it.</summary>
    public static UnixUser ForRoot() => Find("escale") ?? Find("nobody") ?? throw new EscaleException(
        "engines.postgres.no-user", "PostgreSQL does not run as root, and this machine has neither a user 'escale' nor 'nobody'.",
        "Create one: useradd --system escale.");

    /// <summary>Looks a user up by name.</summary>
    public static UnixUser? Find(string name)
    {
        var entry = getpwnam(name);
        // struct passwd begins with two pointers (name, password), then uid and gid, on Linux and on macOS.
        return entry == 0
            ? null
            : new UnixUser(
                name, (uint)Marshal.ReadInt32(entry, 2 * IntPtr.Size), (uint)Marshal.ReadInt32(entry, (2 * IntPtr.Size) + sizeof(int)));
    }

    /// <summary>Gives a file or folder to this user.</summary>
    public void Own(string path)
    {
        if (chown(path, UserId, GroupId) != 0)
        {
            throw new EscaleException(
                "engines.postgres.permission",
                $"Cannot give {path} to the user '{Name}' that PostgreSQL runs as (errno {Marshal.GetLastPInvokeError()}).",
                "Run escale as a plain user, or on a file system that keeps owners.");
        }
    }

    /// <summary>Whether everybody may pass through every folder above <paramref name="path"/>; what cannot be asked counts as no.</summary>
    public static bool CanBeReachedByAll(string path)
    {
        for (var folder = new DirectoryInfo(Path.GetFullPath(path)).Parent; folder is not null; folder = folder.Parent)
        {
            if (folder.Exists && (folder.UnixFileMode & UnixFileMode.OtherExecute) == 0)
            {
                return false;
            }
        }
        return true;
    }

    /// <summary>Whether a process with this id lives (whoever owns it).</summary>
    public static bool IsAlive(int processId)
    {
        if (OperatingSystem.IsWindows())
        {
            try
            {
                using var process = System.Diagnostics.Process.GetProcessById(processId);
                return !process.HasExited;
            }
            catch (ArgumentException)
            {
                return false;
            }
        }
        const int NotPermitted = 1;
        return kill(processId, 0) == 0 || Marshal.GetLastPInvokeError() == NotPermitted;
    }

    /// <summary>Sends SIGINT: to a postmaster, "stop now, cleanly".</summary>
    public static bool Interrupt(int processId) => kill(processId, 2) == 0;

    [LibraryImport("libc")]
    private static partial uint geteuid();

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint getpwnam(string name);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int chown(string path, uint user, uint group);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int kill(int processId, int signal);
}
