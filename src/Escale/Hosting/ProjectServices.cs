
namespace Escale.Hosting;

/// <summary>The services of a request: the project's container first, then the web server's own.</summary>
internal sealed class ProjectServices(IServiceProvider project, IServiceProvider web) : IServiceProvider, IServiceProviderIsService
{
    public object? GetService(Type serviceType) =>
        serviceType == typeof(IServiceProviderIsService) || serviceType == typeof(IServiceProvider)
            ? this
            : project.GetService(serviceType) ?? web.GetService(serviceType);

    // Minimal API handlers ask this to tell services from body parameters. An empty enumerable is always "there": ask without creating.
    public bool IsService(Type serviceType) =>
        project.GetRequiredService<IServiceProviderIsService>().IsService(serviceType)
        || web.GetRequiredService<IServiceProviderIsService>().IsService(serviceType);
}

/// <summary>Lets the rooms' endpoints be built with the project's services in sight.</summary>
internal sealed class ProjectEndpoints(IEndpointRouteBuilder web, IServiceProvider project) : IEndpointRouteBuilder
{
    public IServiceProvider ServiceProvider { get; } = new ProjectServices(project, web.ServiceProvider);

    public ICollection<EndpointDataSource> DataSources => web.DataSources;

    public IApplicationBuilder CreateApplicationBuilder() => web.CreateApplicationBuilder();
}
