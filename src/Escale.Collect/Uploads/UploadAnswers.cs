using Escale.Collect.Definitions;
using Escale.Collect.OpenFiles;
using Escale.Collect.Sniffing;

namespace Escale.Collect.Uploads;

/// <summary>An upload's state.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Name">The file's name.</param>
/// <param name="Length">Its size in bytes.</param>
/// <param name="Offset">How many bytes are here.</param>
/// <param name="State"><c>uploading</c>, <c>received</c> or <c>source</c>.</param>
/// <param name="Source">The source that it became, or null.</param>
/// <param name="CreatedAt">When it was begun.</param>
public sealed record UploadAnswer(string Id, string Name, long Length, long Offset, string State, string? Source, DateTimeOffset CreatedAt);

/// <summary>The first rows as they would be loaded, and those that would not be.</summary>
internal sealed record PreviewAnswer(IReadOnlyList<PreviewColumn> Columns, IReadOnlyList<PreviewRow> Rows, IReadOnlyList<PreviewReject> Rejected);

internal sealed record PreviewColumn(string Name, string Type);

/// <summary>A row.</summary>
/// <param name="Line">Its line in the file.</param>
/// <param name="Values">The values as text; null where there is none.</param>
/// <param name="Mended">What was mended in it, or null.</param>
internal sealed record PreviewRow(long Line, IReadOnlyList<string?> Values, string? Mended);

/// <summary>A row that would go to quarantine.</summary>
/// <param name="Line">Its line in the file.</param>
/// <param name="Reason"><c>type</c>: a value is not of its column's type; <c>shape</c>: it is not written as the others; <c>long</c>: it is longer than a line may be.</param>
/// <param name="Column">The column, for <c>type</c>.</param>
/// <param name="Text">The value, or the line.</param>
internal sealed record PreviewReject(long Line, string Reason, string? Column, string Text);

/// <summary>Something that was found out, with what shows it.</summary>
internal sealed record Finding<T>(T Value, double Confidence, string Evidence);

/// <summary>How a column is read.</summary>
internal sealed record ColumnAnswer(string Name, string Type, string? Format, string? Decimal, string? Thousands, string? Unit, string? Language, IReadOnlyList<string> NullValues, double Agreement, double Confidence, IReadOnlyList<string> Examples)
{
    public static ColumnAnswer Of(ColumnReading column) => new(
        column.Name, SqlTypes.NameOf(column.Type), column.Format, column.Decimal?.ToString(), column.Thousands, column.Unit, column.Language, column.NullValues, Math.Round(column.Agreement, 4), Math.Round(column.Confidence, 2), column.Examples);
}

/// <summary>A sheet of a spreadsheet.</summary>
internal sealed record SheetAnswer(string Name, int Rows, int Columns);

/// <summary>A column that can be read in more than one way: its owner is asked.</summary>
internal sealed record QuestionAnswer(string Column, IReadOnlyList<string> Examples, IReadOnlyList<ColumnAnswer> Choices);

/// <summary>How an upload is read: what was found, what is asked, what its owner said.</summary>
internal sealed record ReadingAnswer(string Format, string SuggestedName)
{
    /// <summary>Of a spreadsheet, its sheets.</summary>
    public IReadOnlyList<SheetAnswer> Sheets { get; init; } = [];

    /// <summary>Of a spreadsheet, the sheet that is read.</summary>
    public string? Sheet { get; init; }

    public Finding<string>? Encoding { get; init; }

    public Finding<string>? Delimiter { get; init; }

    public string? Quote { get; init; }

    public string? Escape { get; init; }

    public Finding<int>? HeaderRows { get; init; }

    public int? SkipRows { get; init; }

    public IReadOnlyList<string> Preamble { get; init; } = [];

    public IReadOnlyList<ColumnAnswer> Columns { get; init; } = [];

    public IReadOnlyList<QuestionAnswer> Questions { get; init; } = [];

    public long? Rows { get; init; }

    /// <summary>Whether all of the file was looked at, or its beginning.</summary>
    public bool IsWhole { get; init; }

    /// <summary>How many places of a large file were looked at besides its beginning.</summary>
    public int Places { get; init; }

    public long Mended { get; init; }

    public IReadOnlyList<long> MendedLines { get; init; } = [];

