using System.Collections.Concurrent;
using Escale.Kernel;

namespace Escale.Engines.Sandbox;

/// <summary>
/// Gives sandbox sessions: each has a process of its own that was started beforehand and is never used again, so that nothing of one
/// session can reach another. Thread-safe. Starts nothing before the first session is asked for.
/// </summary>
/// <remarks>
/// A fresh process for each session, rather than a fresh DuckDB instance in a process that served another: a hostile file may have taken
/// the process over, and no reset would show it. The price, some 100 ms of processor time, is paid beforehand by the warm ones.
/// </remarks>
public sealed class SandboxPool : IAsyncDisposable
{
    // A starting process takes a processor for some 300 ms: the session just given out is to make its views and answer first.
    private static readonly TimeSpan _refillDelay = TimeSpan.FromMilliseconds(100);
    private readonly SandboxOptions _options;
    private readonly ProcessStarter _starter = new();
    private readonly ConcurrentQueue<SandboxProcess> _warm = new();
    private readonly ConcurrentDictionary<SandboxSession, byte> _open = new();
    private readonly SemaphoreSlim _places;
    private readonly CancellationTokenSource _closing = new();
    private readonly Lock _gate = new();
    private Task _refill = Task.CompletedTask;
    private int _isDisposed;

    /// <summary>Creates a pool of this program's own processes.</summary>
    public SandboxPool()
        : this(new SandboxOptions())
    {
    }

    /// <summary>Creates a pool.</summary>
    public SandboxPool(SandboxOptions options)
    {
        _options = options;
        _places = new SemaphoreSlim(options.MaxSessions);
    }

    /// <summary>Processes that are started and wait for a session.</summary>
    public int WarmCount => _warm.Count;

    /// <summary>Opens a session. Waits while <see cref="SandboxOptions.MaxSessions"/> are open.</summary>
    /// <exception cref="EscaleException">
    /// <c>engines.sandbox.policy</c>: a path that is not absolute or, for writing, not there; <c>engines.sandbox.start-failed</c>;
    /// <c>engines.sandbox.died</c>.
    /// </exception>
    public async Task<SandboxSession> RentAsync(SandboxPolicy policy, CancellationToken ct = default)
    {
        ObjectDisposedException.ThrowIf(_isDisposed != 0, this);
        Check(policy);
        await _places.WaitAsync(ct);
        SandboxProcess? process = null;
        try
        {
            process = TakeWarm() ?? await SandboxProcess.StartAsync(_options, _starter, ct);
            var session = await SandboxSession.OpenAsync(process, policy, _options, Return, ct);
            _open[session] = 0;
            Refill(_refillDelay);
            return session;
        }
        catch
        {
            if (process is not null)
            {
                await process.DisposeAsync();
            }
            _places.Release();
            throw;
        }
    }

    /// <summary>Starts the warm processes, and waits for them.</summary>
    public Task WarmUpAsync()
    {
        Refill();
        lock (_gate)
        {
            return _refill;
        }
    }

    /// <summary>Ends all processes, also those of open sessions.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) != 0)
        {
            return;
        }
        await _closing.CancelAsync();
        await _refill;
        foreach (var session in _open.Keys)
        {
            await session.DisposeAsync();
        }
        while (_warm.TryDequeue(out var process))
        {
            await process.DisposeAsync();
        }
        _starter.Dispose();
        _closing.Dispose();
    }

    private static void Check(SandboxPolicy policy)
    {
        foreach (var path in policy.ReadPaths.Concat(policy.WriteFolders))
        {
            if (!Path.IsPathFullyQualified(path) || path.Contains('\0', StringComparison.Ordinal))
            {
                throw new EscaleException("engines.sandbox.policy", $"The sandbox takes absolute paths, not '{path}'.", "Give the full path.");
            }
        }
        foreach (var folder in policy.WriteFolders)
        {
            if (!Directory.Exists(folder))
            {
                throw new EscaleException("engines.sandbox.policy", $"The folder '{folder}' that the sandbox is to write into does not exist.", "Create it first.");
            }
        }
        ArgumentOutOfRangeException.ThrowIfLessThan(policy.Threads, 1, nameof(policy));
        ArgumentOutOfRangeException.ThrowIfLessThan(policy.MemoryLimitBytes, 1, nameof(policy));
    }

    private SandboxProcess? TakeWarm()
    {
        while (_warm.TryDequeue(out var process))
        {
            if (!process.HasExited)
            {
                return process;
            }
            _ = process.DisposeAsync().AsTask();
        }
        return null;
    }

    private void Return(SandboxSession session)
    {
        if (_open.TryRemove(session, out _))
        {
            _places.Release();
        }
    }

    private void Refill(TimeSpan delay = default)
    {
        lock (_gate)
        {
            if (_refill.IsCompleted && _isDisposed == 0)
            {
                _refill = Task.Run(() => RefillAsync(delay));
            }
        }
    }

    private async Task RefillAsync(TimeSpan delay)
    {
        try
        {
            await Task.Delay(delay, _closing.Token);
            while (_warm.Count < _options.WarmCount && !_closing.IsCancellationRequested)
            {
                _warm.Enqueue(await SandboxProcess.StartAsync(_options, _starter, _closing.Token));
            }
        }
        catch (Exception error) when (error is EscaleException or OperationCanceledException)
        {
            // The next session starts its own process, and tells its caller what is wrong.
        }
    }
}
