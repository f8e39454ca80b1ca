namespace Escale.Collect.Definitions;

/// <summary>One <c>sources/*.yml</c> file: a place that data is collected from.</summary>
/// <param name="Name">The source's name.</param>
/// <param name="Connector">The connector it uses: <c>files</c>, <c>rest_api</c>, <c>web</c> or <c>stream</c>.</param>
/// <param name="Path">The file, relative to the project.</param>
/// <param name="Tables">Its tables.</param>
internal sealed record SourceDefinition(string Name, string Connector, string Path, IReadOnlyList<SourceTable> Tables);

/// <summary>One table of a source: where it comes from, how it is loaded, what its rows must satisfy.</summary>
internal sealed record SourceTable
{
    public required string Source { get; init; }

    public required string Name { get; init; }

    /// <summary>The lake table it lands in.</summary>
    public required TableName Table { get; init; }

    public string Description { get; init; } = "";

    public IReadOnlyList<string> Tags { get; init; } = [];

    public LoadMode Mode { get; init; }

    public MergeStrategy Strategy { get; init; }

    /// <summary>The columns that identify a row.</summary>
    public IReadOnlyList<string> Keys { get; init; } = [];

    /// <summary>When merging: a row whose column of this name is true (or not null, if it is no boolean) deletes its key's row.</summary>
    public string? HardDelete { get; init; }

    /// <summary>When merging: which of a batch's rows with the same key wins; null: the last one read.</summary>
    public DedupSort? DedupSort { get; init; }

    public Contract Contract { get; init; } = new();

    public IReadOnlyList<ColumnRule> Columns { get; init; } = [];

    public FailureBudget MaxFailed { get; init; } = FailureBudget.None;

    /// <summary>Whether nested JSON stays typed (structs and lists) or becomes JSON text.</summary>
    public NestedAs Nested { get; init; }

    /// <summary>Whether each row says which file and line it came from.</summary>
    public bool Lineage { get; init; }

    /// <summary>The connector's own settings: <c>FilesSettings</c>, <c>RestSettings</c>, <c>WebSettings</c> or <c>StreamSettings</c>.</summary>
    public required object Settings { get; init; }

    public required Place Place { get; init; }

    /// <summary>The quarantine table of this table.</summary>
    public TableName Quarantine => new("quarantine", Table.Schema == "bronze" ? Table.Name : $"{Table.Schema}_{Table.Name}");

    public ColumnRule? Rule(string column) => Columns.FirstOrDefault(rule => string.Equals(rule.Name, column, StringComparison.OrdinalIgnoreCase));
}

/// <summary>How a batch changes the table (dlt's <c>write_disposition</c>).</summary>
internal enum LoadMode
{
    Replace,
    Append,
    Merge,
}

/// <summary>How a merge treats a key that is there already.</summary>
internal enum MergeStrategy
{
    /// <summary>The new row replaces the old.</summary>
    Upsert,

    /// <summary>All old rows of the keys in the batch go, all rows of the batch come.</summary>
    DeleteInsert,

    /// <summary>The old row stays.</summary>
    InsertOnly,
}

internal enum NestedAs
{
    Typed,
    Json,
}

internal sealed record DedupSort(string Column, bool Descending);

/// <summary>What may change in the table's shape (dlt's <c>schema_contract</c>).</summary>
internal sealed record Contract
{
    public ContractMode Tables { get; init; }

    public ContractMode Columns { get; init; }

    public ContractMode DataType { get; init; }
}

internal enum ContractMode
{
    /// <summary>The table follows.</summary>
    Evolve,

    /// <summary>The load fails.</summary>
    Freeze,

    /// <summary>The row goes to quarantine.</summary>
    DiscardRow,

    /// <summary>The value is left out, the row stays.</summary>
    DiscardValue,
}

/// <summary>What one column's values must satisfy.</summary>
internal sealed record ColumnRule
{
    public required string Name { get; init; }

    /// <summary>The SQL type, or null to infer it.</summary>
    public string? Type { get; init; }

    /// <summary>The strptime format of dates and times in text, or null for ISO 8601.</summary>
    public string? Format { get; init; }

    /// <summary>For dates: the language of months that are words, <c>fr</c>; null: English.</summary>
    public string? Language { get; init; }

    /// <summary>For numbers: the mark before the fraction, <c>.</c> or <c>,</c>; null: the table's.</summary>
    public char? Decimal { get; init; }

    /// <summary>For numbers: what stands between groups of digits, or null.</summary>
    public string? Thousands { get; init; }

    /// <summary>For numbers: what stands before or behind them, such as <c>€</c> or <c>kg</c>, or null.</summary>
    public string? Unit { get; init; }

    /// <summary>Texts that mean nothing in this column, besides the table's.</summary>
    public IReadOnlyList<string> NullValues { get; init; } = [];

    /// <summary>Whether its texts are read in a way of their own.</summary>
    public bool IsSpecial => Format is not null || Decimal is not null || Thousands is not null || Unit is not null || NullValues.Count > 0;

    public string Description { get; init; } = "";

    public bool NotNull { get; init; }

    public bool Unique { get; init; }

    /// <summary>The only values allowed, as text; empty: all.</summary>
    public IReadOnlyList<string> Accepted { get; init; } = [];

    /// <summary>The least value allowed, as text.</summary>
    public string? Min { get; init; }

    /// <summary>The greatest value allowed, as text.</summary>
    public string? Max { get; init; }

    /// <summary>A regular expression (RE2) that the whole value, as text, must match.</summary>
    public string? Pattern { get; init; }

    /// <summary>Whether it says more than the type.</summary>
    public bool HasChecks => NotNull || Unique || Accepted.Count > 0 || Min is not null || Max is not null || Pattern is not null;
}

/// <summary>How many rows of a batch may go to quarantine before the load is refused.</summary>
/// <param name="Fraction">A part of the batch, 0 to 1, or null.</param>
/// <param name="Count">A number of rows, or null.</param>
internal sealed record FailureBudget(double? Fraction, long? Count)
{
    public static FailureBudget None { get; } = new(null, null);

    public bool IsExceeded(long failed, long total) =>
        failed > 0 && (failed > Count || (Fraction is { } part && failed > part * total));

    public override string ToString() => Count is { } count
        ? $"{count} rows"
        : Fraction is { } part ? (part * 100).ToString("0.##", System.Globalization.CultureInfo.InvariantCulture) + "% of the rows" : "any number";
}
