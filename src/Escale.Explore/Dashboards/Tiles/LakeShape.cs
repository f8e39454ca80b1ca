using System.Text.Json;
using Escale.Explore.Sql;

namespace Escale.Explore.Dashboards.Tiles;

/// <summary>The columns of the lake's tables and views in one state of the lake.</summary>
internal sealed class LakeShape(IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>> tables)
{
    /// <summary>The columns of a table; none when there is no such table.</summary>
    public IReadOnlyList<string> ColumnsOf(string table) => tables.GetValueOrDefault(table) is { } columns ? [.. columns.Keys] : [];

    /// <summary>The type of a table's column; null when there is no such column.</summary>
    public string? TypeOf(string table, string column) => tables.GetValueOrDefault(table)?.GetValueOrDefault(column);
}

/// <summary>Reads the shape of the lake once per state. Thread-safe.</summary>
internal sealed class LakeShapes(SqlRunner runner, LakeStates states)
{
    private const string Columns = "SELECT schema_name || '.' || table_name, column_name, data_type FROM duckdb_columns() WHERE NOT internal ORDER BY ALL";
    private const int MostColumns = 100_000;

    private volatile Tuple<string, LakeShape>? _last;

    /// <summary>The shape now.</summary>
    public async Task<LakeShape> CurrentAsync(CancellationToken cancellationToken)
    {
        var key = states.Current().Key;
        if (_last is { } last && last.Item1 == key)
        {
            return last.Item2;
        }
        var result = await runner.AskAsync(SqlStatement.Parse(Columns)[0], new Dictionary<string, object?>(), MostColumns, null, TileRunner.Reader, cancellationToken);
        using var json = JsonDocument.Parse(result.Json);
        var tables = json.RootElement.GetProperty("rows").EnumerateArray()
            .GroupBy(row => row[0].GetString()!, StringComparer.OrdinalIgnoreCase)
            .ToDictionary(group => group.Key, IReadOnlyDictionary<string, string> (group) => group.ToDictionary(row => row[1].GetString()!, row => row[2].GetString()!, StringComparer.OrdinalIgnoreCase), StringComparer.OrdinalIgnoreCase);
        var shape = new LakeShape(tables);
        _last = Tuple.Create(key, shape);
        return shape;
    }
}
