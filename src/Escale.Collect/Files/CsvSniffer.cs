using System.Text;
using Escale.Collect.Definitions;

namespace Escale.Collect.Files;

/// <summary>Finds a delimited file's dialect, header and column types from its first rows, where the source file does not say.</summary>
internal static class CsvSniffer
{
    private const int SampleBytes = 4 << 20;
    private const int SampleRows = 20_000;

    // Damage further down is a matter of lines, which go to quarantine one by one.
    private const int BinaryProbeBytes = 8000;
    private static readonly char[] _delimiters = [',', ';', '\t', '|'];

    /// <summary>Sniffs UTF-8 text (without a byte-order mark).</summary>
    /// <param name="sample">The beginning of the file.</param>
    /// <param name="isWhole">Whether that is all of it.</param>
    /// <param name="options">What the source file says.</param>
    /// <param name="declared">The columns that the source file declares.</param>
    /// <param name="fallback">The delimiter when the text shows none.</param>
    public static CsvDialect Sniff(ReadOnlyMemory<byte> sample, bool isWhole, CsvOptions options, IReadOnlyList<ColumnRule> declared, char fallback)
    {
        var quote = options.Quote ?? '"';
        var records = Records(sample, isWhole, options, quote);
        if (options.Quote is null && options.Delimiter is null && LooksSingleQuoted(records))
        {
            quote = '\'';
            records = Records(sample, isWhole, options, quote);
        }
        var delimiter = options.Delimiter ?? Delimiter(records, quote, options.Escape, fallback);
        var escape = options.Escape ?? Escape(records, delimiter, quote);
        var rows = records.ConvertAll(record => CsvRecords.Fields(record, delimiter, quote, escape));
        var blank = new CsvDialect
        {
            Delimiter = delimiter,
            Quote = quote,
            Escape = escape,
            SkipRows = options.SkipRows,
            Comment = options.Comment,
            NullValues = options.NullValues,
            Decimal = options.Decimal,
            DateFormat = options.DateFormat,
            TimestampFormat = options.TimestampFormat,
            Columns = [],
        };
        var hasHeader = rows.Count > 0 && (options.Header ?? IsHeader(rows[0], rows.Count > 1 ? rows[1] : null, blank, declared));
        var names = ColumnNames.Clean(hasHeader ? rows[0] : [.. Enumerable.Repeat("", rows.Count == 0 ? 0 : rows.GroupBy(row => row.Count).MaxBy(group => group.Count())!.Key)]);
        return blank with { HasHeader = hasHeader, Columns = Infer(rows.Skip(hasHeader ? 1 : 0), names, blank, options.Infer) };
    }

    /// <summary>Reads the sample from a stream.</summary>
    public static (ReadOnlyMemory<byte> Sample, bool IsWhole) ReadSample(Stream stream)
    {
        var buffer = new byte[SampleBytes];
        var got = stream.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
        return (buffer.AsMemory(0, got), got < buffer.Length);
    }

    /// <summary>Refuses what begins like no text: a spreadsheet, an image or a program under the name of a CSV file.</summary>
    /// <exception cref="EscaleException"><c>collect.file-not-text</c>.</exception>
    public static void RefuseBinary(ReadOnlySpan<byte> sample, string shown)
    {
        var zero = sample[..Math.Min(sample.Length, BinaryProbeBytes)].IndexOf((byte)0);
        if (zero >= 0)
        {
            throw new EscaleException(
                "collect.file-not-text", $"{shown} is not text: its byte {zero + 1} is zero.",
                "Set format: if it is a spreadsheet or a Parquet file, or encoding: utf-16 if it is text in that.", new Place(shown));
        }
    }

    private static List<byte[]> Records(ReadOnlyMemory<byte> sample, bool isWhole, CsvOptions options, char quote)
    {
        var records = new List<byte[]>();
        using var stream = new MemoryStream(sample.ToArray());
        foreach (var (span, bytes) in CsvRecords.Read(stream, quote, maxRecordBytes: 1 << 20))
        {
            var isCut = !isWhole && span.Start + span.Length == sample.Length;
            if (span.Line <= options.SkipRows || isCut || bytes.Length == 0 || (options.Comment is { } mark && bytes.Span[0] == mark))
            {
                continue;
            }
            records.Add(bytes.ToArray());
            if (records.Count >= SampleRows)
            {
                break;
            }
        }
        return records;
    }

