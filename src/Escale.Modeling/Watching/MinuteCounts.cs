namespace Escale.Modeling.Watching;

/// <summary>What happened in a minute.</summary>
/// <param name="At">When it began.</param>
/// <param name="Requests">Requests.</param>
/// <param name="Errors">Requests that could not be answered.</param>
/// <param name="MeanMilliseconds">The mean time of an answer.</param>
/// <param name="P95Milliseconds">Within which 95 of 100 were answered, to the next power of two; 0 when there was none.</param>
public sealed record MinuteUse(DateTimeOffset At, long Requests, long Errors, double MeanMilliseconds, double P95Milliseconds);

/// <summary>Requests, errors and times of the last hours, minute by minute: a few additions for a request, no memory but what is made at the start. Thread-safe.</summary>
internal sealed class MinuteCounts
{
    private const int Minutes = 240;
    private const int Buckets = 24;

    private readonly Minute[] _minutes = [.. Enumerable.Range(0, Minutes).Select(_ => new Minute())];

    /// <summary>Counts a request.</summary>
    public void Add(TimeSpan time, bool isError)
    {
        var now = Environment.TickCount64 / 60_000;
        var minute = _minutes[now % Minutes];
        if (Volatile.Read(ref minute.Number) != now)
        {
            minute.Begin(now);
        }
        Interlocked.Increment(ref minute.Requests);
        if (isError)
        {
            Interlocked.Increment(ref minute.Errors);
        }
        var microseconds = Math.Max(1, (long)time.TotalMicroseconds);
        Interlocked.Add(ref minute.Microseconds, microseconds);
        Interlocked.Increment(ref minute.Times[Math.Min(Buckets - 1, System.Numerics.BitOperations.Log2((ulong)microseconds))]);
    }

    /// <summary>The last minutes that had requests, the oldest first.</summary>
    public IReadOnlyList<MinuteUse> Read(DateTimeOffset now)
    {
        var current = Environment.TickCount64 / 60_000;
        var start = now.AddMilliseconds(-(Environment.TickCount64 % 60_000));
        return [.. _minutes.Where(minute => Volatile.Read(ref minute.Number) is var number && number > current - Minutes && number >= 0 && minute.Requests > 0).OrderBy(minute => minute.Number)
            .Select(minute => new MinuteUse(start.AddMinutes(minute.Number - current), minute.Requests, minute.Errors, minute.Microseconds / 1000.0 / Math.Max(1, minute.Requests), minute.P95()))];
    }

    private sealed class Minute
    {
        public readonly long[] Times = new long[Buckets];
        public long Number = -1;
        public long Requests;
        public long Errors;
        public long Microseconds;

        public void Begin(long number)
        {
            lock (Times)
            {
                if (Number != number)
                {
                    (Requests, Errors, Microseconds) = (0, 0, 0);
                    Array.Clear(Times);
                    Volatile.Write(ref Number, number);
                }
            }
        }

        public double P95()
        {
            var (wanted, seen) = ((long)Math.Ceiling(0.95 * Times.Sum()), 0L);
            for (var bucket = 0; bucket < Buckets && wanted > 0; bucket++)
            {
                seen += Times[bucket];
                if (seen >= wanted)
                {
                    return (1L << (bucket + 1)) / 1000.0;
                }
            }
            return 0;
        }
    }
}
