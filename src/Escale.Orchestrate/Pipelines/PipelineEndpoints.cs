using Escale.Kernel;
using Escale.Orchestrate.Pipelines.Commands;
using Escale.Orchestrate.Pipelines.Files;
using Escale.Orchestrate.Pipelines.Pages;
using Escale.Orchestrate.Pipelines.Store;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Escale.Orchestrate.Pipelines;

/// <summary>Pipelines over HTTP: under <c>/api/v1/pipelines</c>. What changes something is in <see cref="PipelineActions"/>, which the pages use too.</summary>
internal static class PipelineEndpoints
{
    /// <summary>What a run is to be started with.</summary>
    /// <param name="Parameters">Values of its parameters, by name.</param>
    /// <param name="Key">A name for the run: asking twice with the same starts one.</param>
    /// <param name="IntervalBegin">The beginning of the time that the run is about, or null.</param>
    /// <param name="IntervalEnd">Its end, or null.</param>
    internal sealed record StartForm(Dictionary<string, string>? Parameters, string? Key, DateTimeOffset? IntervalBegin = null, DateTimeOffset? IntervalEnd = null);

    /// <summary>A run that was started.</summary>
    /// <param name="Run">Its id.</param>
    internal sealed record Started(string Run);

    /// <summary>Which steps are to be done again.</summary>
    /// <param name="Steps">Their ids; null or empty: those that failed or were not taken.</param>
    /// <param name="Only">Whether what is behind them stays as it is.</param>
    internal sealed record ClearForm(IReadOnlyList<string>? Steps, bool Only = false);

    /// <summary>What was cleared.</summary>
    /// <param name="Run">The run.</param>
    /// <param name="Steps">How many steps wait again.</param>
    internal sealed record Cleared(string Run, int Steps);

    /// <summary>How steps ended, by the word of somebody who knows.</summary>
    /// <param name="Steps">Their ids; null or empty: the whole run.</param>
    /// <param name="Succeeded">Whether they succeeded; else they failed.</param>
    /// <param name="Note">Why; it is kept.</param>
    internal sealed record MarkForm(IReadOnlyList<string>? Steps, bool Succeeded, string? Note);

    /// <summary>What was marked.</summary>
    /// <param name="Run">The run.</param>
    /// <param name="Steps">How many steps end so now.</param>
    internal sealed record Marked(string Run, int Steps);

    /// <summary>What is to be run: days, values of parameters, or each of the values on each of the days.</summary>
    /// <param name="From">The first day, 2026-11-01.</param>
    /// <param name="To">The last day; without it only the first.</param>
    /// <param name="Parameters">By parameter the values that there is a run for each of; of days and whole numbers also from one to another, 2026-11-01..2026-11-07.</param>
    /// <param name="NewestFirst">Whether to begin with the last.</param>
    /// <param name="Limit">At most so many runs.</param>
    /// <param name="Again">Whether what ran already is run once more.</param>
    /// <param name="DryRun">Whether to say only what would run.</param>
    internal sealed record BackfillForm(string? From, string? To, Dictionary<string, IReadOnlyList<string>>? Parameters = null, bool NewestFirst = false, int? Limit = null, bool Again = false, bool DryRun = false);

    /// <summary>The runs of a backfill.</summary>
    /// <param name="Asked">How many there are.</param>
    /// <param name="Made">How many runs were made: not those that ran already, and none in a dry run.</param>
    /// <param name="Runs">The first of them.</param>
    internal sealed record Backfilled(int Asked, int Made, IReadOnlyList<PlannedRun> Runs);

    /// <summary>A pipeline with what is known of it.</summary>
    internal sealed record Listed(string Name, string Description, string? Path, string Schedule, int Steps, bool Paused, DateTimeOffset? Next, ShownRun? Last);

    /// <summary>The pipelines, and what is wrong with files that cannot be read.</summary>
    internal sealed record PipelineList(IReadOnlyList<Listed> Pipelines, IReadOnlyList<WrongFile> Errors);

    /// <summary>A file that cannot be read.</summary>
    internal sealed record WrongFile(string Code, string Message, string? Place, string? Next);

    private const int ShownOfPlan = 500;

