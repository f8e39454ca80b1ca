using System.Net;
using System.Net.Sockets;
using Escale.Kernel;
using Npgsql;

namespace Escale.Engines.Postgres;

/// <summary>
/// One project's private PostgreSQL, shared by all escale processes of the project: the first to need it makes or starts it under
/// the start lock, every user holds the use lock shared, and the last one out stops it. Locks die with their process, so after a
/// SIGKILL the next process finds the server running and adopts it, or finds it crashed and PostgreSQL recovers.
/// </summary>
/// <remarks>
/// Failpoints: <c>postgres.before-init</c>, <c>postgres.after-init</c> (cluster made, not yet in place), <c>postgres.before-start</c>,
/// <c>postgres.after-start</c>, <c>postgres.before-roles</c>, <c>postgres.after-roles</c>.
/// </remarks>
internal sealed class EmbeddedServer(string stateFolder, Func<string> native, TimeProvider clock, DurableWriter writer)
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(60);
    private FileLock? _use;

    /// <summary>The state of the server as files tell it; starts nothing.</summary>
    public (ServerFolders Folders, ServerState State, PostmasterFile? Running)? Look()
    {
        if (ServerState.Read(ServerFolders.StateFileIn(stateFolder)) is not { } state)
        {
            return null;
        }
        var folders = ServerFolders.Of(stateFolder, state);
        return (folders, state, PostmasterFile.Running(folders.Data));
    }

    /// <summary>Makes, starts or adopts the server, and holds on to it until <see cref="ReleaseAsync"/>.</summary>
    public async Task<EmbeddedAddress> AcquireAsync(CancellationToken cancellationToken)
    {
        try
        {
            Directory.CreateDirectory(stateFolder);
            using var start = await FileLock.TakeAsync(
                ServerFolders.StartLockIn(stateFolder), shared: false, _patience, clock, cancellationToken) ?? throw Stuck();
            _use ??= await FileLock.TakeAsync(
                ServerFolders.UseLockIn(stateFolder), shared: true, _patience, clock, cancellationToken) ?? throw Stuck();
            return await EnsureAsync(cancellationToken);
        }
        catch (UnauthorizedAccessException exception)
        {
            throw new EscaleException(
                "engines.postgres.permission", $"The embedded PostgreSQL's files belong to somebody else: {exception.Message}",
                "Run escale as the user who made this project's state, or delete its folder to begin anew.", new Place(stateFolder), exception);
        }
    }

    /// <summary>Lets go. The last process out stops the server, without waiting for its end unless asked.</summary>
    public async Task ReleaseAsync(bool wait, CancellationToken cancellationToken)
    {
        if (_use is null)
        {
            return;
        }
        _use.Dispose();
        _use = null;
        // Somebody who holds the start lock for long is starting it for himself: leave it to him.
        using var start = await FileLock.TakeAsync(
            ServerFolders.StartLockIn(stateFolder), shared: false, TimeSpan.FromSeconds(2), clock, cancellationToken);
        if (start is not null && !File.Exists(ServerFolders.KeepMarkIn(stateFolder)))
        {
            await StopIfUnusedAsync(wait, cancellationToken);
        }
    }

    /// <summary>Stops the server unless a process uses it.</summary>
    /// <returns>False when it is in use.</returns>
    public async Task<bool> StopAsync(CancellationToken cancellationToken)
    {
        if (!Directory.Exists(stateFolder))
        {
            return true;
        }
        _use?.Dispose();
        _use = null;
        using var start = await FileLock.TakeAsync(
            ServerFolders.StartLockIn(stateFolder), shared: false, _patience, clock, cancellationToken) ?? throw Stuck();
        return await StopIfUnusedAsync(wait: true, cancellationToken);
    }

    private async Task<bool> StopIfUnusedAsync(bool wait, CancellationToken cancellationToken)
    {
        using var alone = FileLock.TryTake(ServerFolders.UseLockIn(stateFolder), shared: false);
        if (alone is null)
        {
            return false;
        }
        if (Look() is not { Running: { } running } found)
        {
            return true;
        }
        if (OperatingSystem.IsWindows())
        {
            await ServerProgram.RunAsync(
                native(), "pg_ctl", found.Folders, ["stop", "-D", found.Folders.Data, "-m", "fast", wait ? "-w" : "-W"], cancellationToken);
            return true;
        }
        UnixUser.Interrupt(running.ProcessId);
        // At least until the server says so itself: the next process, which waits for our lock, would take it for a living one.
        await WaitAsync(
            () => PostmasterFile.Running(found.Folders.Data) is not { } left || (!wait && left.Status == "stopping"), found.Folders, cancellationToken);
        return true;
    }

    private async Task<EmbeddedAddress> EnsureAsync(CancellationToken cancellationToken)
    {
        var (folders, state) = ServerFolders.Prepare(stateFolder, writer);
        var passwords = Passwords.ReadOrCreate(stateFolder, writer);
        var running = PostmasterFile.Running(folders.Data);
        if (running is { Status: "stopping" })
        {
            await WaitAsync(() => PostmasterFile.Running(folders.Data) is null, folders, cancellationToken);
            running = null;
        }
        if (running is null)
        {
            var binaries = PostgresBinaries.Resolve(native(), folders.User);
            await ClusterFolder.EnsureAsync(binaries, folders, passwords[Roles.Admin], cancellationToken);
            state = await StartAsync(binaries, folders, state, cancellationToken);
        }
        else if (!running.IsReady)
        {
            await WaitAsync(() => PostmasterFile.Running(folders.Data) is null or { IsReady: true }, folders, cancellationToken);
        }
        running = PostmasterFile.Running(folders.Data) ?? throw ServerLog.Failure(folders, 0);
        var address = new EmbeddedAddress(running.SocketFolder.Length > 0 ? running.SocketFolder : "127.0.0.1", running.Port, passwords, folders);
        if (state.Roles < Roles.Version)
        {
            Failpoint.Hit("postgres.before-roles");
            await Roles.EnsureAsync((database, ct) => address.ConnectAsAdminAsync(database, ct), passwords, cancellationToken);
            Failpoint.Hit("postgres.after-roles");
            (state with { Roles = Roles.Version }).Write(ServerFolders.StateFileIn(stateFolder), writer);
        }
        return address;
    }

    private async Task<ServerState> StartAsync(string binaries, ServerFolders folders, ServerState state, CancellationToken cancellationToken)
    {
        const int MaxPorts = 5;
        for (var attempt = 1; ; attempt++)
        {
            var port = attempt == 1 && state.Port > 0 && IsFree(state.Port) ? state.Port : FreePort();
            ServerSettings.Write(folders, port, writer);
            PostmasterFile.Disarm(folders.Data);
            foreach (var left in Directory.GetFiles(folders.Socket, ".s.PGSQL.*"))
            {
                File.Delete(left); // A killed server's; the folder is this server's alone and none runs.
            }
            var logStart = ServerLog.Trim(folders);
            Failpoint.Hit("postgres.before-start");
            await LaunchAsync(binaries, folders, cancellationToken);
            if (await CameUpAsync(folders, logStart, cancellationToken))
            {
                Failpoint.Hit("postgres.after-start");
                if (port != state.Port)
                {
                    state = state with { Port = port };
                    state.Write(ServerFolders.StateFileIn(stateFolder), writer);
                }
                return state;
            }
            if (attempt == MaxPorts || !ServerLog.IsPassing(folders, logStart))
            {
                throw ServerLog.Failure(folders, logStart);
            }
            // The port went to somebody else meanwhile, or the killed server's last children are still going.
            await Task.Delay(TimeSpan.FromMilliseconds(200 * attempt), clock, cancellationToken);
        }
    }

    private static async Task LaunchAsync(string binaries, ServerFolders folders, CancellationToken cancellationToken)
    {
        // pg_ctl gives the server a session of its own: a Ctrl-C in our terminal does not reach it.
        var (exitCode, output) = await ServerProgram.RunAsync(
            binaries, "pg_ctl", folders, ["start", "-W", "-s", "-D", folders.Data, "-l", folders.Log], cancellationToken);
        if (exitCode != 0)
        {
            throw new EscaleException(
                "engines.postgres.start", $"The embedded PostgreSQL does not start: {output}",
                "Read its log; escale doctor shows where everything is.", new Place(folders.Log));
        }
    }

    private async Task<bool> CameUpAsync(ServerFolders folders, long logStart, CancellationToken cancellationToken)
    {
        var start = clock.GetTimestamp();
        while (true)
        {
            var running = PostmasterFile.Running(folders.Data);
            if (running is { IsReady: true })
            {
                return true;
            }
            var elapsed = clock.GetElapsedTime(start);
            if (running is null && (elapsed > TimeSpan.FromSeconds(10) || ServerLog.HasFatal(folders, logStart)))
            {
                return false;
            }
            if (elapsed > TimeSpan.FromMinutes(10))
            {
                throw ServerLog.Failure(folders, logStart); // A crash recovery is bounded by max_wal_size: far less than this.
            }
            await Task.Delay(TimeSpan.FromMilliseconds(8), clock, cancellationToken);
        }
    }

    private async Task WaitAsync(Func<bool> done, ServerFolders folders, CancellationToken cancellationToken)
    {
        var start = clock.GetTimestamp();
        while (!done())
        {
            if (clock.GetElapsedTime(start) > _patience)
            {
                throw ServerLog.Failure(folders, 0);
            }
            await Task.Delay(TimeSpan.FromMilliseconds(10), clock, cancellationToken);
        }
    }

    private static bool IsFree(int port)
    {
        try
        {
            using var listener = new TcpListener(IPAddress.Loopback, port);
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private EscaleException Stuck() => new(
        "engines.postgres.locked", "Another escale process has been starting or stopping this project's PostgreSQL for a minute.",
        "End that process, then try again.", new Place(ServerFolders.StartLockIn(stateFolder)));
}

/// <summary>Where the running embedded server takes connections.</summary>
internal sealed record EmbeddedAddress(string Host, int Port, Passwords Passwords, ServerFolders Folders)
{
    /// <summary>The settings with which a role connects.</summary>
    public NpgsqlConnectionStringBuilder For(string role, string database) => new()
    {
        Host = Host,
        Port = Port,
        Username = role,
        Password = Passwords[role],
        Database = database,
        ApplicationName = "escale",
        Timeout = 15,
    };

    /// <summary>A connection of its own as superuser: for the roles only.</summary>
    public async Task<NpgsqlConnection> ConnectAsAdminAsync(string database, CancellationToken cancellationToken)
    {
        var settings = For(Roles.Admin, database);
        settings.Pooling = false;
        var connection = new NpgsqlConnection(settings.ConnectionString);
        await connection.OpenAsync(cancellationToken);
        return connection;
    }
}
