using Escale.Kernel;

namespace Escale.Orchestrate.Runs;

/// <summary>
/// Hears what happens in a run: the displays and the record. Calls come from many threads; implementations are quick and thread-safe.
/// </summary>
public abstract class RunWatcher
{
    /// <summary>The run begins.</summary>
    public virtual void Started(RunId run, RunPlan plan)
    {
    }

    /// <summary>A step is being looked at or run.</summary>
    public virtual void StepStarted(PlannedStep step)
    {
    }

    /// <summary>An attempt at a step begins.</summary>
    public virtual void AttemptStarted(StepContext context)
    {
    }

    /// <summary>How far a step is; may come often.</summary>
    public virtual void StepProgressed(PlannedStep step, StepProgress progress)
    {
    }

    /// <summary>An attempt ended, well or not.</summary>
    /// <param name="context">The attempt.</param>
    /// <param name="result">What it did, or null.</param>
    /// <param name="error">Why it failed, or null.</param>
    /// <param name="elapsed">How long it took.</param>
    /// <param name="retryIn">When another attempt follows: after this time.</param>
    public virtual void AttemptEnded(StepContext context, StepResult? result, StepError? error, TimeSpan elapsed, TimeSpan? retryIn)
    {
    }

    /// <summary>A step said something for the run's log.</summary>
    public virtual void Logged(PlannedStep step, string line)
    {
    }

    /// <summary>A step ended. A step may end twice: once well, and once more as failed when what completes its kind failed.</summary>
    public virtual void StepEnded(StepOutcome outcome)
    {
    }

    /// <summary>The run ended.</summary>
    public virtual void Ended(RunSummary summary)
    {
    }
}

/// <summary>Passes everything on to several watchers, in order.</summary>
internal sealed class RunWatchers(params IReadOnlyList<RunWatcher> all) : RunWatcher
{
    public override void Started(RunId run, RunPlan plan) => Each(watcher => watcher.Started(run, plan));

    public override void StepStarted(PlannedStep step) => Each(watcher => watcher.StepStarted(step));

    public override void AttemptStarted(StepContext context) => Each(watcher => watcher.AttemptStarted(context));

    public override void StepProgressed(PlannedStep step, StepProgress progress) => Each(watcher => watcher.StepProgressed(step, progress));

    public override void AttemptEnded(StepContext context, StepResult? result, StepError? error, TimeSpan elapsed, TimeSpan? retryIn) =>
        Each(watcher => watcher.AttemptEnded(context, result, error, elapsed, retryIn));

    public override void Logged(PlannedStep step, string line) => Each(watcher => watcher.Logged(step, line));

    public override void StepEnded(StepOutcome outcome) => Each(watcher => watcher.StepEnded(outcome));

    public override void Ended(RunSummary summary) => Each(watcher => watcher.Ended(summary));

    private void Each(Action<RunWatcher> tell)
    {
        foreach (var watcher in all)
        {
            tell(watcher);
        }
    }
}
