using System.Text.Json;
using Escale.Engines.DuckDb;

namespace Escale.Projects.Lineage;

/// <summary>A column of a stored table that a value comes from.</summary>
/// <param name="Schema">The schema as written in the query; empty when none was.</param>
/// <param name="Table">The table.</param>
/// <param name="Column">The column.</param>
public sealed record ColumnOrigin(string Schema, string Table, string Column)
{
    /// <inheritdoc/>
    public override string ToString() => Schema.Length == 0 ? $"{Table}.{Column}" : $"{Schema}.{Table}.{Column}";
}

/// <summary>An output column of a query and what its values are computed from.</summary>
/// <param name="Name">The column's name; empty for an expression without an alias.</param>
/// <param name="Origins">The columns that enter its value (conditions of CASE, partitions and orders of windows included; filters and joins not), sorted.</param>
/// <param name="IsComplete">False when there may be others that could not be determined. What is listed is right either way.</param>
/// <param name="IsCopy">Whether its values are those of its one origin, renamed or cast at most.</param>
public sealed record LineageColumn(string Name, IReadOnlyList<ColumnOrigin> Origins, bool IsComplete, bool IsCopy = false);

/// <summary>Where the columns of a query come from, read from DuckDB's own parse tree: nothing is executed or bound.</summary>
/// <param name="Columns">The output columns in order, as far as they are known.</param>
/// <param name="IsComplete">Whether <paramref name="Columns"/> are all there are: false when a <c>*</c> stands for a table whose columns are not known.</param>
public sealed record QueryLineage(IReadOnlyList<LineageColumn> Columns, bool IsComplete)
{
    /// <summary>Nothing is known.</summary>
    public static readonly QueryLineage Unknown = new([], false);

    private static readonly JsonDocumentOptions _deep = new() { MaxDepth = 2048 };

    /// <summary>Reads the lineage of one SELECT.</summary>
    /// <param name="connection">Any connection: only its parser is used.</param>
    /// <param name="sql">The query.</param>
    /// <param name="columnsOf">The columns of a stored table (schema, or empty when none is written; table), or null when they are not known.</param>
    /// <param name="ct">Cancels the parsing.</param>
    /// <returns><see cref="Unknown"/> for what DuckDB cannot give the parse tree of.</returns>
    public static QueryLineage Read(
        DuckConnection connection, string sql, Func<string, string, IReadOnlyList<string>?> columnsOf, CancellationToken ct = default)
    {
        using var statement = connection.Prepare("SELECT json_serialize_sql($1::VARCHAR, skip_null := true, skip_empty := true)::VARCHAR");
        statement.Bind(1, sql);
        string json;
        using (var result = statement.Query(ct))
        {
            json = (string)result.Rows().First()[0]!;
        }
        using var document = JsonDocument.Parse(json, _deep);
        var root = document.RootElement;
        if (root.TryGetProperty("error", out var error) && error.ValueKind == JsonValueKind.True)
        {
            return Unknown;
        }
        var statements = root.GetProperty("statements");
        return statements.GetArrayLength() == 1
            ? Of(new QueryReader(columnsOf).Query(statements[0].GetProperty("node"), Scope.None))
            : Unknown;
    }

    private static QueryLineage Of(Relation relation) => new(
        [.. relation.Columns.Select(column => new LineageColumn(
            column.Name,
            [.. column.Origins.Set.OrderBy(origin => origin.ToString(), StringComparer.Ordinal)],
            column.Origins.IsComplete,
            column.Origins.IsCopy))],
        relation.IsClosed);
}
