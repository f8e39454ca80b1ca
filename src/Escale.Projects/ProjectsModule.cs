using Escale.Kernel;
using Escale.Projects.Dbt;
using Microsoft.Extensions.DependencyInjection;

namespace Escale.Projects;

/// <summary>What this room gives to the program.</summary>
public sealed class ProjectsModule : EscaleModule
{
    /// <inheritdoc/>
    public override void AddServices(IServiceCollection services)
    {
        services.AddSingleton(provider => new Project(provider.GetRequiredService<ProjectRoot>(), provider.GetServices<IAssetLoader>));
        services.AddSingleton<IAssetLoader>(provider => new DbtLoader(provider.GetRequiredService<Project>(), NoInterpreter));
    }

    private static ParseSql NoInterpreter(DbtProject project) => unit => throw new EscaleException(
        "projects.not-supported", "This text needs the Jinja interpreter.", null, new Place(unit.Path));
}
