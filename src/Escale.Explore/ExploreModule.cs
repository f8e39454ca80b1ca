using Escale.Explore.Sql;
using Escale.Kernel;
using Microsoft.Extensions.DependencyInjection;

namespace Escale.Explore;

/// <summary>What this room gives to the program: queries over the lake.</summary>
public sealed class ExploreModule : EscaleModule
{
    /// <inheritdoc/>
    public override void AddServices(IServiceCollection services) => services.AddSingleton<LakeQueries>();

    /// <inheritdoc/>
    public override void AddVerbs(Cli cli) => SqlVerb.Add(cli);
}
