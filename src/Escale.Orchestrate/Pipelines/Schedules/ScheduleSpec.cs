namespace Escale.Orchestrate.Pipelines.Schedules;

/// <summary>What is done about the times that passed while nothing ran.</summary>
public enum CatchUp
{
    /// <summary>Only the last of them is made up for; the default.</summary>
    Last,

    /// <summary>Each of them.</summary>
    All,

    /// <summary>None.</summary>
    None,
}

/// <summary>Days without runs, both ends among them.</summary>
/// <param name="First">The first.</param>
/// <param name="Last">The last.</param>
public readonly record struct DaySpan(DateOnly First, DateOnly Last)
{
    /// <summary>Whether the day is one of them.</summary>
    public bool Has(DateOnly day) => day >= First && day <= Last;
}

/// <summary>When a pipeline runs. Immutable.</summary>
public sealed record ScheduleSpec
{
    /// <summary><c>cron</c>, or null when <see cref="Every"/> says it.</summary>
    public string? Cron { get; init; }

    /// <summary><c>every</c>: a period, counted from the beginning of 1970 in UTC unless <see cref="From"/> is given.</summary>
    public TimeSpan? Every { get; init; }

    /// <summary><c>zone</c>: the time zone of the clock on the wall. Default: UTC.</summary>
    public string Zone { get; init; } = "UTC";

    /// <summary><c>except</c>: days, in the zone, on which it does not run.</summary>
    public IReadOnlyList<DaySpan> Except { get; init; } = [];

    /// <summary><c>from</c>: the first moment, or null.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary><c>until</c>: the moment before which it must come, or null.</summary>
    public DateTimeOffset? Until { get; init; }

    /// <summary><c>catch_up</c>.</summary>
    public CatchUp CatchUp { get; init; }
}

/// <summary>The times of a schedule. Immutable; thread-safe.</summary>
public sealed class Schedule
{
    // Days that are left out may follow each other; a schedule that is left out for so many times in a row has ended.
    private const int MostLeftOut = 200_000;

    private readonly ScheduleSpec _spec;
    private readonly CronExpression? _cron;
    private readonly TimeZoneInfo _zone;

    /// <summary>Reads a schedule.</summary>
    /// <exception cref="Kernel.EscaleException"><c>orchestrate.cron</c>.</exception>
    /// <exception cref="TimeZoneNotFoundException">There is no such zone.</exception>
    public Schedule(ScheduleSpec spec)
    {
        _spec = spec;
        _cron = spec.Cron is { } cron ? CronExpression.Parse(cron) : null;
        _zone = TimeZoneInfo.FindSystemTimeZoneById(spec.Zone);
    }

    /// <summary>The first time after this moment, or null when none comes.</summary>
    public DateTimeOffset? Next(DateTimeOffset after)
    {
        var from = _spec.From is { } first && first.AddTicks(-1) > after ? first.AddTicks(-1) : after;
        for (var left = 0; left < MostLeftOut; left++)
        {
            if (NextOfAll(from) is not { } next || next >= _spec.Until)
            {
                return null;
            }
            if (!IsLeftOut(next))
            {
                return next;
            }
            from = next;
        }
        return null;
    }

    /// <summary>The last time before this moment, or null when there is none within ten years.</summary>
    public DateTimeOffset? Previous(DateTimeOffset before)
    {
        for (var back = TimeSpan.FromHours(2); back < TimeSpan.FromDays(3660); back *= 4)
        {
            var found = (DateTimeOffset?)null;
            for (var at = Next(before - back); at < before; at = Next(at.Value))
            {
                found = at;
            }
            if (found is not null)
            {
                return found;
            }
        }
        return null;
    }

    /// <summary>What a run at this time is about: from the time before to this one.</summary>
    public DateTimeOffset BeginOf(DateTimeOffset time) => Previous(time) ?? time;

    /// <summary>The times after one moment up to another, the second among them; at most so many.</summary>
    public IEnumerable<DateTimeOffset> Between(DateTimeOffset after, DateTimeOffset until, int most)
    {
        for (var at = Next(after); at <= until && most > 0; at = Next(at.Value))
        {
            most--;
            yield return at.Value;
        }
    }

    private DateTimeOffset? NextOfAll(DateTimeOffset after)
    {
        if (_cron is not null)
        {
            return CronTimes.Next(_cron, _zone, after);
        }
        var (period, anchor) = (_spec.Every!.Value.Ticks, (_spec.From ?? DateTimeOffset.UnixEpoch).UtcTicks);
        var passed = after.UtcTicks - anchor;
        var next = anchor + (((passed >= 0 ? passed / period : ((passed + 1) / period) - 1) + 1) * period);
        return next > DateTimeOffset.MaxValue.UtcTicks ? null : new DateTimeOffset(next, TimeSpan.Zero);
    }

    private bool IsLeftOut(DateTimeOffset time)
    {
        if (_spec.Except.Count == 0)
        {
            return false;
        }
        var day = DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(time, _zone).DateTime);
        return _spec.Except.Any(span => span.Has(day));
    }
}
