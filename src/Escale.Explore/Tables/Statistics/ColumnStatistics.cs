namespace Escale.Explore.Tables.Statistics;

/// <summary>A value and how many rows have it.</summary>
/// <param name="Value">The value as text.</param>
/// <param name="Count">Rows.</param>
public sealed record ValueCount(string Value, long Count);

/// <summary>What the values of a column are.</summary>
/// <param name="Name">The column.</param>
/// <param name="Type">Its type in SQL.</param>
/// <param name="Kind">What its values are to people, as <see cref="Catalogue.EntryColumn.Kind"/>.</param>
/// <param name="Count">Values that are there.</param>
/// <param name="Missing">Values that are missing.</param>
/// <param name="Distinct">How many different values; of a table too large to look at all rows an estimate (HyperLogLog, within some percent). Null for nested ones.</param>
/// <param name="Min">The least, or null.</param>
/// <param name="Max">The most, or null.</param>
public sealed record ColumnStatistics(string Name, string Type, string Kind, long Count, long Missing, long? Distinct, string? Min, string? Max)
{
    /// <summary>Of numbers: the mean.</summary>
    public double? Mean { get; init; }

    /// <summary>Of numbers: the standard deviation.</summary>
    public double? Deviation { get; init; }

    /// <summary>Of numbers: a quarter of the values, half of them, three quarters of them are below.</summary>
    public IReadOnlyList<double> Quartiles { get; init; } = [];

    /// <summary>The most frequent values.</summary>
    public IReadOnlyList<ValueCount> Top { get; init; } = [];

    /// <summary>Of numbers and times: how many values are in each of equal steps from the least to the most.</summary>
    public IReadOnlyList<long> Histogram { get; init; } = [];
}

/// <summary>What the values of a table are.</summary>
/// <param name="RowCount">Rows.</param>
/// <param name="SampledRows">
/// Rows that quartiles, histograms and frequent values were taken from, when the table is too large to look at all; null: from all of them.
/// </param>
/// <param name="Columns">By column.</param>
public sealed record TableStatistics(long RowCount, long? SampledRows, IReadOnlyList<ColumnStatistics> Columns);
