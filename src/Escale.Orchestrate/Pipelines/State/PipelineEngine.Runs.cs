using Escale.Kernel;
using Escale.Orchestrate.Pipelines.Flow;

namespace Escale.Orchestrate.Pipelines.State;

/// <summary>A run to be made.</summary>
internal sealed record NewRun
{
    public required string Id { get; init; }

    public required Definition Definition { get; init; }

    public required string Trigger { get; init; }

    /// <summary>Which of all: a run that is there under this key is not made again.</summary>
    public required string Key { get; init; }

    public DateTimeOffset? IntervalBegin { get; init; }

    public DateTimeOffset? IntervalEnd { get; init; }

    public IReadOnlyDictionary<string, string> Parameters { get; init; } = new Dictionary<string, string>();

    /// <summary>Added to the pipeline's own priority.</summary>
    public int Priority { get; init; }

    /// <summary>The parent's root, or null when there is no parent.</summary>
    public string? Root { get; init; }

    public string? Parent { get; init; }

    public int? ParentStep { get; init; }

    public string? Note { get; init; }

    /// <summary>What happened that made it, as JSON, or null.</summary>
    public string? Cause { get; init; }

    /// <summary>The step that starts it, which must still be its worker's; null: somebody else starts it.</summary>
    public StepClaim? Starter { get; init; }

    /// <summary>Whether it is a part of another run, and begins at once whatever else is under way. Default false.</summary>
    public bool IsPart { get; init; }
}

/// <summary>A step as a worker has it.</summary>
/// <param name="Run">Its run.</param>
/// <param name="Ordinal">Its place.</param>
/// <param name="Fence">By which claim; 0: another program has it, which nobody can take it from.</param>
internal sealed record StepClaim(string Run, int Ordinal, long Fence);

/// <summary>What a schedule wants of a pipeline.</summary>
/// <param name="Pipeline">The pipeline's name.</param>
/// <param name="From">The cursor that this goes on from: when it has moved, somebody else was quicker.</param>
/// <param name="Until">The cursor afterwards.</param>
/// <param name="Runs">The runs that are due.</param>
internal sealed record DueRuns(string Pipeline, DateTimeOffset From, DateTimeOffset Until, IReadOnlyList<NewRun> Runs);

internal sealed partial class PipelineEngine
{
    /// <summary>Makes runs of schedules and begins those whose turn it is; returns the pipelines' rows as they are then.</summary>
    public async Task<IReadOnlyList<PipelineRow>> ScheduleAsync(IReadOnlyList<DueRuns> due, CancellationToken cancellationToken)
    {
        await definitions.KeepAsync(due.SelectMany(pipeline => pipeline.Runs).Select(run => run.Definition), cancellationToken);
        return await store.TransactAsync(async transaction =>
        {
            var (now, rows) = (await transaction.NowAsync(), new List<PipelineRow>());
            var locked = await transaction.LockPipelinesAsync([.. due.Select(pipeline => pipeline.Pipeline)]);
            var byName = due.ToDictionary(pipeline => pipeline.Pipeline, StringComparer.Ordinal);
            var open = locked.Where(entry => entry.Pipeline.Cursor == byName[entry.Pipeline.Name].From).ToList();
            var runs = open.Where(entry => !entry.Pipeline.IsPaused).SelectMany(entry => byName[entry.Pipeline.Name].Runs).Select(run => RowOf(run, now)).ToList();
            var added = (await transaction.AddRunsAsync(runs)).ToLookup(run => run.Pipeline, StringComparer.Ordinal);
            foreach (var pipeline in locked)
            {
                var (row, wanted) = (pipeline.Pipeline, byName[pipeline.Pipeline.Name]);
                var next = row.Cursor == wanted.From && !row.IsPaused ? row with { Cursor = wanted.Until } : row;
                rows.Add(next);
                transaction.Save(next);
                await BeginNextAsync(transaction, pipeline, [.. added[row.Name]], now, cancellationToken);
            }
            return rows;
        }, cancellationToken);
    }

    /// <summary>Makes one run, and begins it when it is its turn; returns the run as it then is, or the one that had its key.</summary>
    /// <exception cref="EscaleException"><c>orchestrate.lease-lost</c>: the step that starts it is somebody else's by now.</exception>
    public async Task<PipelineRun> StartAsync(NewRun asked, CancellationToken cancellationToken)
    {
        await definitions.KeepAsync([asked.Definition], cancellationToken);
        return await store.TransactAsync(async transaction =>
        {
            var now = await transaction.NowAsync();
            var pipeline = (await transaction.LockPipelinesAsync([asked.Definition.Pipeline.Name])) is [var found] ? found : null;
            await RefuseStrangersAsync(transaction, asked.Starter);
            var added = await transaction.AddRunsAsync([RowOf(asked, now)]);
            if (added.Count == 0)
            {
                return await transaction.FindRunAsync(asked.Definition.Pipeline.Name, asked.Key) ?? throw new InvalidOperationException($"The run of {asked.Key} is gone.");
            }
            return asked.IsPart || pipeline?.Room > 0 ? (await BeginAsync(transaction, added, now, cancellationToken))[0] : added[0];
        }, cancellationToken);
    }

