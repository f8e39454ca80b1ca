using System.Runtime.InteropServices;

namespace Escale.Learning.Bench;

/// <summary>
/// A clock of this process's processor time. On a machine that does other work, too, a search with a limit of such seconds gets as far as it would alone;
/// one search at a time in the process.
/// </summary>
internal sealed partial class ProcessorClock : TimeProvider
{
    private const int ProcessTime = 2;

    public override long TimestampFrequency => 1_000_000_000;

    public override long GetTimestamp()
    {
        _ = ClockGetTime(ProcessTime, out var time);
        return time.Seconds * TimestampFrequency + time.Nanoseconds;
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => new PolledTimer(this, callback, state, dueTime);

    [LibraryImport("libc", EntryPoint = "clock_gettime")]
    private static partial int ClockGetTime(int clock, out TimeSpec time);

    [StructLayout(LayoutKind.Sequential)]
    private struct TimeSpec
    {
        public long Seconds;
        public long Nanoseconds;
    }

    // Once only, which is what cancellation asks for.
    private sealed class PolledTimer : ITimer
    {
        private static readonly TimeSpan _step = TimeSpan.FromMilliseconds(10);

        private readonly ProcessorClock _clock;
        private readonly TimerCallback _callback;
        private readonly object? _state;
        private readonly Timer _poll;
        private long _due = long.MaxValue;

        public PolledTimer(ProcessorClock clock, TimerCallback callback, object? state, TimeSpan dueTime)
        {
            (_clock, _callback, _state) = (clock, callback, state);
            _poll = new Timer(_ => Poll(), null, Timeout.Infinite, Timeout.Infinite);
            Change(dueTime, Timeout.InfiniteTimeSpan);
        }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            var isOff = dueTime == Timeout.InfiniteTimeSpan;
            Interlocked.Exchange(ref _due, isOff ? long.MaxValue : _clock.GetTimestamp() + (long)(dueTime.TotalSeconds * _clock.TimestampFrequency));
            return _poll.Change(isOff ? Timeout.InfiniteTimeSpan : _step, _step);
        }

        public void Dispose() => _poll.Dispose();

        public ValueTask DisposeAsync() => _poll.DisposeAsync();

        private void Poll()
        {
            var due = Interlocked.Read(ref _due);
            if (due < long.MaxValue && _clock.GetTimestamp() >= due && Interlocked.CompareExchange(ref _due, long.MaxValue, due) == due)
            {
                _callback(_state);
            }
        }
    }
}
