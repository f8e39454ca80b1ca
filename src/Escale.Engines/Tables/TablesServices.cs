using Escale.Engines.DuckDb;
using Escale.Kernel;
using Escale.Lake;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Escale.Engines.Tables;

/// <summary>The services of this folder.</summary>
internal static class TablesServices
{
    /// <summary>Registers the shared DuckDB instance, with the settings of whoever registered <see cref="DuckSettings"/>, and the lake engine.</summary>
    public static void Add(IServiceCollection services)
    {
        services.TryAddSingleton(provider => new DuckSettings { SpillFolder = provider.GetRequiredService<ProjectRoot>().SpillFolder });
        services.AddSingleton<SharedDatabase>();
        services.AddSingleton<ICheckpointCodec, DuckCheckpointCodec>();
        services.AddSingleton<LakeEngine>();
    }
}
