using Escale.Kernel;
using Escale.Modeling.Alerts;
using Escale.Modeling.Registry;
using Escale.Modeling.Training;
using Escale.Ui;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Escale.Modeling.Retraining;

/// <summary><c>/api/v1/models/NAME/challenges</c>: challengers of a model and what became of them; <c>/api/v1/model-alerts</c>.</summary>
internal static class RetrainingEndpoints
{
    /// <summary>The challenges of a model, the newest first.</summary>
    internal sealed record ChallengeList(IReadOnlyList<Challenge> Challenges);

    /// <summary>What is wrong with endpoints.</summary>
    internal sealed record AlertList(IReadOnlyList<ModelAlert> Alerts);

    public static void Map(IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGet("/api/v1/models/{name}/challenges", async (RetrainingStore store, string name, int? limit, CancellationToken cancellationToken) =>
            TypedResults.Ok(new ChallengeList(await store.ListAsync(name, Math.Clamp(limit ?? 50, 1, 500), cancellationToken)))).For(Role.Viewer).WithTags("Models").WithSummary("Challengers of a model: why they were trained, by which rows they were judged, and what became of them");
        endpoints.MapPost("/api/v1/models/{name}/challenges", StartAsync).For(Role.Engineer, TokenScope.Run).WithTags("Models")
            .WithSummary("Train a challenger of a training of ml/, judge it with the version in use on the newest rows, and put it into use if it is better");
        endpoints.MapGet("/api/v1/model-alerts", async (AlertStore store, CancellationToken cancellationToken) => TypedResults.Ok(new AlertList(await store.ListAsync(null, cancellationToken))))
            .For(Role.Viewer).WithTags("Endpoints").WithSummary("What is wrong with endpoints: drift, quality, errors, latency, silence");
        ModelPages.Form(endpoints, "/models/{name}/challenge", async (HttpContext context, TrainingStarter starter, Mount mount, string name, CancellationToken cancellationToken) =>
        {
            var run = await StartedAsync(context, starter, name, cancellationToken);
            return Results.Redirect(mount.To("/models/runs/" + run));
        });
    }

    private static async Task<Accepted<TrainingEndpoints.StartedTraining>> StartAsync(HttpContext context, TrainingStarter starter, string name, CancellationToken cancellationToken)
    {
        var run = await StartedAsync(context, starter, name, cancellationToken);
        return TypedResults.Accepted($"/api/v1/tracking-runs/{run}", new TrainingEndpoints.StartedTraining(run));
    }

    private static async Task<string> StartedAsync(HttpContext context, TrainingStarter starter, string name, CancellationToken cancellationToken)
    {
        var run = await starter.ChallengeAsync(name, new RetrainReason("asked", []), Caller.Of(context)!.Name, cancellationToken);
        await context.AuditAsync("training.started", name, detail: run);
        return run;
    }
}
