using Escale.Kernel;
using Escale.Orchestrate.Starting;
using Escale.Projects;

namespace Escale.Hosting;

/// <summary>Opens a project: one container per project and process, with what every room may ask for and what the rooms register.</summary>
internal static class ProjectContainer
{
    /// <summary>The container of the project in <paramref name="folder"/>; disposing it stops what its services started.</summary>
    /// <param name="folder">The folder, absolute.</param>
    /// <param name="opening">What for: the web application is in the same container, and only where it is served.</param>
    /// <param name="modules">The rooms.</param>
    /// <exception cref="EscaleException"><c>projects.not-found</c>, or <c>escale.yml</c> is wrong.</exception>
    public static IServiceProvider Open(string folder, Opening opening, IReadOnlyList<EscaleModule> modules)
    {
        var root = Find(folder, opening == Opening.Folder);
        if (opening == Opening.WebApplication)
        {
            return WebServer.Build(root, modules, services => AddServices(services, root, modules));
        }
        var services = new ServiceCollection();
        AddServices(services, root, modules);
        if (ServedElsewhere.IsSo)
        {
            services.AddSingleton<IProgramHost, ServedElsewhere>();
        }
        else
        {
            services.AddSingleton<IProgramHost, IntakeServer>();
        }
        return services.BuildServiceProvider();
    }

    private static void AddServices(IServiceCollection services, ProjectRoot root, IReadOnlyList<EscaleModule> modules)
    {
        services.AddSingleton(root);
        services.AddSingleton(modules);
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton<FileLayer, LocalFileLayer>();
        services.AddSingleton<DurableWriter>();
        services.AddSingleton<RunEnvironment>();
        services.AddSingleton<ProgramToken>();
        foreach (var module in modules)
        {
            module.AddServices(services);
        }
    }

    private static ProjectRoot Find(string folder, bool projectOptional)
    {
        try
        {
            return ProjectFolder.Open(folder, projectOptional);
        }
        catch (EscaleException) when (projectOptional)
        {
            // The settings are wrong. Who works without a project does without them too; the doctor reads them again and reports it.
            return new ProjectRoot(Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)));
        }
    }
}
