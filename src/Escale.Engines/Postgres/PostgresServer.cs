using Escale.Kernel;
using Npgsql;

namespace Escale.Engines.Postgres;

/// <summary>
/// The project's PostgreSQL: a private embedded server that is started on first use and stopped by the last process that leaves, or
/// the server that <c>ESCALE_DATABASE</c> names (a <c>postgres://</c> URL or an Npgsql connection string).
/// </summary>
/// <remarks>
/// Nothing is started, and no file touched, before the first connection is asked for. Thread-safe. Do not keep the data sources: ask
/// again, since a server that was restarted may have another address.
/// </remarks>
public sealed class PostgresServer(ProjectRoot root, RunEnvironment environment, TimeProvider clock, DurableWriter writer) : IAsyncDisposable
{
    private static readonly TimeSpan _defaultPatience = TimeSpan.FromSeconds(30);
    private readonly SemaphoreSlim _gate = new(1, 1);
    private readonly EmbeddedServer _embedded = new(
        Path.Combine(root.StateFolder, "postgres"), () => NativeFiles.PostgresFolder, clock, writer);
    private DatabaseAccess? _access;
    private volatile bool _isSuspect;
    private bool _disposed;

    /// <summary>Whether this process has connected (and started or adopted the embedded server).</summary>
    public bool IsInUse => _access is not null;

    /// <summary>Connections that may create schemas and tables: migrations and publishing.</summary>
    public async Task<NpgsqlDataSource> OwnerAsync(CancellationToken cancellationToken) => (await AccessAsync(cancellationToken)).Owner;

    /// <summary>Connections that may change rows of the rooms' own tables.</summary>
    public async Task<NpgsqlDataSource> WriterAsync(CancellationToken cancellationToken) => (await AccessAsync(cancellationToken)).Writer;

    /// <summary>Connections that may read what is published, nothing else, for at most a minute per statement.</summary>
    /// <exception cref="EscaleException"><c>engines.postgres.no-reader</c>: the server is yours and has no such role for us.</exception>
    public async Task<NpgsqlDataSource> ReaderAsync(CancellationToken cancellationToken) => (await AccessAsync(cancellationToken)).Reader;

    /// <summary>How people connect. Starts the embedded server if it is not running.</summary>
    public async Task<PostgresAddress> AddressAsync(CancellationToken cancellationToken) => (await AccessAsync(cancellationToken)).Address;

