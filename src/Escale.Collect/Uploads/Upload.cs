using System.Text.Json;
using System.Text.Json.Serialization;
using Escale.Collect.Files;
using Escale.Collect.OpenFiles;
using Escale.Collect.Sniffing;

namespace Escale.Collect.Uploads;

/// <summary>A file that someone drops into the browser, from its first byte until it is a source. Kept as <c>upload.json</c> beside its bytes.</summary>
internal sealed record Upload
{
    public required string Id { get; init; }

    /// <summary>The account that uploads it; nobody else sees it.</summary>
    public required string Owner { get; init; }

    /// <summary>The file's name, for people; never part of a path.</summary>
    public required string Name { get; init; }

    /// <summary>Its size in bytes.</summary>
    public required long Length { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>The address that it is fetched from, or null.</summary>
    public string? Address { get; init; }

    /// <summary>What its owner said of how it is written.</summary>
    public ReadingChanges Changes { get; init; } = new();

    /// <summary>The name of the source that it becomes, from when that was asked for.</summary>
    public string? Source { get; init; }

    /// <summary>Where its bytes go in the project folder then.</summary>
    public string? Target { get; init; }
}

/// <summary>Corrections of what was found.</summary>
internal sealed record ReadingChanges
{
    public string? Encoding { get; init; }

    public string? Delimiter { get; init; }

    public string? Quote { get; init; }

    public int? SkipRows { get; init; }

    public int? HeaderRows { get; init; }

    /// <summary>Of a spreadsheet, the sheet.</summary>
    public string? Sheet { get; init; }

    /// <summary>Columns that are to be read in another way, by name.</summary>
    public IReadOnlyDictionary<string, ColumnChange> Columns { get; init; } = new Dictionary<string, ColumnChange>();

    /// <summary>The same for the readers of files.</summary>
    /// <exception cref="EscaleException"><c>collect.upload-reading</c>: no file can be written so.</exception>
    public FileWriting ToWriting()
    {
        if (Encoding is not null && TextEncodings.Find(Encoding) is null)
        {
            throw Wrong($"'{Encoding}' is not a character set that can be read.");
        }
        if (Delimiter is not null and not { Length: >= 1 and <= 8 } || Quote is not null and not { Length: 1 } || SkipRows is < 0 or > 1_000_000 || HeaderRows is < 0 or > 20)
        {
            throw Wrong("The delimiter has one to eight letters, the quote one; lines are counted from 0.");
        }
        var options = new CsvOptions
        {
            Encoding = Encoding, Delimiter = Delimiter is [var one] ? one : null, WideDelimiter = Delimiter is { Length: > 1 } ? Delimiter : null, Quote = Quote?[0],
            SkipRows = SkipRows ?? 0, HeaderRows = HeaderRows, Header = HeaderRows is { } rows ? rows > 0 : null,
        };
        return new FileWriting(options, Columns.ToDictionary(pair => pair.Key, pair => pair.Value.ToReading(pair.Key))) { Sheet = Sheet };
    }

    internal static EscaleException Wrong(string message) => new("collect.upload-reading", message, "Choose one of the readings that are offered.");
}

/// <summary>How a column is to be read.</summary>
internal sealed record ColumnChange
{
    /// <summary><c>text</c>, <c>bigint</c>, <c>double</c>, <c>boolean</c>, <c>date</c> or <c>timestamp</c>.</summary>
    public required string Type { get; init; }

    public string? Format { get; init; }

    public string? Decimal { get; init; }

    public string? Thousands { get; init; }

    public string? Unit { get; init; }

    /// <summary>The language of months that are words: <c>fr</c>; null: English.</summary>
    public string? Language { get; init; }

    public IReadOnlyList<string> NullValues { get; init; } = [];

    internal ColumnReading ToReading(string name) => new()
    {
        Name = name,
        Type = Definitions.SqlTypes.Named(Type) ?? throw ReadingChanges.Wrong($"'{Type}' is not a type of a column."),
        Format = Format is null || Format.Contains('%', StringComparison.Ordinal) ? Format : throw ReadingChanges.Wrong($"'{Format}' is not a format of dates."),
        Decimal = Decimal switch { null => null, "." => '.', "," => ',', _ => throw ReadingChanges.Wrong("A decimal mark is a point or a comma.") },
        Thousands = Thousands is { Length: 0 or > 4 } ? throw ReadingChanges.Wrong("What separates groups of digits is one letter.") : Thousands,
        Unit = Unit is { Length: 0 or > 16 } ? throw ReadingChanges.Wrong("A unit has one to sixteen letters.") : Unit,
        Language = Language is null or "fr" ? Language : throw ReadingChanges.Wrong($"Months in '{Language}' cannot be read."),
        NullValues = NullValues,
        Confidence = 1,
    };
}

/// <summary>How uploads are written as JSON, on the disk and over HTTP.</summary>
internal static class UploadJson
{
    public static JsonSerializerOptions Options { get; } = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };
}
