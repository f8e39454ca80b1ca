using Escale.Kernel;
using Escale.Orchestrate.Pipelines.Files;
using Escale.Orchestrate.Pipelines.State;

namespace Escale.Orchestrate.Pipelines.Tasks;

/// <summary><c>pipeline</c>: starts another pipeline and waits for its end without holding a worker.</summary>
internal sealed class PipelineTask(PipelineFiles files, PipelineEngine engine, ChildRuns children, TimeProvider clock) : ITaskRunner
{
    /// <inheritdoc/>
    public string Kind => "pipeline";

    /// <inheritdoc/>
    public async Task<TaskOutcome> RunAsync(TaskCall call, CancellationToken cancellationToken)
    {
        var child = await children.FindAsync(call, Kind, cancellationToken);
        if (child.Run is { } run && (child.IsOwn || child.IsMended))
        {
            return !run.IsOver ? ChildRuns.Waits(run.Id) : run.Phase == RunPhase.Succeeded ? new TaskOutcome(ChildRuns.Output(run.Id)) : throw new EscaleException(
                "orchestrate.pipeline-failed", $"The run {run.Id} of the pipeline '{run.Pipeline}' {(run.Phase == RunPhase.Failed ? "failed" : "was cancelled")}.", $"Look at it: escale pipeline logs {run.Id}.");
        }
        var (spec, parent) = (files.Get(call.One("pipeline")!), await children.ParentAsync(call, cancellationToken));
        await engine.KnowAsync([new PipelineRow(spec.Name, false, clock.GetUtcNow(), spec.Concurrency)], cancellationToken);
        return await children.StartAsync(
            call, parent,
            new NewRun
            {
                Id = children.NewId(), Definition = Definition.Of(spec), Trigger = Kind, Key = child.Key, Parameters = ParameterReader.Values(spec, call.Map("with")),
                Priority = Math.Min(parent.Priority, 0), // what is made up for of the past stays less urgent
            }, cancellationToken);
    }
}
