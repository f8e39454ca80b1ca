namespace Escale.Collect.Sniffing;

/// <summary>Where the table is in its text, and what its columns look like.</summary>
internal sealed record TableLayout
{
    /// <summary>Lines before the header, or before the first row.</summary>
    public required int SkipRows { get; init; }

    /// <summary>Records of the header; 0: there is none.</summary>
    public required int HeaderRows { get; init; }

    /// <summary>The header's cells, those of several rows put together; empty texts where there is none.</summary>
    public required IReadOnlyList<string> Header { get; init; }

    /// <summary>The columns as the first rows show them.</summary>
    public required IReadOnlyList<ColumnShape> Columns { get; init; }

    /// <summary>Columns that speak for the header less those that speak against it.</summary>
    public required double HeaderVotes { get; init; }

    /// <summary>What stands before the table.</summary>
    public IReadOnlyList<string> Preamble { get; init; } = [];
}

/// <summary>Finds preamble, header and columns in the first records of a text.</summary>
internal sealed class LayoutSniffer(IReadOnlyList<LooseRecord> records, TextDialect dialect)
{
    private const int MostHeaderRows = 4;
    private readonly int _count = records.Count == 0 ? 0 : DialectSniffer.FieldCount([.. records.Select(record => record.Fields)]);

    /// <param name="header">Whether there is a header; null: it is found out.</param>
    /// <param name="headerRows">How many rows it has; null: it is found out.</param>
    /// <param name="skipRows">Lines before the table; null: found out.</param>
    public TableLayout Find(bool? header = null, int? headerRows = null, int? skipRows = null)
    {
        var first = 0;
        while (first < records.Count && (skipRows is { } skip ? records[first].Line <= skip : IsPreamble(first)))
        {
            first++;
        }
        if (skipRows is null && first == records.Count)
        {
            first = 0;
        }
        var rows = first >= records.Count ? 0 : headerRows ?? (header == false ? 0 : CountHeader(first, header == true));
        return new TableLayout
        {
            SkipRows = skipRows ?? (first < records.Count ? (int)records[first].Line - 1 : 0),
            HeaderRows = rows,
            Header = rows == 0 ? [.. Enumerable.Repeat("", _count)] : Names([.. records.Skip(first).Take(rows).Select(HeaderCells)]),
            Columns = Shapes(first + rows),
            HeaderVotes = rows == 0 || first >= records.Count ? 0 : Votes(HeaderCells(records[first]), Shapes(first + rows)),
            Preamble = [.. records.Take(first).Select(record => record.Text)],
        };
    }

    private bool IsPreamble(int at)
    {
        if (_count < 2)
        {
            return false;
        }
        var cells = records[at].Fields;
        var filled = cells.Count(cell => cell.Trim().Length > 0);
        if (cells.Length == _count)
        {
            return _count > 2 && filled <= Math.Max(1, _count / 4) && at + 1 < records.Count && records.Skip(at + 1).Take(3).Any(next => next.Fields.Count(cell => cell.Trim().Length > 0) > _count / 2);
        }
        return HeaderCells(records[at]).Length != _count || filled <= _count / 3;
    }

    /// <summary>A header's cells; of one that is damaged, those that make it as wide as the table, if any do.</summary>
    private string[] HeaderCells(LooseRecord record)
    {
        if (record.Fields.Length == _count)
        {
            return record.Fields;
        }
        var fields = new List<string>();
        foreach (var sense in (QuoteSense[])[QuoteSense.StrayIsText, QuoteSense.OnlyAtEnds, QuoteSense.Border])
        {
            LooseSplit.Split(record.Text, dialect, sense, fields);
            if (fields.Count == _count)
            {
                return [.. fields];
            }
        }
        var filled = record.Fields.Where(cell => cell.Length > 0).ToArray();
        if (record.Fields.Length > _count && filled.Length == _count)
        {
            return filled;
        }
        foreach (var other in DialectSniffer.Delimiters)
        {
            LooseSplit.Split(record.Text, dialect with { Delimiter = other }, QuoteSense.Strict, fields);
            if (fields.Count == _count)
            {
                return [.. fields];
            }
        }
        if (Math.Abs(record.Fields.Length - _count) == 1 && _count > 3 && filled.Length > _count / 2)
        {
            // One too few or too many: the first ones are most likely right.
            return [.. Enumerable.Range(0, _count).Select(i => i < record.Fields.Length ? record.Fields[i] : "")];
        }
        return record.Fields;
    }

    private int CountHeader(int first, bool isGiven)
    {
        var columns = Shapes(Math.Min(first + MostHeaderRows, Math.Max(first + 1, records.Count - 2)));
        var top = HeaderCells(records[first]);
        if (!isGiven && !IsHeader(top, columns, first))
        {
            return 0;
        }
        var count = 1;
        while (count < MostHeaderRows && first + count + 1 < records.Count && IsMore(HeaderCells(records[first + count]), top, columns))
        {
            count++;
        }
        return count;
    }

