namespace Escale.Collect.Sniffing;

/// <summary>How the texts of a column are to be read.</summary>
internal sealed record ColumnReading
{
    /// <summary>Its name in the table.</summary>
    public required string Name { get; init; }

    /// <summary>The SQL type.</summary>
    public required string Type { get; init; }

    /// <summary>For dates and moments: the strptime format; null: ISO 8601.</summary>
    public string? Format { get; init; }

    /// <summary>For dates: the language of months that are words, <c>fr</c>; null: English.</summary>
    public string? Language { get; init; }

    /// <summary>For numbers: what stands before the fraction.</summary>
    public char? Decimal { get; init; }

    /// <summary>For numbers: what stands between groups of three digits.</summary>
    public string? Thousands { get; init; }

    /// <summary>What stands before or behind each number, such as € or kg.</summary>
    public string? Unit { get; init; }

    /// <summary>Words that stand for nothing.</summary>
    public IReadOnlyList<string> NullValues { get; init; } = [];

    /// <summary>The share of the filled values that are read so.</summary>
    public double Agreement { get; init; } = 1;

    /// <summary>0 to 1.</summary>
    public double Confidence { get; init; } = 1;

    /// <summary>Some values as they stand in the file.</summary>
    public IReadOnlyList<string> Examples { get; init; } = [];

    /// <summary>Other ways to read the column that fit all values as well: then its owner is asked, and until then it stays text.</summary>
    public IReadOnlyList<ColumnReading> Choices { get; init; } = [];

    /// <summary>Whether it takes more than the type to read it.</summary>
    public bool IsSpecial => Format is not null || Decimal is not null || Thousands is not null || Unit is not null || NullValues.Count > 0;

    /// <summary>The rule of a source file that says the same.</summary>
    public Definitions.ColumnRule ToRule() => new() { Name = Name, Type = Type, Format = Format, Language = Language, Decimal = Decimal, Thousands = Thousands, Unit = Unit, NullValues = NullValues };
}
