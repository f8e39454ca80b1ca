using Escale.Orchestrate.Pipelines.Flow;

namespace Escale.Orchestrate.Pipelines.State;

/// <summary>How the engine behaves.</summary>
internal sealed record EngineLimits
{
    /// <summary>How long a silent worker keeps a step. Default 20 s.</summary>
    public TimeSpan Lease { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>How many workers a step may lose before it has failed: it may be what ends them. Default 5.</summary>
    public int MostLosses { get; init; } = 5;

    /// <summary>The places of each pool.</summary>
    public Func<string, int> PoolSize { get; init; } = _ => 1;
}

/// <summary>
/// What happens to runs and their steps: each method is one transaction, whoever calls it and however often. Who works and when is said elsewhere
/// (PipelineWorker, PipelineScheduler). Thread-safe.
/// </summary>
internal sealed partial class PipelineEngine(IPipelineStore store, Definitions definitions, EngineLimits limits, Random jitter)
{
    public const string Cancelled = "cancelled";
    public const string OverTime = "timeout";

    public IPipelineStore Store => store;

    public Definitions Definitions => definitions;

    public EngineLimits Limits => limits;

    /// <summary>Takes steps that are ready, the most urgent first.</summary>
    /// <param name="worker">Who.</param>
    /// <param name="claim">A name for this claim, of which there is no other.</param>
    /// <param name="count">At most so many.</param>
    /// <param name="run">Only steps of this run and of those that it started; null: of all.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    public Task<IReadOnlyList<ClaimedStep>> ClaimAsync(string worker, string claim, int count, string? run, CancellationToken cancellationToken) => store.TransactAsync(async transaction =>
    {
        if (transaction.IsRepeated && await transaction.OfClaimAsync(claim) is { Count: > 0 } made)
        {
            return made;
        }
        return await ClaimAsync(transaction, worker, claim, count, run);
    }, cancellationToken);

    /// <summary>Notes how attempts ended, decides what follows, and takes steps that became ready, so that a chain is not kept waiting.</summary>
    /// <param name="reports">The attempts.</param>
    /// <param name="worker">Who.</param>
    /// <param name="claim">A name for the claim of what follows.</param>
    /// <param name="count">At most so many steps.</param>
    /// <param name="only">Only steps of this run and of those that it started; null: of all.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <returns>The steps taken: those that follow, or, when there are none, others.</returns>
    public Task<IReadOnlyList<ClaimedStep>> ReportAsync(IReadOnlyList<AttemptReport> reports, string worker, string claim, int count, string? only, CancellationToken cancellationToken) => store.TransactAsync(async transaction =>
    {
        if (transaction.IsRepeated && await transaction.OfClaimAsync(claim) is { Count: > 0 } made)
        {
            return made; // it was written down with what is reported
        }
        var slices = await OpenAsync(transaction, await AroundAsync(reports, cancellationToken), cancellationToken);
        var (now, taken) = (await transaction.NowAsync(), new List<ClaimedStep>());
        foreach (var slice in slices)
        {
            foreach (var report in reports.Where(report => report.Run == slice.Run.Id))
            {
                Apply(transaction, slice, report, now);
            }
            await slice.SettleAsync();
            TakeNext(slice, taken, count, worker, claim, now);
            slice.Save();
        }
        return taken.Count == 0 && count > 0 ? await ClaimAsync(transaction, worker, claim, count, only) : taken; // what follows in a chain is not kept waiting for what else there is
    }, cancellationToken);

    /// <summary>Gives back the steps of a run whose lease is over, or whose worker is known to have ended.</summary>
    public Task<int> RecoverAsync(string run, IReadOnlyCollection<string> deadWorkers, CancellationToken cancellationToken) => store.TransactAsync(async transaction =>
    {
        var count = 0;
        foreach (var slice in await OpenAsync(transaction, new() { [run] = null }, cancellationToken))
        {
            var now = await transaction.NowAsync();
            for (var ordinal = 0; ordinal < slice.Run.StepCount; ordinal++)
            {
                var step = slice[ordinal];
                if (step.Phase == StepPhase.Running && (step.LeaseUntil < now || deadWorkers.Contains(step.Worker!)))
                {
                    count++;
                    Lose(transaction, slice, step, now);
                }
            }
            await slice.SettleAsync();
            slice.Save();
        }
        return count;
    }, cancellationToken);

    private async Task<List<RunSlice>> OpenAsync(PipelineTransaction transaction, Dictionary<string, IReadOnlyCollection<int>?> wanted, CancellationToken cancellationToken)
    {
        var (runs, steps) = await transaction.LockAsync(wanted);
        var (slices, ofRun) = (new List<RunSlice>(), steps.ToLookup(step => step.Run, StringComparer.Ordinal));
        foreach (var run in runs)
        {
            var slice = new RunSlice(transaction, run, await definitions.GetAsync(run.Definition, cancellationToken), await transaction.NowAsync());
            slice.Add(ofRun[run.Id]);
            slices.Add(slice);
        }
        return slices;
    }

    // What the ends of steps are decided with, which is read with the locks: nobody waits for them longer than need be.
    private async Task<Dictionary<string, IReadOnlyCollection<int>?>> AroundAsync(IEnumerable<AttemptReport> reports, CancellationToken cancellationToken)
    {
        var wanted = new Dictionary<string, IReadOnlyCollection<int>?>(StringComparer.Ordinal);
        foreach (var run in reports.GroupBy(report => (report.Run, report.Definition)))
        {
            var graph = (await definitions.GetAsync(run.Key.Definition, cancellationToken)).Graph;
            wanted[run.Key.Run] = run.SelectMany(report => RunSlice.Around(graph, report.Ordinal)).ToHashSet();
        }
        return wanted;
    }

