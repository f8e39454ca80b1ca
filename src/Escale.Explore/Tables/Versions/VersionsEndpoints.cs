using Escale.Explore.Tables.Catalogue;
using Escale.Explore.Tables.Pages;
using Escale.Explore.Tables.Reading;
using Escale.Kernel;
using Escale.Lake;
using Escale.Ui;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;

namespace Escale.Explore.Tables.Versions;

/// <summary>The versions of a table, what differs between two, and going back to one.</summary>
internal static class VersionsEndpoints
{
    /// <summary>What <c>POST …/restore</c> takes.</summary>
    internal sealed record RestoreRequest(long Version);

    /// <summary>What it answers: the version that was made.</summary>
    internal sealed record Restored(long Version, long From);

    public static void Map(IEndpointRouteBuilder endpoints)
    {
        const string Tag = "Tables";
        endpoints.MapGet("/api/v1/tables/{name}/versions", Versions).For(Role.Viewer).WithTags(Tag).WithSummary("List the versions of a table, newest first");
        endpoints.MapGet("/api/v1/tables/{name}/diff", DiffAsync).For(Role.Viewer).WithTags(Tag).WithSummary("Compare two versions of a table: rows added, removed, changed, and columns");
        endpoints.MapPost("/api/v1/tables/{name}/restore", RestoreAsync).For(Role.Engineer, TokenScope.Write).WithTags(Tag).WithSummary("Make an earlier version the newest again");
        TablesPages.Get(endpoints, "/tables/{name}/versions", PageAsync);
        endpoints.MapGet("/tables/{name}/versions/{version:long}/restore", ConfirmAsync).For(Role.Engineer).ExcludeFromDescription();
        endpoints.MapPost("/tables/{name}/versions/{version:long}/restore", RestorePageAsync).For(Role.Engineer, TokenScope.Write).ExcludeFromDescription();
    }

    private static Ok<IReadOnlyList<VersionAnswer>> Versions(LakeCatalog lake, string name) => TypedResults.Ok(VersionAnswer.Of(lake.Table(TableName.Parse(name))));

    private static async Task<Ok<TableComparison>> DiffAsync(TableCatalogue catalogue, ReadSessions sessions, string name, string from, string to, CancellationToken cancellationToken) =>
        TypedResults.Ok(await CompareAsync(sessions, await catalogue.OneAsync(TableName.Parse(name), cancellationToken), from, to, cancellationToken));

    private static async Task<Ok<Restored>> RestoreAsync(HttpContext context, LakeCatalog lake, string name, [FromBody] RestoreRequest request, CancellationToken cancellationToken) =>
        TypedResults.Ok(await PutBackAsync(context, lake.Table(TableName.Parse(name)), request.Version, cancellationToken));

    private static async Task<IResult> PageAsync(TableCatalogue catalogue, ReadSessions sessions, LakeCatalog lake, string name, string? from, string? to, CancellationToken cancellationToken)
    {
        var entry = await catalogue.OneAsync(TableName.Parse(name), cancellationToken);
        var isAsked = !string.IsNullOrEmpty(from) && !string.IsNullOrEmpty(to) && from != to;
        return Page.Show<VersionsView>(new
        {
            Entry = entry,
            Versions = entry.Kind == "table" && entry.Error is null ? VersionAnswer.Of(lake.Table(entry.Table)) : [],
            Comparison = isAsked ? await CompareAsync(sessions, entry, from!, to!, cancellationToken) : null,
            From = from ?? "",
            To = to ?? "",
        });
    }

    private static async Task<IResult> ConfirmAsync(TableCatalogue catalogue, LakeCatalog lake, string name, long version, CancellationToken cancellationToken)
    {
        var entry = await catalogue.OneAsync(TableName.Parse(name), cancellationToken);
        var table = lake.Table(entry.Table);
        return Page.Show<RestoreView>(new { Entry = entry, Target = table.Read(version), Current = table.Read() });
    }

    private static async Task<IResult> RestorePageAsync(HttpContext context, LakeCatalog lake, Mount mount, string name, long version, CancellationToken cancellationToken)
    {
        var table = lake.Table(TableName.Parse(name));
        await PutBackAsync(context, table, version, cancellationToken);
        return Results.Redirect(mount.To($"/tables/{table.Name}/versions"));
    }

    private static async Task<Restored> PutBackAsync(HttpContext context, DeltaTable table, long version, CancellationToken cancellationToken)
    {
        var current = table.Read().Version;
        var result = await Task.Run(() => table.Restore(table.Read(version), cancellationToken), cancellationToken);
        await context.AuditAsync("table.restored", table.Name.ToString(), detail: $"version {version} in place of {current}, as version {result.Version}");
        return new Restored(result.Version, version);
    }

    private static Task<TableComparison> CompareAsync(ReadSessions sessions, TableEntry entry, string from, string to, CancellationToken cancellationToken)
    {
        // A column whose values are tested to be unique tells which row is which.
        var key = entry.Tests.FirstOrDefault(test => test is { Name: "unique", Column: not null })?.Column;
        return sessions.RunAsync((session, ct) => TableComparison.Of(session, entry.Table, from, to, key is null ? [] : [key], ct), ReadSessions.Short, cancellationToken);
    }
}
