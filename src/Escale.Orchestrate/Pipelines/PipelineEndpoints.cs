using Escale.Kernel;
using Escale.Orchestrate.Pipelines.Files;
using Escale.Orchestrate.Pipelines.State;
using Escale.Orchestrate.Pipelines.Store;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Escale.Orchestrate.Pipelines;

/// <summary>Pipelines over HTTP: under <c>/api/v1/pipelines</c>.</summary>
internal static class PipelineEndpoints
{
    /// <summary>What a run is to be started with.</summary>
    /// <param name="Parameters">Values of its parameters, by name.</param>
    /// <param name="Key">A name for the run: asking twice with the same starts one.</param>
    internal sealed record StartForm(Dictionary<string, string>? Parameters, string? Key);

    /// <summary>A run that was started.</summary>
    /// <param name="Run">Its id.</param>
    internal sealed record Started(string Run);

    public static void Map(IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGet("/api/v1/pipelines/runs", async (PipelineHistory history, string? pipeline, int? limit, CancellationToken cancellationToken) =>
            TypedResults.Ok(await history.ListAsync(pipeline, Math.Clamp(limit ?? 50, 1, 1000), cancellationToken))).For(Role.Viewer).WithTags("Pipelines").WithSummary("The runs of pipelines, newest first");
        endpoints.MapGet("/api/v1/pipelines/runs/{id}", async (PipelineHistory history, string id, CancellationToken cancellationToken) =>
            TypedResults.Ok(await history.ShowAsync(id, cancellationToken))).For(Role.Viewer).WithTags("Pipelines").WithSummary("A run with its steps and their attempts");
        endpoints.MapPost("/api/v1/pipelines/{name}/runs", StartAsync).For(Role.Engineer, TokenScope.Run).WithTags("Pipelines").WithSummary("Start a run of a pipeline; answers at once");
        endpoints.MapPost("/api/v1/pipelines/{name}/hook", HookAsync).For(Role.Analyst, TokenScope.Run).WithTags("Pipelines").WithSummary("Start a run of a pipeline that has the trigger webhook");
        endpoints.MapPost("/api/v1/pipelines/runs/{id}/cancel", CancelAsync).For(Role.Engineer, TokenScope.Run).WithTags("Pipelines").WithSummary("Stop a run");
    }

    private static async Task<Accepted<Started>> StartAsync(
        HttpContext context, PipelineFiles files, PipelineEngine engine, PipelineHost host, TimeProvider clock, string name, StartForm form, CancellationToken cancellationToken)
    {
        var run = await Commands.Starting.StartAsync(engine, files.Get(name), form.Parameters ?? [], "manual", form.Key is { } key ? "manual:" + key : null, clock, cancellationToken);
        return await AnsweredAsync(context, host, name, run);
    }

    private static async Task<Accepted<Started>> HookAsync(
        HttpContext context, PipelineFiles files, PipelineEngine engine, PipelineHost host, TimeProvider clock, string name, StartForm form, CancellationToken cancellationToken)
    {
        var pipeline = files.Get(name);
        if (!pipeline.Triggers.Webhook)
        {
            throw new EscaleException("orchestrate.pipeline-not-found", $"There is no pipeline '{name}' with a webhook.", "Add 'webhook: true' to its triggers.");
        }
        var run = await Commands.Starting.StartAsync(engine, pipeline, form.Parameters ?? [], "webhook", form.Key is { } key ? "webhook:" + key : null, clock, cancellationToken);
        return await AnsweredAsync(context, host, name, run);
    }

    private static async Task<Accepted<Started>> AnsweredAsync(HttpContext context, PipelineHost host, string name, PipelineRun run)
    {
        host.Poke();
        await context.AuditAsync("pipeline.started", name, detail: run.Id);
        return TypedResults.Accepted($"/api/v1/pipelines/runs/{run.Id}", new Started(run.Id));
    }

    private static async Task<IResult> CancelAsync(HttpContext context, PipelineHistory history, PipelineEngine engine, string id, CancellationToken cancellationToken)
    {
        var run = await history.RunAsync(id, cancellationToken);
        if (!await engine.StopAsync(id, PipelineEngine.Cancelled, null, cancellationToken))
        {
            throw new EscaleException("orchestrate.not-running", $"The run {id} is not under way.", "Load the page again to see how it ended.");
        }
        await context.AuditAsync("pipeline.cancelled", run.Pipeline, detail: id);
        return Results.Accepted($"/api/v1/pipelines/runs/{id}");
    }
}
