using System.Globalization;
using Escale.Explore.Dashboards.Files;
using Escale.Explore.Dashboards.Pages;
using Escale.Explore.Dashboards.Tiles;
using Escale.Kernel;
using Escale.Ui;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Escale.Explore.Dashboards.Sharing;

/// <summary>
/// Making links to a dashboard, and what a link opens: <c>/share/{token}</c> and, under <c>/api/v1/share/{token}</c>, that dashboard, its tiles and its
/// filters. These are for anyone who has the token, and nothing else is.
/// </summary>
internal static class ShareEndpoints
{
    private const string Tag = "Dashboards";

    /// <summary>The body of a request for a link.</summary>
    internal sealed record ShareRequest(int? Days);

    /// <summary>A new link. <c>Path</c> is shown once.</summary>
    internal sealed record NewShare(long Id, string Path, DateTimeOffset ExpiresAt);

    /// <summary>The links of a dashboard.</summary>
    internal sealed record ShareList(IReadOnlyList<ShareLink> Links);

    public static void Map(IEndpointRouteBuilder endpoints)
    {
        var links = endpoints.MapGroup("/api/v1/dashboards/{id}/shares").WithTags(Tag);
        links.MapGet("/", async (ShareLinks shares, string id, CancellationToken cancellationToken) =>
            TypedResults.Ok(new ShareList(await shares.OfAsync(id, cancellationToken)))).For(Role.Analyst).WithSummary("The links that open a dashboard to people who are not signed in");
        links.MapPost("/", CreateAsync).For(Role.Analyst, TokenScope.Write).WithSummary("Make a link: read-only, for so many days (30); its path is in this answer only");
        links.MapDelete("/{share}", RevokeAsync).For(Role.Analyst, TokenScope.Write).WithSummary("Take a link back");

        endpoints.MapGet("/share/{token}", PageAsync).ForAnyone().ExcludeFromDescription();
        var shared = endpoints.MapGroup("/api/v1/share/{token}").WithTags(Tag).RequireRateLimiting(RateLimits.View);
        shared.MapGet("/", async (HttpContext context, ShareLinks shares, DashboardFiles files, TileQueries queries, string token, CancellationToken cancellationToken) =>
            DashboardsApi.Answer(context, files.Get(await shares.OpenAsync(token, cancellationToken)), queries, isShared: true)).ForAnyone().WithSummary("The dashboard that a link opens");
        shared.MapGet("/tiles/{tile}", async (HttpContext context, ShareLinks shares, DashboardFiles files, TileRunner tiles, string token, string tile, CancellationToken cancellationToken) =>
            await DashboardsApi.TileAsync(context, files.Get(await shares.OpenAsync(token, cancellationToken)), tiles, tile, cancellationToken)).ForAnyone().WithSummary("The rows of a tile of the dashboard that a link opens");
        shared.MapGet("/filters/{filter}", async (ShareLinks shares, DashboardFiles files, TileRunner tiles, string token, string filter, string? q, CancellationToken cancellationToken) =>
            DashboardsApi.Json(await tiles.ChoicesAsync(files.Get(await shares.OpenAsync(token, cancellationToken)), filter, q, cancellationToken))).ForAnyone().WithSummary("What a filter of the dashboard that a link opens can be set to");
    }

    private static async Task<RazorComponentResult<SharedView>> PageAsync(ShareLinks shares, DashboardFiles files, string token, CancellationToken cancellationToken) =>
        Page.Show<SharedView>(new { Dashboard = files.Get(await shares.OpenAsync(token, cancellationToken)), Token = token });

    private static async Task<Created<NewShare>> CreateAsync(HttpContext context, ShareLinks shares, DashboardFiles files, Mount mount, string id, ShareRequest request, CancellationToken cancellationToken)
    {
        var dashboard = files.Get(id);
        var lifetime = TimeSpan.FromDays(Math.Clamp(request.Days ?? 30, 1, (int)ShareLinks.Longest.TotalDays));
        var (link, token) = await shares.CreateAsync(dashboard.Id, Caller.Of(context)!, lifetime, cancellationToken);
        await context.AuditAsync("dashboard.shared", dashboard.Id, detail: $"link {link.Id} until {link.ExpiresAt:yyyy-MM-dd}");
        return TypedResults.Created((string?)null, new NewShare(link.Id, mount.To("/share/" + token), link.ExpiresAt));
    }

    private static async Task<Results<NoContent, NotFound>> RevokeAsync(HttpContext context, ShareLinks shares, string id, string share, CancellationToken cancellationToken)
    {
        var isDone = long.TryParse(share, CultureInfo.InvariantCulture, out var number) && await shares.RevokeAsync(id, number, cancellationToken);
        await context.AuditAsync("dashboard.unshared", id, isDone, $"link {share}");
        return isDone ? TypedResults.NoContent() : TypedResults.NotFound();
    }
}
