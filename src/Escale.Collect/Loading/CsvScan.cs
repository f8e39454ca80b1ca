using Escale.Collect.Definitions;
using Escale.Collect.Files;

namespace Escale.Collect.Loading;

/// <summary>
/// Reads every field of a delimited file that is to be read as a number, date or boolean, and finds those that the engine would accept but
/// bend: it rounds <c>1.7</c> to a BIGINT, drops leading zeros, and reads <c>12e4</c> as 120000. Runs beside the copy, on another core.
/// </summary>
internal static class CsvScan
{
    /// <summary>The columns (by index) whose texts do not all fit, with the type that does.</summary>
    /// <param name="path">The file.</param>
    /// <param name="dialect">How it is written.</param>
    /// <param name="types">The type that each column is to be read as.</param>
    /// <param name="cancellationToken">Stops the scan.</param>
    public static Dictionary<int, string> Run(string path, CsvDialect dialect, IReadOnlyList<string> types, CancellationToken cancellationToken)
    {
        var doubts = new Dictionary<int, string>();
        var last = types.Count - 1;
        while (last >= 0 && types[last] == SqlTypes.Text)
        {
            last--;
        }
        if (last < 0)
        {
            return doubts;
        }
        var checker = new Checker(dialect, types, last, doubts);
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, 1, FileOptions.SequentialScan);
        var (header, firstLine) = (dialect.HasHeader, 1L);
        if (dialect.Comment is null && RunPlain(file, checker, dialect, cancellationToken) is { } rest)
        {
            if (rest < 0)
            {
                return doubts;
            }
            // A quote: from here on records are found with care. What stands before the rows has been passed unless nothing has.
            file.Position = rest;
            (header, firstLine) = rest == 0 ? (header, 1L) : (false, dialect.SkipRows + 1L);
        }
        long count = 0;
        foreach (var (span, bytes) in CsvRecords.Read(file, dialect.Quote))
        {
            if ((++count & 0xFFFF) == 0)
            {
                cancellationToken.ThrowIfCancellationRequested();
            }
            if (span.Line + firstLine - 1 <= dialect.SkipRows || bytes.Length == 0 || (dialect.Comment is { } mark && bytes.Span[0] == mark))
            {
                continue;
            }
            if (header)
            {
                header = false;
                continue;
            }
            checker.Record(bytes.Span);
        }
        return doubts;
    }

    /// <summary>
    /// Checks lines as long as the file shows no quote, block by block. Returns the offset of the first line that was not checked, or -1 when all
    /// were.
    /// </summary>
    private static long? RunPlain(FileStream file, Checker checker, CsvDialect dialect, CancellationToken cancellationToken)
    {
        var buffer = new byte[1 << 20];
        var skip = dialect.SkipRows + (dialect.HasHeader ? 1 : 0);
        int filled = 0;
        long offset = 0;
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var got = file.Read(buffer, filled, buffer.Length - filled);
            filled += got;
            var end = got == 0 ? filled : buffer.AsSpan(0, filled).LastIndexOf((byte)'\n') + 1;
            if (end == 0 && got > 0)
            {
                // A line longer than the block.
                return offset;
            }
            var block = buffer.AsSpan(0, end);
            if (dialect.Quote is { } quote && block.Contains((byte)quote))
            {
                return skip > 0 ? 0 : offset;
            }
            checker.Lines(block, ref skip);
            if (got == 0)
            {
                return -1;
            }
            buffer.AsSpan(end, filled - end).CopyTo(buffer);
            offset += end;
            filled -= end;
        }
    }

    private sealed class Checker(CsvDialect dialect, IReadOnlyList<string> types, int last, Dictionary<int, string> doubts)
    {
        private readonly byte _delimiter = (byte)dialect.Delimiter;
        private readonly byte _quote = (byte)(dialect.Quote ?? '\0');
        private readonly byte[][] _nulls = [.. dialect.NullValues.Where(value => value.Length > 0).Select(System.Text.Encoding.UTF8.GetBytes)];
        private readonly byte _mark = (byte)dialect.Decimal;
        private readonly bool _isIso = dialect.DateFormat is null && dialect.TimestampFormat is null;
        private readonly Kind[] _kinds = [.. types.Select(KindOf)];

        /// <summary>Checks whole lines without quotes.</summary>
        public void Lines(ReadOnlySpan<byte> block, ref int skip)
        {
            while (block.Length > 0)
            {
                var end = block.IndexOf((byte)'\n');
                var line = end < 0 ? block : block[..end];
                block = end < 0 ? default : block[(end + 1)..];
                if (line.Length > 0 && line[^1] == '\r')
                {
                    line = line[..^1];
                }
                if (skip > 0)
                {
                    skip -= skip == 1 && line.Length == 0 && dialect.HasHeader ? 0 : 1;
                    continue;
                }
                if (line.Length > 0)
                {
                    Plain(line);
                }
            }
        }

        public void Record(ReadOnlySpan<byte> record)
        {
            if (record.Contains(_quote))
            {
                var fields = CsvRecords.Fields(record, dialect.Delimiter, dialect.Quote, dialect.Escape);
                for (var i = 0; i <= last && i < fields.Count; i++)
                {
                    Field(i, System.Text.Encoding.UTF8.GetBytes(fields[i]));
                }
                return;
            }
            Plain(record);
        }

        private void Plain(ReadOnlySpan<byte> record)
        {
            for (var i = 0; i <= last; i++)
            {
                var end = record.IndexOf(_delimiter);
                Field(i, end < 0 ? record : record[..end]);
                if (end < 0)
                {
                    return;
                }
                record = record[(end + 1)..];
            }
        }

        private void Field(int index, ReadOnlySpan<byte> field)
        {
            var kind = _kinds[index];
            var fits = kind switch
            {
                Kind.Text => true,
                Kind.Whole => field.Length == 0 || IsWhole(field),
                Kind.Number => field.Length == 0 || IsNumber(field),
                Kind.Time => field.Length == 0 || (_isIso && IsTime(field)),
                _ => field.Length == 0,
            };
            if (!fits)
            {
                Doubt(index, field);
            }
        }

        private void Doubt(int index, ReadOnlySpan<byte> field)
        {
            foreach (var value in _nulls)
            {
                if (field.SequenceEqual(value))
                {
                    return;
                }
            }
            Span<char> text = field.Length <= 128 ? stackalloc char[128] : new char[field.Length];
            text = System.Text.Encoding.UTF8.TryGetChars(field, text, out var length) ? text[..length] : default;
            var type = text.Length == 0 ? null : CsvInference.TypeOf(text, dialect);
            var now = doubts.GetValueOrDefault(index, types[index]);
            var wider = type is null ? null : now == type ? now : Widen(now, type);
            if (wider == types[index])
            {
                return;
            }
            doubts[index] = wider ?? SqlTypes.Text;
            if (wider is null)
            {
                _kinds[index] = Kind.Text;
            }
        }

        private static string? Widen(string now, string type) => now.StartsWith("DECIMAL", StringComparison.Ordinal)
            ? type is SqlTypes.Integer or SqlTypes.Number ? now : null
            : now is "INTEGER" or "SMALLINT" && type == SqlTypes.Integer ? now : SqlTypes.Widen(now, type);

        private bool IsNumber(ReadOnlySpan<byte> field)
        {
            var mark = field.IndexOf(_mark);
            return mark < 0 ? IsWhole(field) : field.Length <= 17 && mark + 1 < field.Length && IsWhole(field[..mark]) && IsDigits(field[(mark + 1)..]);
        }

        /// <summary><c>2024-01-31 12:59:59</c>, plainly; whatever else may be a time is looked at closely.</summary>
        private static bool IsTime(ReadOnlySpan<byte> field) =>
            field.Length == 19 && field[4] == '-' && field[7] == '-' && field[10] is (byte)' ' or (byte)'T' && field[13] == ':' && field[16] == ':'
            && IsDigits(field[..4]) && Two(field, 5) is >= 1 and <= 12 && Two(field, 8) is >= 1 and <= 28 && Two(field, 11) <= 23 && Two(field, 14) <= 59 && Two(field, 17) <= 59;

        private static int Two(ReadOnlySpan<byte> field, int at)
        {
            var (tens, ones) = (field[at] - '0', field[at + 1] - '0');
            return (uint)tens <= 9 && (uint)ones <= 9 ? tens * 10 + ones : 100;
        }

        private static bool IsDigits(ReadOnlySpan<byte> field)
        {
            foreach (var letter in field)
            {
                if ((uint)(letter - '0') > 9)
                {
                    return false;
                }
            }
            return true;
        }

        private static bool IsWhole(ReadOnlySpan<byte> field)
        {
            var digits = field[0] == '-' ? field[1..] : field;
            return digits.Length is > 0 and <= 18 && (digits[0] != '0' || digits.Length == 1) && IsDigits(digits);
        }

        private static Kind KindOf(string type) => type switch
        {
            SqlTypes.Text => Kind.Text,
            SqlTypes.Integer or "INTEGER" or "SMALLINT" => Kind.Whole,
            SqlTypes.Number => Kind.Number,
            SqlTypes.Timestamp => Kind.Time,
            _ when type.StartsWith("DECIMAL", StringComparison.Ordinal) => Kind.Number,
            _ => Kind.Other,
        };
    }

    private enum Kind
    {
        Text,
        Whole,
        Number,
        Time,
        Other,
    }
}
