using System.Text.Json;
using Escale.Kernel;
using Escale.Orchestrate.Pipelines.Files;
using Escale.Orchestrate.Pipelines.State;
using Escale.Orchestrate.Pipelines.Store;

namespace Escale.Orchestrate.Pipelines.Tasks;

/// <summary><c>pipeline</c>: starts another pipeline and waits for its end without holding a worker.</summary>
internal sealed class PipelineTask(PipelineFiles files, PipelineEngine engine, PostgresPipelineStore store, TimeProvider clock) : ITaskRunner
{
    private const string Root = "select root from orchestrate.pipeline_runs where id = $1";
    private const string Find = "select id, phase from orchestrate.pipeline_runs where pipeline = $1 and key = $2";

    // It is woken at the end; this is for the case that the end came before it waited.
    private static readonly TimeSpan _lookAgain = TimeSpan.FromSeconds(5);

    /// <inheritdoc/>
    public string Kind => "pipeline";

    /// <inheritdoc/>
    public async Task<TaskOutcome> RunAsync(TaskCall call, CancellationToken cancellationToken)
    {
        var pipeline = call.One("pipeline")!;
        var key = $"pipeline:{call.Run}/{call.Step}/{call.Attempt}";
        var found = await store.ListAsync(Find, [pipeline, key], reader => (Run: reader.GetString(0), Phase: reader.GetString(1)), cancellationToken);
        if (found is [var (run, phase)])
        {
            return phase switch
            {
                "succeeded" => new TaskOutcome(Output(run)),
                "failed" or "cancelled" => throw new EscaleException("orchestrate.pipeline-failed", $"The run {run} of the pipeline '{pipeline}' {(phase == "failed" ? "failed" : "was cancelled")}.", $"Look at it: escale pipeline logs {run}."),
                _ => new TaskOutcome(Output(run)) { LookAgainIn = _lookAgain },
            };
        }
        var spec = files.Get(pipeline);
        var root = await store.ListAsync(Root, [call.Run], reader => reader.GetString(0), cancellationToken);
        var asked = new NewRun
        {
            Root = root[0],
            Id = PipelineRunId.New(clock), Definition = Definition.Of(spec), Trigger = "pipeline", Key = key, Parent = call.Run, ParentStep = call.Ordinal, Parameters = ParameterReader.Values(spec, call.Map("with")),
        };
        await engine.KnowAsync([new PipelineRow(spec.Name, false, clock.GetUtcNow(), spec.Concurrency)], cancellationToken);
        await engine.StartAsync(asked, cancellationToken);
        call.Log($"started the run {asked.Id} of {pipeline}");
        return new TaskOutcome(Output(asked.Id)) { LookAgainIn = _lookAgain };
    }

    private static string Output(string run) => JsonSerializer.Serialize(new Dictionary<string, string> { ["run"] = run });
}
