using Escale.Kernel;
using Escale.Orchestrate.Runs;

namespace Escale.Orchestrate.Display;

/// <summary>One JSON object per event (NDJSON), for <c>--json</c>.</summary>
internal sealed class JsonDisplay(CliOutput output, TimeProvider clock) : RunWatcher
{
    private readonly Lock _lock = new();

    public override void Started(RunId run, RunPlan plan) => Write(new
    {
        @event = "run_started", at = clock.GetUtcNow(), run = run.Value, steps = plan.Steps.Select(step => step.Asset.Id),
    });

    public override void StepStarted(PlannedStep step) => Write(new { @event = "step_started", at = clock.GetUtcNow(), asset = step.Asset.Id });

    public override void AttemptEnded(StepContext context, StepResult? result, StepError? error, TimeSpan elapsed, TimeSpan? retryIn)
    {
        if (retryIn is { } wait)
        {
            Write(new
            {
                @event = "attempt_failed", at = clock.GetUtcNow(), asset = context.Asset.Id, attempt = context.Attempt,
                retry_in_seconds = Math.Round(wait.TotalSeconds, 3), error,
            });
        }
    }

    public override void StepEnded(StepOutcome outcome) => Write(new
    {
        @event = "step_ended", at = clock.GetUtcNow(), asset = outcome.Step.Asset.Id, kind = outcome.Step.Asset.Kind,
        table = outcome.Step.Asset.Table?.ToString(), status = outcome.Status, reason = outcome.Reason,
        rows = outcome.Result?.RowCount, bytes = outcome.Result?.SizeBytes, quarantined = outcome.Result?.QuarantinedCount ?? 0,
        warning = outcome.Result?.Warning, version = outcome.Version, attempts = outcome.Attempts,
        seconds = Math.Round(outcome.Elapsed.TotalSeconds, 3), error = outcome.Error,
    });

    public override void Ended(RunSummary summary) => Write(new
    {
        @event = "run_ended", at = clock.GetUtcNow(), run = summary.Run.Value, status = summary.Status,
        ok = summary.Count(StepStatus.Ok), unchanged = summary.Count(StepStatus.Unchanged), failed = summary.Count(StepStatus.Failed),
        skipped = summary.Count(StepStatus.Skipped), cancelled = summary.Count(StepStatus.Cancelled),
        rows = summary.RowCount, bytes = summary.SizeBytes, quarantined = summary.QuarantinedCount,
        seconds = Math.Round(summary.Elapsed.TotalSeconds, 3),
    });

    private void Write<T>(T value)
    {
        lock (_lock)
        {
            output.WriteJsonLine(value);
        }
    }
}
