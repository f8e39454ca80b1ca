using Escale.Engines.Postgres;
using Escale.Engines.Tables;
using Escale.Kernel;
using Microsoft.Extensions.DependencyInjection;

namespace Escale.Engines;

/// <summary>What this room gives to the program.</summary>
public sealed class EnginesModule : EscaleModule
{
    /// <inheritdoc/>
    public override void AddServices(IServiceCollection services)
    {
        services.AddSingleton<PostgresServer>();
        TablesServices.Add(services);
    }

    /// <inheritdoc/>
    public override void AddVerbs(Cli cli)
    {
        PostgresVerbs.Add(cli);
        LakeVerbs.Add(cli);
    }
}
