using Escale.Engines.Sandbox;
using Escale.Explore.Profiles.Pages;
using Escale.Explore.Profiles.Running;
using Escale.Kernel;
using Escale.Projects;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Escale.Explore.Profiles;

/// <summary>The services, endpoints and pages of this folder.</summary>
internal static class ProfileServices
{
    private const int MostFilesAtOnce = 2;

    /// <summary>For verbs and the web application.</summary>
    public static void Add(IServiceCollection services) => services.AddSingleton(provider => new ProfileRunner(
        provider.GetRequiredService<ProjectRoot>(), provider.GetRequiredService<Project>(), new SandboxPool(new SandboxOptions { WarmCount = 0, MaxSessions = MostFilesAtOnce })));

    /// <summary>For the web application.</summary>
    public static void AddWeb(IServiceCollection services) => services.AddSingleton<ProfileCache>();

    /// <summary>Endpoints and pages.</summary>
    public static void Map(IEndpointRouteBuilder endpoints)
    {
        ProfileEndpoints.Map(endpoints);
        ProfilePages.Map(endpoints);
    }
}
