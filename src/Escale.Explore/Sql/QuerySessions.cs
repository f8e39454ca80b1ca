using Escale.Engines.Sandbox;
using Escale.Kernel;
using Escale.Lake;
using Escale.Projects;

namespace Escale.Explore.Sql;

/// <summary>A session that one query may use now. Disposing it gives it back, or ends it.</summary>
internal sealed class QueryLease(QuerySessions sessions, SandboxSession session, LakeState state, string person) : IAsyncDisposable
{
    /// <summary>The session, with the lake mounted.</summary>
    public SandboxSession Session => session;

    /// <summary>The state of the lake that it sees.</summary>
    public LakeState State => state;

    /// <summary>Whose it is.</summary>
    public string Person => person;

    /// <summary>Whether it did nothing but read, so that its person's next query may find it as it was.</summary>
    public bool IsClean { get; set; }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => sessions.ReturnAsync(this);
}

/// <summary>
/// Sandbox sessions for the queries of the web application, with the lake mounted before they are asked for: a query then waits for DuckDB and
/// little else. A session serves one person, and only while the lake stays as it is; one that did more than read is ended. Nothing is kept
/// when nobody asks: a session idle for a minute ends, the one made ready beforehand after ten. Thread-safe.
/// </summary>
internal sealed class QuerySessions : IAsyncDisposable
{
    private const int MostAtOnce = 4;
    private const int MostKept = 3;
    private const long DefaultSpillBytes = 20L << 30;
    private static readonly TimeSpan _usedFor = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan _readyFor = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(30);

    private readonly LakeCatalog _catalog;
    private readonly SandboxPool _pool;
    private readonly ProjectRoot _root;
    private readonly Project _project;
    private readonly LakeStates _states;
    private readonly TimeProvider _clock;
    private readonly SemaphoreSlim _places = new(MostAtOnce);
    private readonly Lock _gate = new();
    private readonly List<(QueryLease Lease, long Since)> _used = [];
    private readonly ITimer _sweeper;
    private QueryLease? _ready;
    private long _readySince;
    private Task _preparing = Task.CompletedTask;
    private bool _isClosed;

    public QuerySessions(LakeCatalog catalog, SandboxPool pool, ProjectRoot root, Project project, LakeStates states, TimeProvider clock)
    {
        (_catalog, _pool, _root, _project, _states, _clock) = (catalog, pool, root, project, states, clock);
        _sweeper = clock.CreateTimer(_ => Sweep(), null, _usedFor / 2, _usedFor / 2);
    }

    /// <summary>A session for a person's query.</summary>
    /// <exception cref="EscaleException"><c>explore.sql-busy</c> when none is free for half a minute; <c>engines.sandbox.*</c>.</exception>
    public async Task<QueryLease> RentAsync(string person, CancellationToken cancellationToken)
    {
        if (!await _places.WaitAsync(_patience, cancellationToken))
        {
            throw new EscaleException("explore.sql-busy", "Too many queries are running.", "Wait a moment, or stop one that you no longer need.");
        }
        try
        {
            var state = _states.Current();
            return Take(person, state) ?? await OpenAsync(person, state, cancellationToken);
        }
        catch
        {
            _places.Release();
            throw;
        }
        finally
        {
            Prepare();
        }
    }

    internal async ValueTask ReturnAsync(QueryLease lease)
    {
        _places.Release();
        var ended = new List<QueryLease>();
        lock (_gate)
        {
            if (lease.IsClean && lease.Session.IsAlive && !_isClosed)
            {
                _used.Add((lease, _clock.GetTimestamp()));
                if (_used.Count > MostKept)
                {
                    ended.Add(_used[0].Lease);
                    _used.RemoveAt(0);
                }
            }
            else
            {
                ended.Add(lease);
            }
        }
        await EndAsync(ended);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        List<QueryLease> all;
        lock (_gate)
        {
            _isClosed = true;
            all = [.. _used.Select(kept => kept.Lease)];
            _used.Clear();
        }
        await _sweeper.DisposeAsync();
        await _preparing;
        await EndAsync(_ready is null ? all : [.. all, _ready]);
        await _pool.DisposeAsync();
        _places.Dispose();
    }