    /// <summary>
    /// Does work that may be repeated, again and again while the server is away, with growing pauses (50 ms to 5 s, with jitter); an
    /// embedded server that died is started again. Ask for the data source inside the work.
    /// </summary>
    /// <param name="work">One transaction, or anything that has the effect of once when it is done twice.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <param name="patience">How long to try; 30 s unless given.</param>
    /// <exception cref="EscaleException"><c>engines.postgres.unreachable</c> when it stayed away; other codes for the server's other errors.</exception>
    public async Task<T> RetryAsync<T>(Func<CancellationToken, Task<T>> work, CancellationToken cancellationToken, TimeSpan? patience = null)
    {
        var start = clock.GetTimestamp();
        var random = SeededRandom.Unpredictable();
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                return await work(cancellationToken);
            }
            catch (Exception exception) when (IsWorthRetrying(exception))
            {
                if (clock.GetElapsedTime(start) >= (patience ?? _defaultPatience))
                {
                    throw exception as EscaleException ?? PostgresErrors.Translate(exception, Where);
                }
                _isSuspect = true; // The next who asks for connections looks whether the server runs.
                var pauseMs = Math.Min(50 * Math.Pow(2, Math.Min(attempt, 10)), 5000) * (0.5 + (random.NextDouble() / 2));
                await Task.Delay(TimeSpan.FromMilliseconds(pauseMs), clock, cancellationToken);
            }
            catch (NpgsqlException exception)
            {
                throw PostgresErrors.Translate(exception, Where);
            }
        }
    }

    /// <summary>
    /// Takes note of what a connection threw: when the server seems away, the next who asks for connections looks whether it runs, and starts it if need be.
    /// </summary>
    /// <returns>The designed error, <c>engines.postgres.unreachable</c>; null when the exception says something else.</returns>
    public EscaleException? Doubt(Exception exception)
    {
        if (exception is not (NpgsqlException or ObjectDisposedException { ObjectName: nameof(NpgsqlDataSource) }) || !IsWorthRetrying(exception))
        {
            return null;
        }
        _isSuspect = true;
        return PostgresErrors.Translate(exception, Where);
    }

    /// <summary>What stands now; starts and touches nothing.</summary>
    public PostgresStatus Status()
    {
        if (External is not null)
        {
            return new PostgresStatus(false, null, null, null, null, null, null, false, false);
        }
        if (_embedded.Look() is not { } found)
        {
            return new PostgresStatus(true, false, null, null, null, null, null, false, false);
        }
        var (folders, state, running) = found;
        return new PostgresStatus(
            true, running is not null, running?.ProcessId, running?.Port ?? (state.Port > 0 ? state.Port : null), folders.Server, state.User,
            folders.Log, state.Outside is not null, File.Exists(folders.KeepMark));
    }

    /// <summary>Starts the embedded server and leaves it running until <see cref="StopAsync"/>, whoever comes and goes.</summary>
    public async Task<PostgresAddress> StartAsync(CancellationToken cancellationToken)
    {
        var address = await AddressAsync(cancellationToken);
        if (address.IsEmbedded)
        {
            writer.Write(ServerFolders.KeepMarkIn(Path.Combine(root.StateFolder, "postgres")), []);
        }
        return address;
    }

    /// <summary>Stops the embedded server and waits for its end.</summary>
    /// <exception cref="EscaleException"><c>engines.postgres.in-use</c>: another process works with it.</exception>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (External is not null)
        {
            return;
        }
        writer.Files.Delete(ServerFolders.KeepMarkIn(Path.Combine(root.StateFolder, "postgres")));
        await ForgetAsync(cancellationToken);
        if (!await _embedded.StopAsync(cancellationToken))
        {
            throw new EscaleException(
                "engines.postgres.in-use", "Another escale process works with this project's PostgreSQL.",
                "It stops by itself when the last of them ends.");
        }
    }

    /// <summary>Stops the embedded server and deletes its database, wherever it is.</summary>
    /// <exception cref="EscaleException"><c>engines.postgres.in-use</c>: another process works with it.</exception>
    public async Task RemoveAsync(CancellationToken cancellationToken)
    {
        await StopAsync(cancellationToken);
        if (External is null && _embedded.Look() is { } found)
        {
            foreach (var folder in new[] { found.Folders.Server, found.Folders.Socket, found.Folders.State }.Where(Directory.Exists))
            {
                Directory.Delete(folder, recursive: true);
            }
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_disposed)
        {
            return;
        }
        _disposed = true;
        await ForgetAsync(CancellationToken.None);
        await _embedded.ReleaseAsync(wait: false, CancellationToken.None);
        _gate.Dispose();
    }

    private string? External => environment["ESCALE_DATABASE"] is { Length: > 0 } value ? value : null;

    private string Where => _access?.Address.Url ?? (External is null ? "the project's own server" : "the address in ESCALE_DATABASE");

    private async ValueTask<DatabaseAccess> AccessAsync(CancellationToken cancellationToken)
    {
        if (!_isSuspect && _access is { } ready)
        {
            return ready;
        }
        await _gate.WaitAsync(cancellationToken);
        try
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            return External is { } external
                ? _access ??= await ExternalDatabase.OpenAsync(external, environment, cancellationToken)
                : await EmbeddedAsync(cancellationToken);
        }
        finally
        {
            _gate.Release();
        }
    }

    private async Task<DatabaseAccess> EmbeddedAsync(CancellationToken cancellationToken)
    {
        if (!_isSuspect && _access is { } ready)
        {
            return ready; // Another caller was quicker.
        }
        var address = await _embedded.AcquireAsync(cancellationToken);
        if (_access?.IsAt(address) == true)
        {
            _access.Clear();
        }
        else
        {
            var old = _access;
            _access = DatabaseAccess.Of(address);
            await (old?.DisposeAsync() ?? ValueTask.CompletedTask);
        }
        _isSuspect = false;
        return _access;
    }

    /// <summary>Closes the connections.</summary>
    private async Task ForgetAsync(CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            if (Interlocked.Exchange(ref _access, null) is { } old)
            {
                await old.DisposeAsync();
            }
        }
        finally
        {
            _gate.Release();
        }
    }

    private static bool IsWorthRetrying(Exception exception) =>
        PostgresErrors.IsTransient(exception)
        || exception is ObjectDisposedException // Another user's retry replaced the data source meanwhile.
        || exception is EscaleException { Code: "engines.postgres.unreachable" };
}
