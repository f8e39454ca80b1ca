using System.Globalization;
using Escale.Orchestrate.Export.Kubernetes;
using Escale.Orchestrate.Pipelines.Files;
using Escale.Orchestrate.Pipelines.Schedules;

namespace Escale.Orchestrate.Export.Argo;

/// <summary>
/// A pipeline as a WorkflowTemplate, and as a CronWorkflow when it has a schedule (Argo Workflows 3.7 and later). Argo keeps schedule, order, rules and retries; each step's pod calls
/// <c>escale pipeline step</c>. What the templates of both would read, <c>{{ … }}</c>, never gets into a manifest but for Argo's own.
/// </summary>
internal static class ArgoManifests
{
    private const string Steps = "steps";
    private const string Main = "main";

    /// <summary>A file for each pipeline.</summary>
    /// <exception cref="Kernel.EscaleException"><c>orchestrate.export</c>: Argo cannot do it.</exception>
    public static IReadOnlyList<ExportedFile> Of(ExportSet set, ContainerSettings settings)
    {
        var names = Names.Labels(set.Pipelines.Select(pipeline => pipeline.Name), ClusterSchedule.MostOfName);
        return [.. set.Pipelines.Select(pipeline => File(set, settings, pipeline, names))];
    }

    private static ExportedFile File(ExportSet set, ContainerSettings settings, PipelineSpec pipeline, IReadOnlyDictionary<string, string> names)
    {
        Notes(set, pipeline);
        var name = names[pipeline.Name];
        var documents = new List<Dictionary<string, object?>> { Template(set, settings, pipeline, names) };
        if (pipeline.Schedule is not null)
        {
            documents.Add(Cron(pipeline, name));
        }
        var use = $"kubectl apply -f {name}.yml; by hand: argo submit --from workflowtemplate/{name}{string.Concat(pipeline.Parameters.Take(1).Select(parameter => $" -p {parameter.Name}=…"))}";
        return new ExportedFile(name + ".yml", ManifestText.Of(settings.Comment(set, pipeline, use), documents));
    }

    private static void Notes(ExportSet set, PipelineSpec pipeline)
    {
        if (pipeline.Triggers.After.Count > 1)
        {
            throw ExportSet.Refusal(pipeline, "it comes after several pipelines with the same interval, which Argo cannot say.", "Let it come after one of them, or make one pipeline of them with 'pipeline:' steps.");
        }
        set.Look(pipeline, "Argo", "Argo's own server starts it (POST …/api/v1/workflows/NAMESPACE/submit)");
        foreach (var pool in pipeline.Tasks.Select(task => task.Pool).OfType<string>().Distinct())
        {
            set.Note($"{pipeline.Name}: the pool '{pool}' is a semaphore of the ConfigMap escale-pools: kubectl create configmap escale-pools --from-literal={Names.Labels([pool], ClusterSchedule.MostOfName)[pool]}={set.Pools.GetValueOrDefault(pool, 1).ToString(CultureInfo.InvariantCulture)}");
        }
        foreach (var task in pipeline.Tasks.Where(task => task.Retries is { Count: > 0, On.Count: > 0 }))
        {
            set.Note($"{pipeline.Name}.{task.Id}: its retries are for certain errors only, which Argo cannot tell: the step minds them itself, within one pod.");
        }
        if (pipeline.Schedule?.CatchUp == CatchUp.All)
        {
            set.Note($"{pipeline.Name}: Argo makes up for the last time that passed, not for all (catch_up: all); use argo cron backfill.");
        }
    }

