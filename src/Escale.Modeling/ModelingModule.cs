using Escale.Kernel;
using Escale.Modeling.Endpoints;
using Escale.Modeling.Registry;
using Escale.Modeling.Tracking;
using Escale.Modeling.Training;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Escale.Modeling;

/// <summary>What this room gives to the program: training, tracking, the registry of models, predictions over HTTP.</summary>
public sealed class ModelingModule : EscaleModule
{
    /// <inheritdoc/>
    public override void AddServices(IServiceCollection services)
    {
        services.AddSingleton<TrainingFiles>();
        services.AddSingleton<IAssetLoader, TrainingLoader>();
        services.AddSingleton<IStepRunner, TrainingRunner>();
        services.AddSingleton<TrainingJob>();
        services.AddSingleton<Repeating>();
        services.AddSingleton<FrameReader>();
        services.AddSingleton<CoreShare>();
        services.AddSingleton<ModelingDatabase>();
        services.AddSingleton<TrackingStore>();
        services.AddSingleton<RunFolder>();
        services.AddSingleton<ModelRegistry>();
        services.AddSingleton<ModelImport>();
    }

    /// <inheritdoc/>
    public override void AddWebServices(IServiceCollection services)
    {
        services.AddSingleton<TrainingStarter>();
        services.AddSingleton<EndpointStore>();
        services.AddSingleton<EndpointDirectory>();
    }

    /// <inheritdoc/>
    public override void MapEndpoints(IEndpointRouteBuilder endpoints)
    {
        TrainingEndpoints.Map(endpoints);
        RegistryEndpoints.Map(endpoints);
        EndpointApi.Map(endpoints);
        PredictionEndpoints.Map(endpoints);
    }

    /// <inheritdoc/>
    public override void AddVerbs(Cli cli)
    {
        cli.Verb("train", TrainVerb.Add);
        cli.Verb("models", ModelsVerb.Add);
        cli.Verb("predict", PredictVerb.Add);
    }
}
