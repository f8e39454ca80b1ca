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
    public static IReadOnlyList<int> Newest(Frame frame, IReadOnlyList<int> rows, string target, string? timeColumn)
    {
        var truth = frame[target];
        var moments = timeColumn is not null && frame.Has(timeColumn) ? frame[timeColumn] as TimestampColumn : null;
        var known = rows.Where(row => truth.TextAt(row) is not null).ToArray();
        var ordered = moments is null ? known : [.. known.OrderBy(row => moments.Moment(row) ?? DateTime.MinValue).ThenBy(row => row)];
        var count = Math.Min(MostJudging, ordered.Length / 2);
        return count < LeastJudging ? [] : [.. ordered[^count..].Order()];
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