    private static Dictionary<string, object?> Cron(PipelineSpec pipeline, string name)
    {
        var schedule = pipeline.Schedule!;
        var cron = ClusterSchedule.Time(pipeline, "a CronWorkflow");
        return Manifest("CronWorkflow", new() { ["name"] = name, ["labels"] = Labels(pipeline) }, new()
        {
            ["schedules"] = new List<object> { cron.Cron },
            ["timezone"] = cron.Zone,
            ["concurrencyPolicy"] = ClusterSchedule.Concurrency(pipeline),
            // Unless it is said how late a run may begin, Argo makes up for none.
            ["startingDeadlineSeconds"] = schedule.CatchUp == CatchUp.None ? ClusterSchedule.OnTimeSeconds : 7 * 24 * 3600,
            ["successfulJobsHistoryLimit"] = 3,
            ["failedJobsHistoryLimit"] = 3,
            ["workflowSpec"] = new Dictionary<string, object?>
            {
                ["workflowTemplateRef"] = new Dictionary<string, object?> { ["name"] = name },
            },
        });
    }

    private static Dictionary<string, object?> Template(ExportSet set, ContainerSettings settings, PipelineSpec pipeline, IReadOnlyDictionary<string, string> names)
    {
        var name = names[pipeline.Name];
        var ids = Names.Labels(pipeline.Tasks.Select(task => task.Id), 50, ["outcome", "due", Main, Steps]);
        var work = new ArgoTemplates(settings, pipeline, ids);
        List<object> templates = [work.Dag(Steps), .. work.OfSteps(), work.Outcome()];
        var last = new List<object>();
        foreach (var follower in set.Pipelines.Where(other => other.Triggers.After.Contains(pipeline.Name)))
        {
            templates.Add(ArgoTemplates.Start(pipeline, "start-" + names[follower.Name], names[follower.Name]));
            last.Add(new Dictionary<string, object?> { ["name"] = "start-" + names[follower.Name], ["template"] = "start-" + names[follower.Name] });
            set.Note($"{pipeline.Name}: its workflow creates that of {follower.Name}: its service account needs the right to create workflows.");
        }
        var isLimited = pipeline.Schedule is { } schedule && (schedule.Except.Count > 0 || schedule.From is not null || schedule.Until is not null);
        var entrypoint = isLimited || last.Count > 0 ? Main : Steps;
        if (entrypoint == Main)
        {
            templates.AddRange(work.Frame(Main, Steps, isLimited, last));
        }
        return Manifest("WorkflowTemplate", new() { ["name"] = name, ["labels"] = Labels(pipeline), ["annotations"] = pipeline.Description.Length > 0 ? new Dictionary<string, object?> { ["escale/description"] = NotArgos(pipeline.Description) } : null }, new()
        {
            ["entrypoint"] = entrypoint,
            ["activeDeadlineSeconds"] = ClusterSchedule.Deadline(pipeline),
            ["priority"] = pipeline.Priority == 0 ? null : pipeline.Priority,
            ["arguments"] = new Dictionary<string, object?> { ["parameters"] = (List<object>)[Value("escale-after", ""), .. pipeline.Parameters.Select(Parameter)] },
            ["volumes"] = settings.Volumes(),
            ["templates"] = templates,
        });
    }

    // A default that holds a template is left to the program, which fills it in: to Argo it would be one of its own.
    private static Dictionary<string, object?> Parameter(ParameterSpec parameter)
    {
        var value = new Dictionary<string, object?> { ["name"] = parameter.Name, ["value"] = ArgoTemplates.IsLeftOut(parameter) ? "" : parameter.Default };
        value["enum"] = parameter.Choices.Count > 0 && value["value"] is not "" ? new List<object>(parameter.Choices) : null;
        value["description"] = parameter.Description.Length > 0 ? NotArgos(parameter.Description) : null;
        return value;
    }

    private static string NotArgos(string text) => text.Replace("{{", "{ {", StringComparison.Ordinal);

    private static Dictionary<string, object?> Value(string name, string value) => new() { ["name"] = name, ["value"] = value };

    private static Dictionary<string, object?> Labels(PipelineSpec pipeline) => new() { ["app.kubernetes.io/name"] = "escale", ["escale/pipeline"] = pipeline.Name };

    private static Dictionary<string, object?> Manifest(string kind, Dictionary<string, object?> metadata, Dictionary<string, object?> spec) =>
        new() { ["apiVersion"] = "argoproj.io/v1alpha1", ["kind"] = kind, ["metadata"] = metadata, ["spec"] = spec };
}
