namespace Escale.Explore.Tables.Reading;

/// <summary>A condition on one column.</summary>
/// <param name="Column">The column, by its own name.</param>
/// <param name="Op">One of <see cref="RowFilter.Ops"/>.</param>
/// <param name="Values">The values as text: none, one, or for <c>in</c> and <c>notin</c> several.</param>
internal sealed record RowFilter(string Column, string Op, IReadOnlyList<string> Values)
{
    /// <summary>Everything that can be asked, with how many values each takes (-1: any number).</summary>
    public static readonly IReadOnlyDictionary<string, int> Ops = new Dictionary<string, int>(StringComparer.Ordinal)
    {
        ["eq"] = 1, ["ne"] = 1, ["lt"] = 1, ["lte"] = 1, ["gt"] = 1, ["gte"] = 1,
        ["in"] = -1, ["notin"] = -1,
        ["contains"] = 1, ["notcontains"] = 1, ["startswith"] = 1, ["endswith"] = 1,
        ["isnull"] = 0, ["notnull"] = 0,
    };
}

/// <summary>An order by one column; missing values come last either way.</summary>
internal sealed record RowSort(string Column, bool IsDescending);

/// <summary>Which rows and columns of a table are asked for. Built from parsed parameters: no part of it is SQL.</summary>
internal sealed record RowQuery
{
    /// <summary>The columns in order; empty: all.</summary>
    public IReadOnlyList<string> Columns { get; init; } = [];

    /// <summary>All must hold.</summary>
    public IReadOnlyList<RowFilter> Filters { get; init; } = [];

    /// <summary>The first counts most.</summary>
    public IReadOnlyList<RowSort> Sorts { get; init; } = [];

    /// <summary>Rows to leave out at the beginning.</summary>
    public long Offset { get; init; }

    /// <summary>At most so many rows; null: all.</summary>
    public long? Limit { get; init; }

    /// <summary>Whether the table's own order and all its rows are wanted.</summary>
    public bool IsPlain => Filters.Count == 0 && Sorts.Count == 0;

    /// <summary>The same for the same rows in the same order, wherever in them one looks.</summary>
    public string OrderKey => string.Join('\u0001',
    [
        .. Filters.Select(filter => $"{filter.Column}\u0002{filter.Op}\u0002{string.Join('\u0003', filter.Values)}"), "\u0004",
        .. Sorts.Select(sort => $"{(sort.IsDescending ? "-" : "+")}{sort.Column}"),
    ]);
}
