namespace Escale.Explore.Sql;

/// <summary>
/// Answers that were given, for whoever asks the same of the same data with the same rights; and what many ask at once runs once. Keys hold the
/// versions of the tables, so that nothing here is ever out of date: entries only make room for others. Thread-safe.
/// </summary>
internal sealed class ResultCache(TimeProvider clock)
{
    private const long MostBytes = 48 << 20;
    private const long MostBytesOfOne = 4 << 20;
    private static readonly TimeSpan _volatileFor = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan _keptFor = TimeSpan.FromMinutes(30);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Entry> _entries = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Flight> _flights = new(StringComparer.Ordinal);
    private readonly LinkedList<string> _byUse = new();
    private long _bytes;

    /// <summary>The answer for a key: kept, being made, or made now.</summary>
    /// <param name="key">What the answer depends on, all of it.</param>
    /// <param name="isVolatile">Whether it changes by itself, so that it is kept for seconds only.</param>
    /// <param name="make">Makes it. Stopped when nobody waits for it any more.</param>
    /// <param name="cancellationToken">The caller no longer waits.</param>
    public async Task<SqlResult> GetAsync(string key, bool isVolatile, Func<CancellationToken, Task<SqlResult>> make, CancellationToken cancellationToken)
    {
        Flight flight;
        lock (_gate)
        {
            if (Find(key) is { } kept)
            {
                return kept with { IsCached = true };
            }
            if (!_flights.TryGetValue(key, out flight!))
            {
                _flights[key] = flight = new Flight();
                flight.Task = RunAsync(key, isVolatile, make, flight);
            }
            flight.Waiting++;
        }
        try
        {
            return await flight.Task.WaitAsync(cancellationToken);
        }
        finally
        {
            lock (_gate)
            {
                if (--flight.Waiting == 0 && !flight.Task.IsCompleted)
                {
                    flight.Stop.Cancel();
                    _flights.Remove(key);
                }
            }
        }
    }

    private async Task<SqlResult> RunAsync(string key, bool isVolatile, Func<CancellationToken, Task<SqlResult>> make, Flight flight)
    {
        await Task.Yield(); // the caller holds the lock
        try
        {
            var result = await make(flight.Stop.Token);
            lock (_gate)
            {
                Keep(key, result, isVolatile ? _volatileFor : _keptFor);
            }
            return result;
        }
        finally
        {
            lock (_gate)
            {
                if (_flights.GetValueOrDefault(key) == flight)
                {
                    _flights.Remove(key);
                }
            }
        }
    }

    private SqlResult? Find(string key)
    {
        if (!_entries.TryGetValue(key, out var entry))
        {
            return null;
        }
        if (clock.GetElapsedTime(entry.Since) > entry.For)
        {
            Drop(key, entry);
            return null;
        }
        _byUse.Remove(entry.Use);
        _byUse.AddLast(entry.Use);
        return entry.Result;
    }

    private void Keep(string key, SqlResult result, TimeSpan time)
    {
        if (result.Json.Length > MostBytesOfOne)
        {
            return;
        }
        if (_entries.TryGetValue(key, out var old))
        {
            Drop(key, old);
        }
        _entries[key] = new Entry(result, _byUse.AddLast(key), clock.GetTimestamp(), time);
        _bytes += result.Json.Length;
        while (_bytes > MostBytes)
        {
            Drop(_byUse.First!.Value, _entries[_byUse.First.Value]);
        }
    }

    private void Drop(string key, Entry entry)
    {
        _entries.Remove(key);
        _byUse.Remove(entry.Use);
        _bytes -= entry.Result.Json.Length;
    }

    private sealed record Entry(SqlResult Result, LinkedListNode<string> Use, long Since, TimeSpan For);

    private sealed class Flight
    {
        public Task<SqlResult> Task { get; set; } = null!;

        public CancellationTokenSource Stop { get; } = new();

        public int Waiting { get; set; }
    }
}
