using Escale.Projects.Yaml;

namespace Escale.Collect.Files;

internal enum FileFormat
{
    Auto,
    Csv,
    Tsv,
    Json,
    Ndjson,
    Parquet,
    Excel,
}

internal enum Compression
{
    Auto,
    None,
    Gzip,
    Zstd,
}

internal enum OnChange
{
    /// <summary>A file that was appended already and has changed is an error.</summary>
    Fail,

    /// <summary>It is appended once more, whole.</summary>
    Append,
}

/// <summary>A table made from files.</summary>
internal sealed record FilesSettings
{
    /// <summary>Paths under the project folder, or http(s) addresses; globs with <c>*</c>, <c>?</c>, <c>[…]</c> and <c>**</c> for paths.</summary>
    public required IReadOnlyList<string> Paths { get; init; }

    public FileFormat Format { get; init; }

    public Compression Compression { get; init; }

    public CsvOptions Csv { get; init; } = new();

    /// <summary>The sheet's name or number from 1; null: the first.</summary>
    public string? Sheet { get; init; }

    /// <summary>Where the records are inside a JSON document; null: the document, or its only list.</summary>
    public string? DataSelector { get; init; }

    public OnChange OnChange { get; init; }

    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();

    public long MaxSizeBytes { get; init; } = 100L << 30;

    /// <summary>Whether a path that matches nothing is an error; default yes.</summary>
    public bool Required { get; init; } = true;

    public static FilesSettings Read(YamlReader reader) => new()
    {
        Paths = reader.Need("path") is YamlList list && list.Items.Count == 0 ? throw reader.Need("path").WrongType("at least one path") : reader.Texts("path"),
        Format = reader.Choice("format", FileFormat.Auto),
        Compression = reader.Choice("compression", Compression.Auto),
        Csv = CsvOptions.Read(reader),
        Sheet = reader.TextOrNull("sheet"),
        DataSelector = reader.Node("data_selector") is { } selector ? Rest.JsonPath.Check(selector) : null,
        OnChange = reader.Choice("on_change", OnChange.Fail),
        Headers = reader.TextMap("headers"),
        MaxSizeBytes = reader.SizeBytes("max_size") ?? 100L << 30,
        Required = reader.Bool("required", true),
    };
}

/// <summary>How a text table is written; null: found out from the file.</summary>
internal sealed record CsvOptions
{
    public char? Delimiter { get; init; }

    /// <summary>A delimiter of several letters; null: see <see cref="Delimiter"/>.</summary>
    public string? WideDelimiter { get; init; }

    public char? Quote { get; init; }

    public char? Escape { get; init; }

    public bool? Header { get; init; }

    /// <summary>Rows of the header; null: one or none.</summary>
    public int? HeaderRows { get; init; }

    /// <summary>Lines behind the table.</summary>
    public int SkipFooter { get; init; }

    /// <summary>Whether records that are not written as the others are mended where they can be; else they go to quarantine.</summary>
    public bool Repair { get; init; }

    /// <summary>Whether the engine cannot read the file as it is.</summary>
    public bool NeedsRewriting => Repair || WideDelimiter is not null || HeaderRows > 1 || SkipFooter > 0;

    /// <summary>Lines before the table.</summary>
    public int SkipRows { get; init; }

    /// <summary>Lines that begin so are no rows.</summary>
    public char? Comment { get; init; }

    /// <summary>Texts that mean nothing; default: the empty field.</summary>
    public IReadOnlyList<string> NullValues { get; init; } = [""];

    public char Decimal { get; init; } = '.';

    /// <summary>The name of the character set; null: a byte-order mark, else UTF-8.</summary>
    public string? Encoding { get; init; }

    public string? DateFormat { get; init; }

    public string? TimestampFormat { get; init; }

    /// <summary>Whether types are inferred; false: every column without a declared type is text.</summary>
    public bool Infer { get; init; } = true;

    public static CsvOptions Read(YamlReader reader) => new()
    {
        Delimiter = Wide(reader) is null ? Character(reader, "delimiter") : null,
        WideDelimiter = Wide(reader),
        Quote = Character(reader, "quote"),
        Escape = Character(reader, "escape"),
        Header = reader.Has("header") ? reader.Bool("header", true) : reader.Has("header_rows") ? reader.Integer("header_rows", 1) > 0 : null,
        HeaderRows = (int?)reader.Integer("header_rows", 0, 20),
        SkipFooter = (int)(reader.Integer("skip_footer", 0, 1_000_000) ?? 0),
        Repair = reader.Bool("repair", false),
        SkipRows = (int)(reader.Integer("skip_rows", 0, 1_000_000) ?? 0),
        Comment = Character(reader, "comment"),
        NullValues = reader.Has("null_values") ? reader.Texts("null_values") : [""],
        Decimal = Character(reader, "decimal") is { } mark ? mark is '.' or ',' ? mark : throw reader.Need("decimal").WrongType("'.' or ','") : '.',
        Encoding = reader.Node("encoding") is { } encoding ? TextEncodings.Check(encoding) : null,
        DateFormat = reader.Node("date_format") is { } date ? Strptime.Check(date) : null,
        TimestampFormat = reader.Node("timestamp_format") is { } timestamp ? Strptime.Check(timestamp) : null,
        Infer = reader.Bool("infer", true),
    };

    private static string? Wide(YamlReader reader) => reader.TextOrNull("delimiter") is { Length: > 1 and <= 8 } text && text is not ("\\t" or "tab") && text.All(char.IsAscii) ? text : null;

    private static char? Character(YamlReader reader, string key)
    {
        if (reader.Node(key) is not { } node)
        {
            return null;
        }
        return node.AsText() switch
        {
            [var only] when only < 128 => only,
            "\\t" or "tab" => '\t',
            _ => throw node.WrongType("one ASCII character"),
        };
    }
}
