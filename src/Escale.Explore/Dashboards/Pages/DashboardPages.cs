using Escale.Projects.Yaml;
using Escale.Explore.Dashboards.Files;
using Escale.Kernel;
using Escale.Ui;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Escale.Explore.Dashboards.Pages;

/// <summary><c>/dashboards</c> and <c>/dashboards/{id}</c>.</summary>
internal static class DashboardPages
{
    public static void Map(IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGet("/dashboards", (HttpContext context, DashboardFiles files) =>
        {
            var (all, broken) = files.All();
            return Page.Show<DashboardsView>(new { All = all, Broken = broken, CanEdit = Caller.Of(context)!.Is(Role.Analyst) });
        }).For(Role.Viewer).ExcludeFromDescription();
        endpoints.MapPost("/dashboards", MakeAsync).For(Role.Analyst).ExcludeFromDescription();
        endpoints.MapGet("/dashboards/{id}", (HttpContext context, DashboardFiles files, string id) =>
            Page.Show<DashboardView>(new { Dashboard = files.Get(id), CanEdit = Caller.Of(context)!.Is(Role.Analyst) })).For(Role.Viewer).ExcludeFromDescription();
    }

    private static async Task<RedirectHttpResult> MakeAsync(HttpContext context, DashboardFiles files, Mount mount, Reader reader)
    {
        var form = await context.Request.ReadFormAsync(context.RequestAborted);
        var title = form["title"].ToString().Trim();
        title = title.Length == 0 ? reader[Words.NewDashboard] : title.Length > 120 ? title[..120] : title;
        var id = files.FreeId(title);
        files.Import(id, System.Text.Encoding.UTF8.GetBytes(YamlWriter.Document(new Dictionary<string, object?> { ["title"] = title, ["columns"] = 24L })), isNew: true, null);
        await context.AuditAsync("dashboard.saved", id, detail: "new");
        return TypedResults.Redirect(mount.To($"/dashboards/{id}?edit=1"));
    }
}
