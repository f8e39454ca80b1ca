using Escale.Collect.Files;

namespace Escale.Collect.Sniffing;

/// <summary>What was met while the rows of a table were read.</summary>
internal sealed class ScanNotes
{
    private const int MostExamples = 20;

    public long Rows { get; set; }

    public long MendedCount { get; private set; }

    public long DoubtfulCount { get; private set; }

    public long BlankLines { get; set; }

    public long MixedLines { get; set; }

    public long ZeroBytes { get; set; }

    /// <summary>The first rows that were mended, by line, with what was wrong.</summary>
    public List<(long Line, string What)> Mended { get; } = [];

    /// <summary>Lines behind the table that are no rows.</summary>
    public List<(long Line, string Text)> Footer { get; } = [];

    /// <summary>Lines of the header that stand again among the rows.</summary>
    public List<long> RepeatedHeaders { get; } = [];

    /// <summary>Where another table begins, which was not read; null when there is none.</summary>
    public long? NextTable { get; set; }

    public void Add(LooseRecord record)
    {
        Rows++;
        if (record.Mended is null)
        {
            return;
        }
        MendedCount++;
        DoubtfulCount += record.IsDoubtful ? 1 : 0;
        if (!record.IsDoubtful && Mended.Count < MostExamples)
        {
            Mended.Add((record.Line, record.Mended));
        }
    }
}

/// <summary>Reads the rows of a text file's table from its beginning to its end, in memory of a few lines.</summary>
internal static class TableScan
{
    private const int MostFooterLines = 20;

    // How the last line of a report begins.
    private static readonly string[] _totals = ["total", "grand total", "sum", "somme", "ensemble", "gesamt", "summe", "suma"];

    /// <param name="path">The file, in an encoding in which ASCII stays itself.</param>
    /// <param name="reading">How it is to be read.</param>
    /// <param name="notes">Told what was met.</param>
    /// <param name="skipFooter">Lines at the end that are no rows; null: they are found out.</param>
    public static IEnumerable<LooseRecord> Rows(string path, TextReading reading, ScanNotes notes, int? skipFooter = null)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16, FileOptions.SequentialScan);
        file.Position = reading.Encoding.MarkLength;
        using var lines = new LineReader(file, TextEncodings.Find(reading.Encoding.Name)!, reading.LineBreak);
        var reader = Begin(lines, reading);
        var count = reading.Layout.Columns.Count;
        // Lines that look like a footer are rows when other rows follow.
        var waiting = new List<LooseRecord>();
        var blanks = 0;
        while (reader.Read() is { } record)
        {
            if (record.IsBlank && count > 1)
            {
                blanks++;
                continue;
            }
            if (IsHeaderAgain(record, reading, out var isSame))
            {
                if (!isSame || blanks > 0)
                {
                    notes.NextTable = record.Line;
                    break;
                }
                notes.RepeatedHeaders.Add(record.Line);
                continue;
            }
            if (blanks > 0 && record.Mended is not null && reader.IsOtherTable(record))
            {
                notes.NextTable = record.Line;
                break;
            }
            notes.BlankLines += blanks;
            blanks = 0;
            waiting.Add(record);
            if (IsLikeFooter(record, count) && waiting.Count <= MostFooterLines && skipFooter is null)
            {
                continue;
            }
            foreach (var row in waiting)
            {
                notes.Add(row);
                yield return row;
            }
            waiting.Clear();
        }
        notes.Footer.AddRange(waiting.Select(row => (row.Line, row.Text)));
        (notes.MixedLines, notes.ZeroBytes) = (lines.MixedLines, lines.ZeroBytes);
    }

    private static RecordReader Begin(LineReader lines, TextReading reading)
    {
        var reader = new RecordReader(lines, reading.Dialect.Dialect);
        reader.Skip(reading.Layout.SkipRows);
        for (var header = 0; header < reading.Layout.HeaderRows;)
        {
            if (reader.Read() is not { } record)
            {
                break;
            }
            header += record.IsBlank ? 0 : 1;
        }
        reader.Expect(reading.Layout.Columns);
        return reader;
    }

    /// <summary>One cell and nothing else, a total, or a record that has nothing of the others.</summary>
    private static bool IsLikeFooter(LooseRecord record, int count) =>
        count > 2 && ((record.Mended is not null && record.IsDoubtful) || record.Fields.Count(cell => cell.Trim().Length > 0) <= 1 || IsTotal(record));

    private static bool IsTotal(LooseRecord record) =>
        Array.Find(record.Fields, cell => cell.Trim().Length > 0)?.Trim() is { Length: < 40 } first && Array.Exists(_totals, word => first.StartsWith(word, StringComparison.OrdinalIgnoreCase))
        && record.Fields.Count(cell => cell.Trim().Length > 0) < record.Fields.Length;

    /// <summary>Whether a record says the names of the columns again, or names of another table.</summary>
    private static bool IsHeaderAgain(LooseRecord record, TextReading reading, out bool isSame)
    {
        var layout = reading.Layout;
        isSame = false;
        if (layout.HeaderRows == 0 || layout.Columns.Count < 2)
        {
            return false;
        }
        isSame = record.Fields.Zip(layout.Header).All(pair => pair.First.Trim() == pair.Second);
        if (isSame || record.Mended is null)
        {
            return isSame;
        }
        var names = layout.Header.Where(name => name.Length > 0).ToHashSet(StringComparer.OrdinalIgnoreCase);
        var cells = new List<string>();
        LooseSplit.Split(record.Text, reading.Dialect.Dialect, QuoteSense.StrayIsText, cells);
        return cells.Count(cell => names.Contains(cell.Trim())) is var known && known >= 2 && known >= 0.7 * names.Count;
    }
}
