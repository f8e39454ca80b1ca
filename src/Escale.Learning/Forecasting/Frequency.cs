using System.Globalization;

namespace Escale.Learning.Forecasting;

/// <summary>How the times of a series follow each other.</summary>
public enum FrequencyKind
{
    /// <summary>No calendar: first, second, third.</summary>
    Steps,

    /// <summary>The same span of time, from part of a second to weeks.</summary>
    Span,

    /// <summary>Days from Monday to Friday.</summary>
    BusinessDays,

    /// <summary>The same number of months: months, quarters, years.</summary>
    Months,
}

/// <summary>The regular distance of the times of a series.</summary>
public readonly record struct Frequency
{
    private const int BusinessDaysAWeek = 5;

    /// <summary>Of what kind it is.</summary>
    public FrequencyKind Kind { get; private init; }

    /// <summary>The distance, for <see cref="FrequencyKind.Span"/>.</summary>
    public TimeSpan Span { get; private init; }

    /// <summary>The distance in months, for <see cref="FrequencyKind.Months"/>.</summary>
    public int Months { get; private init; }

    /// <summary>Whether times are the last days of their months.</summary>
    public bool IsAtMonthEnd { get; private init; }

    /// <summary>No calendar.</summary>
    public static Frequency OfSteps => default;

    /// <summary>From Monday to Friday.</summary>
    public static Frequency OfBusinessDays => new() { Kind = FrequencyKind.BusinessDays };

    /// <summary>The same span of time.</summary>
    public static Frequency Every(TimeSpan span) =>
        span > TimeSpan.Zero ? new() { Kind = FrequencyKind.Span, Span = span } : throw new ArgumentOutOfRangeException(nameof(span));

    /// <summary>A number of months: 1, 3 for quarters, 12 for years.</summary>
    public static Frequency EveryMonths(int months, bool isAtMonthEnd = false) =>
        months > 0 ? new() { Kind = FrequencyKind.Months, Months = months, IsAtMonthEnd = isAtMonthEnd } : throw new ArgumentOutOfRangeException(nameof(months));

    /// <summary>How many steps a pattern may take to come again, the likeliest first: 12 for months, 7 for days, 24 and 168 for hours. Empty without a calendar.</summary>
    public IReadOnlyList<int> Seasons => Kind switch
    {
        FrequencyKind.BusinessDays => [BusinessDaysAWeek],
        FrequencyKind.Months => 12 % Months == 0 && Months < 12 ? [12 / Months] : [],
        FrequencyKind.Span => SeasonsOf(Span),
        _ => [],
    };

    /// <summary>The time some steps after another.</summary>
    /// <param name="start">A time of the series.</param>
    /// <param name="steps">How many steps on, 0 or more.</param>
    public DateTime At(DateTime start, int steps) => Kind switch
    {
        FrequencyKind.Span => start + Span * steps,
        FrequencyKind.Months => AtMonth(start, steps),
        FrequencyKind.BusinessDays => AtBusinessDay(start, steps),
        _ => start,
    };

    /// <summary>The distance of times that ascend, or null when there is none that fits all.</summary>
    public static Frequency? Detect(IReadOnlyList<DateTime> times)
    {
        if (times.Count < 2)
        {
            return null;
        }
        return OfMonths(times) ?? OfSpan(times);
    }

    /// <inheritdoc/>
    public override string ToString() => Kind switch
    {
        FrequencyKind.BusinessDays => "every business day",
        FrequencyKind.Months => Months switch { 1 => "every month", 3 => "every quarter", 12 => "every year", _ => string.Create(CultureInfo.InvariantCulture, $"every {Months} months") },
        FrequencyKind.Span => "every " + (Span == TimeSpan.FromDays(1) ? "day" : Span == TimeSpan.FromDays(7) ? "week" : Span == TimeSpan.FromHours(1) ? "hour" : Span.ToString("c", CultureInfo.InvariantCulture)),
        _ => "in steps",
    };

    /// <summary>How many steps a time is after the start; null when it is between steps.</summary>
    internal int? StepsTo(DateTime start, DateTime time)
    {
        var guess = Kind switch
        {
            FrequencyKind.Span => (time - start).Ticks / Span.Ticks,
            FrequencyKind.Months => MonthsBetween(start, time) / Months,
            FrequencyKind.BusinessDays => (time.Date - start.Date).Days / 7L * BusinessDaysAWeek,
            _ => 0,
        };
        for (var steps = guess; steps <= guess + BusinessDaysAWeek && steps is >= 0 and <= int.MaxValue; steps++)
        {
            if (At(start, (int)steps) == time)
            {
                return (int)steps;
            }
        }
        return null;
    }

    private static IReadOnlyList<int> SeasonsOf(TimeSpan span)
    {
        var seasons = new List<int>();
        foreach (var cycle in new[] { TimeSpan.FromMinutes(1), TimeSpan.FromHours(1), TimeSpan.FromDays(1), TimeSpan.FromDays(7), TimeSpan.FromDays(364) })
        {
            // A year is no multiple of weeks or days, but near enough for weekly data; for days its 365 values are too many to learn one by one.
            var isYear = cycle == TimeSpan.FromDays(364);
            if (cycle.Ticks % span.Ticks == 0 && cycle / span is > 1 and <= 400 && (!isYear || span == TimeSpan.FromDays(7)))
            {
                seasons.Add((int)(cycle / span));
            }
        }
        return seasons;
    }

    private static Frequency? OfMonths(IReadOnlyList<DateTime> times)
    {
        var isAtEnd = times.All(time => time.Day == DateTime.DaysInMonth(time.Year, time.Month));
        if (!isAtEnd && times.Any(time => time.Day != times[0].Day) || times.Any(time => time.TimeOfDay != times[0].TimeOfDay))
        {
            return null;
        }
        var months = 0;
        for (var at = 1; at < times.Count; at++)
        {
            months = (int)Greatest(months, MonthsBetween(times[0], times[at]));
        }
        return months > 0 ? EveryMonths(months, isAtEnd && times.Any(time => time.Day != times[0].Day)) : null;
    }

    private static Frequency? OfSpan(IReadOnlyList<DateTime> times)
    {
        var least = TimeSpan.MaxValue;
        for (var at = 1; at < times.Count; at++)
        {
            least = times[at] - times[at - 1] < least ? times[at] - times[at - 1] : least;
        }
        for (var at = 1; at < times.Count; at++)
        {
            if ((times[at] - times[at - 1]).Ticks % least.Ticks != 0)
            {
                return null;
            }
        }
        var isWorkWeek = least == TimeSpan.FromDays(1) && times.Count >= 10 && times.All(time => time.DayOfWeek is not (DayOfWeek.Saturday or DayOfWeek.Sunday));
        return isWorkWeek ? OfBusinessDays : Every(least);
    }

    private static long Greatest(long one, long other) => other == 0 ? one : Greatest(other, one % other);

    private static int MonthsBetween(DateTime from, DateTime to) => (to.Year - from.Year) * 12 + to.Month - from.Month;

    private static DateTime AtBusinessDay(DateTime start, int steps)
    {
        var time = start.AddDays(steps / BusinessDaysAWeek * 7);
        for (var rest = steps % BusinessDaysAWeek; rest > 0; rest--)
        {
            time = time.AddDays(time.DayOfWeek switch { DayOfWeek.Friday => 3, DayOfWeek.Saturday => 2, _ => 1 });
        }
        return time;
    }

    private DateTime AtMonth(DateTime start, int steps)
    {
        var time = start.AddMonths(steps * Months);
        return IsAtMonthEnd ? time.AddDays(DateTime.DaysInMonth(time.Year, time.Month) - time.Day) : time;
    }
}
