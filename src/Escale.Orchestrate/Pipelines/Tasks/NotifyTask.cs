using System.Text.Json;
using Escale.Kernel;

namespace Escale.Orchestrate.Pipelines.Tasks;

/// <summary><c>notify</c>: tells somebody by a webhook, with <c>{"text": …}</c> as the chats of teams read it.</summary>
internal sealed class NotifyTask(Func<IEnumerable<ITaskRunner>> runners) : ITaskRunner
{
    /// <inheritdoc/>
    public string Kind => "notify";

    /// <inheritdoc/>
    public Task<TaskOutcome> RunAsync(TaskCall call, CancellationToken cancellationToken)
    {
        var http = runners().First(runner => runner.Kind == "http");
        var body = JsonSerializer.Serialize(new Dictionary<string, string>
        {
            ["text"] = call.One("message") ?? (call.Step == "on_deadline" ? $"The pipeline {Files.PipelineSpec.OwnerOf(call.Pipeline)} is late." : call.Step == "on_failure" ? $"The pipeline {call.Pipeline} failed (run {call.Run})." : $"The pipeline {call.Pipeline}: run {call.Run}."),
            ["pipeline"] = call.Pipeline, ["run"] = call.Run,
        });
        var with = new Dictionary<string, IReadOnlyList<string>>(call.With, StringComparer.Ordinal) { ["method"] = ["POST"], ["body"] = [body], ["type"] = ["application/json"] };
        return http.RunAsync(call with { With = with }, cancellationToken);
    }
}
