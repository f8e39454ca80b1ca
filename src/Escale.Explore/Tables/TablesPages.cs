using Escale.Explore.Tables.Catalogue;
using Escale.Explore.Tables.Pages;
using Escale.Kernel;
using Escale.Lake;
using Escale.Projects;
using Escale.Ui;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Escale.Explore.Tables;

/// <summary><c>/tables</c> and the pages of a table; each of its parts has an address.</summary>
internal static class TablesPages
{
    private const int MostShown = 200;

    public static void Map(IEndpointRouteBuilder endpoints)
    {
        Get(endpoints, "/tables", ListAsync);
        Get(endpoints, "/tables/{name}", OverviewAsync);
        Get(endpoints, "/tables/{name}/rows", RowsAsync);
    }

    internal static void Get(IEndpointRouteBuilder endpoints, string path, Delegate page) => endpoints.MapGet(path, page).For(Role.Viewer).ExcludeFromDescription();

    private static async Task<IResult> ListAsync(TableCatalogue catalogue, LiveProject live, string? q, string? tag, string? state, string? all, CancellationToken cancellationToken)
    {
        var tables = await catalogue.AllAsync(cancellationToken);
        return Page.Show<TablesView>(new
        {
            All = tables,
            Found = CatalogueFilter.Find(tables, q, tag, state).ToList(),
            Most = all is null ? MostShown : int.MaxValue,
            Query = q ?? "",
            Tag = tag ?? "",
            State = state ?? "",
            live.Now().Error,
        });
    }

    private static async Task<IResult> OverviewAsync(HttpContext context, TableCatalogue catalogue, LakeCatalog lake, ProjectRoot root, string name, CancellationToken cancellationToken)
    {
        var entry = await catalogue.OneAsync(TableName.Parse(name), cancellationToken);
        var snapshot = entry.Kind == "table" && entry.Error is null ? lake.Table(entry.Table).TryRead() : null;
        return Page.Show<OverviewView>(new
        {
            Entry = entry,
            Snapshot = snapshot,
            Location = root.Show(Path.Combine(root.LakeFolder, entry.Table.Schema, entry.Table.Name)),
            Address = $"{context.Request.Scheme}://{context.Request.Host}",
        });
    }

    private static async Task<IResult> RowsAsync(TableCatalogue catalogue, string name, string? version, CancellationToken cancellationToken) =>
        Page.Show<RowsView>(new { Entry = await catalogue.OneAsync(TableName.Parse(name), cancellationToken), Version = version ?? "" });
}