    private static bool LooksSingleQuoted(List<byte[]> records)
    {
        static int Around(List<byte[]> all, byte mark) => all.Take(200).Sum(record => _delimiters.Sum(delimiter =>
            record.AsSpan().Count([mark, (byte)delimiter]) + record.AsSpan().Count([(byte)delimiter, mark])));
        return Around(records, (byte)'\'') > 0 && Around(records, (byte)'"') == 0 && records.Take(200).All(record => record.AsSpan().Count((byte)'\'') % 2 == 0);
    }

/// <summary>
    /// The backslash when more of the records that have one before a quote are whole with it as the escape than with the doubled quote;
    /// a field that merely ends in a backslash, <c>"C:\"</c>, is whole only without.
    /// </summary>
    private static char Escape(List<byte[]> records, char delimiter, char quote)
    {
        var doubtful = records.FindAll(record => record.AsSpan().IndexOf([(byte)'\\', (byte)quote]) >= 0);
        int Whole(char escape) => doubtful.Count(record => CsvRecords.IsWhole(record, delimiter, quote, escape));
        return doubtful.Count > 0 && Whole('\\') > Whole(quote) ? '\\' : quote;
    }

    /// <summary>The delimiter that cuts most records into the same number of fields, more than one.</summary>
    private static char Delimiter(List<byte[]> records, char quote, char? escape, char fallback)
    {
        var (best, bestScore) = (fallback, 0.0);
        foreach (var delimiter in _delimiters)
        {
            var counts = records.Take(500).Select(record => CsvRecords.Fields(record, delimiter, quote, escape ?? quote).Count).ToList();
            if (counts.Count == 0)
            {
                continue;
            }
            var usual = counts.GroupBy(count => count).MaxBy(group => (group.Count(), group.Key))!;
            // Agreement counts most; among equals, the one that cuts more.
            var score = usual.Key < 2 ? 0 : usual.Count() / (double)counts.Count + (usual.Key / 10_000.0);
            if (score > bestScore + 1e-9)
            {
                (best, bestScore) = (delimiter, score);
            }
        }
        return best;
    }

    private static bool IsHeader(List<string> first, List<string>? second, CsvDialect dialect, IReadOnlyList<ColumnRule> declared)
    {
        var names = first.Where(name => name.Length > 0).ToList();
        if (declared.Count > 0 && declared.All(rule => names.Contains(rule.Name, StringComparer.OrdinalIgnoreCase)))
        {
            return true;
        }
        var looksLikeData = first.Any(cell => cell.Length > 0 && CsvInference.TypeOf(cell, dialect) is { } type && type != SqlTypes.Boolean);
        return names.Count > 0 && !looksLikeData && names.Distinct(StringComparer.Ordinal).Count() == names.Count && !(second is not null && second.SequenceEqual(first));
    }

    private static List<CsvColumn> Infer(IEnumerable<List<string>> rows, IReadOnlyList<string> names, CsvDialect dialect, bool infer)
    {
        var types = names.Select(_ => new CsvInference(dialect)).ToArray();
        if (infer)
        {
            foreach (var row in rows.Where(row => row.Count == names.Count))
            {
                for (var i = 0; i < types.Length; i++)
                {
                    types[i].Add(row[i]);
                }
            }
        }
        return [.. names.Select((name, i) => new CsvColumn(name, infer ? types[i].Type : SqlTypes.Text))];
    }
}

/// <summary>Names that a Delta table can have.</summary>
internal static class ColumnNames
{
    /// <summary>The names, cleaned of what Parquet readers refuse, none empty, none twice (ignoring case).</summary>
    public static IReadOnlyList<string> Clean(IReadOnlyList<string> names)
    {
        var used = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        var result = new List<string>(names.Count);
        for (var i = 0; i < names.Count; i++)
        {
            var name = Clean(names[i], i);
            var unique = name;
            for (var n = 1; !used.Add(unique); n++)
            {
                unique = $"{name}_{n}";
            }
            result.Add(unique);
        }
        return result;
    }

    private static string Clean(string name, int index)
    {
        var clean = new StringBuilder();
        foreach (var letter in name.Trim().TrimStart('\uFEFF'))
        {
            clean.Append(" ,;{}()\n\t=\r".Contains(letter, StringComparison.Ordinal) || char.IsControl(letter) ? '_' : letter);
        }
        return clean.Length == 0 ? $"column{index + 1}" : clean.ToString();
    }
}
