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
        var header = dialect.HasHeader;
        long count = 0;
        foreach (var (span, bytes) in CsvRecords.Read(file, dialect.Quote))
        {
            if ((++count & 0xFFFF) == 0)
            {
                cancellationToken.ThrowIfCancellationRequested();
            }
            if (span.Line <= dialect.SkipRows || bytes.Length == 0 || (dialect.Comment is { } mark && bytes.Span[0] == mark))
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

    private sealed class Checker(CsvDialect dialect, IReadOnlyList<string> types, int last, Dictionary<int, string> doubts)
    {
        private readonly byte _delimiter = (byte)dialect.Delimiter;
        private readonly byte _quote = (byte)(dialect.Quote ?? '\0');
        private readonly byte[][] _nulls = [.. dialect.NullValues.Where(value => value.Length > 0).Select(System.Text.Encoding.UTF8.GetBytes)];
        private readonly Kind[] _kinds = [.. types.Select(KindOf)];

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
            if (kind == Kind.Text || field.Length == 0 || (kind == Kind.Whole ? IsWhole(field) : kind == Kind.Number && IsNumber(field)))
            {
                return;
            }
            Doubt(index, field);
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
            var mark = field.IndexOf((byte)dialect.Decimal);
            return mark < 0 ? IsWhole(field) : field.Length <= 17 && IsWhole(field[..mark]) && mark + 1 < field.Length && field[(mark + 1)..].IndexOfAnyExceptInRange((byte)'0', (byte)'9') < 0;
        }

        private static bool IsWhole(ReadOnlySpan<byte> field)
        {
            var digits = field[0] == '-' ? field[1..] : field;
            return digits.Length is > 0 and <= 18 && (digits[0] != '0' || digits.Length == 1) && digits.IndexOfAnyExceptInRange((byte)'0', (byte)'9') < 0;
        }

        private static Kind KindOf(string type) => type switch
        {
            SqlTypes.Text => Kind.Text,
            SqlTypes.Integer or "INTEGER" or "SMALLINT" => Kind.Whole,
            SqlTypes.Number => Kind.Number,
            _ when type.StartsWith("DECIMAL", StringComparison.Ordinal) => Kind.Number,
            _ => Kind.Other,
        };
    }

    private enum Kind
    {
        Text,
        Whole,
        Number,
        Other,
    }
}