    /// <summary>Adds runs that wait for their turn: a backfill.</summary>
    /// <returns>How many were not there yet.</returns>
    public async Task<int> QueueAsync(IReadOnlyList<NewRun> runs, CancellationToken cancellationToken)
    {
        await definitions.KeepAsync(runs.Select(run => run.Definition), cancellationToken);
        return await store.TransactAsync(async transaction =>
        {
            var now = await transaction.NowAsync();
            return (await transaction.AddRunsAsync([.. runs.Select(run => RowOf(run, now))])).Count;
        }, cancellationToken);
    }

    /// <summary>Begins the runs of pipelines whose turn has come; returns how many.</summary>
    public Task<int> PromoteAsync(IReadOnlyCollection<string> pipelines, CancellationToken cancellationToken) => store.TransactAsync(async transaction =>
    {
        var count = 0;
        foreach (var pipeline in await transaction.LockPipelinesAsync(pipelines))
        {
            if (pipeline.Room > 0)
            {
                var runs = await transaction.QueuedAsync(pipeline.Pipeline.Name, pipeline.Room, pipeline.Pipeline.IsPaused);
                await BeginAsync(transaction, runs, await transaction.NowAsync(), cancellationToken);
                count += runs.Count;
            }
        }
        return count;
    }, cancellationToken);

    /// <summary>Stops a run: what was not taken yet is cancelled now, workers are told about the rest.</summary>
    /// <returns>Whether there was anything to stop.</returns>
    public Task<bool> StopAsync(string run, string reason, string? note, CancellationToken cancellationToken) => store.TransactAsync(async transaction =>
    {
        if (await OpenAsync(transaction, new() { [run] = null }, cancellationToken) is not [var slice] || slice.Run.IsOver || slice.Run.Stop is not null)
        {
            return false;
        }
        var now = await transaction.NowAsync();
        if (slice.Run.Phase == RunPhase.Queued)
        {
            transaction.Save(slice.Run with { Phase = RunPhase.Cancelled, Stop = reason, Note = note ?? slice.Run.Note, EndedAt = now });
            return true;
        }
        slice.Stop(reason, note);
        for (var ordinal = 0; ordinal < slice.Run.StepCount; ordinal++)
        {
            if (slice[ordinal].Phase is StepPhase.Waiting or StepPhase.Ready or StepPhase.Deferred)
            {
                if (slice[ordinal].Phase == StepPhase.Deferred)
                {
                    transaction.Insert(AttemptOf(slice[ordinal], "cancelled", now, null));
                }
                slice.End(slice[ordinal], StepPhase.Cancelled);
            }
        }
        await slice.SettleAsync();
        slice.Save();
        return true;
    }, cancellationToken);

    /// <summary>Does steps of a run again, and what is behind them.</summary>
    /// <param name="run">The run.</param>
    /// <param name="steps">The places of the steps; null: those that failed or could not be taken.</param>
    /// <param name="withAfter">Whether everything behind them is done again too.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <param name="by">The step that wants it, which must still be its worker's; null: somebody.</param>
    /// <returns>How many steps wait again; −1 while one of them is under way.</returns>
    public Task<int> ClearAsync(string run, IReadOnlyCollection<int>? steps, bool withAfter, CancellationToken cancellationToken, StepClaim? by = null) => store.TransactAsync(async transaction =>
    {
        await RefuseStrangersAsync(transaction, by);
        if (await OpenAsync(transaction, new() { [run] = null }, cancellationToken) is not [var slice] || slice.Run.Phase == RunPhase.Queued)
        {
            return 0;
        }
        if (slice.Run.StartedAt is null)
        {
            transaction.Save(slice.Run with { Phase = RunPhase.Queued, Stop = null, EndedAt = null }); // it was stopped before its turn
            return slice.Run.StepCount;
        }
        var chosen = steps?.ToHashSet() ?? [.. Enumerable.Range(0, slice.Run.StepCount).Where(ordinal => slice[ordinal].Phase.IsBad())];
        var again = withAfter ? Behind(slice.Graph, chosen) : chosen;
        if (again.Any(ordinal => slice[ordinal].Phase is StepPhase.Running or StepPhase.Deferred))
        {
            return -1;
        }
        slice.GoOn();
        foreach (var ordinal in again)
        {
            slice.Change(slice[ordinal] with { Phase = StepPhase.Waiting, Failures = 0, Losses = 0, Failure = null, Output = null, StartedAt = null, EndedAt = null });
        }
        await slice.SettleAsync(again);
        slice.Save();
        return again.Count;
    }, cancellationToken);

