using Escale.Kernel;

namespace Escale.Hosting;

/// <summary>Opens a project: one container per project and process, with what every room may ask for and what the rooms register.</summary>
internal static class ProjectContainer
{
    /// <summary>The container of the project in <paramref name="folder"/>; disposing it stops what its services started.</summary>
    /// <param name="folder">The folder, absolute.</param>
    /// <param name="projectOptional">Whether the folder may hold no project yet.</param>
    /// <param name="modules">The rooms.</param>
    /// <exception cref="EscaleException"><c>host.no-folder</c>, <c>host.no-project</c>.</exception>
    public static ServiceProvider Open(string folder, bool projectOptional, IReadOnlyList<EscaleModule> modules)
    {
        if (!projectOptional)
        {
            RequireProject(folder);
        }
        var services = new ServiceCollection();
        services.AddSingleton(new ProjectRoot(Path.TrimEndingDirectorySeparator(folder)));
        services.AddSingleton(modules);
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton<FileLayer, LocalFileLayer>();
        services.AddSingleton<DurableWriter>();
        services.AddSingleton<RunEnvironment>();
        foreach (var module in modules)
        {
            module.AddServices(services);
        }
        return services.BuildServiceProvider();
    }

    private static void RequireProject(string folder)
    {
        if (!Directory.Exists(folder))
        {
            throw new EscaleException("host.no-folder", $"The folder {folder} does not exist.",
                "Check the path, or create a project there with `escale init DIR`.");
        }
        if (!File.Exists(Path.Combine(folder, "escale.yml")) && !File.Exists(Path.Combine(folder, "dbt_project.yml")))
        {
            throw new EscaleException("host.no-project", $"The folder {folder} holds no project: neither escale.yml nor dbt_project.yml.",
                "Create one with `escale init`, or name its folder with --project DIR.");
        }
    }
}
