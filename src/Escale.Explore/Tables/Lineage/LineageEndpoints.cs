using Escale.Explore.Tables.Catalogue;
using Escale.Explore.Tables.Pages;
using Escale.Kernel;
using Escale.Projects;
using Escale.Ui;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Escale.Explore.Tables.Lineage;

/// <summary>Where a table comes from, where it goes, and who uses it.</summary>
internal static class LineageEndpoints
{
    public static void Map(IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGet("/api/v1/tables/{name}/lineage", Lineage).For(Role.Viewer).WithTags("Tables").WithSummary("Get where a table comes from and where it goes, to the column");
        TablesPages.Get(endpoints, "/tables/{name}/lineage", LineageAsync);
        TablesPages.Get(endpoints, "/tables/{name}/used", UsedAsync);
    }

    private static Ok<TableLineage> Lineage(LineageReader lineage, string name, CancellationToken cancellationToken) =>
        TypedResults.Ok(lineage.Read(TableName.Parse(name), cancellationToken)
            ?? throw new EscaleException("explore.lineage-not-found", $"Nothing in the project makes {name}, so that it has no lineage.", "Declare it as a source, or make it with a transformation."));

    private static async Task<IResult> LineageAsync(TableCatalogue catalogue, string name, CancellationToken cancellationToken) =>
        Page.Show<LineageView>(new { Entry = await catalogue.OneAsync(TableName.Parse(name), cancellationToken) });

    private static async Task<IResult> UsedAsync(TableCatalogue catalogue, LiveProject live, IEnumerable<ITableUse> uses, string name, CancellationToken cancellationToken)
    {
        var entry = await catalogue.OneAsync(TableName.Parse(name), cancellationToken);
        var graph = live.Now().Graph;
        var after = entry.Asset is null ? [] : graph.Downstream(entry.Asset.Id).Where(asset => !asset.IsCheck).ToList();
        return Page.Show<UsedView>(new
        {
            Entry = entry,
            Direct = entry.Asset is null ? [] : graph.Downstream(entry.Asset.Id, 1).Where(asset => !asset.IsCheck).ToList(),
            All = after,
            Uses = TableReaders.Of(uses, entry.Table.ToString(), after.Where(asset => asset is { Table: not null, Kind: not "warehouse" }).Select(asset => asset.Table!.ToString())),
        });
    }
}
