using System.Text;
using Escale.Explore.Profiles.Reports;
using Escale.Explore.Profiles.Running;
using Escale.Explore.Tables;
using Escale.Explore.Tables.Catalogue;
using Escale.Kernel;
using Escale.Ui;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Escale.Explore.Profiles.Pages;

/// <summary>The tab of a table's page, the part that any page may hold, and the report to share.</summary>
internal static class ProfilePages
{
    public static void Map(IEndpointRouteBuilder endpoints)
    {
        TablesPages.Get(endpoints, "/tables/{name}/profile", PageAsync);
        TablesPages.Get(endpoints, "/tables/{name}/profile/body", BodyAsync);
        TablesPages.Get(endpoints, "/tables/{name}/profile/columns", ColumnsAsync);
        TablesPages.Get(endpoints, "/tables/{name}/profile/report", ReportAsync);
        endpoints.MapGet("/sources/new/{id}/profile", UploadBodyAsync).For(Role.Analyst).ExcludeFromDescription();
        endpoints.MapGet("/sources/new/{id}/profile/columns", UploadColumnsAsync).For(Role.Analyst).ExcludeFromDescription();
        endpoints.MapGet("/sources/new/{id}/profile/report", UploadReportAsync).For(Role.Analyst).ExcludeFromDescription();
    }

    private static async Task<IResult> PageAsync(TableCatalogue catalogue, string name, CancellationToken cancellationToken) =>
        Page.Show<ProfileView>(new { Entry = await catalogue.OneAsync(TableName.Parse(name), cancellationToken) });

    private static async Task<IResult> BodyAsync(ProfileCache cache, string name, bool? full, CancellationToken cancellationToken) =>
        Part(await (await cache.TableAsync(TableName.Parse(name), null, full == true, cancellationToken)).Result.WaitAsync(cancellationToken), $"/tables/{name}/profile/columns", TableName.Parse(name).ToString());

    private static async Task<IResult> ColumnsAsync(ProfileCache cache, string name, int? from, string? find, CancellationToken cancellationToken) =>
        Columns(await (await cache.TableAsync(TableName.Parse(name), null, full: false, cancellationToken)).Result.WaitAsync(cancellationToken), from, find);

    private static async Task<IResult> ReportAsync(ProfileCache cache, TimeProvider clock, string name, CancellationToken cancellationToken) =>
        await ReportOf(await cache.TableAsync(TableName.Parse(name), null, full: true, cancellationToken), clock, cancellationToken);

    private static async Task<IResult> UploadBodyAsync(HttpContext context, ProfileCache cache, string id, bool? full, CancellationToken cancellationToken) =>
        Part(await (await cache.UploadAsync(id, Caller.Of(context)!, full == true, cancellationToken)).Result.WaitAsync(cancellationToken), $"/sources/new/{id}/profile/columns");

    private static async Task<IResult> UploadColumnsAsync(HttpContext context, ProfileCache cache, string id, int? from, string? find, CancellationToken cancellationToken) =>
        Columns(await (await cache.UploadAsync(id, Caller.Of(context)!, full: false, cancellationToken)).Result.WaitAsync(cancellationToken), from, find);

    private static async Task<IResult> UploadReportAsync(HttpContext context, ProfileCache cache, TimeProvider clock, string id, CancellationToken cancellationToken) =>
        await ReportOf(await cache.UploadAsync(id, Caller.Of(context)!, full: true, cancellationToken), clock, cancellationToken);

    private static IResult Part(TableProfile profile, string more, string table = "") => Page.Show<ProfilePart>(new { Profile = profile, More = more, Table = table });

    private static IResult Columns(TableProfile profile, int? from, string? find) => Page.Show<ProfileColumnsPart>(new { Profile = profile, From = Math.Max(0, from ?? 0), Find = find?.Trim() ?? "" });

    private static async Task<IResult> ReportOf(ProfileJob job, TimeProvider clock, CancellationToken cancellationToken)
    {
        var profile = await job.Result.WaitAsync(cancellationToken);
        var html = await ProfileReport.RenderAsync(profile, clock.GetUtcNow());
        return TypedResults.File(Encoding.UTF8.GetBytes(html), "text/html; charset=utf-8", $"profile-{profile.Name}.html");
    }
}
