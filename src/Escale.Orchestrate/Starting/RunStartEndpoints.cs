using Escale.Kernel;
using Escale.Orchestrate.Records;
using Escale.Ui;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;

namespace Escale.Orchestrate.Starting;

/// <summary>Starting, repeating and cancelling runs: under <c>/api/v1/runs</c>, and the forms of the pages.</summary>
internal static class RunStartEndpoints
{
    /// <summary>A run that was started.</summary>
    /// <param name="Run">Its id.</param>
    internal sealed record StartedRun(string Run);

    public static void Map(IEndpointRouteBuilder endpoints)
    {
        endpoints.MapPost("/api/v1/runs", StartAsync).For(Role.Engineer, TokenScope.Run).WithTags("Runs").WithSummary("Start a run of a selection; answers once it is planned");
        endpoints.MapPost("/api/v1/runs/{id}/retry", RetryAsync).For(Role.Engineer, TokenScope.Run).WithTags("Runs").WithSummary("Run again the steps of a run that failed or were skipped");
        endpoints.MapPost("/api/v1/runs/{id}/cancel", CancelAsync).For(Role.Engineer, TokenScope.Run).WithTags("Runs").WithSummary("Ask a run to stop; what it has made stands");
        endpoints.MapPost("/runs", StartFromPageAsync).For(Role.Engineer, TokenScope.Run).DisableAntiforgery().ExcludeFromDescription();
        endpoints.MapPost("/runs/{id}/retry", async (HttpContext context, RunStarter starter, RunHistory history, Mount mount, string id, [FromForm] string? step, CancellationToken cancellationToken) =>
            Results.Redirect(mount.To("/runs/" + (await RetryAsync(context, starter, history, id, step, cancellationToken)).Value!.Run))).For(Role.Engineer, TokenScope.Run).DisableAntiforgery().ExcludeFromDescription();
        endpoints.MapPost("/runs/{id}/cancel", async (HttpContext context, RunHistory history, Mount mount, string id, CancellationToken cancellationToken) =>
        {
            await CancelAsync(context, history, id, cancellationToken);
            return Results.Redirect(mount.To("/runs/" + id));
        }).For(Role.Engineer, TokenScope.Run).ExcludeFromDescription();
    }

    private static async Task<Accepted<StartedRun>> StartAsync(HttpContext context, RunStarter starter, RunForm form, CancellationToken cancellationToken)
    {
        var run = await starter.StartAsync(form, cancellationToken);
        await context.AuditAsync("run.started", run.Value, detail: string.Join(' ', form.Select));
        return TypedResults.Accepted($"/api/v1/runs/{run}", new StartedRun(run.Value));
    }

    private static async Task<Accepted<StartedRun>> RetryAsync(
        HttpContext context, RunStarter starter, RunHistory history, string id, string? step, CancellationToken cancellationToken)
    {
        var (run, steps) = await history.ShowAsync(id, cancellationToken);
        var again = steps.Where(entry => step is null ? entry.Status is "failed" or "skipped" or "cancelled" or "interrupted" or "planned" : entry.Asset == step).Select(entry => entry.Asset).ToList();
        if (again.Count == 0)
        {
            throw new EscaleException("orchestrate.nothing-to-retry", $"Nothing in the run {run.Id} failed or was left out.", "Start a new run.");
        }
        return await StartAsync(context, starter, new RunForm { Verb = run.Verb is "up" ? "run" : run.Verb, Select = again }, cancellationToken);
    }

    private static async Task<IResult> CancelAsync(HttpContext context, RunHistory history, string id, CancellationToken cancellationToken)
    {
        var run = await history.RunAsync(id, cancellationToken);
        if (!run.IsRunning)
        {
            throw new EscaleException("orchestrate.not-running", $"The run {id} is not under way.", "Load the page again to see how it ended.");
        }
        if (run.Process is not { IsHere: true } process || process.Id == Environment.ProcessId)
        {
            throw new EscaleException("orchestrate.cannot-cancel", $"The run {id} was started elsewhere.", "Stop it where it was started, with Ctrl-C.");
        }
        process.AskToEnd();
        await context.AuditAsync("run.cancelled", id);
        return Results.Accepted($"/api/v1/runs/{id}");
    }

    private static async Task<IResult> StartFromPageAsync(
        HttpContext context, RunStarter starter, Mount mount, [FromForm] string? select, [FromForm] bool? full, CancellationToken cancellationToken)
    {
        var form = new RunForm { Select = (select ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries), FullRefresh = full == true };
        var started = await StartAsync(context, starter, form, cancellationToken);
        return Results.Redirect(mount.To("/runs/" + started.Value!.Run));
    }
}
