using Escale.Kernel;
using Escale.Transform.DataTests;
using Escale.Transform.Docs;
using Escale.Transform.Seeds;
using Escale.Transform.SqlModels;
using Escale.Transform.Warehouse;
using Microsoft.Extensions.DependencyInjection;

namespace Escale.Transform;

/// <summary>What this room gives to the program.</summary>
public sealed class TransformModule : EscaleModule
{
    /// <inheritdoc/>
    public override void AddServices(IServiceCollection services)
    {
        services.AddSingleton<CompiledFiles>();
        services.AddSingleton<IStepRunner, SeedRunner>();
        services.AddSingleton<IStepRunner, SqlModelRunner>();
        services.AddSingleton<IStepRunner, DataTestRunner>();
        services.AddSingleton<IAssetLoader, WarehouseLoader>();
        services.AddSingleton<IStepRunner, WarehouseRunner>();
        services.AddSingleton<DocsCatalogue>();
    }

    /// <inheritdoc/>
    public override void AddVerbs(Cli cli) => cli.Verb("docs", DocsVerb.Add);
}
