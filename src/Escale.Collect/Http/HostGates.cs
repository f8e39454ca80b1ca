using System.Collections.Concurrent;

namespace Escale.Collect.Http;

/// <summary>Keeps the number of requests under way at each host, and the time between them, within the pace asked for.</summary>
internal sealed class HostGates(TimeProvider clock)
{
    private readonly ConcurrentDictionary<(string Host, HttpPace Pace), Gate> _gates = new();

    /// <summary>Waits for a turn; dispose the result when the request is over.</summary>
    public async Task<IDisposable> EnterAsync(Uri address, HttpPace pace, CancellationToken cancellationToken)
    {
        var gate = _gates.GetOrAdd((address.Authority, pace), key => new Gate(key.Pace.Concurrency));
        await gate.Turns.WaitAsync(cancellationToken);
        try
        {
            if (pace.Delay > TimeSpan.Zero && gate.LastEnd is { } end)
            {
                var wait = pace.Delay - clock.GetElapsedTime(end);
                if (wait > TimeSpan.Zero)
                {
                    await Task.Delay(wait, clock, cancellationToken);
                }
            }
            return new Turn(gate, clock);
        }
        catch (OperationCanceledException)
        {
            gate.Turns.Release();
            throw;
        }
    }

    private sealed class Gate(int concurrency)
    {
        public SemaphoreSlim Turns { get; } = new(concurrency);

        public long? LastEnd { get; set; }
    }

    private sealed class Turn(Gate gate, TimeProvider clock) : IDisposable
    {
        public void Dispose()
        {
            gate.LastEnd = clock.GetTimestamp();
            gate.Turns.Release();
        }
    }
}
