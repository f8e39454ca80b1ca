using System.Text.Unicode;
using Escale.Collect.Files;

namespace Escale.Collect.Loading;

/// <summary>A delimited file has more broken lines than the engine's reader should keep in mind.</summary>
internal sealed class TooManyBroken : Exception;

/// <summary>
/// Copies a delimited file without the records that the engine's reader would set aside. An empty line takes the place of each line of theirs,
/// so that all others keep their numbers.
/// </summary>
internal static class CsvSieve
{
    /// <summary>Writes the copy and gives every record left out.</summary>
    public static void Run(CsvPart part, string target, Action<RejectedRecord> reject, CancellationToken cancellationToken)
    {
        var dialect = part.Dialect;
        using var source = File.OpenRead(part.Path);
        using var copy = new FileStream(target, FileMode.CreateNew, FileAccess.Write, FileShare.Read, 1 << 18);
        var header = dialect.HasHeader;
        long count = 0;
        foreach (var (span, bytes) in CsvRecords.Read(source, dialect.Quote))
        {
            if ((++count & 0xFFF) == 0)
            {
                cancellationToken.ThrowIfCancellationRequested();
            }
            var record = bytes.Span;
            var isRow = span.Line > dialect.SkipRows && record.Length > 0 && !(dialect.Comment is { } mark && record[0] == mark) && (!header || (header = false));
            if (isRow && Problem(record, dialect) is { } problem)
            {
                reject(new RejectedRecord(System.Text.Encoding.UTF8.GetString(record), problem, "parse", null, part.Shown, span.Line) { Layout = dialect.Layout });
                for (var inner = record.Count((byte)'\n'); inner > 0; inner--)
                {
                    copy.WriteByte((byte)'\n');
                }
            }
            else
            {
                copy.Write(record);
            }
            copy.WriteByte((byte)'\n');
        }
    }

    /// <summary>What is wrong with a record, or null.</summary>
    public static string? Problem(ReadOnlySpan<byte> record, CsvDialect dialect)
    {
        if (!Utf8.IsValid(record))
        {
            return "the line is not valid UTF-8: set the table's encoding";
        }
        return ProblemOfShape(record, dialect);
    }

    /// <summary>What is wrong with a record's quotes and fields, in whatever encoding in which ASCII is itself, or null.</summary>
    public static string? ProblemOfShape(ReadOnlySpan<byte> record, CsvDialect dialect)
    {
        var (delimiter, quote) = ((byte)dialect.Delimiter, dialect.Quote is { } mark ? (byte)mark : (byte?)null);
        var fields = 0;
        for (var rest = record; ; fields++)
        {
            var start = 0;
            if (quote is { } open && rest.Length > 0 && rest[0] == open)
            {
                start = Close(rest, open, (byte)(dialect.Escape ?? dialect.Quote!.Value)) + 1;
                if (start == 0 || (start < rest.Length && rest[start] != delimiter))
                {
                    return "a quote is not closed where it should be";
                }
            }
            var end = rest[start..].IndexOf(delimiter);
            if (end < 0)
            {
                fields++;
                break;
            }
            rest = rest[(start + end + 1)..];
        }
        var expected = dialect.Columns.Count;
        return fields == expected ? null : string.Create(System.Globalization.CultureInfo.InvariantCulture, $"too {(fields < expected ? "few" : "many")} fields: {fields} instead of {expected}");
    }

    private static int Close(ReadOnlySpan<byte> field, byte quote, byte escape)
    {
        for (var at = 1; at < field.Length; at++)
        {
            if (field[at] == escape && at + 1 < field.Length && (field[at + 1] == quote || escape != quote))
            {
                at++;
            }
            else if (field[at] == quote)
            {
                return at;
            }
        }
        return -1;
    }
}