    public IReadOnlyList<string> Footer { get; init; } = [];

    public long? NextTable { get; init; }

    public long MixedLines { get; init; }

    public long ZeroBytes { get; init; }

    public ReadingChanges Changes { get; init; } = new();

    public static ReadingAnswer Of(Upload upload, UploadContent content, TextTable? text)
    {
        var answer = new ReadingAnswer(content.Format.ToString().ToLowerInvariant(), SourceNames.From(content.Name)) { Changes = upload.Changes, Sheet = content.Sheet, Sheets = [.. content.Sheets.Select(sheet => new SheetAnswer(sheet.Name, sheet.Rows, sheet.Columns))] };
        if (text is null)
        {
            return answer;
        }
        var (reading, notes) = (text.Reading, text.Notes);
        var agreement = notes.Rows > 0 ? 1 - notes.MendedCount / (double)notes.Rows : reading.Dialect.Agreement;
        var sureness = agreement > 0.98 && text.Columns.Count > 2 ? Math.Max(0.95, reading.Dialect.Confidence) : reading.Dialect.Confidence;
        return answer with
        {
            Encoding = new Finding<string>(reading.Encoding.Name, Math.Round(reading.Encoding.Confidence, 2), reading.Encoding.Evidence),
            Delimiter = new Finding<string>(reading.Dialect.Dialect.Delimiter, Math.Round(sureness, 2), FormattableString.Invariant($"{agreement:0.####}")),
            Quote = reading.Dialect.Dialect.Quote?.ToString(),
            Escape = reading.Dialect.Dialect.Escape?.ToString(),
            HeaderRows = new Finding<int>(reading.Layout.HeaderRows, reading.Layout.HeaderVotes > 1 || reading.Layout.HeaderRows == 0 ? 0.95 : 0.7, string.Join(", ", reading.Layout.Header.Take(5))),
            SkipRows = reading.Layout.SkipRows,
            Preamble = reading.Layout.Preamble,
            Columns = [.. text.Columns.Select(ColumnAnswer.Of)],
            Questions = [.. text.Columns.Where(column => column.Choices.Count > 0).Select(column => new QuestionAnswer(column.Name, column.Examples, [.. column.Choices.Select(ColumnAnswer.Of)]))],
            Rows = text.IsScannedWholly ? notes.Rows : null,
            IsWhole = text.IsScannedWholly,
            Places = text.Places,
            Mended = notes.MendedCount - notes.DoubtfulCount,
            MendedLines = [.. notes.Mended.Select(row => row.Line)],
            Footer = [.. notes.Footer.Select(line => line.Text)],
            NextTable = notes.NextTable,
            MixedLines = notes.MixedLines,
            ZeroBytes = notes.ZeroBytes,
        };
    }
}

/// <summary>Names of sources and tables from names of files.</summary>
internal static class SourceNames
{
    // Letter by letter.
    private const string Accents = "àáâãäåçèéêëìíîïñòóôõöøùúûüýÿœæßšž";
    private const string Plain = "aaaaaaceeeeiiiinoooooouuuuyyoassz";

    /// <summary><c>Relevé (été) 2024.csv</c> → <c>releve_ete_2024</c>.</summary>
    public static string From(string file)
    {
        var name = new System.Text.StringBuilder();
        var title = file.Split('.') is [var first, ..] && first.Length > 0 ? first : file;
        foreach (var letter in title.ToLowerInvariant())
        {
            if (char.IsAsciiLetterOrDigit(letter))
            {
                name.Append(letter);
            }
            else if (Accents.IndexOf(letter, StringComparison.Ordinal) is >= 0 and var at)
            {
                name.Append(Plain[at]);
            }
            else if (name.Length > 0 && name[^1] != '_')
            {
                name.Append('_');
            }
        }
        var plain = name.ToString().Trim('_');
        plain = plain.Length > 60 ? plain[..60].TrimEnd('_') : plain;
        return plain.Length == 0 ? "table" : char.IsAsciiDigit(plain[0]) ? "t_" + plain : plain;
    }

    /// <summary>Whether a name can be that of a source and a table.</summary>
    public static bool IsName(string name) => name.Length is > 0 and <= 63 && (char.IsAsciiLetter(name[0]) || name[0] == '_') && name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter == '_');
}
