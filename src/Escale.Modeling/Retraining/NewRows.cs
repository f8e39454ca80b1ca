using System.Security.Cryptography;
using System.Text;
using Escale.Learning.Frames;

namespace Escale.Modeling.Retraining;

/// <summary>Finds the rows of a table that a model has not learned from, and sets the newest aside. Pure.</summary>
internal static class NewRows
{
    /// <summary>The fewest rows to judge by.</summary>
    public const int LeastJudging = 30;

    private const int MostJudging = 20_000;

    /// <summary>The places of rows that were not among those learned from; a row that comes twice counts twice.</summary>
    /// <param name="now">The table now.</param>
    /// <param name="then">The table as it was.</param>
    /// <param name="heldOut">Rows of that which were not learned from all the same.</param>
    public static IReadOnlyList<int> Of(Frame now, Frame then, IReadOnlySet<int> heldOut)
    {
        var columns = now.Columns.Select(column => column.Name).Where(then.Has).ToArray();
        var learned = new Dictionary<UInt128, int>();
        var (thenColumns, nowColumns) = (columns.Select(name => then[name]).ToArray(), columns.Select(name => now[name]).ToArray());
        for (var row = 0; row < then.RowCount; row++)
        {
            if (!heldOut.Contains(row))
            {
                var mark = Mark(thenColumns, row);
                learned[mark] = learned.GetValueOrDefault(mark) + 1;
            }
        }
        var found = new List<int>();
        for (var row = 0; row < now.RowCount; row++)
        {
            var mark = Mark(nowColumns, row);
            if (learned.GetValueOrDefault(mark) is > 0 and var left)
            {
                learned[mark] = left - 1;
                continue;
            }
            found.Add(row);
        }
        return found;
    }

    /// <summary>The newer half of the new rows that have a target: by a column of moments, or else those that stand last.</summary>
    /// <param name="frame">The table.</param>
    /// <param name="rows">Its new rows.</param>
    /// <param name="target">The column to predict; rows without it tell nothing.</param>
    /// <param name="timeColumn">The column that says which are newer.</param>
    /// <param name="groupColumn">The column of the entities that come again: the new rows of one stay together, and entities that were never met come first, when they are enough to judge by.</param>
    /// <returns>Places in ascending order; none when they would be fewer than <see cref="LeastJudging"/>.</returns>
    public static IReadOnlyList<int> Newest(Frame frame, IReadOnlyList<int> rows, string target, string? timeColumn, string? groupColumn = null)
    {
        var truth = frame[target];
        var moments = timeColumn is not null && frame.Has(timeColumn) ? frame[timeColumn] as TimestampColumn : null;
        var known = rows.Where(row => truth.TextAt(row) is not null).ToArray();
        var ordered = moments is null ? known : [.. known.OrderBy(row => moments.Moment(row) ?? DateTime.MinValue).ThenBy(row => row)];
        var count = Math.Min(MostJudging, ordered.Length / 2);
        if (count < LeastJudging)
        {
            return [];
        }
        return groupColumn is not null && frame.Has(groupColumn) ? OfWholeGroups(frame[groupColumn], rows, ordered, count) : [.. ordered[^count..].Order()];
    }

    // Entities from the one with the newest row on, until there are enough; what one alone would leave nothing of to learn from is left out.
    private static int[] OfWholeGroups(Column groups, IReadOnlyList<int> rows, int[] ordered, int count)
    {
        var added = rows.ToHashSet();
        var met = Enumerable.Range(0, groups.RowCount).Where(row => !added.Contains(row)).Select(groups.TextAt).OfType<string>().ToHashSet(StringComparer.Ordinal);
        var unmet = ordered.Where(row => groups.TextAt(row) is { } name && !met.Contains(name)).ToArray();
        var judged = unmet.Length >= LeastJudging ? unmet : ordered;
        var most = Math.Max(count, ordered.Length * 3 / 4);
        var chosen = new List<int>();
        // A row of no entity is one of its own.
        foreach (var group in Enumerable.Reverse(judged).GroupBy(row => groups.TextAt(row) ?? string.Create(System.Globalization.CultureInfo.InvariantCulture, $"\0{row}"), StringComparer.Ordinal))
        {
            if (chosen.Count >= count)
            {
                break;
            }
            if (chosen.Count + group.Count() <= most)
            {
                chosen.AddRange(group);
            }
        }
        return chosen.Count < LeastJudging ? [] : [.. chosen.Order()];
    }

    // Sixteen bytes of SHA-256: two rows of another content do not meet.
    private static UInt128 Mark(Column[] columns, int row)
    {
        var text = new StringBuilder();
        foreach (var column in columns)
        {
            text.Append(column.TextAt(row) is { } value ? $"{value.Length}:{value}" : "-").Append(';');
        }
        return System.Buffers.Binary.BinaryPrimitives.ReadUInt128LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())));
    }
}