    /// <summary>Keeps a pipeline from beginning runs by itself, or lets it.</summary>
    public Task PauseAsync(string pipeline, bool isPaused, CancellationToken cancellationToken) => store.TransactAsync(async transaction =>
    {
        foreach (var (row, _, _) in await transaction.LockPipelinesAsync([pipeline]))
        {
            transaction.Save(row with { IsPaused = isPaused });
        }
        return true;
    }, cancellationToken);

    /// <summary>Adds pipelines that are new, and notes how many runs each may have; returns all rows.</summary>
    public Task<IReadOnlyList<PipelineRow>> KnowAsync(IReadOnlyList<PipelineRow> pipelines, CancellationToken cancellationToken) => store.TransactAsync(async transaction =>
    {
        await transaction.AddPipelinesAsync(pipelines);
        var concurrencies = pipelines.ToDictionary(pipeline => pipeline.Name, pipeline => pipeline.Concurrency, StringComparer.Ordinal);
        var rows = new List<PipelineRow>();
        foreach (var (row, _, _) in await transaction.LockPipelinesAsync([.. pipelines.Select(pipeline => pipeline.Name)]))
        {
            var concurrency = concurrencies[row.Name];
            rows.Add(row with { Concurrency = concurrency });
            if (row.Concurrency != concurrency)
            {
                transaction.Save(rows[^1]);
            }
        }
        return (IReadOnlyList<PipelineRow>)rows;
    }, cancellationToken);

    // Who stood still while the lease of a step ended may wake up later than the next holder was done.
    private static async Task RefuseStrangersAsync(PipelineTransaction transaction, StepClaim? claim)
    {
        if (claim is not { Fence: > 0 })
        {
            return;
        }
        var (_, steps) = await transaction.LockAsync(new Dictionary<string, IReadOnlyCollection<int>?> { [claim.Run] = [claim.Ordinal] });
        if (steps is not [{ Phase: StepPhase.Running } held] || held.Fence != claim.Fence)
        {
            throw new EscaleException("orchestrate.lease-lost", $"The step {claim.Ordinal} of the run {claim.Run} was taken over while this worker stood still.", "Nothing is to be done: the other worker goes on with it.");
        }
    }

    private static PipelineRun RowOf(NewRun run, DateTimeOffset now)
    {
        var pipeline = run.Definition.Pipeline;
        var about = run.IntervalEnd ?? now;
        return new PipelineRun
        {
            Id = run.Id, Pipeline = pipeline.Name, Definition = run.Definition.Hash, Trigger = run.Trigger, Key = run.Key, IntervalBegin = run.IntervalBegin, IntervalEnd = run.IntervalEnd,
            Parameters = run.Parameters, Priority = pipeline.Priority + run.Priority, StepCount = pipeline.Tasks.Count, OpenCount = pipeline.Tasks.Count, Timeout = pipeline.Timeout,
            Root = run.Root ?? run.Id, Parent = run.Parent, ParentStep = run.ParentStep, Note = run.Note, Cause = run.Cause, CreatedAt = now,
            DeadlineAt = run.Trigger == "backfill" ? null : Deadlines.Of(pipeline, about),
        };
    }

    // Runs that were just added begin where there is room, behind those that wait longer.
    private async Task BeginNextAsync(PipelineTransaction transaction, LockedPipeline pipeline, IReadOnlyList<PipelineRun> added, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (added.Count > 0 && pipeline.Room > 0)
        {
            var next = pipeline.Queued == 0 && added.Count <= pipeline.Room ? added : await transaction.QueuedAsync(pipeline.Pipeline.Name, pipeline.Room, pipeline.Pipeline.IsPaused);
            await BeginAsync(transaction, next, now, cancellationToken);
        }
    }

    private async Task<List<PipelineRun>> BeginAsync(PipelineTransaction transaction, IReadOnlyList<PipelineRun> runs, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var begun = new List<PipelineRun>();
        foreach (var run in runs)
        {
            var definition = await definitions.GetAsync(run.Definition, cancellationToken);
            var phases = definition.Graph.Begin();
            transaction.Insert(definition.Pipeline.Tasks.Select((task, ordinal) => new PipelineStep
            {
                Run = run.Id, Ordinal = ordinal, Id = task.Id, Phase = phases[ordinal], Priority = run.Priority + task.Priority, Pool = task.Pool, NotBefore = now,
            }));
            begun.Add(run with { Phase = RunPhase.Running, StartedAt = now, TimeoutAt = now + run.Timeout });
            transaction.Save(begun[^1]);
        }
        return begun;
    }

    private static HashSet<int> Behind(FlowGraph graph, HashSet<int> chosen)
    {
        var (all, open) = (new HashSet<int>(chosen), new Queue<int>(chosen));
        while (open.TryDequeue(out var step))
        {
            foreach (var next in graph.After(step))
            {
                if (all.Add(next))
                {
                    open.Enqueue(next);
                }
            }
        }
        return all;
    }
}