    public static void Map(IEndpointRouteBuilder endpoints)
    {
        MapReading(endpoints);
        endpoints.MapPost("/api/v1/pipelines/{name}/runs", StartAsync).For(Role.Engineer, TokenScope.Run).WithTags("Pipelines").WithSummary("Start a run of a pipeline; answers at once");
        endpoints.MapPost("/api/v1/pipelines/{name}/hook", HookAsync).For(Role.Analyst, TokenScope.Run).WithTags("Pipelines").WithSummary("Start a run of a pipeline that has the trigger webhook");
        endpoints.MapPost("/api/v1/pipelines/{name}/pause", async (HttpContext context, PipelineActions actions, string name, CancellationToken cancellationToken) =>
        {
            await actions.PauseAsync(context, name, true, cancellationToken);
            return TypedResults.NoContent();
        }).For(Role.Engineer, TokenScope.Run).WithTags("Pipelines").WithSummary("Pause a pipeline: it no longer begins runs by itself");
        endpoints.MapPost("/api/v1/pipelines/{name}/resume", async (HttpContext context, PipelineActions actions, string name, CancellationToken cancellationToken) =>
        {
            await actions.PauseAsync(context, name, false, cancellationToken);
            return TypedResults.NoContent();
        }).For(Role.Engineer, TokenScope.Run).WithTags("Pipelines").WithSummary("Let a paused pipeline begin runs by itself again");
        endpoints.MapPost("/api/v1/pipelines/{name}/backfill", BackfillAsync).For(Role.Engineer, TokenScope.Run).WithTags("Pipelines").WithSummary("Make the runs of past days or of values of parameters, less urgent than those of now; a dry run says which");
        endpoints.MapPost("/api/v1/pipelines/runs/{id}/cancel", async (HttpContext context, PipelineActions actions, string id, CancellationToken cancellationToken) =>
        {
            await actions.CancelAsync(context, id, cancellationToken);
            return TypedResults.Accepted($"/api/v1/pipelines/runs/{id}");
        }).For(Role.Engineer, TokenScope.Run).WithTags("Pipelines").WithSummary("Stop a run");
        endpoints.MapPost("/api/v1/pipelines/runs/{id}/clear", async (HttpContext context, PipelineActions actions, string id, ClearForm form, CancellationToken cancellationToken) =>
            TypedResults.Ok(new Cleared(id, await actions.ClearAsync(context, id, form.Steps ?? [], !form.Only, cancellationToken))))
            .For(Role.Engineer, TokenScope.Run).WithTags("Pipelines").WithSummary("Do steps of a run again, and what is behind them");
        endpoints.MapPost("/api/v1/pipelines/runs/{id}/mark", async (HttpContext context, PipelineActions actions, string id, MarkForm form, CancellationToken cancellationToken) =>
            TypedResults.Ok(new Marked(id, await actions.MarkAsync(context, id, form.Steps ?? [], form.Succeeded, form.Note ?? "", cancellationToken))))
            .For(Role.Engineer, TokenScope.Run).WithTags("Pipelines").WithSummary("Say how steps of a run, or the whole run, ended, with a note; after a success the run goes on");
        endpoints.MapPost("/api/v1/pipelines/runs/{id}/repeat", async (HttpContext context, PipelineActions actions, string id, CancellationToken cancellationToken) =>
            Answer(await actions.RepeatAsync(context, id, cancellationToken))).For(Role.Engineer, TokenScope.Run).WithTags("Pipelines")
            .WithSummary("Start a run about the same interval with the same parameters, with the pipeline's file as it is now");
    }

    private static void MapReading(IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGet("/api/v1/pipelines", ListAsync).For(Role.Viewer).WithTags("Pipelines").WithSummary("The pipelines: when each runs next, how it ended last; and what is wrong with files that cannot be read");
        endpoints.MapGet("/api/v1/pipelines/runs", async (PipelineHistory history, string? pipeline, int? limit, CancellationToken cancellationToken) =>
            TypedResults.Ok(await history.ListAsync(pipeline, Math.Clamp(limit ?? 50, 1, 1000), cancellationToken))).For(Role.Viewer).WithTags("Pipelines").WithSummary("The runs of pipelines, newest first");
        endpoints.MapGet("/api/v1/pipelines/runs/{id}", async (PipelineHistory history, string id, CancellationToken cancellationToken) =>
            TypedResults.Ok(await history.ShowAsync(id, cancellationToken))).For(Role.Viewer).WithTags("Pipelines").WithSummary("A run with its steps and their attempts");
        endpoints.MapGet("/api/v1/pipelines/runs/{id}/log", LogAsync).For(Role.Viewer).WithTags("Pipelines").WithSummary("What a run said as text; with step and attempt only that part of it");
        endpoints.MapGet("/api/v1/pipelines/runs/{id}/events", FollowAsync).For(Role.Viewer).WithTags("Pipelines")
            .WithSummary("Follow a run by server-sent events: 'run' when its state changes, 'log' with new lines, 'end'");
    }

