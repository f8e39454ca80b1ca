using Escale.Collect.Definitions;
using Escale.Engines.Tables;
using Escale.Ui;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Escale.Collect.Uploads.Pages;

/// <summary>What the page of sources shows.</summary>
/// <param name="Rows">The tables of all sources.</param>
/// <param name="Uploads">The reader's uploads that are no sources yet.</param>
/// <param name="MayUpload">Whether the reader may upload.</param>
/// <param name="LimitBytes">The largest file.</param>
/// <param name="Error">What is wrong with a source file, or null.</param>
public sealed record SourceFacts(IReadOnlyList<SourceRow> Rows, IReadOnlyList<UploadAnswer> Uploads, bool MayUpload, long LimitBytes, EscaleException? Error);

/// <summary>A table of a source.</summary>
/// <param name="Source">The source's name.</param>
/// <param name="Connector">The connector.</param>
/// <param name="File">The file that describes it.</param>
/// <param name="Table">The table.</param>
/// <param name="LoadedAt">When it was loaded last; null: never.</param>
public sealed record SourceRow(string Source, string Connector, string File, string Table, DateTimeOffset? LoadedAt);

/// <summary><c>/sources</c> and <c>/sources/new/{id}</c>.</summary>
internal static class SourcesPages
{
    /// <summary>Its place in the rail.</summary>
    public static NavigationItem Entry { get; } = new(100, "sources", "/sources", Words.Sources, "database");

    public static void Map(IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGet("/sources", (HttpContext context, SourceCatalog sources, LakeEngine lake, UploadStore store) => Page.Show<SourcesView>(new { Facts = Read(context, sources, lake, store) })).For(Role.Viewer).ExcludeFromDescription();
        endpoints.MapGet("/sources/new/{id}", (HttpContext context, UploadStore store, Mount mount, string id) =>
        {
            var upload = store.Get(id, Caller.Of(context)!);
            return upload.Source is { } source
                ? Results.Redirect(mount.To($"/tables/bronze.{source}"))
                : Page.Show<UploadView>(new { Upload = UploadEndpoints.Answer(upload, store) });
        }).For(Role.Analyst).ExcludeFromDescription();
    }

    private static SourceFacts Read(HttpContext context, SourceCatalog sources, LakeEngine lake, UploadStore store)
    {
        var caller = Caller.Of(context)!;
        var mayUpload = caller.Is(Role.Analyst);
        var uploads = mayUpload ? store.All(caller).Where(upload => upload.Source is null).Select(upload => UploadEndpoints.Answer(upload, store)).ToList() : [];
        try
        {
            return new SourceFacts([.. sources.Read().SelectMany(source => source.Tables.Select(table => new SourceRow(source.Name, source.Connector, source.Path, table.Table.ToString(), LoadedAt(lake, table.Table))))], uploads, mayUpload, store.LimitBytes, null);
        }
        catch (EscaleException error)
        {
            return new SourceFacts([], uploads, mayUpload, store.LimitBytes, error);
        }
    }

    private static DateTimeOffset? LoadedAt(LakeEngine lake, TableName table) => lake.Catalog.Exists(table) ? lake.Catalog.Table(table).TryRead()?.Timestamp : null;
}
