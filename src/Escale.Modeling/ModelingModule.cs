using Escale.Kernel;
using Escale.Modeling.Alerts;
using Escale.Modeling.Endpoints;
using Escale.Modeling.Figures;
using Escale.Modeling.Judging;
using Escale.Modeling.Registry;
using Escale.Modeling.Retraining;
using Escale.Modeling.Scoring;
using Escale.Modeling.Starting;
using Escale.Modeling.Tracking;
using Escale.Modeling.Training;
using Escale.Modeling.Truth;
using Escale.Modeling.Watching;
using Escale.Ui;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
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
        services.AddSingleton<RetrainingStore>();
        services.AddSingleton<ChallengeWork>();
        services.AddSingleton<BatchScorer>();
    }

    /// <inheritdoc/>
    public override void AddWebServices(IServiceCollection services)
    {
        services.AddSingleton<TrainingStarter>();
        services.AddSingleton<EndpointStore>();
        services.AddSingleton<EndpointDirectory>();
        services.AddSingleton<RunReports>();
        services.AddSingleton<EndpointReports>();
        services.AddSingleton<PredictionLog>();
        services.AddSingleton<WatchReports>();
        services.AddSingleton<ScoringJobs>();
        services.AddSingleton<KeyFigureReports>();
        services.AddSingleton<TriedModels>();
        services.AddSingleton<TruthUploads>();
        services.AddSingleton<AlertStore>();
        services.AddSingleton<IAttention, EndpointAttention>();
        services.AddSingleton<ModelKeeper>();
        services.AddHostedService(provider => provider.GetRequiredService<ModelKeeper>());
        services.AddSingleton(new TableAction(600, Words.Train, "sparkles", table => "/models/new?table=" + Uri.EscapeDataString(table)));
        services.AddSingleton(new NavigationItem(600, "models", "/models", Words.Models, "sparkles"));
    }

    /// <inheritdoc/>
    public override void MapEndpoints(IEndpointRouteBuilder endpoints)
    {
        TrainingEndpoints.Map(endpoints);
        RegistryEndpoints.Map(endpoints);
        EndpointApi.Map(endpoints);
        PredictionEndpoints.Map(endpoints);
        ModelPages.Map(endpoints);
        TableScores.Map(endpoints);
        ScoringEndpoints.Map(endpoints);
        StartPages.Map(endpoints);
        RunPages.Map(endpoints);
        TryEndpoints.Map(endpoints);
        EndpointPages.Map(endpoints);
        KeyFigureReports.Map(endpoints);
        TruthEndpoints.Map(endpoints);
        RetrainingEndpoints.Map(endpoints);
        endpoints.MapGet("/api/v1/endpoints/{name}/watch", async (WatchReports reports, string name, string? by, CancellationToken cancellationToken) => TypedResults.Ok(await reports.ReadAsync(name, by == "week", cancellationToken)))
            .For(Role.Viewer).WithTags("Endpoints").WithSummary("What an endpoint does minute by minute and day by day, drift against training, and how good it is where the truth is known");
    }

    /// <inheritdoc/>
    public override void AddVerbs(Cli cli)
    {
        cli.Verb("train", TrainVerb.Add);
        cli.Verb("models", ModelsVerb.Add);
        cli.Verb("predict", PredictVerb.Add);
    }
}
