using Escale.Kernel;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Escale.Lake;

/// <summary>What this room gives to the program: the <see cref="LakeCatalog"/> of the open project.</summary>
public sealed class LakeModule : EscaleModule
{
    /// <inheritdoc/>
    public override void AddServices(IServiceCollection services)
    {
        services.TryAddSingleton(provider => new LakeLocation(provider.GetRequiredService<ProjectRoot>().LakeFolder));
        services.TryAddSingleton<ObjectStore>(provider =>
            new LocalStore(provider.GetRequiredService<LakeLocation>().Folder, provider.GetRequiredService<DurableWriter>()));
        services.AddSingleton(provider => new LakeCatalog(
            provider.GetRequiredService<ObjectStore>(), provider.GetRequiredService<TimeProvider>(), provider.GetService<ICheckpointCodec>()));
    }
}

/// <summary>Where the project's lake is. Registered by the room that knows the settings; else <see cref="ProjectRoot.LakeFolder"/>.</summary>
/// <param name="Folder">Absolute path.</param>
public sealed record LakeLocation(string Folder);
