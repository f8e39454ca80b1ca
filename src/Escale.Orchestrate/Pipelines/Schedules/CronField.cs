using System.Globalization;
using Escale.Kernel;

namespace Escale.Orchestrate.Pipelines.Schedules;

/// <summary>What a field of cron may hold.</summary>
internal sealed record CronRange(string Name, int Least, int Most, string[] Names);

/// <summary>The values of one field.</summary>
internal readonly record struct CronField(ulong Values, bool IsAny)
{
    public static readonly CronRange Minutes = new("minute", 0, 59, []);
    public static readonly CronRange Hours = new("hour", 0, 23, []);
    public static readonly CronRange Days = new("day of the month", 1, 31, []);
    public static readonly CronRange Months = new("month", 1, 12, ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"]);

    // 7 is Sunday, too.
    public static readonly CronRange Weekdays = new("day of the week", 0, 7, ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"]);

    public bool Has(int value) => (Values >> value & 1) != 0;

    /// <summary>Reads <c>*</c>, <c>*/5</c>, <c>1-5</c>, <c>1-31/2</c>, <c>3</c>, <c>MON</c>, and lists of them.</summary>
    public static CronField Parse(string text, CronRange range)
    {
        var values = 0UL;
        foreach (var part in text.Split(','))
        {
            values |= Part(part, text, range);
        }
        return new CronField(values, text == "*");
    }

    /// <summary>One value of a range, by number or name.</summary>
    public static int Value(string word, string text, CronRange range)
    {
        var named = Array.FindIndex(range.Names, name => name.Equals(word, StringComparison.OrdinalIgnoreCase));
        if (named >= 0)
        {
            return named + range.Least;
        }
        return int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value >= range.Least && value <= range.Most ? value : throw Wrong(text, word, range);
    }

    public static EscaleException Wrong(string text, string word, CronRange range) => new(
        "orchestrate.cron", $"'{(word.Length == 0 ? text : word)}' is no {range.Name}.",
        string.Create(CultureInfo.InvariantCulture, $"Write numbers from {range.Least} to {range.Most}{(range.Names.Length > 0 ? $", or names such as {range.Names[1]}" : "")}; lists 1,15; ranges 1-5; steps */2."));

    private static ulong Part(string part, string text, CronRange range)
    {
        var slash = part.Split('/');
        var step = 1;
        if (slash.Length > 2 || (slash.Length == 2 && (!int.TryParse(slash[1], NumberStyles.None, CultureInfo.InvariantCulture, out step) || step < 1 || step > range.Most)))
        {
            throw Wrong(text, part, range);
        }
        var ends = slash[0].Split('-');
        var (first, last) = slash[0] == "*" ? (range.Least, range.Most)
            : ends.Length == 1 ? (Value(ends[0], text, range), slash.Length == 2 ? range.Most : Value(ends[0], text, range))
            : ends.Length == 2 ? (Value(ends[0], text, range), Value(ends[1], text, range)) : throw Wrong(text, part, range);
        var isWeek = ReferenceEquals(range, Weekdays);
        if (isWeek && last == 0 && first > 0)
        {
            last = 7; // FRI-SUN
        }
        if (first > last)
        {
            throw Wrong(text, part, range);
        }
        var values = 0UL;
        for (var value = first; value <= last; value += step)
        {
            values |= 1UL << (isWeek ? value % 7 : value);
        }
        return values;
    }
}

/// <summary>The days that both fields of days allow.</summary>
internal sealed class CronDays
{
    private readonly CronField _days;
    private readonly CronField _weekdays;
    private readonly List<Func<DateTime, bool>> _monthRules = [];
    private readonly List<Func<DateTime, bool>> _weekRules = [];

    private CronDays(string days, string weekdays)
    {
        _days = Read(days, CronField.Days, _monthRules, MonthRule);
        _weekdays = Read(weekdays, CronField.Weekdays, _weekRules, WeekRule);
    }

    public static CronDays Parse(string days, string weekdays) => new(days == "?" ? "*" : days, weekdays == "?" ? "*" : weekdays);

    public bool Has(DateTime day)
    {
        var byMonth = _days.Has(day.Day) || _monthRules.Exists(rule => rule(day));
        var byWeek = _weekdays.Has((int)day.DayOfWeek) || _weekRules.Exists(rule => rule(day));
        return _days.IsAny ? byWeek : _weekdays.IsAny ? byMonth : byMonth || byWeek;
    }

    private static CronField Read(string text, CronRange range, List<Func<DateTime, bool>> rules, Func<string, string, Func<DateTime, bool>?> read)
    {
        var plain = new List<string>();
        foreach (var part in text.Split(','))
        {
            if (read(part, text) is { } rule)
            {
                rules.Add(rule);
            }
            else
            {
                plain.Add(part);
            }
        }
        return plain.Count > 0 ? CronField.Parse(string.Join(',', plain), range) : default;
    }

    private static Func<DateTime, bool>? MonthRule(string part, string text)
    {
        if (part.Equals("L", StringComparison.OrdinalIgnoreCase))
        {
            return day => day.Day == DateTime.DaysInMonth(day.Year, day.Month);
        }
        if (part.Length < 2 || part[^1] is not ('W' or 'w'))
        {
            return null;
        }
        var wanted = CronField.Value(part[..^1], text, CronField.Days);
        return day => wanted <= DateTime.DaysInMonth(day.Year, day.Month) && day.Date == WorkingDay(new DateTime(day.Year, day.Month, wanted));
    }

    /// <summary>The working day nearest to this one in its month.</summary>
    private static DateTime WorkingDay(DateTime day) => day.DayOfWeek switch
    {
        DayOfWeek.Saturday => day.Day > 1 ? day.AddDays(-1) : day.AddDays(2),
        DayOfWeek.Sunday => day.Day < DateTime.DaysInMonth(day.Year, day.Month) ? day.AddDays(1) : day.AddDays(-2),
        _ => day,
    };

    private static Func<DateTime, bool>? WeekRule(string part, string text)
    {
        var hash = part.IndexOf('#', StringComparison.Ordinal);
        if (hash > 0)
        {
            var (which, weekday) = (part[(hash + 1)..], CronField.Value(part[..hash], text, CronField.Weekdays) % 7);
            return which is [>= '1' and <= '5'] ? day => (int)day.DayOfWeek == weekday && (day.Day + 6) / 7 == which[0] - '0' : throw CronField.Wrong(text, part, CronField.Weekdays);
        }
        if (part.Length < 2 || part[^1] is not ('L' or 'l'))
        {
            return null;
        }
        var last = CronField.Value(part[..^1], text, CronField.Weekdays) % 7;
        return day => (int)day.DayOfWeek == last && day.Day + 7 > DateTime.DaysInMonth(day.Year, day.Month);
    }
}
