using Escale.Learning.Frames;

namespace Escale.Learning.Forecasting;

/// <summary>Series in the columns of a frame.</summary>
public static class FrameSeries
{
    /// <summary>Reads one series, or one for each value of a column, in the order in which they first appear. Rows without a time or a name are left out.</summary>
    /// <param name="frame">The table, its rows in any order.</param>
    /// <param name="time">The column of times.</param>
    /// <param name="value">The column of numbers; missing ones are gaps.</param>
    /// <param name="series">The column that tells series apart; null when there is one.</param>
    /// <exception cref="LearningException">
    /// A column is not there (<c>learning.column-missing</c>) or not of times or numbers (<c>learning.series-column</c>), or a series cannot be made (see <see cref="TimeSeries"/>).
    /// </exception>
    public static IReadOnlyList<TimeSeries> SeriesOf(this Frame frame, string time, string value, string? series = null)
    {
        var times = frame[time] as TimestampColumn ?? throw WrongColumn(time, "times");
        var values = frame[value] as NumberColumn ?? throw WrongColumn(value, "numbers");
        var names = series is null ? null : frame[series];
        var groups = new Dictionary<string, (List<DateTime> Times, List<double> Values)>(StringComparer.Ordinal);
        var order = new List<string>();
        for (var row = 0; row < frame.RowCount; row++)
        {
            if (times.Moment(row) is not { } moment || (names is null ? value : names.TextAt(row)) is not { } name)
            {
                continue;
            }
            if (!groups.TryGetValue(name, out var group))
            {
                groups.Add(name, group = ([], []));
                order.Add(name);
            }
            group.Times.Add(moment);
            group.Values.Add(values.Number(row));
        }
        return [.. order.Select(name => TimeSeries.Of(name, [.. groups[name].Times], [.. groups[name].Values]))];
    }

    private static LearningException WrongColumn(string column, string what) =>
        new("learning.series-column", $"The column '{column}' does not hold {what}.", $"Choose a column of {what}.", column);
}
