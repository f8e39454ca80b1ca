using Escale.Kernel;

namespace Escale.Orchestrate.Runs;

/// <summary>What a step may rely on from earlier runs: tests that passed, and what a resumed run had done already.</summary>
public abstract class EarlierWork
{
    /// <summary>How this step, without data of its own (a test), last passed, when that was with this fingerprint; else null.</summary>
    public virtual EarlierPass? Passed(string assetId, string fingerprint) => null;

    /// <summary>The version that the resumed run left for this step with this fingerprint, or null when it is to be done.</summary>
    public virtual string? DoneBefore(string assetId, string fingerprint) => null;

    /// <summary>Nothing is known.</summary>
    public static EarlierWork None { get; } = new Nothing();

    private sealed class Nothing : EarlierWork;
}

/// <summary>A step that passed in an earlier run.</summary>
/// <param name="Warning">The warning that it passed with, or null.</param>
/// <param name="RowCount">The rows that it counted, or null.</param>
public sealed record EarlierPass(string? Warning, long? RowCount);

/// <summary>Takes one step: looks at what stands, decides whether there is anything to do, and tries until it succeeds or may not again.</summary>
internal sealed class StepAttempts(
    RunId run, RunRequest request, IStepRunner runner, Func<Asset, CancellationToken, Task> prepare, AssetVersions versions, EarlierWork earlier, RunWatcher watcher, TimeProvider clock, Random jitter)
{
    /// <summary>The outcome of the step. Throws only what says that the whole run is over (cancellation).</summary>
    public async Task<StepOutcome> TakeAsync(PlannedStep step, CancellationToken cancellationToken)
    {
        var start = clock.GetTimestamp();
        try
        {
            watcher.StepStarted(step);
            var inputs = await versions.OfInputsAsync(step.Asset, cancellationToken);
            var fingerprint = AssetVersions.Fingerprint(step.Asset, inputs);
            if (await LookAsync(step, fingerprint, cancellationToken) is { } unchanged)
            {
                return unchanged with { Elapsed = clock.GetElapsedTime(start) };
            }
            await PrepareAsync(step, cancellationToken);
            start = clock.GetTimestamp(); // the time that a service took to start is not the step's
            var outcome = await TryAsync(step, fingerprint, inputs, cancellationToken);
            return outcome with { Elapsed = clock.GetElapsedTime(start) };
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return new StepOutcome { Step = step, Status = StepStatus.Cancelled, Reason = "interrupted", Elapsed = clock.GetElapsedTime(start) };
        }
        catch (Exception error)
        {
            watcher.Logged(step, error.ToString());
            return new StepOutcome { Step = step, Status = StepStatus.Failed, Error = StepError.Of(error), Elapsed = clock.GetElapsedTime(start) };
        }
    }

    private async Task<StepOutcome?> LookAsync(PlannedStep step, string fingerprint, CancellationToken cancellationToken)
    {
        var asset = step.Asset;
        var state = await runner.InspectAsync(asset, cancellationToken);
        var unchanged = new StepOutcome { Step = step, Status = StepStatus.Unchanged, Fingerprint = fingerprint, Version = state?.Version };
        if (state is not null && earlier.DoneBefore(asset.Id, fingerprint) == state.Version)
        {
            return unchanged with { Reason = "done in the run that is resumed" };
        }
        if (request.FullRefresh || asset.AlwaysRuns)
        {
            return null;
        }
        var passed = state is null ? earlier.Passed(asset.Id, fingerprint) : null;
        if (passed is null && state?.Fingerprint != fingerprint)
        {
            return null;
        }
        // A warning is shown again until its cause is gone.
        var result = passed?.Warning is { } warning ? new StepResult { Changed = false, RowCount = passed.RowCount, Warning = warning } : null;
        return unchanged with { Reason = "code and inputs unchanged", Result = result };
    }

    private async Task PrepareAsync(PlannedStep step, CancellationToken cancellationToken)
    {
        var preparing = prepare(step.Asset, cancellationToken);
        if (!preparing.IsCompleted)
        {
            watcher.StepProgressed(step, new StepProgress(Doing: "waits for its service"));
        }
        await preparing;
    }

    private async Task<StepOutcome> TryAsync(
        PlannedStep step, string fingerprint, IReadOnlyDictionary<string, string> inputs, CancellationToken cancellationToken)
    {
        var progress = new ProgressTo(value => watcher.StepProgressed(step, value));
        for (var attempt = 1; ; attempt++)
        {
            var context = new StepContext
            {
                Run = run, Asset = step.Asset, Attempt = attempt, Fingerprint = fingerprint, InputVersions = inputs,
                FullRefresh = request.FullRefresh, Progress = progress, Log = line => watcher.Logged(step, line),
            };
            watcher.AttemptStarted(context);
            var start = clock.GetTimestamp();
            try
            {
                var result = await runner.RunAsync(context, cancellationToken);
                watcher.AttemptEnded(context, result, null, clock.GetElapsedTime(start), null);
                return new StepOutcome
                {
                    Step = step, Status = result.Changed ? StepStatus.Ok : StepStatus.Unchanged, Fingerprint = fingerprint,
                    Version = result.Version, Result = result, Attempts = attempt, Context = context,
                    Reason = result.Changed ? null : "nothing new",
                };
            }
            catch (Exception error) when (!(error is OperationCanceledException && cancellationToken.IsCancellationRequested))
            {
                var failure = StepError.Of(error);
                TimeSpan? retryIn = attempt <= RetriesOf(step.Asset) && TransientErrors.IsTransient(error) ? Backoff(attempt) : null;
                watcher.AttemptEnded(context, null, failure, clock.GetElapsedTime(start), retryIn);
                if (error is not EscaleException)
                {
                    watcher.Logged(step, error.ToString());
                }
                if (retryIn is null)
                {
                    return new StepOutcome { Step = step, Status = StepStatus.Failed, Fingerprint = fingerprint, Error = failure, Attempts = attempt };
                }
                await Task.Delay(retryIn.Value, clock, cancellationToken);
            }
        }
    }

    private int RetriesOf(Asset asset) =>
        asset.Config.TryGetValue("retries", out var value) && value is int or long ? Convert.ToInt32(value, null) : request.Retries;

    /// <summary>1 s, 2 s, 4 s … up to a minute, each ± 20 %, so that many do not come back at the same moment.</summary>
    private TimeSpan Backoff(int attempt)
    {
        lock (jitter)
        {
            return TimeSpan.FromSeconds(Math.Min(60, Math.Pow(2, attempt - 1)) * (0.8 + 0.4 * jitter.NextDouble()));
        }
    }

    // Progress<T> would post to the pool and arrive late and out of order.
    private sealed class ProgressTo(Action<StepProgress> report) : IProgress<StepProgress>
    {
        public void Report(StepProgress value) => report(value);
    }
}
