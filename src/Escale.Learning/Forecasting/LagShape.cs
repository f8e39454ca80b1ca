using System.Globalization;

namespace Escale.Learning.Forecasting;

/// <summary>What of the calendar may matter.</summary>
[Flags]
internal enum CalendarParts
{
    None = 0,
    MinuteOfDay = 1,
    DayOfWeek = 2,
    DayOfMonth = 4,
    DayOfYear = 8,
    Month = 16,
}

/// <summary>Which features a step has, and how they are made from what is known before it.</summary>
internal sealed class LagShape
{
    /// <summary>Spreads below this share of the usual change are taken for it: a quiet stretch must not blow up what follows.</summary>
    private const double LeastSpread = 0.25;

    private static readonly int[] _windows = [3, 1, 2, 4]; // the first in steps, the others in seasons

    private readonly int _lags;
    private readonly CalendarParts _calendar;

    public LagShape(int lags, IReadOnlyList<string> names, CalendarParts calendar)
    {
        (_lags, _calendar) = (lags, calendar);
        var features = new List<Feature>();
        features.AddRange(Enum.GetValues<CalendarParts>().Where(part => part != CalendarParts.None && calendar.HasFlag(part)).Select(part => new Feature(part.ToString())));
        features.AddRange([new("step of the season"), new("season ago"), new("two seasons ago"), new("three seasons ago")]);
        features.AddRange(_windows.Select(window => new Feature(string.Create(CultureInfo.InvariantCulture, $"mean {window}"))));
        features.AddRange([new("rise"), new("spread")]);
        features.AddRange(Enumerable.Range(1, lags).Select(lag => new Feature(string.Create(CultureInfo.InvariantCulture, $"lag {lag}"))));
        if (names.Count > 1)
        {
            features.Add(new Feature("series", names));
        }
        Features = features;
    }

    public IReadOnlyList<Feature> Features { get; }

    public static CalendarParts CalendarOf(Frequency frequency) => frequency.Kind switch
    {
        FrequencyKind.Months => CalendarParts.Month,
        FrequencyKind.BusinessDays => CalendarParts.DayOfWeek | CalendarParts.DayOfMonth | CalendarParts.DayOfYear,
        FrequencyKind.Span when frequency.Span < TimeSpan.FromDays(1) => CalendarParts.MinuteOfDay | CalendarParts.DayOfWeek | CalendarParts.DayOfYear,
        FrequencyKind.Span when frequency.Span < TimeSpan.FromDays(7) => CalendarParts.DayOfWeek | CalendarParts.DayOfMonth | CalendarParts.DayOfYear,
        FrequencyKind.Span => CalendarParts.DayOfYear,
        _ => CalendarParts.None,
    };

    /// <summary>A row for each known value that has something before it.</summary>
    /// <param name="histories">The series.</param>
    /// <param name="ahead">How many steps after the last known value the target is, 1 or more.</param>
    public (FeatureMatrix Features, List<double> Target) Table(LagHistory[] histories, int ahead)
    {
        var columns = Features.Select(_ => new List<float>()).ToArray();
        var (target, row) = (new List<double>(), new float[Features.Count]);
        foreach (var history in histories)
        {
            for (var step = Math.Min(history.Season, 8) + ahead; step < history.Count; step++)
            {
                if (double.IsNaN(history[step]) || !Describe(history, step - ahead + 1, ahead, row, out var level, out var unit))
                {
                    continue;
                }
                target.Add((history[step] - level) / unit);
                for (var at = 0; at < row.Length; at++)
                {
                    columns[at].Add(row[at]);
                }
            }
        }
        return (new FeatureMatrix(Features, [.. columns.Select(column => (ReadOnlyMemory<float>)column.ToArray())], target.Count), target);
    }

    /// <summary>Writes the features of a step.</summary>
    /// <param name="history">What is known.</param>
    /// <param name="end">Values before this step are known.</param>
    /// <param name="ahead">The step described is <paramref name="end"/> + ahead − 1.</param>
    /// <param name="row">Written.</param>
    /// <param name="level">What values are relative to.</param>
    /// <param name="unit">By what they are divided.</param>
    /// <returns>False when nothing is known before it.</returns>
    public bool Describe(LagHistory history, int end, int ahead, Span<float> row, out double level, out double unit)
    {
        var length = history.Season > 1 ? history.Season : 8;
        (level, var spread) = history.Window(end, length);
        if (double.IsNaN(level))
        {
            (level, spread) = history.Window(end, end); // a long gap: all there is
        }
        unit = Math.Max(spread, LeastSpread * history.Scale);
        if (double.IsNaN(level) || double.IsNaN(unit))
        {
            return false;
        }
        // What is surely known of a step comes first: of features that part the rows equally well, trees take the first.
        var (step, from, by) = (end + ahead - 1, level, unit);
        float Relative(double value) => (float)((value - from) / by);
        var at = DescribeTime(history.Series.TimeAt(step), row, 0);
        row[at++] = step % history.Season;
        var ago = (ahead + history.Season - 1) / history.Season * history.Season; // the latest same step of a season that is known
        for (var season = 0; season < 3; season++)
        {
            row[at++] = Relative(history[step - ago - season * history.Season]);
        }
        foreach (var window in _windows)
        {
            row[at++] = Relative(history.Window(end, window == _windows[0] ? window : window * length).Mean);
        }
        row[at++] = Relative(level + level - history.Window(end - length, length).Mean);
        row[at++] = (float)(unit / history.Scale);
        for (var lag = 1; lag <= _lags; lag++)
        {
            row[at++] = Relative(history[end - lag]);
        }
        if (at < row.Length)
        {
            row[at] = history.Number;
        }
        return true;
    }

    private int DescribeTime(DateTime time, Span<float> row, int at)
    {
        if (_calendar.HasFlag(CalendarParts.MinuteOfDay))
        {
            row[at++] = (float)time.TimeOfDay.TotalMinutes;
        }
        if (_calendar.HasFlag(CalendarParts.DayOfWeek))
        {
            row[at++] = (int)time.DayOfWeek;
        }
        if (_calendar.HasFlag(CalendarParts.DayOfMonth))
        {
            row[at++] = time.Day;
        }
        if (_calendar.HasFlag(CalendarParts.DayOfYear))
        {
            row[at++] = time.DayOfYear;
        }
        if (_calendar.HasFlag(CalendarParts.Month))
        {
            row[at++] = time.Month;
        }
        return at;
    }
}
