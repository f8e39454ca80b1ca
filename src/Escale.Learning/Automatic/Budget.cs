namespace Escale.Learning.Automatic;

/// <summary>
/// Time and trials that are left. First models are tried; then, with the time kept for it, the chosen ones learn from all rows. The token is cancelled when the time of what is under way is
/// up, or by the user.
/// </summary>
internal sealed class Budget : IDisposable
{
    private const double Slack = 0.04;
    private const double ShareOfLast = 0.05;
    private const double LeastForRefitting = 0.05;

    private readonly TimeProvider _clock;
    private readonly TimeSpan? _limit;
    private readonly int? _trials;
    private readonly long _started;
    private readonly CancellationToken _user;
    private readonly CancellationTokenSource _end;
    private CancellationTokenSource _timer;
    private CancellationTokenSource _either;
    private double _choosing = 0.07;
    private double _refitting = 0.2;
    private bool _isRefitting;

    public Budget(AutoMlSettings settings, CancellationToken user)
    {
        (_clock, _limit, _trials, _user) = (settings.Clock, settings.TimeLimit, settings.Trials, user);
        _started = _clock.GetTimestamp();
        _end = _limit is { } limit ? new CancellationTokenSource(limit * (1 - Slack), _clock) : new CancellationTokenSource();
        (_timer, _either) = Timed();
    }

    /// <summary>Cancelled when all time is up.</summary>
    public CancellationToken EndToken => _end.Token;

    public int TrialsDone { get; private set; }

    public CancellationToken Token => _either.Token;

    public TimeSpan Elapsed => _clock.GetElapsedTime(_started);

    /// <summary>Time left for what is under way; a day when there is no limit.</summary>
    public TimeSpan Left => _limit is { } limit ? TimeSpan.FromTicks(Math.Max(0, (limit * Until - Elapsed).Ticks)) : TimeSpan.FromDays(1);

    /// <summary>The time for all; null when there is no limit.</summary>
    public TimeSpan? Limit => _limit;

    public bool HasTimeLimit => _limit is not null;

    public bool IsOver => _user.IsCancellationRequested || (!_isRefitting && _trials is { } trials && TrialsDone >= trials) || Left <= TimeSpan.Zero;

    public double Share => Math.Min(1, Math.Max(_limit is { } limit ? Elapsed / limit : 0, _trials is { } trials ? (double)TrialsDone / trials : 0));

    private double Until => _isRefitting ? 1 - Slack : 1 - ShareOfLast - _choosing - _refitting;

    /// <summary>Keeps time for what comes after trying: choosing weights, calibration and intervals take longer with more rows.</summary>
    /// <param name="rows">Rows of the table.</param>
    /// <param name="refitting">The share of the time for learning from all rows.</param>
    public void ReserveFor(int rows, double refitting)
    {
        (_choosing, _refitting) = (Math.Min(0.1, 0.02 + rows / 5e5), refitting);
        Renew();
    }

    /// <summary>Keeps time for learning from all rows.</summary>
    /// <param name="seconds">What it is expected to take.</param>
    /// <param name="most">The largest share of the time to keep.</param>
    public void KeepForRefitting(double seconds, double most)
    {
        if (_limit is { } limit)
        {
            _refitting = Math.Clamp(seconds / limit.TotalSeconds, LeastForRefitting, most);
            Renew();
        }
    }

    /// <summary>Trying is over: what is kept for learning from all rows may be used.</summary>
    public void BeginRefitting()
    {
        _isRefitting = true;
        Renew();
    }

    public void CountTrial() => TrialsDone++;

    public void Dispose()
    {
        _end.Dispose();
        _either.Dispose();
        _timer.Dispose();
    }

    private void Renew()
    {
        _either.Dispose();
        _timer.Dispose();
        (_timer, _either) = Timed();
    }

    private (CancellationTokenSource Timer, CancellationTokenSource Either) Timed()
    {
        // What is about to end may end.
        var timer = _limit is { } limit ? new CancellationTokenSource(TimeSpan.FromTicks(Math.Max(1, (Left + Slack / 2 * limit).Ticks)), _clock) : new CancellationTokenSource();
        return (timer, CancellationTokenSource.CreateLinkedTokenSource(timer.Token, _user));
    }
}
