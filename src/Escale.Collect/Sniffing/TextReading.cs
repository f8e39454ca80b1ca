using System.Text;
using Escale.Collect.Files;

namespace Escale.Collect.Sniffing;

/// <summary>How a text file is to be read: all that was found out from its beginning.</summary>
internal sealed record TextReading
{
    public required EncodingFinding Encoding { get; init; }

    /// <summary>What ends a line: LF, or CR in files that have no LF.</summary>
    public required char LineBreak { get; init; }

    public required DialectFinding Dialect { get; init; }

    public required TableLayout Layout { get; init; }

    /// <summary>The first records that are rows, mended.</summary>
    public required IReadOnlyList<LooseRecord> Rows { get; init; }
}

/// <summary>Finds out how a text file is to be read.</summary>
internal static class TextSniffer
{
    private const int SampleBytes = 1 << 20;
    private const int MostSampleBytes = SampleBytes * 64;
    private const int MostRecords = 2000;
    private const int PlaceCount = 24;
    private const int PlaceBytes = 64 << 10;
    private const double MostBinary = 0.1;

    /// <param name="path">A file that is not compressed.</param>
    /// <param name="shown">The file, for people.</param>
    /// <param name="given">What is known of it.</param>
    /// <exception cref="EscaleException"><c>collect.file-empty</c>, <c>collect.file-not-text</c>.</exception>
    public static TextReading Sniff(string path, string shown, CsvOptions given)
    {
        // A few records may take more than a megabyte.
        for (var size = SampleBytes; ; size *= 8)
        {
            var reading = Sniff(path, shown, given, size, out var isCut);
            if (reading.Rows.Count > 1 || !isCut || size >= MostSampleBytes)
            {
                return reading;
            }
        }
    }

    private static TextReading Sniff(string path, string shown, CsvOptions given, int size, out bool isCut)
    {
        var bytes = new byte[size];
        int length;
        using (var file = File.OpenRead(path))
        {
            length = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        }
        var sample = bytes.AsSpan(0, length);
        var encoding = given.Encoding is { } name && TextEncodings.FromMark(sample) is null ? new EncodingFinding(name, 0, 1, "said") : EncodingSniffer.Sniff(sample);
        RefuseBinary(sample, encoding, shown);
        isCut = length == size;
        if (isCut && encoding is { IsAsciiCompatible: true, MarkLength: 0 } && given.Encoding is null)
        {
            // A letter that shows the character set may stand anywhere.
            encoding = EncodingSniffer.Sniff((byte[])[.. sample, .. OpenFiles.FileSample.Lines(path, PlaceCount, PlaceBytes)]);
        }
        var text = TextEncodings.Find(encoding.Name)!.GetString(sample[encoding.MarkLength..]).Replace("\0", "", StringComparison.Ordinal);
        var lineBreak = text.Contains('\n', StringComparison.Ordinal) ? '\n' : '\r';
        if (isCut && text.LastIndexOf(lineBreak) is > 0 and var end)
        {
            text = text[..(end + 1)];
        }
        if (string.IsNullOrWhiteSpace(text))
        {
            throw new EscaleException("collect.file-empty", $"{shown} holds no rows and no names of columns.", "Choose a file with a table in it.", new Place(shown));
        }
        var dialect = Said(DialectSniffer.Sniff(text, lineBreak, given.WideDelimiter ?? given.Delimiter?.ToString()), given);
        var records = Records(text, dialect.Dialect, lineBreak, null, 0, 0);
        var layout = new LayoutSniffer(records, dialect.Dialect).Find(given.Header, given.HeaderRows, given.SkipRows > 0 ? given.SkipRows : null);
        return new TextReading
        {
            Encoding = encoding, LineBreak = lineBreak, Dialect = dialect, Layout = layout, Rows = Records(text, dialect.Dialect, lineBreak, layout.Columns, layout.SkipRows, layout.HeaderRows),
        };
    }

    /// <summary>The same for any text file, with the path at which it can be scanned: in an encoding in which ASCII stays itself.</summary>
    public static async Task<(TextReading Reading, string Path)> OpenAsync(string path, string shown, CsvOptions given, FilePreparer preparer, string workspace, CancellationToken cancellationToken)
    {
        var start = new byte[SampleBytes];
        await using (var file = File.OpenRead(path))
        {
            start = start[..await file.ReadAtLeastAsync(start, start.Length, throwOnEndOfStream: false, cancellationToken)];
        }
        var encoding = given.Encoding is { } name && TextEncodings.FromMark(start) is null ? new EncodingFinding(name, 0, 1, "") : EncodingSniffer.Sniff(start);
        if (encoding.IsAsciiCompatible)
        {
            return (await Task.Run(() => Sniff(path, shown, given), cancellationToken), path);
        }
        var plain = await preparer.PlainAsync(path, shown, Compression.None, encoding.Name, isText: true, long.MaxValue, workspace, cancellationToken);
        var reading = await Task.Run(() => Sniff(plain, shown, given with { Encoding = null }), cancellationToken);
        return (reading, plain);
    }

    private static DialectFinding Said(DialectFinding found, CsvOptions given) => found with
    {
        Dialect = found.Dialect with { Quote = given.Quote ?? found.Dialect.Quote, Escape = given.Escape ?? (given.Quote is null ? found.Dialect.Escape : given.Quote) },
    };

    private static List<LooseRecord> Records(string text, TextDialect dialect, char lineBreak, IReadOnlyList<ColumnShape>? columns, int skip, int headerRows)
    {
        using var lines = new LineReader(new MemoryStream(Encoding.UTF8.GetBytes(text)), Encoding.UTF8, lineBreak);
        var reader = new RecordReader(lines, dialect);
        reader.Skip(skip);
        var records = new List<LooseRecord>();
        Expect();
        while (records.Count < MostRecords && reader.Read() is { } record)
        {
            if (record.IsBlank)
            {
                continue;
            }
            if (headerRows == 0)
            {
                records.Add(record);
                continue;
            }
            headerRows--;
            Expect();
        }
        return records;

        void Expect()
        {
            if (columns is not null && headerRows == 0)
            {
                reader.Expect(columns);
            }
        }
    }

    private static void RefuseBinary(ReadOnlySpan<byte> sample, EncodingFinding encoding, string shown)
    {
        var strange = 0;
        for (var i = 0; i < sample.Length && encoding.IsAsciiCompatible; i++)
        {
            strange += sample[i] is < 9 or (> 13 and < 32 and not 0x1F and not 0x1B) ? 1 : 0;
        }
        if (strange > MostBinary * sample.Length || sample.StartsWith("PK\u0003\u0004"u8) || sample.StartsWith("%PDF"u8) || sample.StartsWith("\u0089PNG"u8))
        {
            throw new EscaleException("collect.file-not-text", $"{shown} is not text: it looks like a program, an image or a document.", "Export the table as CSV, Excel or Parquet.", new Place(shown));
        }
    }
}
