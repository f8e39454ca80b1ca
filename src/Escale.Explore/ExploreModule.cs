using Escale.Engines.Sandbox;
using Escale.Engines.Tables;
using Escale.Explore.Dashboards;
using Escale.Explore.Profiles;
using Escale.Explore.Questions;
using Escale.Explore.Recipes;
using Escale.Explore.Sql;
using Escale.Explore.Tables;
using Escale.Kernel;
using Escale.Projects;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Escale.Explore;

/// <summary>What this room gives to the program: queries over the lake.</summary>
public sealed class ExploreModule : EscaleModule
{
    /// <inheritdoc/>
    // A verb asks one query: a process kept warm for the next would be started in vain.
    public override void AddServices(IServiceCollection services)
    {
        services.AddSingleton(provider => new LakeQueries(
            provider.GetRequiredService<LakeEngine>().Catalog, new SandboxPool(new SandboxOptions { WarmCount = 0 }), provider.GetRequiredService<ProjectRoot>(),
            provider.GetRequiredService<Project>().Settings.Engine));
        services.AddSingleton<ITaskRunner, SqlTask>();
        RecipeServices.Add(services);
        ProfileServices.Add(services);
    }

    /// <inheritdoc/>
    public override void AddWebServices(IServiceCollection services)
    {
        TablesServices.Add(services);
        SqlServices.Add(services);
        QuestionServices.Add(services);
        DashboardsServices.Add(services);
        RecipeServices.AddWeb(services);
        ProfileServices.AddWeb(services);
    }

    /// <inheritdoc/>
    public override void MapEndpoints(IEndpointRouteBuilder endpoints)
    {
        TablesServices.Map(endpoints);
        SqlEndpoints.Map(endpoints);
        QuestionEndpoints.Map(endpoints);
        DashboardsServices.Map(endpoints);
        RecipeEndpoints.Map(endpoints);
        ProfileServices.Map(endpoints);
    }

    /// <inheritdoc/>
    public override void AddVerbs(Cli cli)
    {
        cli.Verb("sql", SqlVerb.Add);
        cli.Verb("profile", ProfileVerb.Add);
        cli.Verb("prepare", PrepareVerb.Add);
    }
}
