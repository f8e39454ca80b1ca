using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Escale.Kernel;
using Escale.Modeling.Tracking;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Escale.Modeling.Training;

/// <summary><c>/api/v1/trainings</c> and <c>/api/v1/tracking-runs</c>: what can be trained, training it, following it live, and what was tracked.</summary>
internal static class TrainingEndpoints
{
    private const string Tag = "Training";

    /// <summary>A training of the project.</summary>
    internal sealed record TrainingEntry(string Name, string Description, string Table, string Target, string? File);

    /// <summary>The trainings of the project, or what is wrong with their files.</summary>
    internal sealed record TrainingList(IReadOnlyList<TrainingEntry> Trainings);

    /// <summary>A training that was started.</summary>
    internal sealed record StartedTraining(string Run);

    /// <summary>The tracking runs, the newest first.</summary>
    internal sealed record TrackingRunList(IReadOnlyList<TrackingRun> Runs);

    /// <summary>A tracking run with all that was tracked, and what came of it.</summary>
    internal sealed record TrackingRunDetail(TrackingDetail Tracked, TrainedModel? Summary);

    /// <summary>The values of a metric by step.</summary>
    internal sealed record MetricHistory(IReadOnlyList<TrackedMetric> Values);

    /// <summary>The experiments.</summary>
    internal sealed record ExperimentList(IReadOnlyList<Experiment> Experiments);

    public static void Map(IEndpointRouteBuilder endpoints)
    {
        var trainings = endpoints.MapGroup("/api/v1/trainings").WithTags(Tag);
        trainings.MapGet("/", (TrainingFiles files) => TypedResults.Ok(new TrainingList([.. files.All().Select(spec => new TrainingEntry(spec.Name, spec.Description, spec.Table.ToString(), spec.Target, spec.Path))])))
            .For(Role.Viewer).WithSummary("The trainings of the project");
        trainings.MapPost("/", StartAsync).For(Role.Analyst, TokenScope.Run).WithSummary("Train: a training of the project, or a table and its target; answers once it is recorded");
        var runs = endpoints.MapGroup("/api/v1/tracking-runs").WithTags(Tag);
        runs.MapGet("/", async (TrackingStore tracking, string? training, int? limit, CancellationToken cancellationToken) =>
            TypedResults.Ok(new TrackingRunList(await tracking.ListAsync(training, Math.Clamp(limit ?? 100, 1, 1000), cancellationToken)))).For(Role.Viewer).WithSummary("The tracking runs, the newest first");
        runs.MapGet("/{run}", async (TrackingStore tracking, TrainingJob job, string run, CancellationToken cancellationToken) =>
            TypedResults.Ok(new TrackingRunDetail(await tracking.ShowAsync(run, cancellationToken), job.SummaryOf(run)))).For(Role.Viewer).WithSummary("A tracking run: parameters, metrics, tags, files, what came of it");
        runs.MapGet("/{run}/metrics/{key}", async (TrackingStore tracking, string run, string key, CancellationToken cancellationToken) =>
            TypedResults.Ok(new MetricHistory(await tracking.HistoryAsync(run, key, cancellationToken)))).For(Role.Viewer).WithSummary("The values of a metric, by step");
        runs.MapGet("/{run}/artifacts/{path}", Artifact).For(Role.Viewer).WithSummary("A file of a run: leaderboard.json, judgement.json, curves.json, explanations.json, schema.json, training.yml, model.escale");
        runs.MapGet("/{run}/events", Follow).For(Role.Viewer).WithSummary("Follow a training by server-sent events: 'run' when it changes (with its progress and leaderboard), 'end'; with ?until=explained also until it is known what the model goes by");
        runs.MapPost("/{run}/stop", StopAsync).For(Role.Analyst, TokenScope.Run).WithSummary("Ask a training to stop and keep the best so far");
        runs.MapPost("/{run}/again", AgainAsync).For(Role.Analyst, TokenScope.Run).WithSummary("Repeat a training, bit for bit");
        endpoints.MapGet("/api/v1/experiments", async (TrackingStore tracking, CancellationToken cancellationToken) =>
            TypedResults.Ok(new ExperimentList(await tracking.ExperimentsAsync(cancellationToken)))).For(Role.Viewer).WithTags(Tag).WithSummary("The experiments, the one used last first");
    }

