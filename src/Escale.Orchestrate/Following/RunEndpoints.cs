using Escale.Kernel;
using Escale.Orchestrate.Records;
using Escale.Ui;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Escale.Orchestrate.Following;

/// <summary>Looking at runs: <c>/runs</c>, <c>/runs/{id}</c>, and the same under <c>/api/v1/runs</c> with live events.</summary>
internal static class RunEndpoints
{
    private const int ListedRuns = 100;

    /// <summary>The runs, newest first.</summary>
    internal sealed record RunList(IReadOnlyList<RunEntry> Runs);

    /// <summary>A run with its steps in order.</summary>
    internal sealed record RunDetail(RunEntry Run, IReadOnlyList<StepEntry> Steps);

    public static void Map(IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGet("/runs", async (RunHistory history, CancellationToken cancellationToken) =>
            Page.Show<RunsView>(new { Runs = await history.ListAsync(ListedRuns, cancellationToken) })).For(Role.Viewer).ExcludeFromDescription();
        endpoints.MapGet("/runs/{id}", async (HttpContext context, RunHistory history, RunLog log, string id, string? tab, CancellationToken cancellationToken) =>
        {
            var (run, steps) = await history.ShowAsync(id, cancellationToken);
            return Page.Show<RunView>(new { Run = run, Steps = steps, Tab = tab is "timeline" or "log" ? tab : "steps", HasLog = log.Exists(run.Id), CanRun = Caller.Of(context)!.Is(Role.Engineer) });
        }).For(Role.Viewer).ExcludeFromDescription();
        endpoints.MapGet("/api/v1/runs", async (RunHistory history, int? limit, CancellationToken cancellationToken) =>
            TypedResults.Ok(new RunList(await history.ListAsync(Math.Clamp(limit ?? ListedRuns, 1, 1000), cancellationToken)))).For(Role.Viewer).WithTags("Runs").WithSummary("The runs, newest first");
        endpoints.MapGet("/api/v1/runs/{id}", async (RunHistory history, string id, CancellationToken cancellationToken) =>
        {
            var (run, steps) = await history.ShowAsync(id, cancellationToken);
            return TypedResults.Ok(new RunDetail(run, steps));
        }).For(Role.Viewer).WithTags("Runs").WithSummary("A run with its steps");
        endpoints.MapGet("/api/v1/runs/{id}/log", Log).For(Role.Viewer).WithTags("Runs").WithSummary("The log of a run as text");
        endpoints.MapGet("/api/v1/runs/{id}/events", Follow).For(Role.Viewer).WithTags("Runs")
            .WithSummary("Follow a run by server-sent events: 'run' when its state changes, 'log' with new lines, 'end'");
    }

    private static Results<PhysicalFileHttpResult, NotFound> Log(RunLog log, string id) =>
        log.Exists(id) ? TypedResults.PhysicalFile(log.FileOf(id), "text/plain; charset=utf-8") : TypedResults.NotFound();

    private static ServerSentEventsResult<string> Follow(HttpContext context, RunFollower follower, string id, CancellationToken cancellationToken)
    {
        context.Response.Headers["X-Accel-Buffering"] = "no"; // a proxy that gathers would make it late
        return TypedResults.ServerSentEvents(follower.FollowAsync(id, cancellationToken));
    }
}
