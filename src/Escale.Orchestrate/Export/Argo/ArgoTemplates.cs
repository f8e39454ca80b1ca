using System.Globalization;
using Escale.Orchestrate.Export.Kubernetes;
using Escale.Orchestrate.Pipelines.Files;

namespace Escale.Orchestrate.Export.Argo;

/// <summary>The templates of one pipeline's workflow.</summary>
internal sealed class ArgoTemplates(ContainerSettings settings, PipelineSpec pipeline, IReadOnlyDictionary<string, string> ids)
{
    private const int MostOfPool = 52;
    private static readonly TimeSpan _grace = TimeSpan.FromMinutes(1);

    /// <summary>The steps in their order, and behind them what decides the outcome.</summary>
    public Dictionary<string, object?> Dag(string name)
    {
        var (depends, tasks) = (new Depends(pipeline, ids), new List<object>());
        foreach (var task in pipeline.Tasks)
        {
            var (id, before) = (ids[task.Id], depends.Of(task));
            if (task.When is null)
            {
                tasks.Add(Task(id, id, before, null));
                continue;
            }
            tasks.Add(Task(Depends.ConditionOf(id), Depends.ConditionOf(id), before, null));
            tasks.Add(Task(id, id, $"{(before is null ? "" : $"({before}) && ")}{Depends.ConditionOf(id)}.Succeeded", $"{{{{tasks.{Depends.ConditionOf(id)}.outputs.result}}}} == true"));
        }
        tasks.Add(Task("outcome", "outcome", depends.OfEnd(), null));
        return new() { ["name"] = name, ["dag"] = new Dictionary<string, object?> { ["failFast"] = false, ["tasks"] = tasks } };
    }

    /// <summary>What each step does.</summary>
    public IEnumerable<Dictionary<string, object?>> OfSteps()
    {
        foreach (var task in pipeline.Tasks)
        {
            var minds = task.Retries is { Count: > 0, On.Count: > 0 };
            if (task.When is not null)
            {
                yield return Call(Depends.ConditionOf(ids[task.Id]), ["step", pipeline.Name, task.Id, "--when"]);
            }
            var template = Call(ids[task.Id], ["step", pipeline.Name, task.Id, .. minds ? ["--retries"] : Array.Empty<string>()]);
            template["retryStrategy"] = task.Retries.Count > 0 && !minds ? Retries(task.Retries) : null;
            // The step minds its own time; this is for a program that does not answer.
            template["activeDeadlineSeconds"] = task.Timeout is { } timeout ? Deadline(timeout, minds ? task.Retries : RetryPolicy.None) : null;
            template["synchronization"] = task.Pool is { } pool ? Semaphore(Names.Labels([pool], MostOfPool)[pool]) : null;
            yield return template;
        }
    }

    /// <summary>Decides how the run ended, since some steps may fail and others come after failures.</summary>
    public Dictionary<string, object?> Outcome() => Call("outcome", ["outcome", pipeline.Name]);

    /// <summary>Asks first whether the schedule leaves the day out, then does the steps, then starts what comes after.</summary>
    public IEnumerable<Dictionary<string, object?>> Frame(string name, string steps, bool asksFirst, List<object> last)
    {
        var run = new Dictionary<string, object?> { ["name"] = steps, ["template"] = steps, ["when"] = asksFirst ? "{{steps.due.outputs.result}} == true" : null };
        var order = new List<object> { new List<object> { run } };
        if (asksFirst)
        {
            order.Insert(0, new List<object> { new Dictionary<string, object?> { ["name"] = "due", ["template"] = "due" } });
            last.ForEach(item => ((Dictionary<string, object?>)item)["when"] = "{{steps.due.outputs.result}} == true");
        }
        if (last.Count > 0)
        {
            order.Add(last);
        }
        yield return new() { ["name"] = name, ["steps"] = order };
        if (asksFirst)
        {
            yield return Call("due", ["due", pipeline.Name]);
        }
    }

    /// <summary>Creates the workflow of a pipeline that comes after this one, about the same interval.</summary>
    public static Dictionary<string, object?> Start(PipelineSpec pipeline, string name, string follower) => new()
    {
        ["name"] = name,
        ["resource"] = new Dictionary<string, object?>
        {
            ["action"] = "create",
            ["manifest"] = ManifestText.Of([],
            [
                new()
                {
                    ["apiVersion"] = "argoproj.io/v1alpha1",
                    ["kind"] = "Workflow",
                    ["metadata"] = new Dictionary<string, object?> { ["generateName"] = follower + "-" },
                    ["spec"] = new Dictionary<string, object?>
                    {
                        ["workflowTemplateRef"] = new Dictionary<string, object?> { ["name"] = follower },
                        ["arguments"] = new Dictionary<string, object?>
                        {
                            ["parameters"] = new List<object> { new Dictionary<string, object?> { ["name"] = "escale-after", ["value"] = pipeline.Name + "/{{workflow.uid}}" } },
                        },
                    },
                },
            ]),
        },
    };

    private static Dictionary<string, object?> Task(string name, string template, string? depends, string? when) => new() { ["name"] = name, ["template"] = template, ["depends"] = depends, ["when"] = when };

    private Dictionary<string, object?> Call(string name, IEnumerable<string> verb)
    {
        var arguments = new List<object> { "pipeline" };
        arguments.AddRange(verb);
        arguments.AddRange(["--project", ContainerSettings.Mount, "--run", "{{workflow.uid}}", "--at", "{{workflow.scheduledTime}}", "--after", "{{workflow.parameters.escale-after}}"]);
        foreach (var parameter in pipeline.Parameters)
        {
            arguments.AddRange([IsLeftOut(parameter) ? "--param-if-any" : "--param", $"{parameter.Name}={{{{workflow.parameters.{parameter.Name}}}}}"]);
        }
        return new() { ["name"] = name, ["container"] = settings.Container(pipeline, arguments) };
    }

    private static Dictionary<string, object?> Semaphore(string pool) => new()
    {
        ["semaphores"] = new List<object> { new Dictionary<string, object?> { ["configMapKeyRef"] = new Dictionary<string, object?> { ["name"] = "escale-pools", ["key"] = pool } } },
    };

    private static Dictionary<string, object?> Retries(RetryPolicy retries) => new()
    {
        ["limit"] = retries.Count.ToString(CultureInfo.InvariantCulture),
        ["retryPolicy"] = "Always",
        ["backoff"] = new Dictionary<string, object?>
        {
            ["duration"] = Seconds(retries.Delay), ["factor"] = Math.Max(1, (int)Math.Round(retries.Factor)).ToString(CultureInfo.InvariantCulture), ["cap"] = Seconds(retries.Most),
        },
    };

    /// <summary>Whether a default is left to the program: one that holds a template, or what the cluster would replace.</summary>
    public static bool IsLeftOut(ParameterSpec parameter) => parameter.Default is { } value && (Variables.IsTemplate(value) || value.Contains("$(", StringComparison.Ordinal));

    private static string Deadline(TimeSpan timeout, RetryPolicy retries) =>
        ((long)Math.Ceiling(((timeout * (retries.Count + 1)) + (retries.Most * retries.Count) + _grace).TotalSeconds)).ToString(CultureInfo.InvariantCulture);

    private static string Seconds(TimeSpan time) => Math.Max(1, (long)Math.Ceiling(time.TotalSeconds)).ToString(CultureInfo.InvariantCulture) + "s";
}
