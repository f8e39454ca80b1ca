using Escale.Explore.Tables.Catalogue;
using Escale.Explore.Tables.Exports;
using Escale.Explore.Tables.Lineage;
using Escale.Explore.Tables.Reading;
using Escale.Explore.Tables.Statistics;
using Escale.Explore.Tables.Versions;
using Escale.Ui;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Escale.Explore.Tables;

/// <summary>The services, endpoints and pages of this folder.</summary>
internal static class TablesServices
{
    public static void Add(IServiceCollection services)
    {
        services.AddSingleton(new NavigationItem(200, "tables", "/tables", Words.Tables, "table-2"));
        services.AddSingleton<ISearchSource, TableSearch>();
        services.AddSingleton<TableCatalogue>();
        services.AddSingleton<ReadSessions>();
        services.AddSingleton<RowOrders>();
        services.AddSingleton<RowWindows>();
        services.AddSingleton<ParquetFiles>();
        services.AddSingleton<StatisticsCache>();
        services.AddSingleton<LineageReader>();
    }

    public static void Map(IEndpointRouteBuilder endpoints)
    {
        TablesApi.Map(endpoints);
        TablesPages.Map(endpoints);
        StatisticsEndpoints.Map(endpoints);
        VersionsEndpoints.Map(endpoints);
        LineageEndpoints.Map(endpoints);
    }
}
