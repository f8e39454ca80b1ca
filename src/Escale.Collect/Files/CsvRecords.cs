using System.Text;

namespace Escale.Collect.Files;

/// <summary>
/// Splits delimited text into records, knowing quotes: for the sample that the dialect is found from, and to find a row of the engine
/// back in its file. Works on bytes of an ASCII-compatible encoding.
/// </summary>
internal static class CsvRecords
{
    /// <summary>One record.</summary>
    /// <param name="Line">The line on which it begins, from 1.</param>
    /// <param name="Start">The offset of its first byte.</param>
    /// <param name="Length">Its length without the line break.</param>
    public readonly record struct Span(long Line, long Start, int Length);

    /// <summary>The records of a file in order, with their bytes; the memory is valid until the next one.</summary>
    public static IEnumerable<(Span Span, ReadOnlyMemory<byte> Bytes)> Read(Stream file, char? quote, int maxRecordBytes = 16 << 20)
    {
        var buffer = new byte[1 << 18];
        int start = 0, scanned = 0, filled = 0;
        long line = 1, offset = 0;
        var state = new Scanner(quote);
        var ended = false;
        while (true)
        {
            var length = state.Scan(buffer.AsSpan(scanned, filled - scanned), out var breakLength);
            if (length < 0 && !ended)
            {
                // A \r at the very end is looked at again, with what follows it.
                scanned = filled > start && buffer[filled - 1] == '\r' ? filled - 1 : filled;
                (start, scanned, filled, buffer) = Refill(file, buffer, start, scanned, filled, out ended);
                if (filled - start > maxRecordBytes)
                {
                    state.GiveUpQuotes();
                    scanned = start;
                }
                continue;
            }
            var end = length < 0 ? filled : scanned + length;
            if (length < 0 && end > start && buffer[end - 1] == '\r')
            {
                end--;
            }
            if (length < 0 && end == start)
            {
                yield break;
            }
            var bytes = buffer.AsMemory(start, end - start);
            yield return (new Span(line, offset, end - start), bytes);
            if (length < 0)
            {
                yield break;
            }
            var next = end + breakLength;
            line += 1 + state.TakeInnerLines();
            offset += next - start;
            start = scanned = next;
            state.Reset();
        }
    }

    private static (int Start, int Scanned, int Filled, byte[] Buffer) Refill(Stream file, byte[] buffer, int start, int scanned, int filled, out bool ended)
    {
        if (start > 0)
        {
            Buffer.BlockCopy(buffer, start, buffer, 0, filled - start);
            (scanned, filled, start) = (scanned - start, filled - start, 0);
        }
        if (filled == buffer.Length)
        {
            Array.Resize(ref buffer, buffer.Length * 2);
        }
        var got = file.Read(buffer, filled, buffer.Length - filled);
        ended = got == 0;
        return (start, scanned, filled + got, buffer);
    }

    /// <summary>The fields of one record as text, quotes taken off.</summary>
    public static List<string> Fields(ReadOnlySpan<byte> record, char delimiter, char? quote, char? escape)
    {
        var text = Encoding.UTF8.GetString(record);
        var fields = new List<string>();
        var field = new StringBuilder();
        var at = 0;
        while (true)
        {
            field.Clear();
            if (quote is { } mark && at < text.Length && text[at] == mark)
            {
                at = Quoted(text, at + 1, mark, escape ?? mark, field);
            }
            while (at < text.Length && text[at] != delimiter)
            {
                field.Append(text[at++]);
            }
            fields.Add(field.ToString());
            if (at++ >= text.Length)
            {
                return fields;
            }
        }
    }

    /// <summary>Whether every quoted field of a record ends in a quote, and right after it the field.</summary>
    public static bool IsWhole(ReadOnlySpan<byte> record, char delimiter, char quote, char escape)
    {
        for (var at = 0; ; at++)
        {
            if (at < record.Length && record[at] == quote)
            {
                at = End(record, at + 1, quote, escape);
                if (at < 0 || (at < record.Length && record[at] != delimiter))
                {
                    return false;
                }
            }
            while (at < record.Length && record[at] != delimiter)
            {
                at++;
            }
            if (at >= record.Length)
            {
                return true;
            }
        }
    }

    // The place after the closing quote, or -1.
    private static int End(ReadOnlySpan<byte> record, int at, char quote, char escape)
    {
        while (at < record.Length)
        {
            if (record[at] == escape && at + 1 < record.Length && (record[at + 1] == quote || (escape != quote && record[at + 1] == escape)))
            {
                at += 2;
            }
            else if (record[at++] == quote)
            {
                return at;
            }
        }
        return -1;
    }

    private static int Quoted(string text, int at, char quote, char escape, StringBuilder field)
    {
        while (at < text.Length)
        {
            var letter = text[at];
            if (letter == escape && at + 1 < text.Length && (text[at + 1] == quote || (escape != quote && text[at + 1] == escape)))
            {
                field.Append(text[at + 1]);
                at += 2;
            }
            else if (letter == quote)
            {
                return at + 1;
            }
            else
            {
                field.Append(letter);
                at++;
            }
        }
        return at;
    }

    /// <summary>Finds the end of a record, over as many buffers as it takes.</summary>
    private sealed class Scanner(char? quote)
    {
        private readonly byte _quote = (byte)(quote ?? '\0');
        private bool _quotes = quote is not null;
        private bool _inside;
        private int _innerLines;

        /// <summary>The offset of the line break that ends the record, or -1 when it is not in this buffer.</summary>
        public int Scan(ReadOnlySpan<byte> buffer, out int breakLength)
        {
            breakLength = 1;
            var at = 0;
            while (at < buffer.Length)
            {
                var found = _quotes ? (_inside ? buffer[at..].IndexOfAny(_quote, (byte)'\n') : buffer[at..].IndexOfAny(_quote, (byte)'\n', (byte)'\r')) : buffer[at..].IndexOfAny((byte)'\n', (byte)'\r');
                if (found < 0)
                {
                    return -1;
                }
                at += found;
                if (_quotes && buffer[at] == _quote)
                {
                    _inside = !_inside;
                    at++;
                    continue;
                }
                if (_inside)
                {
                    _innerLines++;
                    at++;
                    continue;
                }
                if (buffer[at] == '\r' && at + 1 == buffer.Length)
                {
                    return -1;
                }
                breakLength = buffer[at] == '\r' && buffer[at + 1] == '\n' ? 2 : 1;
                return at;
            }
            return -1;
        }

        public int TakeInnerLines() => _innerLines;

        public void Reset() => (_inside, _innerLines) = (false, 0);

        /// <summary>A quote that never closes: from here on, lines are records.</summary>
        public void GiveUpQuotes() => (_quotes, _inside, _innerLines) = (false, false, 0);
    }
}
