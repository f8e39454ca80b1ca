namespace Escale.Learning.Frames;

/// <summary>Batches of rows, put one under the other.</summary>
internal static class FrameBatches
{
    public static Frame Join(IReadOnlyList<Frame> batches)
    {
        if (batches.Count == 0)
        {
            return new Frame();
        }
        for (var at = 1; at < batches.Count; at++)
        {
            foreach (var column in batches[0].Columns.Where(column => !batches[at].Has(column.Name)))
            {
                throw Mismatch(at, column.Name, "lacks the column");
            }
            foreach (var column in batches[at].Columns.Where(column => !batches[0].Has(column.Name)))
            {
                throw Mismatch(at, column.Name, "has one column more,");
            }
        }
        return batches.Count == 1 ? batches[0] : new Frame(batches[0].Columns.Select(column => Join(column.Name, [.. batches.Select(batch => batch[column.Name])])));
    }

    private static Column Join(string name, Column[] parts)
    {
        var kind = parts[0].Kind;
        for (var at = 1; at < parts.Length; at++)
        {
            kind = Common(kind, parts[at].Kind) ?? throw Mismatch(at, name, $"has {parts[at].Kind} where earlier ones have {kind} in the column");
        }
        var rows = checked(parts.Sum(part => part.RowCount));
        switch (kind)
        {
            case ColumnKind.Double or ColumnKind.Single:
                var numbers = new double[rows];
                Fill(parts, (part, from) => ((NumberColumn)part).CopyTo(numbers.AsSpan(from, part.RowCount)));
                return kind == ColumnKind.Double ? Column.OfNumbers(name, numbers) : Column.OfNumbers(name, Array.ConvertAll(numbers, number => (float)number));
            case ColumnKind.Integer:
                return Masked<long>(parts, rows, (values, isMissing) => Column.OfIntegers(name, values, isMissing));
            case ColumnKind.Boolean:
                return Masked<bool>(parts, rows, (values, isMissing) => Column.OfBooleans(name, values, isMissing));
            case ColumnKind.Timestamp:
                return Masked<DateTime>(parts, rows, (values, isMissing) => Column.OfTimestamps(name, values, isMissing));
            case ColumnKind.Category:
                return Column.OfCategories(name, parts.SelectMany(Texts));
            default:
                return Column.OfTexts(name, parts.SelectMany(Texts).ToArray());
        }
    }

    private static ColumnKind? Common(ColumnKind one, ColumnKind other) => (one, other) switch
    {
        _ when one == other => one,
        (ColumnKind.Double or ColumnKind.Single or ColumnKind.Integer, ColumnKind.Double or ColumnKind.Single or ColumnKind.Integer) => ColumnKind.Double,
        (ColumnKind.Category or ColumnKind.Text, ColumnKind.Category or ColumnKind.Text) => ColumnKind.Text,
        _ => null,
    };

    private static IEnumerable<string?> Texts(Column column) => Enumerable.Range(0, column.RowCount).Select(column.TextAt);

    private static Column Masked<T>(Column[] parts, int rows, Func<T[], bool[], Column> make)
        where T : struct
    {
        var (values, isMissing) = (new T[rows], new bool[rows]);
        Fill(parts, (part, from) =>
        {
            for (var row = 0; row < part.RowCount; row++)
            {
                if (part.ValueAt(row) is T value)
                {
                    values[from + row] = value;
                }
                else
                {
                    isMissing[from + row] = true;
                }
            }
        });
        return make(values, isMissing.Contains(true) ? isMissing : []);
    }

    private static void Fill(Column[] parts, Action<Column, int> copy)
    {
        var from = 0;
        foreach (var part in parts)
        {
            copy(part, from);
            from += part.RowCount;
        }
    }

    private static LearningException Mismatch(int batch, string column, string what) => new(
        "learning.batch-columns", $"Batch {batch + 1} {what} '{column}'.", "Give every batch the same columns of the same kinds.", column);
}