    private static async Task<Ok<PipelineList>> ListAsync(PipelineFiles files, PipelineProblems problems, PipelineHistory history, TimeProvider clock, CancellationToken cancellationToken)
    {
        var folder = files.Read();
        var (rows, newest) = (await history.PipelinesAsync(cancellationToken), await history.NewestAsync(cancellationToken));
        var listed = folder.Pipelines.Values.OrderBy(pipeline => pipeline.Name, StringComparer.Ordinal).Select(pipeline => new Listed(
            pipeline.Name, pipeline.Description, pipeline.Path, ScheduleText.Of(pipeline), pipeline.Tasks.Count, rows.TryGetValue(pipeline.Name, out var row) && row.IsPaused,
            pipeline.Schedule is { } schedule ? new Schedules.Schedule(schedule).Next(clock.GetUtcNow()) : null, newest.GetValueOrDefault(pipeline.Name)));
        return TypedResults.Ok(new PipelineList([.. listed], [.. problems.All().Select(error => new WrongFile(error.Code, error.Message, error.Place?.ToString(), error.Remedy))]));
    }

    private static async Task<Accepted<Started>> StartAsync(HttpContext context, PipelineActions actions, PipelineFiles files, string name, StartForm form, CancellationToken cancellationToken) => Answer(await actions.StartAsync(
        context, files.Get(name), form.Parameters ?? [], "manual", form.Key is { } key ? "manual:" + key : null, (form.IntervalBegin?.ToUniversalTime(), form.IntervalEnd?.ToUniversalTime()), cancellationToken));

    private static async Task<Accepted<Started>> HookAsync(HttpContext context, PipelineActions actions, PipelineFiles files, string name, StartForm form, CancellationToken cancellationToken)
    {
        var pipeline = files.Get(name);
        if (!pipeline.Triggers.Webhook)
        {
            throw new EscaleException("orchestrate.pipeline-not-found", $"There is no pipeline '{name}' with a webhook.", "Add 'webhook: true' to its triggers.");
        }
        return Answer(await actions.StartAsync(context, pipeline, form.Parameters ?? [], "webhook", form.Key is { } key ? "webhook:" + key : null, (null, null), cancellationToken));
    }

    private static async Task<Ok<Backfilled>> BackfillAsync(HttpContext context, PipelineActions actions, string name, BackfillForm form, CancellationToken cancellationToken)
    {
        var ask = new BackfillAsk(form.From, form.To, form.NewestFirst, form.Limit, form.Again) { Parameters = form.Parameters ?? [] };
        var plan = await actions.PlanAsync(name, ask, ShownOfPlan, cancellationToken);
        return TypedResults.Ok(new Backfilled(plan.Count, form.DryRun ? 0 : await actions.BackfillAsync(context, name, ask, cancellationToken), plan.Runs));
    }

    private static Accepted<Started> Answer(string run) => TypedResults.Accepted($"/api/v1/pipelines/runs/{run}", new Started(run));

    private static async Task<IResult> LogAsync(PipelineFollower follower, PipelineHistory history, string id, string? step, int? attempt, CancellationToken cancellationToken)
    {
        var run = await history.RunAsync(id, cancellationToken);
        return Results.Stream(
            async stream =>
            {
                await using var writer = new StreamWriter(stream);
                await foreach (var text in follower.LogAsync(run, step, attempt, cancellationToken))
                {
                    await writer.WriteAsync(text.AsMemory(), cancellationToken);
                }
            },
            "text/plain; charset=utf-8");
    }

    private static async Task<ServerSentEventsResult<string>> FollowAsync(HttpContext context, PipelineFollower follower, PipelineHistory history, string id, string? step, int? attempt, CancellationToken cancellationToken)
    {
        await history.RunAsync(id, cancellationToken);
        context.Response.Headers["X-Accel-Buffering"] = "no"; // a proxy that gathers would make it late
        return TypedResults.ServerSentEvents(follower.FollowAsync(id, step, attempt, cancellationToken));
    }
}
