using Escale.Explore.Tables.Catalogue;
using Escale.Explore.Tables.Pages;
using Escale.Kernel;
using Escale.Ui;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Escale.Explore.Tables.Statistics;

/// <summary>What the values of a table's columns are. The page comes at once; the figures follow in a frame of it.</summary>
internal static class StatisticsEndpoints
{
    public static void Map(IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGet("/api/v1/tables/{name}/statistics", StatisticsAsync).For(Role.Viewer).WithTags("Tables").WithSummary("Get statistics of each column of a table");
        TablesPages.Get(endpoints, "/tables/{name}/columns", PageAsync);
        TablesPages.Get(endpoints, "/tables/{name}/columns/figures", FiguresAsync);
    }

    private static async Task<Ok<TableStatistics>> StatisticsAsync(StatisticsCache cache, string name, string? version, CancellationToken cancellationToken) =>
        TypedResults.Ok((await cache.GetAsync(TableName.Parse(name), string.IsNullOrEmpty(version) ? null : version, cancellationToken)).Statistics);

    private static async Task<IResult> PageAsync(TableCatalogue catalogue, string name, CancellationToken cancellationToken) =>
        Page.Show<ColumnsView>(new { Entry = await catalogue.OneAsync(TableName.Parse(name), cancellationToken) });

    private static async Task<IResult> FiguresAsync(StatisticsCache cache, TableCatalogue catalogue, string name, CancellationToken cancellationToken)
    {
        var entry = await catalogue.OneAsync(TableName.Parse(name), cancellationToken);
        return Page.Show<FiguresView>(new { Entry = entry, (await cache.GetAsync(entry.Table, null, cancellationToken)).Statistics });
    }
}
