using Escale.Engines.DuckDb;
using Escale.Explore.Dashboards.Files;
using Escale.Explore.Tables.Lineage;
using Escale.Projects.Lineage;

namespace Escale.Explore.Dashboards.Tiles;

/// <summary>Finds the columns in which tables that do not have a filter's column by its name have its values all the same, by the lineage of the project.</summary>
/// <param name="kin">Which columns hold the same values.</param>
/// <param name="shape">The columns of the tables.</param>
/// <param name="boundTo">The column that a filter stands for, <c>schema.table</c> and its name; null when there is none.</param>
/// <param name="connection">Any connection, for its parser.</param>
internal sealed class FilterKin(Func<ColumnKin> kin, LakeShape shape, Func<DashboardFilter, (string Table, string Column)?> boundTo, Func<DuckConnection> connection)
{
    private ColumnKin? _kin;

    private ColumnKin Kin => _kin ??= kin();

    /// <summary>The column of a table that has the values of a filter's column, or null.</summary>
    public string? ColumnOf(DashboardFilter filter, string table) =>
        shape.ColumnsOf(table) is { Count: > 0 } columns && boundTo(filter) is { } bound
            ? Kin.ColumnOf(table, columns, Kin.RootOf(bound.Table, bound.Column), bound.Column)
            : null;

    /// <summary>The column of a query's result that has the values of a filter's column, or null.</summary>
    public string? ShownOf(DashboardFilter filter, string sql)
    {
        if (boundTo(filter) is not { } bound)
        {
            return null;
        }
        using var parser = connection();
        var root = Kin.RootOf(bound.Table, bound.Column);
        var shown = QueryLineage.Read(parser, sql, (schema, table) => shape.ColumnsOf($"{schema}.{table}") is { Count: > 0 } columns ? columns : null).Columns
            .Where(column => column is { IsCopy: true, Name.Length: > 0, Origins: [_] } && Kin.RootOf($"{column.Origins[0].Schema}.{column.Origins[0].Table}", column.Origins[0].Column) == root)
            .Select(column => column.Name).ToList();
        return shown.Count == 1 ? shown[0] : null;
    }
}