    private bool IsHeader(string[] cells, IReadOnlyList<ColumnShape> columns, int first)
    {
        var filled = cells.Where(cell => cell.Trim().Length > 0).ToList();
        if (filled.Count == 0)
        {
            return false;
        }
        if (!filled.Exists(IsBare) && filled.Count == cells.Length && cells.Length > 1 && records.Skip(first + 1).Any(record => record.Fields.AsSpan().SequenceEqual(cells)))
        {
            // Nothing but names, and said again further down.
            return true;
        }
        var votes = Votes(cells, columns);
        if (votes != 0 && records.Count > first + 1)
        {
            return votes > 0;
        }
        // Nothing but words everywhere: a header is what names each column, differently, and is not said again.
        return filled.Distinct(StringComparer.OrdinalIgnoreCase).Count() == filled.Count && !filled.Exists(IsBare)
            && !records.Skip(first + 1).Any(record => record.Fields.Zip(cells).Any(pair => pair.First.Length > 0 && pair.First == pair.Second));
    }

    /// <summary>A further row of the header: more columns say so than do not, or it repeats the first.</summary>
    private static bool IsMore(string[] cells, string[] top, IReadOnlyList<ColumnShape> columns)
    {
        if (cells.Length != columns.Count || Array.TrueForAll(cells, cell => cell.Trim().Length == 0))
        {
            return false;
        }
        if (cells.SequenceEqual(top))
        {
            return true;
        }
        var typed = columns.Count(column => column.IsStructured && !column.IsEmpty);
        var votes = 0;
        for (var i = 0; i < columns.Count; i++)
        {
            if (IsTyped(columns[i]) && cells[i].Trim().Length > 0)
            {
                votes += columns[i].Knows(cells[i]) ? -columns.Count : 1;
            }
        }
        return votes >= Math.Max(2, typed / 2);
    }

    /// <summary>Whether a column holds numbers, dates or codes.</summary>
    private static bool IsTyped(ColumnShape column) => column.IsStructured && column.HasDigits;

    private double Votes(string[] cells, IReadOnlyList<ColumnShape> columns)
    {
        if (AreYears(cells))
        {
            return 1;
        }
        double votes = 0;
        for (var i = 0; i < columns.Count && i < cells.Length; i++)
        {
            var cell = cells[i].Trim();
            if (cell.Length == 0 || columns[i].IsEmpty)
            {
                continue;
            }
            votes += IsTyped(columns[i]) ? columns[i].Knows(cell) || IsBare(cell) ? -1.5 : 1 : IsBare(cell) ? -0.5 : 0;
        }
        return votes;
    }

    /// <summary>Years from left to right are names of columns although they are numbers.</summary>
    private bool AreYears(string[] cells)
    {
        var numbers = cells.Select(cell => int.TryParse(cell.Trim(), out var number) && number is > 1800 and < 2200 ? number : 0).Where(number => number > 0).ToList();
        return numbers.Count >= 3 && numbers.Count >= cells.Length / 2 && numbers.Count < cells.Length && numbers.Zip(numbers.Skip(1)).All(pair => pair.Second - pair.First == numbers[1] - numbers[0]) && numbers[1] != numbers[0];
    }

    /// <summary>A number, a date, a time: digits and no letter.</summary>
    private static bool IsBare(string cell) => ColumnShape.Of(cell) is { } shape && shape.Contains('9', StringComparison.Ordinal) && !shape.Contains('a', StringComparison.Ordinal);

    private List<ColumnShape> Shapes(int from)
    {
        var columns = Enumerable.Range(0, _count).Select(_ => new ColumnShape()).ToList();
        foreach (var record in records.Skip(from).Where(record => record.Fields.Length == _count))
        {
            for (var i = 0; i < _count; i++)
            {
                columns[i].Add(record.Fields[i]);
            }
        }
        columns.ForEach(column => column.Finish());
        return columns;
    }

    /// <summary>One name a column from all rows of the header; a cell over several columns stands for all of them.</summary>
    private static List<string> Names(List<string[]> rows)
    {
        var width = rows.Max(row => row.Length);
        var names = new List<string>();
        for (var i = 0; i < width; i++)
        {
            var parts = new List<string>();
            for (var r = 0; r < rows.Count; r++)
            {
                var at = Math.Min(i, rows[r].Length - 1);
                while (r < rows.Count - 1 && at > 0 && rows[r][at].Trim().Length == 0)
                {
                    at--;
                }
                var part = rows[r][at].Trim();
                if (part.Length > 0)
                {
                    parts.Add(part);
                }
            }
            names.Add(string.Join(' ', parts));
        }
        return names;
    }
}
