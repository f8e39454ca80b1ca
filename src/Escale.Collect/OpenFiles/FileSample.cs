using Escale.Collect.Files;
using Escale.Collect.Loading;

namespace Escale.Collect.OpenFiles;

/// <summary>Makes a small file of whole records from the head of a large one and from places all over it.</summary>
internal static class FileSample
{
    /// <summary>A file of this size is its own sample.</summary>
    public const long SmallBytes = 24L << 20;

    private const int HeadBytes = 4 << 20;
    private const int Places = 64;
    private const int PlaceBytes = 96 << 10;

    // In so many bytes after a place a record should begin.
    private const int AlignBytes = 32 << 10;
    private const int RecordsToBelieve = 3;

    /// <summary>A sample of delimited text, written as the file is; null when the file is small.</summary>
    public static string? OfDelimited(string path, CsvDialect dialect, string folder) => Make(path, folder, chunk => Align(chunk, dialect), dialect.Quote);

    /// <summary>Whole records from places all over a file, behind its beginning.</summary>
    /// <param name="path">The file.</param>
    /// <param name="dialect">How it is written.</param>
    /// <param name="places">How many places.</param>
    public static IEnumerable<byte[]> Elsewhere(string path, CsvDialect dialect, int places)
    {
        using var file = File.OpenRead(path);
        var buffer = new byte[PlaceBytes];
        for (var place = 1; place <= places; place++)
        {
            var chunk = Place(file, buffer, HeadBytes / 4, place, places);
            var start = Align(chunk.Span, dialect);
            var end = start == 0 ? 0 : EndOfRecords(chunk.Span[start..], dialect.Quote);
            if (end > 0)
            {
                yield return chunk.Slice(start, end).ToArray();
            }
        }
    }

    /// <summary>Whole lines from places all over a file of which it is not known yet how it is written.</summary>
    public static byte[] Lines(string path, int places, int bytes)
    {
        using var file = File.OpenRead(path);
        using var all = new MemoryStream();
        var buffer = new byte[bytes];
        for (var place = 1; place <= places; place++)
        {
            var chunk = Place(file, buffer, 0, place, places).Span;
            var (start, end) = (chunk.IndexOf((byte)'\n') + 1, chunk.LastIndexOf((byte)'\n') + 1);
            all.Write(start < end ? chunk[start..end] : []);
        }
        return all.ToArray();
    }

    /// <summary>One of so many places; the last ends where the file does.</summary>
    private static Memory<byte> Place(FileStream file, byte[] buffer, long head, int place, int places)
    {
        file.Position = Math.Max(0, Math.Min(head, file.Length) + ((file.Length - head - buffer.Length) / places * place));
        return buffer.AsMemory(0, file.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false));
    }

    /// <summary>A sample of a file of which each line is a record; null when the file is small.</summary>
    public static string? OfLines(string path, string folder) => Make(path, folder, chunk => chunk.IndexOf((byte)'\n') + 1, null);

    private delegate int Aligner(ReadOnlySpan<byte> chunk);

    private static string? Make(string path, string folder, Aligner align, char? quote)
    {
        using var file = File.OpenRead(path);
        if (file.Length <= SmallBytes)
        {
            return null;
        }
        var target = Path.Combine(folder, "sample-" + Guid.NewGuid().ToString("N"));
        using var sample = File.Create(target);
        var buffer = new byte[HeadBytes];
        WriteWhole(buffer.AsSpan(0, file.ReadAtLeast(buffer, HeadBytes, throwOnEndOfStream: false)), quote, sample);
        for (var place = 1; place <= Places; place++)
        {
            file.Position = HeadBytes + (file.Length - HeadBytes - PlaceBytes) / Places * place;
            var chunk = buffer.AsSpan(0, file.ReadAtLeast(buffer.AsSpan(0, PlaceBytes), PlaceBytes, throwOnEndOfStream: false));
            var start = align(chunk);
            if (start > 0)
            {
                WriteWhole(chunk[start..], quote, sample);
            }
        }
        return target;
    }

    private static void WriteWhole(Span<byte> bytes, char? quote, FileStream target) => target.Write(bytes[..EndOfRecords(bytes, quote)]);

    /// <summary>Where the last record ends that ends within the bytes.</summary>
    private static int EndOfRecords(ReadOnlySpan<byte> bytes, char? quote)
    {
        var end = 0;
        using var stream = new MemoryStream(bytes.ToArray(), writable: false);
        foreach (var (span, record) in CsvRecords.Read(stream, quote))
        {
            // With its whole line break: a file with breaks of two kinds is none that DuckDB reads.
            var after = (int)(span.Start + span.Length);
            if (after < bytes.Length && bytes[after] == '\n')
            {
                end = after + 1;
            }
            else if (after + 1 < bytes.Length && bytes[after] == '\r')
            {
                end = after + (bytes[after + 1] == '\n' ? 2 : 1);
            }
        }
        return end;
    }

    /// <summary>Where a record begins in bytes from the middle of a file: a line break may stand inside quotes, so the next records must have all their fields.</summary>
    private static int Align(ReadOnlySpan<byte> chunk, CsvDialect dialect)
    {
        var lineBreak = chunk[..Math.Min(chunk.Length, AlignBytes)].Contains((byte)'\n') ? (byte)'\n' : (byte)'\r';
        for (var start = 0; start < Math.Min(chunk.Length, AlignBytes);)
        {
            var next = chunk[start..].IndexOf(lineBreak);
            if (next < 0)
            {
                return 0;
            }
            start += next + 1;
            if (Begins(chunk[start..], dialect))
            {
                return start;
            }
        }
        return 0;
    }

    private static bool Begins(ReadOnlySpan<byte> chunk, CsvDialect dialect)
    {
        using var stream = new MemoryStream(chunk.ToArray(), writable: false);
        var good = 0;
        foreach (var (_, record) in CsvRecords.Read(stream, dialect.Quote))
        {
            if (CsvSieve.ProblemOfShape(record.Span, dialect) is not null || HasStrayQuote(record.Span, dialect))
            {
                return false;
            }
            if (++good == RecordsToBelieve)
            {
                return true;
            }
        }
        return false;
    }

    /// <summary>Whether a quote stands inside a field that does not begin with one: so a record looks when its beginning was really the middle of a quoted field.</summary>
    private static bool HasStrayQuote(ReadOnlySpan<byte> record, CsvDialect dialect)
    {
        var isInside = false;
        for (var at = 0; at < record.Length; at++)
        {
            if (record[at] != dialect.Quote)
            {
                continue;
            }
            if (!isInside && at > 0 && record[at - 1] != dialect.Delimiter && record[at - 1] != dialect.Quote)
            {
                return true;
            }
            isInside = !isInside;
        }
        return false;
    }
}
