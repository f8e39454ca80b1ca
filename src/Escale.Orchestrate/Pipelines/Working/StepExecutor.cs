using Escale.Kernel;
using Escale.Orchestrate.Pipelines.Files;
using Escale.Orchestrate.Pipelines.Flow;
using Escale.Orchestrate.Pipelines.State;

namespace Escale.Orchestrate.Pipelines.Working;

/// <summary>Has a step done by the room that knows how. Thread-safe.</summary>
internal sealed class StepExecutor(Definitions definitions, IEnumerable<ITaskRunner> runners, StepTexts texts, StepLogs logs, TimeProvider clock) : IStepExecutor
{
    private readonly Lazy<Dictionary<string, ITaskRunner>> _runners = new(() => runners.ToDictionary(runner => runner.Kind, StringComparer.Ordinal));

    /// <inheritdoc/>
    public async Task<AttemptReport> DoAsync(ClaimedStep claimed, CancellationToken cancellationToken)
    {
        var report = AttemptReport.Of(claimed, StepPhase.Succeeded);
        var log = logs.Open(claimed.Run.Id, claimed.Step.Ordinal, claimed.Step.Attempt);
        TaskSpec? task = null;
        using var time = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        try
        {
            var definition = await definitions.GetAsync(claimed.Run.Definition, cancellationToken);
            task = definition.Pipeline.Tasks[claimed.Step.Ordinal];
            var values = await texts.ValuesAsync(definition, claimed, cancellationToken);
            if (!texts.Holds(task, values))
            {
                log.Say($"skipped: {task.When} does not hold");
                return report with { Phase = StepPhase.Skipped };
            }
            using var timer = task.Timeout is { } timeout ? clock.CreateTimer(state => ((CancellationTokenSource)state!).Cancel(), time, Left(timeout, claimed), Timeout.InfiniteTimeSpan) : null;
            var outcome = await RunnerOf(task).RunAsync(Call(claimed, task, texts.Fill(task, values, log.Hide), log), time.Token);
            return outcome.IsSkipped ? report with { Phase = StepPhase.Skipped } : outcome.LookAgainIn is { } wait ? report with { Phase = StepPhase.Deferred, Wait = wait, Output = outcome.Output } : report with { Output = outcome.Output };
        }
        catch (OperationCanceledException) when (time.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            return Failed(report, log, new StepFailure("orchestrate.step-timeout", $"The step took longer than {RunText(task!.Timeout!.Value)}.", "Give it more time under timeout, or find out in its log what it waits for."));
        }
        catch (Exception error) when (!(error is OperationCanceledException && cancellationToken.IsCancellationRequested))
        {
            return Failed(report, log, StepFailures.Of(error));
        }
        finally
        {
            log.End();
        }
    }

    private static AttemptReport Failed(AttemptReport report, StepLog log, StepFailure failure)
    {
        log.Say($"failed: {failure.Message}{(failure.Remedy is { } remedy ? " " + remedy : "")}");
        return report with { Phase = StepPhase.Failed, Failure = failure };
    }

    private ITaskRunner RunnerOf(TaskSpec task)
    {
        var kind = task.Kind == TaskKind.Train ? "build" : task.Kind.ToString().ToLowerInvariant();
        return _runners.Value.TryGetValue(kind, out var runner) ? runner : throw new EscaleException("orchestrate.no-runner", $"Nothing here can do a step of the kind '{kind}'.", "Use a program that has it.");
    }

    private static TaskCall Call(ClaimedStep claimed, TaskSpec task, Dictionary<string, IReadOnlyList<string>> with, StepLog log) => new()
    {
        Pipeline = claimed.Run.Pipeline, Run = claimed.Run.Id, Step = task.Id, Ordinal = claimed.Step.Ordinal, Attempt = claimed.Step.Attempt, Fence = claimed.Step.Fence, With = with,
        Earlier = claimed.Step.Output, Log = log.Say,
    };

    // A step that waits has its time from its beginning.
    private TimeSpan Left(TimeSpan timeout, ClaimedStep claimed)
    {
        var left = claimed.Step.Output is null || claimed.Step.StartedAt is not { } began ? timeout : timeout - (clock.GetUtcNow() - began);
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }

    private static string RunText(TimeSpan time) => time.TotalSeconds < 120 ? FormattableString.Invariant($"{time.TotalSeconds:0.###} s") : FormattableString.Invariant($"{time.TotalMinutes:0.#} minutes");
}