    private QueryLease? Take(string person, LakeState state)
    {
        lock (_gate)
        {
            var at = _used.FindLastIndex(kept => kept.Lease.Person == person && kept.Lease.State.Key == state.Key && kept.Lease.Session.IsAlive);
            if (at >= 0)
            {
                var kept = _used[at].Lease;
                _used.RemoveAt(at);
                return new QueryLease(this, kept.Session, state, person);
            }
            if (_ready is { } ready && ready.State.Key == state.Key && ready.Session.IsAlive)
            {
                _ready = null;
                return new QueryLease(this, ready.Session, state, person);
            }
            return null;
        }
    }

    private async Task<QueryLease> OpenAsync(string person, LakeState state, CancellationToken cancellationToken)
    {
        await MakeRoomAsync();
        var session = await _pool.RentAsync(Policy(), cancellationToken);
        try
        {
            if (state.MountSql.Length > 0)
            {
                await session.ExecuteAsync(state.MountSql, cancellationToken);
            }
            return new QueryLease(this, session, state, person);
        }
        catch
        {
            await session.DisposeAsync();
            throw;
        }
    }

    // Sessions that wait hold places of the pool.
    private async Task MakeRoomAsync()
    {
        List<QueryLease> ended = [];
        lock (_gate)
        {
            if (_used.Count == MostKept)
            {
                ended.Add(_used[0].Lease);
                _used.RemoveAt(0);
            }
        }
        await EndAsync(ended);
    }

    private void Prepare()
    {
        lock (_gate)
        {
            if (_ready is null && _preparing.IsCompleted && !_isClosed)
            {
                _preparing = Task.Run(PrepareAsync);
            }
        }
    }

    private async Task PrepareAsync()
    {
        try
        {
            var ready = await OpenAsync("", _states.Current(), CancellationToken.None);
            lock (_gate)
            {
                (_ready, _readySince) = (ready, _clock.GetTimestamp());
            }
        }
        catch (EscaleException)
        {
            // The next query opens its own, and tells its person what is wrong.
        }
    }

    private void Sweep()
    {
        var ended = new List<QueryLease>();
        var state = StateOrNull();
        lock (_gate)
        {
            ended.AddRange(_used.Where(kept => _clock.GetElapsedTime(kept.Since) > _usedFor).Select(kept => kept.Lease));
            _used.RemoveAll(kept => ended.Contains(kept.Lease));
            if (_ready is { } ready && (_clock.GetElapsedTime(_readySince) > _readyFor || !ready.Session.IsAlive || ready.State.Key != state?.Key))
            {
                ended.Add(ready);
                _ready = null;
            }
        }
        _ = EndAsync(ended);
    }

    private LakeState? StateOrNull()
    {
        try
        {
            return _states.Current();
        }
        catch (EscaleException)
        {
            return null; // whoever asks next is told
        }
    }

    private static async Task EndAsync(List<QueryLease> leases)
    {
        foreach (var lease in leases)
        {
            await lease.Session.DisposeAsync();
        }
    }

    private SandboxPolicy Policy()
    {
        var lake = _catalog.Store is LocalStore local ? local.Root : _root.LakeFolder;
        var (engine, sql) = (_project.Settings.Engine, _project.Settings.Sql);
        return new SandboxPolicy
        {
            ReadPaths = Directory.Exists(lake) ? [lake] : [],
            MemoryLimitBytes = sql.MemoryLimitBytes ?? engine.MemoryLimitBytes ?? GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 4,
            Threads = engine.Threads ?? Environment.ProcessorCount,
            MaxSpillBytes = engine.MaxSpillBytes ?? DefaultSpillBytes,
            SpillFolder = _root.SpillFolder,
            Timeout = sql.Timeout,
        };
    }
}
