using Escale.Kernel;
using Escale.Modeling.Registry;
using Escale.Modeling.Tracking;
using Escale.Modeling.Training;
using Escale.Ui;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Escale.Modeling.Judging;

/// <summary>All that is known of a training, to be judged.</summary>
/// <param name="Detail">What was tracked.</param>
/// <param name="Summary">What came of it; null while it runs or when it failed.</param>
/// <param name="Judgement">How good it is.</param>
/// <param name="Curves">What can be drawn.</param>
/// <param name="Explanations">What it goes by.</param>
/// <param name="Insights">More to believe it or not.</param>
/// <param name="Version">The version of the registered model that it made, or null.</param>
/// <param name="IsChampion">Whether that is in use.</param>
public sealed record RunReport(
    TrackingDetail Detail, TrainedModel? Summary, Judgement? Judgement, Curves? Curves, ModelExplanations? Explanations, Insights? Insights, int? Version, bool IsChampion)
{
    /// <summary>Whether it is being worked out what the model goes by.</summary>
    public bool IsExplaining { get; init; }

    /// <summary>How far it is, or how far it came when it did not finish.</summary>
    public TrainingProgress? Progress { get; init; }

    /// <summary>The most time that it takes, or null.</summary>
    public TimeSpan? Budget { get; init; }
}

/// <summary>Puts the report of a training together from its record and its files.</summary>
internal sealed class RunReports(TrackingStore tracking, TrainingJob job, RunFolder folder, ModelRegistry registry, TimeProvider clock)
{
    // Longer than that, it was given up.
    private static readonly TimeSpan _mostExplaining = TimeSpan.FromMinutes(10);

    /// <summary>The report.</summary>
    /// <exception cref="EscaleException"><c>modeling.run-not-found</c>.</exception>
    public async Task<RunReport> ReadAsync(string run, CancellationToken cancellationToken)
    {
        var detail = await tracking.ShowAsync(run, cancellationToken);
        var summary = detail.Run.Status == "FINISHED" ? job.SummaryOf(run) : null;
        var (version, isChampion) = await VersionAsync(summary?.Name, run, cancellationToken);
        return new RunReport(
            detail, summary, folder.ReadJson<Judgement>(run, "judgement.json"), folder.ReadJson<Curves>(run, "curves.json"), folder.ReadJson<ModelExplanations>(run, "explanations.json"),
            folder.ReadJson<Insights>(run, "insights.json"), version, isChampion)
        {
            IsExplaining = summary is not null && detail.Run.Process is { IsHere: true, IsAlive: true } && detail.Run.EndedAt > clock.GetUtcNow() - _mostExplaining && !File.Exists(folder.PathOf(run, TrainingJob.InsightsFile)),
            Progress = summary is null && detail.Run.Progress is { } progress ? System.Text.Json.JsonSerializer.Deserialize<TrainingProgress>(progress, TrackingJson.Options) : null,
            Budget = detail.Run.Spec is { } spec ? TrainingReader.Read(Projects.Yaml.YamlFile.Parse(spec, "training.yml"), "training", null).Budget : null,
        };
    }

    private async Task<(int? Version, bool IsChampion)> VersionAsync(string? model, string run, CancellationToken cancellationToken)
    {
        if (model is null || (await registry.VersionsAsync(model, cancellationToken)).FirstOrDefault(version => version.Run == run) is not { } version)
        {
            return (null, false);
        }
        return (version.Version, (await registry.GetAsync(model, cancellationToken)).Aliases.GetValueOrDefault(ModelRegistry.Champion) == version.Version);
    }
}

/// <summary><c>/models/runs/RUN</c>: a training while it runs, and what to think of it afterwards; <c>/models/compare</c>.</summary>
internal static class RunPages
{
    private const int MostCompared = 6;

    public static void Map(IEndpointRouteBuilder endpoints)
    {
        endpoints.MapGet("/models/runs/{run}", async (RunReports reports, string run, string? tab, string? column, CancellationToken cancellationToken) =>
            Page.Show<RunView>(new { Report = await reports.ReadAsync(run, cancellationToken), Tab = tab ?? "verdict", Column = column ?? "" })).For(Role.Viewer).ExcludeFromDescription();
        endpoints.MapGet("/models/compare", CompareAsync).For(Role.Viewer).ExcludeFromDescription();
        endpoints.MapGet("/models/runs/{run}/card.md", async (HttpContext context, RunReports reports, string run, CancellationToken cancellationToken) =>
        {
            var report = await reports.ReadAsync(run, cancellationToken);
            return report.Summary is null ? Results.NotFound() : Results.File(System.Text.Encoding.UTF8.GetBytes(ModelCard.Write(report, ReaderOf.Request(context))), "text/markdown; charset=utf-8", $"{report.Detail.Run.Training}-model-card.md");
        }).For(Role.Viewer).ExcludeFromDescription();
        endpoints.MapGet("/models/runs/{run}/report.html", async (HttpContext context, RunReports reports, string run, CancellationToken cancellationToken) =>
        {
            var report = await reports.ReadAsync(run, cancellationToken);
            if (report.Summary is null)
            {
                throw new EscaleException("modeling.run-not-finished", $"The tracking run {run} did not finish: there is nothing to report.", "Train anew.");
            }
            context.Response.Headers.ContentDisposition = $"attachment; filename=\"{report.Summary.Name}-report.html\"";
            return (IResult)Page.Show<ReportDocument>(new { Report = report });
        }).For(Role.Viewer).ExcludeFromDescription();
        ModelPages.Form(endpoints, "/models/runs/{run}/stop", StopAsync, Role.Analyst);
        ModelPages.Form(endpoints, "/models/runs/{run}/again", AgainAsync, Role.Analyst);
    }

    private static async Task<IResult> CompareAsync(HttpContext context, RunReports reports, CancellationToken cancellationToken)
    {
        var asked = context.Request.Query["runs"].SelectMany(one => (one ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)).Distinct().Take(MostCompared);
        var found = new List<RunReport>();
        foreach (var run in asked)
        {
            found.Add(await reports.ReadAsync(run, cancellationToken));
        }
        return Page.Show<CompareView>(new { Reports = found });
    }

    private static async Task<IResult> StopAsync(HttpContext context, TrackingStore tracking, Mount mount, string run, CancellationToken cancellationToken)
    {
        await TrainingEndpoints.StopAsync(context, tracking, run, cancellationToken);
        return Results.Redirect(mount.To("/models/runs/" + run));
    }

    private static async Task<IResult> AgainAsync(HttpContext context, TrainingStarter starter, Mount mount, string run, CancellationToken cancellationToken)
    {
        var again = await starter.RepeatAsync(run, Caller.Of(context)!.Name, cancellationToken);
        await context.AuditAsync("training.repeated", run, detail: again);
        return Results.Redirect(mount.To("/models/runs/" + again));
    }
}
