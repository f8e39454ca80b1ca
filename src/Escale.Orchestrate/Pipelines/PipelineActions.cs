using Escale.Kernel;
using Escale.Orchestrate.Pipelines.Commands;
using Escale.Orchestrate.Pipelines.Files;
using Escale.Orchestrate.Pipelines.Flow;
using Escale.Orchestrate.Pipelines.Pages;
using Escale.Orchestrate.Pipelines.State;
using Escale.Orchestrate.Pipelines.Store;
using Microsoft.AspNetCore.Http;

namespace Escale.Orchestrate.Pipelines;

/// <summary>What people change of pipelines and their runs, over the API and on the pages; each thing is noted in the audit log.</summary>
internal sealed class PipelineActions(PipelineFiles files, PipelineEngine engine, PipelineHistory history, PipelineReads reads, PipelineHost host, TimeProvider clock)
{
    /// <summary>Starts a run; returns its id.</summary>
    public async Task<string> StartAsync(
        HttpContext context, PipelineSpec pipeline, IReadOnlyDictionary<string, string> parameters, string trigger, string? key, (DateTimeOffset? Begin, DateTimeOffset? End) interval, CancellationToken cancellationToken)
    {
        if (interval.Begin is null != interval.End is null || interval.End < interval.Begin)
        {
            throw new EscaleException("orchestrate.parameter", "An interval needs a beginning and an end behind it.", "Give both, or neither.");
        }
        var run = await Commands.Starting.StartAsync(engine, pipeline, parameters, trigger, key, interval, clock, cancellationToken);
        host.Poke();
        await context.AuditAsync("pipeline.started", pipeline.Name, detail: run.Id);
        return run.Id;
    }

    /// <summary>Starts a run about the same interval with the same parameters, as the file is now; returns its id.</summary>
    public async Task<string> RepeatAsync(HttpContext context, string id, CancellationToken cancellationToken)
    {
        var run = await history.RunAsync(id, cancellationToken);
        var pipeline = files.Get(run.Pipeline);
        var parameters = run.Parameters.Where(pair => pipeline.Parameters.Any(parameter => parameter.Name == pair.Key)).ToDictionary(StringComparer.Ordinal);
        return await StartAsync(context, pipeline, parameters, "manual", null, (run.IntervalBegin, run.IntervalEnd), cancellationToken);
    }

    /// <summary>Keeps a pipeline from beginning runs by itself, or lets it.</summary>
    public async Task PauseAsync(HttpContext context, string name, bool isPaused, CancellationToken cancellationToken)
    {
        var pipeline = files.Get(name);
        await engine.KnowAsync([new PipelineRow(pipeline.Name, false, clock.GetUtcNow(), pipeline.Concurrency)], cancellationToken);
        await engine.PauseAsync(name, isPaused, cancellationToken);
        await context.AuditAsync(isPaused ? "pipeline.paused" : "pipeline.resumed", name);
    }

    /// <summary>Stops a run.</summary>
    public async Task CancelAsync(HttpContext context, string id, CancellationToken cancellationToken)
    {
        var run = await history.RunAsync(id, cancellationToken);
        if (!await engine.StopAsync(id, PipelineEngine.Cancelled, null, cancellationToken))
        {
            throw new EscaleException("orchestrate.not-running", $"The run {id} is not under way.", "Load the page again to see how it ended.");
        }
        await context.AuditAsync("pipeline.cancelled", run.Pipeline, detail: id);
    }

    /// <summary>Lets steps be done again; returns how many.</summary>
    public async Task<int> ClearAsync(HttpContext context, string id, IReadOnlyList<string> steps, bool withAfter, CancellationToken cancellationToken)
    {
        var run = await history.RunAsync(id, cancellationToken);
        var count = await Clearing.ClearAsync(engine, run, steps, withAfter, cancellationToken);
        host.Poke();
        await context.AuditAsync("pipeline.cleared", run.Pipeline, detail: steps.Count == 0 ? id : $"{id} {string.Join(' ', steps.Take(20))}");
        return count;
    }

    /// <summary>Says how steps ended; returns how many end so now.</summary>
    public async Task<int> MarkAsync(HttpContext context, string id, IReadOnlyList<string> steps, bool asSuccess, string note, CancellationToken cancellationToken)
    {
        var run = await history.RunAsync(id, cancellationToken);
        var count = await Marking.MarkAsync(engine, run, steps, asSuccess ? StepPhase.Succeeded : StepPhase.Failed, note, Caller.Of(context)!.Name, cancellationToken);
        host.Poke();
        await context.AuditAsync("pipeline.marked", run.Pipeline, detail: $"{id} {string.Join(' ', steps.Take(20))}: {(asSuccess ? "success" : "failed")}");
        return count;
    }

    /// <summary>What a backfill would run, and what of it ran already; nothing is made.</summary>
    public async Task<BackfillPlan> PlanAsync(string name, BackfillAsk ask, int shown, CancellationToken cancellationToken)
    {
        var runs = Backfill.Plan(clock, files.Get(name), ask);
        var made = await reads.StatusesAsync(name, [.. runs.Select(run => run.Key)], cancellationToken);
        return new BackfillPlan(runs.Count, runs.Count(run => made.ContainsKey(run.Key)), [.. runs.Take(shown).Select(run => new PlannedRun(run.IntervalBegin, run.IntervalEnd, Backfill.Chosen(ask, run), made.GetValueOrDefault(run.Key)))]);
    }

    /// <summary>Makes the runs of a backfill; returns how many were not there yet.</summary>
    public async Task<int> BackfillAsync(HttpContext context, string name, BackfillAsk ask, CancellationToken cancellationToken)
    {
        var pipeline = files.Get(name);
        var made = await Backfill.MakeAsync(engine, clock, pipeline, Backfill.Plan(clock, pipeline, ask), cancellationToken);
        await context.AuditAsync("pipeline.backfilled", name, detail: FormattableString.Invariant($"{ask}: {made}"));
        return made;
    }
}
