using Escale.Orchestrate.Pipelines.Files;
using Escale.Orchestrate.Pipelines.Schedules;

namespace Escale.Orchestrate.Export.Kubernetes;

/// <summary>What a CronJob of Kubernetes and a CronWorkflow of Argo say alike.</summary>
internal static class ClusterSchedule
{
    /// <summary>The longest name: what is made from it adds a hyphen and ten digits, and labels have 63 characters at most.</summary>
    public const int MostOfName = 52;

    /// <summary>How much longer than the run's own time the cluster waits: the run ends what is under way first.</summary>
    public const int GraceSeconds = 60;

    /// <summary>How late a run may begin where none is made up for.</summary>
    public const int OnTimeSeconds = 60;

    /// <summary>The schedule as cron, in a zone by its full name.</summary>
    /// <param name="pipeline">A pipeline with a schedule.</param>
    /// <param name="what">What is made of it: <c>a CronJob</c>.</param>
    /// <exception cref="Kernel.EscaleException"><c>orchestrate.export</c>: a period that cron cannot say.</exception>
    public static CronText Time(PipelineSpec pipeline, string what)
    {
        var cron = CronTexts.Of(pipeline, extras: false)
            ?? throw ExportSet.Refusal(pipeline, $"{what} knows no such period, only cron.", "Write cron, or a period that divides an hour or a day, such as 15m or 6h.");
        return cron with { Zone = cron.Zone == "UTC" ? "Etc/UTC" : cron.Zone };
    }

    /// <summary>Whether a run may begin beside another. Forbid makes up for the last time that was missed, as <c>catch_up: last</c>; runs that may wait for each other do so in Escale.</summary>
    public static string Concurrency(PipelineSpec pipeline) => pipeline.Concurrency == 1 && pipeline.Schedule!.CatchUp != CatchUp.All ? "Forbid" : "Allow";

    /// <summary>The seconds after which the cluster ends a run, or null.</summary>
    public static long? Deadline(PipelineSpec pipeline) => pipeline.Timeout is { } timeout ? (long)Math.Ceiling(timeout.TotalSeconds) + GraceSeconds : null;
}
