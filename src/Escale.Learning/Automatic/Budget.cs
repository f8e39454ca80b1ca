namespace Escale.Learning.Automatic;

/// <summary>Time and trials that are left. The token is cancelled when time is up, or by the user.</summary>
internal sealed class Budget : IDisposable
{
    private readonly TimeProvider _clock;
    private readonly TimeSpan? _limit;
    private readonly int? _trials;
    private readonly long _started;
    private readonly CancellationTokenSource _timer;
    private readonly CancellationTokenSource _either;
    private readonly CancellationToken _user;
    private double _reserve = 0.07;

    public Budget(AutoMlSettings settings, CancellationToken user)
    {
        (_clock, _limit, _trials, _user) = (settings.Clock, settings.TimeLimit, settings.Trials, user);
        _started = _clock.GetTimestamp();
        _timer = _limit is { } limit ? new CancellationTokenSource(limit * 0.95, _clock) : new CancellationTokenSource();
        _either = CancellationTokenSource.CreateLinkedTokenSource(_timer.Token, user);
    }

    public int TrialsDone { get; private set; }

    public CancellationToken Token => _either.Token;

    public TimeSpan Elapsed => _clock.GetElapsedTime(_started);

    /// <summary>Time left for learning; a day when there is no limit.</summary>
    public TimeSpan Left => _limit is { } limit ? TimeSpan.FromTicks(Math.Max(0, (limit * (1 - _reserve) - Elapsed).Ticks)) : TimeSpan.FromDays(1);

    public bool HasTimeLimit => _limit is not null;

    public bool IsOver => _user.IsCancellationRequested || (_trials is { } trials && TrialsDone >= trials) || Left <= TimeSpan.Zero;

    public double Share => Math.Min(1, Math.Max(_limit is { } limit ? Elapsed / limit : 0, _trials is { } trials ? (double)TrialsDone / trials : 0));

    /// <summary>Keeps time for the end: weights, calibration and intervals take longer with more rows.</summary>
    public void ReserveFor(int rows)
    {
        _reserve = Math.Min(0.15, 0.06 + rows / 5e5);
        if (_limit is { } limit)
        {
            _timer.CancelAfter(TimeSpan.FromTicks(Math.Max(1, (limit * (1.02 - _reserve) - Elapsed).Ticks)));
        }
    }

    public void CountTrial() => TrialsDone++;

    public void Dispose()
    {
        _either.Dispose();
        _timer.Dispose();
    }
}
