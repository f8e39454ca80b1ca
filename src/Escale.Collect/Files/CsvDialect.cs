using System.Text.Json;

namespace Escale.Collect.Files;

/// <summary>How one delimited file is written, with its columns.</summary>
internal sealed record CsvDialect
{
    private string? _layout;

    public required char Delimiter { get; init; }

    /// <summary>The quote, or null when nothing is quoted.</summary>
    public char? Quote { get; init; } = '"';

    public char? Escape { get; init; }

    public bool HasHeader { get; init; }

    /// <summary>Lines before the header (or the first row).</summary>
    public int SkipRows { get; init; }

    public char? Comment { get; init; }

    public IReadOnlyList<string> NullValues { get; init; } = [""];

    public char Decimal { get; init; } = '.';

    public string? DateFormat { get; init; }

    public string? TimestampFormat { get; init; }

    /// <summary>The columns with the SQL type inferred from a sample.</summary>
    public required IReadOnlyList<CsvColumn> Columns { get; init; }

    /// <summary>What it takes to read one record of the file by itself, as JSON: kept with records in quarantine.</summary>
    public string Layout => _layout ??= JsonSerializer.Serialize(new CsvLayout(Delimiter, Quote, Escape, [.. Columns.Select(column => column.Name)]));

    /// <summary>Whether two files can be read by one statement: the same columns, written the same way.</summary>
    public bool ReadsLike(CsvDialect other) =>
        (Delimiter, Quote, Escape, HasHeader, SkipRows, Comment, Decimal, DateFormat, TimestampFormat)
            == (other.Delimiter, other.Quote, other.Escape, other.HasHeader, other.SkipRows, other.Comment, other.Decimal, other.DateFormat, other.TimestampFormat)
        && NullValues.SequenceEqual(other.NullValues) && Columns.Select(column => column.Name).SequenceEqual(other.Columns.Select(column => column.Name));
}

/// <summary>See <see cref="CsvDialect.Layout"/>.</summary>
internal sealed record CsvLayout(char Delimiter, char? Quote, char? Escape, IReadOnlyList<string> Columns);

/// <summary>A column of a delimited file.</summary>
/// <param name="Name">Its name in the table.</param>
/// <param name="Type">The type that a sample suggests.</param>
internal sealed record CsvColumn(string Name, string Type);
