using Escale.Kernel;

namespace Escale.Engines.Postgres;

/// <summary>
/// Where a project's embedded server keeps its things. <c>.escale/postgres</c> holds state, locks and passwords and belongs to
/// whoever runs escale; the server's own folder (data, log, socket) belongs to the user that the server runs as: it is
/// <c>.escale/postgres/server</c>, or a folder under <c>/var/lib/escale</c> when root works on a project that this user cannot reach.
/// </summary>
internal sealed class ServerFolders
{
    // The kernel's limit for a socket's path is 108 bytes on Linux and 104 on macOS.
    private const int MaxSocketPathLength = 100;

    private ServerFolders(string state, ServerState server, UnixUser? user)
    {
        State = state;
        Server = server.Outside ?? Path.Combine(state, "server");
        User = user;
        var inside = Path.Combine(Server, "socket");
        Socket = $"{inside}/.s.PGSQL.65535".Length <= MaxSocketPathLength ? inside : Path.Combine(Path.GetTempPath(), $"escale-{server.Id}");
    }

    /// <summary><c>.escale/postgres</c>.</summary>
    public string State { get; }

    /// <summary>The folder that belongs to the server's user, mode 0700.</summary>
    public string Server { get; }

    /// <summary>The cluster.</summary>
    public string Data => Path.Combine(Server, "data");

    /// <summary>The folder of the Unix socket: short, whatever the project's path is.</summary>
    public string Socket { get; }

    /// <summary>The server's log.</summary>
    public string Log => Path.Combine(Server, "postgres.log");

    /// <summary>Who the server runs as when it is not who we are: set for root only.</summary>
    public UnixUser? User { get; }

    /// <summary>Held shared by every process that uses the server.</summary>
    public string UseLock => UseLockIn(State);

    /// <summary>Held exclusively while the server is started or stopped.</summary>
    public string StartLock => StartLockIn(State);

    /// <summary>While it exists, the last process out leaves the server running (<c>escale db start</c>).</summary>
    public string KeepMark => KeepMarkIn(State);

    public static string UseLockIn(string state) => Path.Combine(state, "use.lock");

    public static string StartLockIn(string state) => Path.Combine(state, "start.lock");

    public static string KeepMarkIn(string state) => Path.Combine(state, "keep-running");

    public static string StateFileIn(string state) => Path.Combine(state, "server.json");

    /// <summary>The folders of an existing state.</summary>
    public static ServerFolders Of(string state, ServerState server)
    {
        var user = UnixUser.IsRoot && server.User is { } name
            ? UnixUser.Find(name) ?? throw new EscaleException(
                "engines.postgres.no-user", $"The embedded server runs as the user '{name}', which this machine does not have.",
                $"Create it: useradd --system {name}.")
            : null;
        return new ServerFolders(state, server, user);
    }

    /// <summary>Reads the state, or decides on a new one and writes it. Call with the start lock held.</summary>
    public static (ServerFolders Folders, ServerState State) Prepare(string state, DurableWriter writer)
    {
        var path = StateFileIn(state);
        var known = ServerState.Read(path);
        var server = known is null ? Decide(state) : AfterMoveOrCopy(state, known);
        if (server != known)
        {
            server.Write(path, writer);
        }
        var folders = Of(state, server);
        folders.Create(server);
        return (folders, server);
    }

    private static ServerState Decide(string state)
    {
        var id = ServerState.NewId();
        if (!UnixUser.IsRoot)
        {
            return new ServerState { Id = id, User = OperatingSystem.IsWindows() ? null : Environment.UserName };
        }
        var reachable = UnixUser.CanBeReachedByAll(Path.Combine(state, "server"));
        return new ServerState
        {
            Id = id,
            User = UnixUser.ForRoot().Name,
            Outside = reachable ? null : $"{ServerState.OutsideRoot}/{id}",
        };
    }

    /// <summary>
    /// A server outside the project is found by the id in the state file, and a copy of the project has the same id: the folder
    /// remembers which project it belongs to, and a copy whose original still stands gets an id, hence a database, of its own.
    /// </summary>
    private static ServerState AfterMoveOrCopy(string state, ServerState server)
    {
        if (server.Outside is null)
        {
            return server;
        }
        var owner = ReadOwner(server.Outside);
        var isCopy = owner is not null && owner != state
            && ServerState.Read(StateFileIn(owner))?.Id == server.Id;
        return isCopy || !UnixUser.IsRoot ? Decide(state) : server;
    }

    private static string? ReadOwner(string outside)
    {
        var path = Path.Combine(outside, "project");
        return File.Exists(path) ? File.ReadAllText(path).Trim() : null;
    }

    private void Create(ServerState server)
    {
        if (server.Outside is not null)
        {
            Directory.CreateDirectory(ServerState.OutsideRoot);
        }
        foreach (var folder in new[] { Server, Socket })
        {
            if (OperatingSystem.IsWindows())
            {
                Directory.CreateDirectory(folder);
            }
            else if (!Directory.Exists(folder))
            {
                Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
                User?.Own(folder);
            }
        }
        if (server.Outside is not null)
        {
            File.WriteAllText(Path.Combine(Server, "project"), State + "\n");
        }
    }
}
