using System.Text.Json;
using Escale.Kernel;

namespace Escale.Explore.Sql;

/// <summary>The body of <c>POST /api/v1/sql</c>.</summary>
internal sealed record SqlRequest
{
    /// <summary>One statement or several, in DuckDB's SQL. <c>:name</c> and <c>$name</c> are parameters.</summary>
    public required string Sql { get; init; }

    /// <summary>The values of the parameters: texts, numbers, booleans, null, lists of these.</summary>
    public IReadOnlyDictionary<string, JsonElement>? Parameters { get; init; }

    /// <summary>At most so many rows of each statement; default 10,000.</summary>
    public int? RowLimit { get; init; }

    /// <summary>Stops after so many seconds; default and most: <c>sql.timeout</c> in escale.yml.</summary>
    public double? TimeoutSeconds { get; init; }

    /// <summary>A name for the query, by which it can be stopped: letters, digits and dashes. Default: a new one, in the header Escale-Query.</summary>
    public string? Id { get; init; }

    /// <summary><c>plan</c>: how DuckDB would run it; <c>analyze</c>: how it did. Default: the rows.</summary>
    public string? Explain { get; init; }

    /// <summary><c>csv</c> or <c>parquet</c>: the rows of the last statement as a file. Default: JSON.</summary>
    public string? Format { get; init; }

    /// <summary>In CSV, whether text is written as it is, also where a spreadsheet would run it as a formula. Default: false.</summary>
    public bool RawText { get; init; }

    /// <summary>The values as the sandbox takes them.</summary>
    /// <exception cref="EscaleException"><c>explore.sql-parameter</c>.</exception>
    public IReadOnlyDictionary<string, object?> Values() =>
        (Parameters ?? new Dictionary<string, JsonElement>()).ToDictionary(entry => entry.Key, entry => Value(entry.Key, entry.Value), StringComparer.Ordinal);

    private static object? Value(string name, JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null or JsonValueKind.Undefined => null,
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        JsonValueKind.String => value.GetString(),
        JsonValueKind.Number => value.TryGetInt64(out var whole) ? whole : value.GetDouble(),
        JsonValueKind.Array => value.EnumerateArray().Select(item => Value(name, item)).ToArray(),
        _ => throw new EscaleException("explore.sql-parameter", $"The parameter {name} is an object.", "Give a text, a number, true, false, null, or a list of these."),
    };
}

/// <summary>The rows of one statement, finished.</summary>
/// <param name="Json"><c>{"columns":[{"name","type","kind"}],"rows":[[…]],"row_count","truncated","engine_ms","tables":[{"name","version"}]}</c> in UTF-8.</param>
/// <param name="RowCount">Rows in it.</param>
/// <param name="IsTruncated">Whether there were more.</param>
/// <param name="EngineTime">DuckDB's own time.</param>
internal sealed record SqlResult(ReadOnlyMemory<byte> Json, long RowCount, bool IsTruncated, TimeSpan EngineTime)
{
    /// <summary>Whether somebody had asked before.</summary>
    public bool IsCached { get; init; }
}
