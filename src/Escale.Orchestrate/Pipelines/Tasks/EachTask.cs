using System.Text.Json;
using Escale.Kernel;
using Escale.Orchestrate.Pipelines.Files;
using Escale.Orchestrate.Pipelines.Flow;
using Escale.Orchestrate.Pipelines.State;

namespace Escale.Orchestrate.Pipelines.Tasks;

/// <summary>
/// <c>each</c>: does a step for every element of a list. The elements are the steps of a run of their own, so that each has its attempts, its log and its place in a pool; the step waits for them
/// without holding a worker. When it is done again after a failure, with the same elements, those that succeeded are not; nor is what somebody mended in that run.
/// </summary>
internal sealed class EachTask(PipelineEngine engine, ChildRuns children, Func<IEnumerable<ITaskRunner>> runners) : ITaskRunner
{
    /// <summary>The most elements.</summary>
    public const int Most = 1000;

    private const int MostLetters = 40;
    private const int MostOfOutputs = 1_000_000;

    /// <inheritdoc/>
    public string Kind => "each";

    /// <inheritdoc/>
    public async Task<TaskOutcome> RunAsync(TaskCall call, CancellationToken cancellationToken)
    {
        var child = await children.FindAsync(call, Kind, cancellationToken);
        if (child is { IsOwn: true, Run: { } run })
        {
            return run.IsOver ? await EndAsync(call, run, cancellationToken) : ChildRuns.Waits(run.Id);
        }
        var elements = await ElementsAsync(call, cancellationToken);
        if (elements.Count == 0)
        {
            call.Log("skipped: the list is empty");
            return new TaskOutcome { IsSkipped = true };
        }
        var parent = await children.ParentAsync(call, cancellationToken);
        var pipeline = (await engine.Definitions.GetAsync(parent.Definition, cancellationToken)).Pipeline;
        var part = Definition.Of(PartOf(pipeline, pipeline.Tasks[call.Ordinal], elements));
        if (child is { IsMended: true, Run: { } mended } && mended.Definition == part.Hash)
        {
            return await EndAsync(call, mended, cancellationToken);
        }
        if (child.Run is { Phase: RunPhase.Failed or RunPhase.Cancelled } earlier && earlier.Definition == part.Hash && await engine.ClearAsync(earlier.Id, null, withAfter: true, cancellationToken, ChildRuns.Claim(call)) is > 0 and var again)
        {
            call.Log(FormattableString.Invariant($"{again} of {elements.Count} elements are done again, in the run {earlier.Id}"));
            return ChildRuns.Waits(earlier.Id);
        }
        call.Log(FormattableString.Invariant($"{elements.Count} elements"));
        return await children.StartAsync(
            call, parent,
            new NewRun
            {
                Id = children.NewId(), Definition = part, Trigger = Kind, Key = child.Key, IntervalBegin = parent.IntervalBegin, IntervalEnd = parent.IntervalEnd, Parameters = parent.Parameters,
                Priority = parent.Priority, Cause = parent.Cause, IsPart = true,
            }, cancellationToken);
    }

    /// <summary>The pipeline whose steps are a step's elements.</summary>
    internal static PipelineSpec PartOf(PipelineSpec pipeline, TaskSpec task, IReadOnlyList<string> elements)
    {
        var names = Names(elements);
        return new PipelineSpec
        {
            Name = $"{pipeline.Name}.{task.Id}", Path = pipeline.Path, Parameters = pipeline.Parameters, Part = new PartSpec(pipeline.Name, task.Id, task.DependsOn),
            Tasks = [.. elements.Select((element, at) => task.Each! with { Id = $"{task.Id}[{names[at]}]", Element = element })],
        };
    }

    // By their values where these are short and tell them apart, of rows the first column's; else by number, from 0 as {{ index }}.
    private static IReadOnlyList<string> Names(IReadOnlyList<string> elements)
    {
        var values = elements.Select(element =>
        {
            using var document = JsonDocument.Parse(element);
            var root = document.RootElement;
            var value = root.ValueKind == JsonValueKind.Object ? root.EnumerateObject().Select(entry => entry.Value).FirstOrDefault() : root;
            return value.ValueKind switch { JsonValueKind.String => value.GetString()!, JsonValueKind.Number => value.GetRawText(), _ => "" };
        }).ToList();
        return values.TrueForAll(value => value.Length is > 0 and <= MostLetters && value.All(letter => char.IsLetterOrDigit(letter) || letter is '-' or '_' or '.' or ':')) && values.Distinct(StringComparer.Ordinal).Count() == values.Count
            ? values : [.. Enumerable.Range(0, elements.Count).Select(at => at.ToString(System.Globalization.CultureInfo.InvariantCulture))];
    }

    private async Task<IReadOnlyList<string>> ElementsAsync(TaskCall call, CancellationToken cancellationToken)
    {
        var (elements, count) = call.One(EachReader.Sql) is null ? (call.All(EachReader.Items), call.All(EachReader.Items).Count) : await RowsAsync(call, cancellationToken);
        return count <= Most ? elements : throw new EscaleException(
            "orchestrate.each", FormattableString.Invariant($"'each' of the step '{call.Step}' has {count} elements; {Most} are the most."), "Let an element stand for several, such as a day or a folder.");
    }

    private async Task<(IReadOnlyList<string> Elements, long Count)> RowsAsync(TaskCall call, CancellationToken cancellationToken)
    {
        var asked = await runners().First(runner => runner.Kind == EachReader.Sql).RunAsync(call, cancellationToken);
        using var answer = JsonDocument.Parse(asked.Output!);
        return ([.. answer.RootElement.GetProperty("rows").EnumerateArray().Select(row => row.GetRawText())], answer.RootElement.GetProperty("count").GetInt64());
    }

    private async Task<TaskOutcome> EndAsync(TaskCall call, PipelineRun run, CancellationToken cancellationToken)
    {
        if (run.Phase == RunPhase.Cancelled)
        {
            throw new EscaleException("orchestrate.each-failed", $"The run {run.Id} of its elements was cancelled.", "Try the step again: what succeeded is not done again.");
        }
        var steps = await engine.Store.StepsAsync(run.Id, cancellationToken);
        if (run.Phase == RunPhase.Failed)
        {
            var failed = steps.Where(step => step.Phase.IsBad()).ToList();
            throw new EscaleException(
                "orchestrate.each-failed",
                FormattableString.Invariant($"{failed.Count} of {steps.Count} elements failed: {string.Join("; ", failed.Take(3).Select(step => $"{step.Id}: {step.Failure?.Message}"))}{(failed.Count > 3 ? "; …" : "")}"),
                $"Look at the run {run.Id}; try the step again: what succeeded is not done again.");
        }
        call.Log(FormattableString.Invariant($"{steps.Count(step => step.Phase == StepPhase.Succeeded)} of {steps.Count} elements done"));
        return new TaskOutcome(Output(call, run.Id, steps));
    }

    private static string Output(TaskCall call, string run, IReadOnlyList<PipelineStep> steps)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("run", run);
            json.WriteNumber("count", steps.Count);
            if (steps.Sum(step => (long)(step.Output?.Length ?? 0)) <= MostOfOutputs)
            {
                json.WriteStartArray("outputs");
                foreach (var step in steps)
                {
                    json.WriteRawValue(step.Phase == StepPhase.Succeeded ? step.Output ?? "null" : "null");
                }
                json.WriteEndArray();
            }
            else
            {
                call.Log("what the elements gave is too much to be handed on; read it from where they wrote it");
            }
            json.WriteEndObject();
        }
        return System.Text.Encoding.UTF8.GetString(buffer.ToArray());
    }
}
