using Escale.Learning.Preparation;

namespace Escale.Learning.Frames;

/// <summary>How a delimited file is read. The defaults read RFC 4180 files and what spreadsheets write.</summary>
public sealed record CsvOptions
{
    /// <summary>Between cells. Default: comma, semicolon, tab or bar, whichever the first line has most of.</summary>
    public char? Separator { get; init; }

    /// <summary>Whether the first record names the columns; else they are c1, c2, …. Default true.</summary>
    public bool HasHeader { get; init; } = true;

    /// <summary>What stands for a missing value, spaces around it aside. Default: nothing, NA, N/A, #N/A, NaN, nan, null, NULL and a question mark.</summary>
    public IReadOnlyCollection<string> MissingTexts { get; init; } = ["", "NA", "N/A", "#N/A", "NaN", "nan", "null", "NULL", "?"];

    /// <summary>Kinds of columns that are not to be detected. Default: all are.</summary>
    public IReadOnlyDictionary<string, ColumnKind> Kinds { get; init; } = new Dictionary<string, ColumnKind>();

    /// <summary>A column of texts is a category when at most this share of its values are distinct, else free text. Default 0.5.</summary>
    public double MaxLevelShare { get; init; } = 0.5;

    /// <summary>
    /// The same, for rows that a model is to predict: what it learned as categories and texts is read as such, also where the file at hand has only numerals (01 stays 01).
    /// </summary>
    public CsvOptions For(ModelSchema schema)
    {
        var kinds = new Dictionary<string, ColumnKind>(StringComparer.Ordinal);
        foreach (var column in schema.Columns)
        {
            if (column is { Role: ColumnRole.Category or ColumnRole.Text, Kind: ColumnKind.Category or ColumnKind.Text })
            {
                kinds[column.Name] = column.Kind;
            }
        }
        foreach (var (name, kind) in Kinds)
        {
            kinds[name] = kind;
        }
        return this with { Kinds = kinds };
    }
}
