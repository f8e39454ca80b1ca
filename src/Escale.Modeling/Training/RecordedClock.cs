using System.Collections.Concurrent;
using Escale.Learning;

namespace Escale.Modeling.Training;

/// <summary>
/// Every reading of the clock that a training took, and when its time limits came. Given back in the same order they make a training with a time limit give the same bits again: time is the
/// only thing beside data, settings and seed that decides what it does.
/// </summary>
internal sealed class ClockRecord
{
    /// <summary>Readings, by the piece of work that took them; the empty key is the training itself.</summary>
    public ConcurrentDictionary<(int After, int Part), List<long>> Readings { get; } = new();

    /// <summary>Which timers came, and after how many readings of the training itself. A timer of −1 is the user's wish to stop.</summary>
    public List<(int Timer, int After)> Fired { get; } = [];

    /// <summary>As bytes: differences of readings, in as few bytes as they need.</summary>
    public byte[] ToBytes()
    {
        using var bytes = new MemoryStream();
        using var writer = new BinaryWriter(bytes);
        writer.Write((byte)1);
        writer.Write7BitEncodedInt(Fired.Count);
        foreach (var (timer, after) in Fired)
        {
            writer.Write7BitEncodedInt(timer + 1);
            writer.Write7BitEncodedInt(after);
        }
        writer.Write7BitEncodedInt(Readings.Count);
        foreach (var ((after, part), readings) in Readings.OrderBy(pair => pair.Key))
        {
            writer.Write7BitEncodedInt(after);
            writer.Write7BitEncodedInt(part + 1);
            writer.Write7BitEncodedInt(readings.Count);
            var last = 0L;
            foreach (var reading in readings)
            {
                writer.Write7BitEncodedInt64(reading - last);
                last = reading;
            }
        }
        writer.Flush();
        return bytes.ToArray();
    }

    /// <summary>What <see cref="ToBytes"/> wrote.</summary>
    /// <exception cref="InvalidDataException">It is something else.</exception>
    public static ClockRecord FromBytes(byte[] bytes)
    {
        using var reader = new BinaryReader(new MemoryStream(bytes));
        try
        {
            if (reader.ReadByte() != 1)
            {
                throw new InvalidDataException("The record of the clock is of another version.");
            }
            var record = new ClockRecord();
            for (var left = reader.Read7BitEncodedInt(); left > 0; left--)
            {
                record.Fired.Add((reader.Read7BitEncodedInt() - 1, reader.Read7BitEncodedInt()));
            }
            for (var left = reader.Read7BitEncodedInt(); left > 0; left--)
            {
                var (key, readings, last) = ((reader.Read7BitEncodedInt(), reader.Read7BitEncodedInt() - 1), new List<long>(), 0L);
                for (var count = reader.Read7BitEncodedInt(); count > 0; count--)
                {
                    readings.Add(last += reader.Read7BitEncodedInt64());
                }
                record.Readings[key] = readings;
            }
            return record;
        }
        catch (Exception error) when (error is EndOfStreamException or FormatException)
        {
            throw new InvalidDataException("The record of the clock is cut.", error);
        }
    }
}

/// <summary>A clock that notes its readings. The training itself reads on one thread; parts of its work that run at the same time each have a clock of their own.</summary>
internal sealed class RecordingClock(TimeProvider clock) : PartedClock
{
    private readonly Lock _gate = new();
    private readonly List<long> _own = [];
    private int _timers;

    /// <summary>What was read so far.</summary>
    public ClockRecord Record { get; } = new();

    public override long TimestampFrequency => clock.TimestampFrequency;

    public override DateTimeOffset GetUtcNow() => clock.GetUtcNow();

    public override long GetTimestamp()
    {
        lock (_gate)
        {
            var reading = clock.GetTimestamp();
            _own.Add(reading);
            return reading;
        }
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var number = Interlocked.Increment(ref _timers) - 1;
        return clock.CreateTimer(
            given =>
            {
                Note(number);
                callback(given);
            },
            state, dueTime, period);
    }

    public override TimeProvider Part(int part)
    {
        lock (_gate)
        {
            return new PartClock(clock, Record.Readings.GetOrAdd((_own.Count, part), _ => []));
        }
    }

    /// <summary>Notes that the user wants it to stop with what it has, and tells it.</summary>
    public void Stop(CancellationTokenSource stop)
    {
        Note(-1);
        stop.Cancel();
    }

    /// <summary>The record, complete once the training has ended.</summary>
    public ClockRecord End()
    {
        lock (_gate)
        {
            Record.Readings[(0, -1)] = [.. _own];
            return Record;
        }
    }

    private void Note(int timer)
    {
        lock (_gate)
        {
            Record.Fired.Add((timer, _own.Count));
        }
    }

    private sealed class PartClock(TimeProvider clock, List<long> readings) : TimeProvider
    {
        public override long TimestampFrequency => clock.TimestampFrequency;

        public override long GetTimestamp()
        {
            var reading = clock.GetTimestamp();
            readings.Add(reading);
            return reading;
        }
    }
}

/// <summary>A clock that gives what another once read. When it is asked for more than there is, it goes on from the last.</summary>
internal sealed class ReplayingClock(ClockRecord record, long frequency, CancellationTokenSource stop) : PartedClock
{
    private readonly Lock _gate = new();
    private readonly List<long> _own = record.Readings.GetValueOrDefault((0, -1)) ?? [];
    private readonly List<ReplayedTimer> _timers = [];
    private int _at;

    public override long TimestampFrequency => frequency;

    public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch;

    public override long GetTimestamp()
    {
        long reading;
        List<Action> due = [];
        lock (_gate)
        {
            reading = _own.Count == 0 ? 0 : _own[Math.Min(_at, _own.Count - 1)];
            _at++;
            foreach (var (timer, _) in record.Fired.Where(fired => fired.After == _at))
            {
                due.Add(timer < 0 ? stop.Cancel : timer < _timers.Count ? _timers[timer].Fire : () => { });
            }
        }
        due.ForEach(fire => fire());
        return reading;
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        lock (_gate)
        {
            var timer = new ReplayedTimer(callback, state);
            _timers.Add(timer);
            if (record.Fired.Any(fired => fired.Timer == _timers.Count - 1 && fired.After <= _at))
            {
                // It came before the next reading; whoever makes it must have it first.
                ThreadPool.UnsafeQueueUserWorkItem(static queued => queued.Fire(), timer, preferLocal: false);
            }
            return timer;
        }
    }

    public override TimeProvider Part(int part)
    {
        lock (_gate)
        {
            return new PartClock(frequency, record.Readings.GetValueOrDefault((_at, part)) ?? []);
        }
    }

    private sealed class PartClock(long frequency, List<long> readings) : TimeProvider
    {
        private int _at;

        public override long TimestampFrequency => frequency;

        public override long GetTimestamp() => readings.Count == 0 ? 0 : readings[Math.Min(_at++, readings.Count - 1)];
    }

    private sealed class ReplayedTimer(TimerCallback callback, object? state) : ITimer
    {
        private volatile bool _isDisposed;

        public void Fire()
        {
            if (!_isDisposed)
            {
                callback(state);
            }
        }

        public bool Change(TimeSpan dueTime, TimeSpan period) => !_isDisposed;

        public void Dispose() => _isDisposed = true;

        public ValueTask DisposeAsync()
        {
            _isDisposed = true;
            return ValueTask.CompletedTask;
        }
    }
}
