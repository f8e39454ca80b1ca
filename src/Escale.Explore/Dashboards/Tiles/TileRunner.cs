using System.Text.Json;
using Escale.Engines.DuckDb;
using Escale.Explore.Dashboards.Files;
using Escale.Explore.Sql;
using Escale.Explore.Tables.Lineage;
using Escale.Kernel;
using Microsoft.AspNetCore.Http;

namespace Escale.Explore.Dashboards.Tiles;

/// <summary>The rows of a tile.</summary>
/// <param name="Result">The rows as JSON.</param>
/// <param name="Applied">The filters that the tile follows.</param>
internal sealed record TileAnswer(SqlResult Result, IReadOnlyList<string> Applied);

/// <summary>
/// Asks what the tiles of dashboards ask, with the rights of a viewer whoever looks, so that who asks the same shares one answer. Thread-safe.
/// </summary>
internal sealed class TileRunner(SqlRunner runner, LakeShapes shapes, TileQueries queries, LineageReader lineage, TimeProvider clock)
{
    private const string PickPrefix = "pick.";
    private const int MostPicks = 20;
    private const int MostChoices = 500;

    private static readonly Dictionary<string, string> _empty = [];

    /// <summary>On whose behalf the tiles ask.</summary>
    public static readonly Caller Reader = new("dashboards", "dashboards", Role.Viewer);

    /// <summary>The rows of a tile under the filters of an address.</summary>
    /// <exception cref="EscaleException"><c>explore.tile-not-found</c>, <c>explore.filter-invalid</c>, <c>explore.sql-*</c>, <c>engines.duckdb.*</c>.</exception>
    public async Task<TileAnswer> RunAsync(Dashboard dashboard, string tileId, IQueryCollection query, CancellationToken cancellationToken)
    {
        var tile = dashboard.Tile(tileId);
        if (tile is null || queries.SqlOf(tile) is not { } sql)
        {
            throw new EscaleException("explore.tile-not-found", $"The dashboard {dashboard.Id} has no tile {tileId} with rows.", "Load the dashboard again.");
        }
        var statement = One(tile, sql);
        var filters = FilterValue.Read(dashboard, query, DateOnly.FromDateTime(clock.GetUtcNow().UtcDateTime));
        var picks = query.Where(entry => entry.Key.StartsWith(PickPrefix, StringComparison.Ordinal)).Take(MostPicks)
            .ToDictionary(entry => entry.Key[PickPrefix.Length..], IReadOnlyList<string> (entry) => [.. entry.Value.Select(value => value ?? "")], StringComparer.OrdinalIgnoreCase);
        var shape = await shapes.CurrentAsync(cancellationToken);
        var kin = new FilterKin(() => lineage.Kin(cancellationToken), shape, filter => Origin(dashboard, filter, shape), lineage.Parser);
        var filtered = FilteredQuery.Build(tile, statement.Text, statement.Parameters, filters, dashboard.Filters, picks, shape, _empty, kin);
        if (filtered.Applied.Count < filters.Count + picks.Count)
        {
            var output = await OutputAsync(statement, dashboard, tile, cancellationToken);
            filtered = FilteredQuery.Build(tile, statement.Text, statement.Parameters, filters, dashboard.Filters, picks, shape, output, kin);
        }
        var values = queries.ValuesOf(tile, filtered.Values);
        var result = await runner.AskAsync(SqlStatement.Parse(filtered.Sql)[0], values, null, null, Reader, cancellationToken);
        return new TileAnswer(result, filtered.Applied);
    }

    /// <summary>What a list can be set to; for dates and numbers the least and the most.</summary>
    /// <exception cref="EscaleException"><c>explore.filter-not-found</c>.</exception>
    public async Task<SqlResult> ChoicesAsync(Dashboard dashboard, string filterId, string? sought, CancellationToken cancellationToken)
    {
        var filter = dashboard.Filters.FirstOrDefault(filter => filter.Id == filterId)
            ?? throw new EscaleException("explore.filter-not-found", $"The dashboard {dashboard.Id} has no filter {filterId}.", "Load the dashboard again.");
        var (origin, column) = Origin(dashboard, filter, await shapes.CurrentAsync(cancellationToken))
            ?? throw new EscaleException("explore.filter-not-found", $"No table of the dashboard {dashboard.Id} has the column of the filter {filterId}.", "Correct 'column' or 'from' of the filter in its file.");
        var (table, name) = (string.Join('.', origin.Split('.').Select(DuckSql.Name)), DuckSql.Name(column));
        var sql = filter.Kind == FilterKind.List
            ? $"SELECT CAST({name} AS VARCHAR) AS value, count(*) AS rows FROM {table} WHERE {name} IS NOT NULL AND contains(lower(strip_accents(CAST({name} AS VARCHAR))), lower(strip_accents($sought))) GROUP BY 1 ORDER BY 1 LIMIT {MostChoices}"
            : $"SELECT min({name}) AS least, max({name}) AS most FROM {table}";
        var values = filter.Kind == FilterKind.List ? new Dictionary<string, object?> { ["sought"] = sought ?? "" } : [];
        return await runner.AskAsync(SqlStatement.Parse(sql)[0], values, null, null, Reader, cancellationToken);
    }

    private (string Table, string Column)? Origin(Dashboard dashboard, DashboardFilter filter, LakeShape shape)
    {
        if (filter.From is { } from)
        {
            var parts = from.Split('.');
            return shape.TypeOf($"{parts[0]}.{parts[1]}", parts[2]) is null ? null : ($"{parts[0]}.{parts[1]}", parts[2]);
        }
        foreach (var use in dashboard.Tiles.Select(queries.SqlOf).OfType<string>().SelectMany(TableUses.Of))
        {
            if (filter.Columns.FirstOrDefault(column => shape.TypeOf(use.Name, column) is not null) is { } column)
            {
                return (use.Name, column);
            }
        }
        return null;
    }

    // The columns of a result are those of its first rows; the answer is kept.
    private async Task<IReadOnlyDictionary<string, string>> OutputAsync(SqlStatement statement, Dashboard dashboard, DashboardTile tile, CancellationToken cancellationToken)
    {
        var nothing = dashboard.Filters.SelectMany(filter => new[] { filter.Id, filter.Id + "_from", filter.Id + "_to" }).ToDictionary(name => name, object? (_) => null, StringComparer.Ordinal);
        var result = await runner.AskAsync(statement, queries.ValuesOf(tile, nothing), 0, null, Reader, cancellationToken);
        using var json = JsonDocument.Parse(result.Json);
        return json.RootElement.GetProperty("columns").EnumerateArray()
            .GroupBy(column => column.GetProperty("name").GetString()!, StringComparer.OrdinalIgnoreCase)
            .ToDictionary(group => group.Key, group => group.First().GetProperty("kind").GetString()!, StringComparer.OrdinalIgnoreCase);
    }

    private static SqlStatement One(DashboardTile tile, string sql) => SqlStatement.Parse(sql) is [{ IsRead: true } statement]
        ? statement
        : throw new EscaleException("explore.dashboard-invalid", $"The SQL of the tile {tile.Id} is not one SELECT.", "Write one SELECT.");
}
