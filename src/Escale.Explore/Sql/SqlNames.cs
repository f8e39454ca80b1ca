using Escale.Kernel;

namespace Escale.Explore.Sql;

/// <summary>The tables, views and columns that a query can name, as JSON rows; asked of DuckDB itself, so that views have their columns too.</summary>
internal sealed class SqlNames(SqlRunner runner)
{
    private const string Sql = """
        select table_schema || '.' || table_name as "table", list({'name': column_name, 'type': data_type} order by ordinal_position) as columns
        from information_schema.columns where table_schema not in ('information_schema', 'pg_catalog', 'main') or table_catalog = 'memory'
        group by all order by all
        """;

    private static readonly SqlStatement _statement = SqlStatement.Parse(Sql)[0];

    /// <summary>The columns and rows of a result.</summary>
    public async Task<byte[]> JsonAsync(Caller caller, CancellationToken cancellationToken) =>
        (await runner.AskAsync(_statement, new Dictionary<string, object?>(), 100_000, null, caller, cancellationToken)).Json.ToArray();
}