    private async Task<IReadOnlyList<ClaimedStep>> ClaimAsync(PipelineTransaction transaction, string worker, string claim, int count, string? run)
    {
        var taken = new List<ClaimedStep>();
        foreach (var (pool, running) in (await transaction.LockPoolsAsync() ?? new Dictionary<string, int>()).OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            var free = Math.Min(limits.PoolSize(pool) - running, count - taken.Count);
            taken.AddRange(free > 0 ? await transaction.LockReadyAsync(pool, run, free) : []);
        }
        if (taken.Count < count)
        {
            taken.AddRange(await transaction.LockReadyAsync(null, run, count - taken.Count));
        }
        var now = await transaction.NowAsync();
        return [.. taken.Select(step => step with { Step = Take(transaction, step.Step, worker, claim, now) })];
    }

    private PipelineStep Take(PipelineTransaction transaction, PipelineStep step, string worker, string claim, DateTimeOffset now)
    {
        var taken = Taken(step, worker, claim, now, limits.Lease);
        transaction.Save(taken);
        return taken;
    }

    // A step that was deferred goes on with the attempt that it had begun.
    private static PipelineStep Taken(PipelineStep step, string worker, string claim, DateTimeOffset now, TimeSpan lease) => step with
    {
        Phase = StepPhase.Running, Worker = worker, Claim = claim, Fence = step.Fence + 1, LeaseUntil = now + lease,
        Attempt = step.Phase == StepPhase.Deferred ? step.Attempt : step.Attempt + 1, StartedAt = step.Phase == StepPhase.Deferred ? step.StartedAt : now, EndedAt = null,
    };

    // Only what nobody else may want more: no less urgent than usual, and outside of pools.
    private void TakeNext(RunSlice slice, List<ClaimedStep> taken, int count, string worker, string claim, DateTimeOffset now)
    {
        if (slice.Run is not { Phase: RunPhase.Running, Stop: null })
        {
            return;
        }
        foreach (var ordinal in slice.Ready)
        {
            if (taken.Count < count && slice[ordinal] is { Pool: null, Priority: >= 0 } step)
            {
                slice.Change(Taken(step, worker, claim, now, limits.Lease));
                taken.Add(new ClaimedStep(slice.Run, slice[ordinal]));
            }
        }
    }

    private void Apply(PipelineTransaction transaction, RunSlice slice, AttemptReport report, DateTimeOffset now)
    {
        var step = slice[report.Ordinal];
        if (step.Phase != StepPhase.Running || step.Fence != report.Fence)
        {
            return; // the lease was lost, or it was told before
        }
        if (report.Phase is not (StepPhase.Ready or StepPhase.Deferred))
        {
            transaction.Insert(AttemptOf(step, report.Phase.ToString().ToLowerInvariant(), now, report.Failure));
        }
        var isStopping = slice.Run.Stop is not null;
        switch (report.Phase)
        {
            case StepPhase.Failed when !isStopping && RetryAfter(slice, step, report) is { } wait:
                slice.Change(Released(step) with { Phase = StepPhase.Ready, Failures = step.Failures + 1, NotBefore = now + wait, Failure = report.Failure, Output = null });
                break;
            case StepPhase.Deferred or StepPhase.Ready when isStopping:
                if (report.Phase == StepPhase.Deferred)
                {
                    transaction.Insert(AttemptOf(step, "cancelled", now, null));
                }
                slice.End(step, StepPhase.Cancelled);
                break;
            case StepPhase.Deferred:
                slice.Change(Released(step) with { Phase = StepPhase.Deferred, NotBefore = now + report.Wait, Output = report.Output });
                break;
            case StepPhase.Ready:
                slice.Change(Released(step) with { Phase = StepPhase.Ready, NotBefore = now, Attempt = step.Attempt - 1 });
                break;
            default:
                slice.End(step with { Failures = step.Failures + (report.Phase == StepPhase.Failed ? 1 : 0) }, report.Phase, report.Failure, report.Output);
                break;
        }
    }

    private void Lose(PipelineTransaction transaction, RunSlice slice, PipelineStep step, DateTimeOffset now)
    {
        var failure = new StepFailure("orchestrate.worker-lost", $"The worker {step.Worker} went away while it had the step.", "Look at its log and at the memory of its machine.");
        transaction.Insert(AttemptOf(step, "lost", now, failure));
        if (slice.Run.Stop is not null)
        {
            slice.End(step, StepPhase.Cancelled);
        }
        else if (step.Losses >= limits.MostLosses)
        {
            slice.End(step, StepPhase.Failed, failure);
        }
        else
        {
            slice.Change(Released(step) with { Phase = StepPhase.Ready, Losses = step.Losses + 1, NotBefore = now });
        }
    }

    private TimeSpan? RetryAfter(RunSlice slice, PipelineStep step, AttemptReport report)
    {
        var policy = slice.Definition.Pipeline.Tasks[step.Ordinal].Retries;
        lock (jitter)
        {
            return policy.Allows(step.Failures + 1, report.Failure?.Code ?? "") ? policy.WaitAfter(step.Failures + 1, jitter.NextDouble()) : null;
        }
    }

    private static PipelineStep Released(PipelineStep step) => step with { Worker = null, Claim = null, LeaseUntil = null };

    private static PipelineAttempt AttemptOf(PipelineStep step, string status, DateTimeOffset now, StepFailure? failure) =>
        new(step.Run, step.Ordinal, step.Attempt, status, step.Worker, step.StartedAt, now, failure);
}
