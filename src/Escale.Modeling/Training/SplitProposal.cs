using System.Globalization;
using Escale.Learning.Frames;
using Escale.Learning.Preparation;

namespace Escale.Modeling.Training;

/// <summary>Proposes how rows are set aside: by entity when entities come again and again, by time when rows happened one after the other, else by chance.</summary>
internal static class SplitProposal
{
    private const int LeastGroups = 20;
    private const double LeastRepeats = 1.5;
    private const int LeastTimes = 30;
    private const double LeastKnown = 0.98;

    /// <summary>The split, and why.</summary>
    public static (SplitChoice Split, string Reason) Of(Frame frame, ColumnRoles roles, TrainingSpec spec)
    {
        bool IsFree(Column column) => column.Name != spec.Target && column.Name != spec.Weights && !spec.Exclude.Contains(column.Name);
        if (frame.Columns.OfType<TimestampColumn>().FirstOrDefault(column => IsFree(column) && roles[column.Name] == ColumnRole.Timestamp && IsTimeline(column)) is { } time)
        {
            return (new SplitChoice(SplitKind.Time, time.Name), $"the rows have a date, '{time.Name}': a model is used on rows that come later, so later rows judge it");
        }
        foreach (var column in frame.Columns.Where(column => IsFree(column) && IsKeyName(column.Name)))
        {
            var (groups, rows) = Count(column);
            if (groups >= LeastGroups && rows >= LeastRepeats * groups)
            {
                return (new SplitChoice(SplitKind.Group, column.Name), string.Create(CultureInfo.InvariantCulture,
                    $"'{column.Name}' names {groups} entities that come {(double)rows / groups:0.#} times each: a model is to do well on ones that it has not met"));
            }
        }
        return (new SplitChoice(SplitKind.Random, null), "the rows have neither a date nor entities that come again");
    }

    private static bool IsTimeline(TimestampColumn column)
    {
        var distinct = new HashSet<DateTime>();
        for (var row = 0; row < column.RowCount; row++)
        {
            if (column.Moment(row) is { } moment && distinct.Count < LeastTimes)
            {
                distinct.Add(moment);
            }
        }
        return distinct.Count >= LeastTimes && column.MissingCount <= (1 - LeastKnown) * column.RowCount;
    }

    private static bool IsKeyName(string name)
    {
        var lower = name.ToLowerInvariant();
        return lower.EndsWith("_id", StringComparison.Ordinal) || lower.EndsWith("_key", StringComparison.Ordinal) || name.EndsWith("Id", StringComparison.Ordinal) || name.EndsWith("ID", StringComparison.Ordinal) || lower == "id";
    }

    private static (int Groups, int Rows) Count(Column column)
    {
        var (groups, rows) = (new HashSet<string>(StringComparer.Ordinal), 0);
        for (var row = 0; row < column.RowCount; row++)
        {
            if (column.TextAt(row) is { } text)
            {
                groups.Add(text);
                rows++;
            }
        }
        return (groups.Count, rows);
    }
}
