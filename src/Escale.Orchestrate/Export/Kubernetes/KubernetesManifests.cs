using Escale.Orchestrate.Pipelines.Files;
using Escale.Orchestrate.Pipelines.Schedules;

namespace Escale.Orchestrate.Export.Kubernetes;

/// <summary>
/// A pipeline as a CronJob, and as a Job to be created by hand. The job runs the whole pipeline with <c>escale pipeline run</c>: jobs of Kubernetes know no order among each other, while the run keeps the
/// steps' order, rules, retries and outputs, and goes on where it was when its pod is moved.
/// </summary>
internal static class KubernetesManifests
{
    /// <summary>A file for each pipeline.</summary>
    /// <exception cref="Kernel.EscaleException"><c>orchestrate.export</c>: Kubernetes cannot do it.</exception>
    public static IReadOnlyList<ExportedFile> Of(ExportSet set, ContainerSettings settings)
    {
        var names = Names.Labels(set.Pipelines.Select(pipeline => pipeline.Name), ClusterSchedule.MostOfName);
        return [.. set.Pipelines.Select(pipeline => File(set, settings, pipeline, names[pipeline.Name]))];
    }

    private static ExportedFile File(ExportSet set, ContainerSettings settings, PipelineSpec pipeline, string name)
    {
        set.Look(pipeline, "Kubernetes", $"`kubectl create -f {name}.yml` makes its job");
        var documents = new List<Dictionary<string, object?>>();
        if (pipeline.Schedule is not null)
        {
            documents.Add(CronJob(set, settings, pipeline, name));
        }
        if (pipeline.Schedule is null || pipeline.Parameters.Count > 0)
        {
            documents.Add(Manifest("batch/v1", "Job", new() { ["generateName"] = name + "-", ["labels"] = Labels(pipeline), ["annotations"] = Annotations(pipeline) }, Job(set, settings, pipeline, isAsked: true)));
        }
        if (pipeline.Triggers.After.Count > 0)
        {
            set.Note($"{pipeline.Name}: the job of {string.Join(" or ", pipeline.Triggers.After)} runs it, too, when its own run has ended well.");
        }
        return new ExportedFile(name + ".yml", ManifestText.Of(settings.Comment(set, pipeline, $"kubectl apply -f {name}.yml"), documents));
    }

    private static Dictionary<string, object?> CronJob(ExportSet set, ContainerSettings settings, PipelineSpec pipeline, string name)
    {
        var schedule = pipeline.Schedule!;
        var cron = ClusterSchedule.Time(pipeline, "a CronJob");
        if (schedule.CatchUp == CatchUp.All)
        {
            set.Note($"{pipeline.Name}: Kubernetes makes up for the last time that passed, not for all (catch_up: all); use escale pipeline backfill.");
        }
        return Manifest("batch/v1", "CronJob", new() { ["name"] = name, ["labels"] = Labels(pipeline), ["annotations"] = Annotations(pipeline) }, new()
        {
            ["schedule"] = cron.Cron,
            ["timeZone"] = cron.Zone,
            ["concurrencyPolicy"] = ClusterSchedule.Concurrency(pipeline),
            ["startingDeadlineSeconds"] = schedule.CatchUp == CatchUp.None ? ClusterSchedule.OnTimeSeconds : null,
            ["successfulJobsHistoryLimit"] = 3,
            ["failedJobsHistoryLimit"] = 3,
            ["jobTemplate"] = new Dictionary<string, object?> { ["metadata"] = new Dictionary<string, object?> { ["labels"] = Labels(pipeline) }, ["spec"] = Job(set, settings, pipeline, isAsked: false) },
        });
    }

    private static Dictionary<string, object?> Job(ExportSet set, ContainerSettings settings, PipelineSpec pipeline, bool isAsked)
    {
        var arguments = new List<object> { "pipeline", "run", pipeline.Name, "--project", ContainerSettings.Mount };
        if (isAsked)
        {
            arguments.AddRange(pipeline.Parameters.Where(parameter => parameter.Default is { } value && !Variables.IsTemplate(value)).SelectMany(parameter => (object[])["--param", $"{parameter.Name}={parameter.Default}"]));
        }
        arguments.AddRange(["--of-job", "$(JOB_NAME)"]);
        if (set.Pipelines.Any(other => other.Triggers.After.Contains(pipeline.Name)))
        {
            arguments.Add("--followers");
        }
        var container = settings.Container(pipeline, arguments.ConvertAll(argument => argument is "$(JOB_NAME)" ? argument : ContainerSettings.Literal((string)argument)));
        ((List<object>)container["env"]!).Add(new Dictionary<string, object?>
        {
            ["name"] = "JOB_NAME", ["valueFrom"] = new Dictionary<string, object?> { ["fieldRef"] = new Dictionary<string, object?> { ["fieldPath"] = "metadata.labels['batch.kubernetes.io/job-name']" } },
        });
        container["name"] = "escale";
        return new()
        {
            // The run minds its retries; a pod that was lost is replaced, and goes on with the same run.
            ["backoffLimit"] = 3,
            ["activeDeadlineSeconds"] = Deadline(set, pipeline),
            ["ttlSecondsAfterFinished"] = isAsked ? 7 * 24 * 3600 : null,
            ["podFailurePolicy"] = new Dictionary<string, object?>
            {
                ["rules"] = new List<object>
                {
                    new Dictionary<string, object?>
                    {
                        ["action"] = "FailJob", ["onExitCodes"] = new Dictionary<string, object?> { ["containerName"] = "escale", ["operator"] = "In", ["values"] = new List<object> { 1, 2, 70 } },
                    },
                    new Dictionary<string, object?>
                    {
                        ["action"] = "Ignore", ["onPodConditions"] = new List<object> { new Dictionary<string, object?> { ["type"] = "DisruptionTarget", ["status"] = "True" } },
                    },
                },
            },
            ["template"] = new Dictionary<string, object?>
            {
                ["metadata"] = new Dictionary<string, object?> { ["labels"] = Labels(pipeline) },
                ["spec"] = new Dictionary<string, object?>
                {
                    ["restartPolicy"] = "Never", ["terminationGracePeriodSeconds"] = ClusterSchedule.GraceSeconds / 2, ["automountServiceAccountToken"] = false, ["containers"] = new List<object> { container }, ["volumes"] = settings.Volumes(),
                },
            },
        };
    }

    // The job's time is that of all runs that it makes.
    private static long? Deadline(ExportSet set, PipelineSpec pipeline) =>
        set.Pipelines.Where(other => other.Triggers.After.Contains(pipeline.Name)).Aggregate(ClusterSchedule.Deadline(pipeline), (sum, other) => sum + Deadline(set, other));

    private static Dictionary<string, object?> Labels(PipelineSpec pipeline) => new() { ["app.kubernetes.io/name"] = "escale", ["app.kubernetes.io/component"] = "pipeline", ["escale/pipeline"] = pipeline.Name };

    private static Dictionary<string, object?>? Annotations(PipelineSpec pipeline) => pipeline.Description.Length > 0 ? new() { ["escale/description"] = pipeline.Description } : null;

    private static Dictionary<string, object?> Manifest(string version, string kind, Dictionary<string, object?> metadata, Dictionary<string, object?> spec) =>
        new() { ["apiVersion"] = version, ["kind"] = kind, ["metadata"] = metadata, ["spec"] = spec };
}
