using Escale.Engines.Sandbox;
using Escale.Engines.Tables;
using Escale.Explore.Storage;
using Escale.Kernel;
using Escale.Projects;
using Escale.Ui;
using Microsoft.Extensions.DependencyInjection;

namespace Escale.Explore.Sql;

/// <summary>What SQL in the web application needs.</summary>
internal static class SqlServices
{
    public static void Add(IServiceCollection services)
    {
        services.AddSingleton<ExploreDatabase>();
        services.AddSingleton(provider => new LakeStates(provider.GetRequiredService<LakeEngine>().Catalog, provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton(provider => new QuerySessions(
            provider.GetRequiredService<LakeEngine>().Catalog, new SandboxPool(), provider.GetRequiredService<ProjectRoot>(), provider.GetRequiredService<Project>(),
            provider.GetRequiredService<LakeStates>(), provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<ResultCache>();
        services.AddSingleton<SqlRunner>();
        services.AddSingleton<SqlNames>();
        services.AddSingleton<SqlHistory>();
        services.AddSingleton<RunningQueries>();
        services.AddSingleton(new NavigationItem(350, "sql", "/sql", Words.Sql, "square-terminal", Role.Analyst));
    }
}
