using System.Collections.Concurrent;
using Escale.Kernel;
using Escale.Projects;

namespace Escale.Orchestrate.ProjectServices;

/// <summary>
/// The services of one run. Each starts when the first source that needs it is collected, and all stop with the run, also when it
/// fails or is interrupted. A source needs a service when its file names <c>${NAME_URL}</c>; set-up entries (without a command) come
/// before any source.
/// </summary>
internal sealed class ServiceGroup(
    IReadOnlyList<ServiceSettings> services, ProjectRoot root, RunEnvironment environment, IProgramHost host, TimeProvider clock) : IAsyncDisposable
{
    private readonly ConcurrentDictionary<string, Lazy<Task>> _started = new(StringComparer.Ordinal);
    private readonly ConcurrentBag<RunningService> _running = [];
    private readonly ConcurrentDictionary<string, string> _sourceFiles = new(StringComparer.Ordinal);

    /// <summary>Called when a service is being built or started: for the display.</summary>
    public Action<string> Say { get; init; } = _ => { };

    /// <summary>Sees to it that what this asset needs is running.</summary>
    public async Task EnsureForAsync(Asset asset, CancellationToken cancellationToken)
    {
        if (!asset.AlwaysRuns || services.Count == 0)
        {
            return;
        }
        foreach (var service in services.Where(service => service.Command.Count == 0 || IsNamedBy(asset, service)))
        {
            await _started.GetOrAdd(service.Name, _ => new Lazy<Task>(() => StartAsync(service, cancellationToken))).Value;
        }
    }

    /// <summary>The variable with the address of a service: <c>simulator</c> gives <c>SIMULATOR_URL</c>.</summary>
    public static string VariableOf(ServiceSettings service) =>
        string.Concat(service.Name.Select(letter => char.IsAsciiLetterOrDigit(letter) ? char.ToUpperInvariant(letter) : '_')) + "_URL";

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await Task.WhenAll(_running.Select(service => service.DisposeAsync().AsTask()));

    private async Task StartAsync(ServiceSettings service, CancellationToken cancellationToken)
    {
        Say($"preparing the service {service.Name}");
        await new ServiceBuild(service, root, environment.Own).RunAsync(cancellationToken);
        if (service.Command.Count == 0)
        {
            return;
        }
        await host.ListenAsync(cancellationToken); // sets ESCALE_URL, where the service pushes its events
        var running = await RunningService.StartAsync(service, root, environment.Own, clock, cancellationToken);
        _running.Add(running);
        environment.Set(VariableOf(service), running.Address.GetLeftPart(UriPartial.Authority));
        environment.Trust(running.Address);
        Say($"the service {service.Name} listens on {running.Address}");
    }

    private bool IsNamedBy(Asset asset, ServiceSettings service)
    {
        if (asset.Path is not { } path)
        {
            return true;
        }
        var text = _sourceFiles.GetOrAdd(path, static (relative, folder) =>
        {
            var file = Path.Combine(folder, relative);
            return File.Exists(file) ? File.ReadAllText(file) : "";
        }, root.Folder);
        return text.Contains("${" + VariableOf(service), StringComparison.Ordinal);
    }
}
