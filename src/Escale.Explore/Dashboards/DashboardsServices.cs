using Escale.Explore.Dashboards.Files;
using Escale.Explore.Dashboards.Pages;
using Escale.Explore.Dashboards.Sharing;
using Escale.Explore.Dashboards.Tiles;
using Escale.Explore.Tables.Lineage;
using Escale.Kernel;
using Escale.Ui;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Escale.Explore.Dashboards;

/// <summary>The services, endpoints and pages of dashboards.</summary>
internal static class DashboardsServices
{
    public static void Add(IServiceCollection services)
    {
        services.AddSingleton(new NavigationItem(500, "dashboards", "/dashboards", Words.Dashboards, "layout-dashboard"));
        services.AddSingleton<ISearchSource, DashboardSearch>();
        services.AddSingleton<ITableUse, DashboardUses>();
        services.AddSingleton<DashboardFiles>();
        services.AddSingleton<LakeShapes>();
        services.AddSingleton<TileQueries>();
        services.AddSingleton<TileRunner>();
        services.AddSingleton<ShareLinks>();
    }

    public static void Map(IEndpointRouteBuilder endpoints)
    {
        DashboardPages.Map(endpoints);
        DashboardsApi.Map(endpoints);
        ShareEndpoints.Map(endpoints);
    }
}

/// <summary>The dashboards, for the palette.</summary>
internal sealed class DashboardSearch(DashboardFiles files) : ISearchSource
{
    public ValueTask<IReadOnlyList<Found>> AllAsync(Caller caller, Reader reader, CancellationToken cancellationToken) =>
        ValueTask.FromResult<IReadOnlyList<Found>>([.. files.All().Dashboards.Select(one =>
            new Found("dashboard", one.Title, one.Description, "/dashboards/" + one.Id, string.Join(' ', one.Tiles.Select(tile => tile.Title))))]);
}