    private static async Task<Accepted<StartedTraining>> StartAsync(HttpContext context, TrainingStarter starter, TrainingForm form, CancellationToken cancellationToken)
    {
        if (form.Save && !Caller.Of(context)!.Is(Role.Engineer))
        {
            throw new EscaleException("modeling.save-not-allowed", "Only engineers change the files of the project.", "Train without save, or ask an engineer.");
        }
        var run = await starter.StartAsync(form, Caller.Of(context)!.Name, cancellationToken);
        await context.AuditAsync("training.started", form.Name, detail: run);
        return TypedResults.Accepted($"/api/v1/tracking-runs/{run}", new StartedTraining(run));
    }

    private static async Task<Accepted<StartedTraining>> AgainAsync(HttpContext context, TrainingStarter starter, string run, CancellationToken cancellationToken)
    {
        var again = await starter.RepeatAsync(run, Caller.Of(context)!.Name, cancellationToken);
        await context.AuditAsync("training.repeated", run, detail: again);
        return TypedResults.Accepted($"/api/v1/tracking-runs/{again}", new StartedTraining(again));
    }

    internal static async Task<IResult> StopAsync(HttpContext context, TrackingStore tracking, string run, CancellationToken cancellationToken)
    {
        var found = await tracking.GetAsync(run, cancellationToken);
        if (!found.IsRunning)
        {
            throw new EscaleException("modeling.not-running", $"The tracking run {run} is not under way.", "Load it again to see how it ended.");
        }
        if (found.Process is not { IsHere: true } process || process.Id == Environment.ProcessId)
        {
            throw new EscaleException("modeling.cannot-stop", $"The tracking run {run} was started elsewhere.", "Stop it where it was started, with Ctrl-C.");
        }
        process.AskToEnd();
        await context.AuditAsync("training.stopped", run);
        return TypedResults.Accepted($"/api/v1/tracking-runs/{run}");
    }

    private static IResult Artifact(RunFolder folder, string run, string path)
    {
        var file = folder.PathOf(run, path);
        return !File.Exists(file) ? TypedResults.NotFound() : TypedResults.PhysicalFile(file, Path.GetExtension(path) switch { ".json" => "application/json", ".yml" => "application/yaml", _ => "application/octet-stream" }, path);
    }

    private static ServerSentEventsResult<string> Follow(HttpContext context, TrackingStore tracking, RunFolder folder, TimeProvider clock, string run, string? until, CancellationToken cancellationToken)
    {
        context.Response.Headers["X-Accel-Buffering"] = "no"; // a proxy that gathers would make it late
        return TypedResults.ServerSentEvents(FollowAsync(tracking, clock, run, until == "explained" ? () => File.Exists(folder.PathOf(run, TrainingJob.InsightsFile)) : () => true, cancellationToken));
    }

    private static async IAsyncEnumerable<SseItem<string>> FollowAsync(TrackingStore tracking, TimeProvider clock, string id, Func<bool> isExplained, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var (pause, heartbeat) = (TimeSpan.FromMilliseconds(500), TimeSpan.FromSeconds(15));
        var (said, last) = ("", clock.GetTimestamp());
        while (true)
        {
            var run = await tracking.GetAsync(id, cancellationToken);
            var state = JsonSerializer.Serialize(run, TrackingJson.Options);
            if (state != said)
            {
                (said, last) = (state, clock.GetTimestamp());
                yield return new SseItem<string>(state, "run");
            }
            if (!run.IsRunning && (isExplained() || run.Process is not { IsHere: true, IsAlive: true }))
            {
                yield return new SseItem<string>("", "end");
                yield break;
            }
            if (clock.GetElapsedTime(last) > heartbeat)
            {
                last = clock.GetTimestamp();
                yield return new SseItem<string>("", "still"); // so that nobody in between closes a silent connection
            }
            await Task.Delay(pause, clock, cancellationToken);
        }
    }
}
