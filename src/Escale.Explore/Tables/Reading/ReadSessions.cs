using System.Collections.Concurrent;
using Escale.Engines.Tables;
using Escale.Kernel;

namespace Escale.Explore.Tables.Reading;

/// <summary>
/// Sessions for reading lake tables with SQL of our own: kept warm, so many at once, each read with a time limit and stopped with its request.
/// Thread-safe.
/// </summary>
internal sealed class ReadSessions(LakeEngine engine) : IDisposable
{
    /// <summary>How long a look at rows may take.</summary>
    public static readonly TimeSpan Short = TimeSpan.FromSeconds(60);

    /// <summary>How long an export may take.</summary>
    public static readonly TimeSpan Long = TimeSpan.FromHours(1);

    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(20);
    private readonly ConcurrentBag<LakeSession> _idle = [];
    private readonly SemaphoreSlim _slots = new(Math.Max(4, Environment.ProcessorCount * 2));

    /// <summary>The lake.</summary>
    public LakeEngine Engine => engine;

    /// <summary>A session that remembers the footers of the files that it has read: they never change.</summary>
    public LakeSession Open()
    {
        var session = engine.OpenSession();
        session.Connection.Execute("SET parquet_metadata_cache = true");
        return session;
    }

    /// <summary>Does a piece of work with a session, on another thread.</summary>
    /// <param name="work">The work.</param>
    /// <param name="timeout">How long it may take.</param>
    /// <param name="cancellationToken">The request's.</param>
    /// <exception cref="EscaleException"><c>explore.read-busy</c>, <c>explore.read-timeout</c>, or what the work throws.</exception>
    public async Task<T> RunAsync<T>(Func<LakeSession, CancellationToken, T> work, TimeSpan timeout, CancellationToken cancellationToken)
    {
        await using var lease = await RentAsync(timeout, cancellationToken);
        return await lease.RunAsync(work);
    }

    /// <summary>A session for a read in several steps; dispose it.</summary>
    /// <exception cref="EscaleException"><c>explore.read-busy</c>.</exception>
    public async Task<Lease> RentAsync(TimeSpan timeout, CancellationToken cancellationToken)
    {
        if (!await _slots.WaitAsync(_patience, cancellationToken))
        {
            throw new EscaleException("explore.read-busy", "Too many tables are being read at once.", "Try again in a moment.");
        }
        return new Lease(this, _idle.TryTake(out var session) ? session : Open(), timeout, cancellationToken);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        while (_idle.TryTake(out var session))
        {
            session.Dispose();
        }
        _slots.Dispose();
    }

    /// <summary>A session and the time that it may be used for.</summary>
    internal sealed class Lease : IAsyncDisposable
    {
        private readonly ReadSessions _owner;
        private readonly CancellationTokenSource _limit;
        private readonly CancellationToken _request;
        private bool _failed;

        public Lease(ReadSessions owner, LakeSession session, TimeSpan timeout, CancellationToken request)
        {
            _owner = owner;
            _request = request;
            Session = session;
            _limit = CancellationTokenSource.CreateLinkedTokenSource(request);
            _limit.CancelAfter(timeout);
        }

        public LakeSession Session { get; }

        public async Task<T> RunAsync<T>(Func<LakeSession, CancellationToken, T> work)
        {
            try
            {
                return await Task.Run(() => work(Session, _limit.Token), _limit.Token);
            }
            catch (OperationCanceledException) when (!_request.IsCancellationRequested)
            {
                _failed = true;
                throw new EscaleException("explore.read-timeout", "Reading the table took too long and was stopped.", "Ask for fewer rows or columns, or filter more.");
            }
            catch
            {
                _failed = true;
                throw;
            }
        }

        public ValueTask DisposeAsync()
        {
            if (_failed)
            {
                Session.Dispose(); // whatever state it is in
            }
            else
            {
                _owner._idle.Add(Session);
            }
            _limit.Dispose();
            _owner._slots.Release();
            return ValueTask.CompletedTask;
        }
    }
}
