namespace Escale.Learning.Frames;

/// <summary>
/// Makes a frame of a delimited text, which is read twice: once for the types and the number of rows, once for the values, which so go straight
/// into arrays of their size.
/// </summary>
internal static class CsvReader
{
    public static Frame Read(Func<TextReader> open, CsvOptions options)
    {
        var separator = options.Separator ?? Separator(open);
        var missing = options.MissingTexts.ToHashSet(StringComparer.Ordinal).GetAlternateLookup<ReadOnlySpan<char>>();
        var columns = (CsvColumn[]?)null;
        Walk(open, separator, options, names => columns = Columns(names, options), records =>
        {
            for (var at = 0; at < columns!.Length; at++)
            {
                columns[at].See(records[at], missing.Contains(records[at].Trim()));
            }
        });
        foreach (var column in columns!)
        {
            column.Settle();
        }
        Walk(open, separator, options, _ => { }, records =>
        {
            for (var at = 0; at < columns.Length; at++)
            {
                columns[at].Add(records[at], missing.Contains(records[at].Trim()), records.Line);
            }
        });
        return new Frame(columns.Select(column => column.Build(options.MaxLevelShare)));
    }

    private static void Walk(Func<TextReader> open, char separator, CsvOptions options, Action<string[]> begin, Action<CsvRecords> row)
    {
        using var records = new CsvRecords(open(), separator);
        if (!records.Read())
        {
            throw new LearningException("learning.csv-empty", "The file is empty.", "Give a file whose first line names the columns.");
        }
        var count = records.Count;
        begin([.. Enumerable.Range(0, count).Select(at => options.HasHeader ? records[at].Trim().ToString() : $"c{at + 1}")]);
        if (!options.HasHeader)
        {
            row(records);
        }
        while (records.Read())
        {
            if (records.IsBlank && count > 1)
            {
                continue;
            }
            if (records.Count != count)
            {
                throw new LearningException("learning.csv-ragged", $"Line {records.Line} has {records.Count} cells where {count} belong.", "Correct the line; a cell that holds the separator needs quotes.");
            }
            row(records);
        }
    }

    private static CsvColumn[] Columns(string[] names, CsvOptions options)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var name in names)
        {
            if (!seen.Add(name))
            {
                throw new LearningException("learning.duplicate-column", $"Two columns are named '{name}'.", "Rename one of them.", name);
            }
        }
        return [.. names.Select(name => new CsvColumn(name, options.Kinds.TryGetValue(name, out var kind) ? kind : null))];
    }

    private static char Separator(Func<TextReader> open)
    {
        using var reader = open();
        var line = reader.ReadLine() ?? "";
        return new[] { ',', ';', '\t', '|' }.MaxBy(separator => line.Count(found => found == separator));
    }
}
