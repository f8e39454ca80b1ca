using Escale.Engines.DuckDb;
using Escale.Kernel;
using Escale.Projects.Compile;
using Escale.Projects.Compiling;
using Escale.Projects.Dbt;
using Escale.Projects.Listing;
using Escale.Projects.Showing;
using Escale.Projects.Starting;
using Microsoft.Extensions.DependencyInjection;

namespace Escale.Projects;

/// <summary>What this room gives to the program.</summary>
public sealed class ProjectsModule : EscaleModule
{
    /// <inheritdoc/>
    public override void AddServices(IServiceCollection services)
    {
        // Only what Jinja in YAML names needs these: a container without them can read a project.
        services.AddSingleton(provider => new Project(
            provider.GetRequiredService<ProjectRoot>(), provider.GetServices<IAssetLoader>, provider.GetService<RunEnvironment>(), provider.GetService<TimeProvider>()));
        services.AddSingleton(provider => provider.GetRequiredService<Project>().Settings);
        services.AddSingleton(provider => EngineSettingsOf(provider.GetRequiredService<Project>()));
        services.AddSingleton<SqlCompiler>();
        services.AddSingleton<IAssetLoader>(provider => new DbtLoader(
            provider.GetRequiredService<Project>(), _ => provider.GetRequiredService<SqlCompiler>().Parse,
            (component, custom, node) => provider.GetRequiredService<SqlCompiler>().NameOf(component, custom, node),
            provider.GetServices<IGeneratedModels>));
    }

    /// <inheritdoc/>
    public override void AddWebServices(IServiceCollection services) => services.AddSingleton<LiveProject>();

    /// <inheritdoc/>
    public override void AddVerbs(Cli cli)
    {
        cli.Verb("init", InitVerb.Add);
        cli.Verb("ls", LsVerb.Add);
        cli.Verb("show", ShowVerb.Add);
        cli.Verb("compile", CompileVerb.Add);
    }

    /// <summary>How the project's settings want DuckDB opened.</summary>
    private static DuckSettings EngineSettingsOf(Project project) => new()
    {
        Threads = project.Settings.Engine.Threads,
        MemoryLimitBytes = project.Settings.Engine.MemoryLimitBytes,
        MaxSpillBytes = project.Settings.Engine.MaxSpillBytes,
        SpillFolder = project.Root.SpillFolder,
    };
}
