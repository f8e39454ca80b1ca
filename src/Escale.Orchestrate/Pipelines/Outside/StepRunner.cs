using Escale.Kernel;
using Escale.Orchestrate.Pipelines.Files;
using Escale.Orchestrate.Pipelines.Flow;
using Escale.Orchestrate.Pipelines.State;
using Escale.Orchestrate.Pipelines.Working;

namespace Escale.Orchestrate.Pipelines.Outside;

/// <summary>Does one step of a run whose order another program keeps, as a worker would: the same templates, secrets, time limit and log.</summary>
internal sealed class StepRunner(OutsideRuns runs, PipelineEngine engine, IStepExecutor executor, TimeProvider clock)
{
    private static readonly TimeSpan _longestWait = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(10);

    /// <summary>Does the step to its end; again when it failed and its retries say so and are to be minded here.</summary>
    /// <param name="run">The run.</param>
    /// <param name="pipeline">The pipeline.</param>
    /// <param name="ordinal">The step's place.</param>
    /// <param name="retries">Whether its retries are minded here rather than by the other program.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<AttemptReport> RunAsync(PipelineRun run, PipelineSpec pipeline, int ordinal, bool retries, CancellationToken cancellationToken)
    {
        var (policy, chance) = (pipeline.Tasks[ordinal].Retries, SeededRandom.Unpredictable());
        for (var failures = 1; ; failures++)
        {
            var claimed = await runs.BeginAsync(run, ordinal, WorkerName.Of(ProcessIdentity.Own, 0), cancellationToken);
            var report = await OnceAsync(claimed, pipeline, cancellationToken);
            await runs.EndAsync(run, pipeline, report, cancellationToken);
            if (report.Phase != StepPhase.Failed || !retries || !policy.Allows(failures, report.Failure!.Code))
            {
                return report;
            }
            await Task.Delay(policy.WaitAfter(failures, chance.NextDouble()), clock, cancellationToken);
        }
    }

    private async Task<AttemptReport> OnceAsync(ClaimedStep claimed, PipelineSpec pipeline, CancellationToken cancellationToken)
    {
        using var done = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var task = pipeline.Tasks[claimed.Step.Ordinal];
        var working = task.Kind is TaskKind.Pipeline or TaskKind.Each ? WorkAsync(claimed.Run.Id, done.Token) : Task.CompletedTask;
        try
        {
            return await ToItsEndAsync(claimed, task, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            using var patience = new CancellationTokenSource(_patience, clock);
            await runs.EndAsync(claimed.Run, pipeline, AttemptReport.Of(claimed, StepPhase.Cancelled), patience.Token);
            throw;
        }
        finally
        {
            await done.CancelAsync();
            await working;
        }
    }

    // A step that waits for something is looked at again here: no scheduler does it.
    private async Task<AttemptReport> ToItsEndAsync(ClaimedStep claimed, TaskSpec task, CancellationToken cancellationToken)
    {
        while (true)
        {
            var report = await executor.DoAsync(claimed, cancellationToken);
            if (report.Phase != StepPhase.Deferred)
            {
                return report;
            }
            claimed = claimed with { Step = claimed.Step with { Output = report.Output } };
            var wait = report.Wait;
            if (task.Kind is TaskKind.Pipeline or TaskKind.Each)
            {
                wait = wait < _longestWait ? wait : _longestWait; // nobody wakes it
            }
            if (task.Work.One("pipeline") is { } started)
            {
                await engine.PromoteAsync([started], cancellationToken);
            }
            await Task.Delay(wait, clock, cancellationToken);
        }
    }

    // The steps of the pipeline that the step starts.
    private Task WorkAsync(string root, CancellationToken cancellationToken) =>
        new PipelineWorker(engine, executor, clock, new WorkerSettings { OnlyRun = root, LookEvery = TimeSpan.FromMilliseconds(100) }).RunAsync(cancellationToken);
}
