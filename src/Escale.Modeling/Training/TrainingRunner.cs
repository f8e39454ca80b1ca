using System.Globalization;
using Escale.Kernel;
using Escale.Modeling.Tracking;

namespace Escale.Modeling.Training;

/// <summary>Trains as a step of a run: when the table, the training's file or the program's idea of them changed.</summary>
internal sealed class TrainingRunner(TrainingJob job, RunFolder folder, FrameReader reader) : IStepRunner
{
    /// <inheritdoc/>
    public string Kind => TrainingLoader.Kind;

    /// <inheritdoc/>
    public ValueTask<AssetState?> InspectAsync(Asset asset, CancellationToken cancellationToken)
    {
        if (asset.Definition is not TrainingSpec spec || folder.StandingOf(spec.Name) is not { } standing)
        {
            return ValueTask.FromResult<AssetState?>(null);
        }
        return ValueTask.FromResult<AssetState?>(new AssetState(standing.Sha256, standing.IsRecorded && Stands(asset, spec, standing) ? standing.Fingerprint : null));
    }

    /// <inheritdoc/>
    public async Task<StepResult> RunAsync(StepContext context, CancellationToken cancellationToken)
    {
        var spec = (TrainingSpec)context.Asset.Definition!;
        var planned = context.Asset.Reads.Count == 1 && context.InputVersions.TryGetValue(context.Asset.Reads[0], out var text) && reader.IsVersioned(spec.Table)
            && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var version) ? version : (long?)null;
        var order = new TrainingOrder
        {
            Spec = spec, Person = $"run {context.Run}", Fingerprint = context.Fingerprint, Version = planned, Log = context.Log,
            Started = run => context.Log($"tracking run {run}"),
            Report = (_, progress) => context.Progress?.Report(new StepProgress(progress.Share, Doing: Doing(progress))),
        };
        if (!context.FullRefresh && folder.StandingOf(spec.Name) is { } standing && standing.Fingerprint == context.Fingerprint && Stands(context.Asset, spec, standing) && await job.RecoverAsync(order, standing, cancellationToken) is { } before)
        {
            return new StepResult { Changed = false, Version = before.Sha256, Summary = "already there" };
        }
        var trained = await job.RunAsync(order, cancellationToken);
        foreach (var finding in trained.Findings)
        {
            context.Log(finding.Message);
        }
        var warnings = trained.Findings.Where(finding => finding.Code is "leak" or "after-the-event").Select(finding => finding.Message).ToList();
        return new StepResult
        {
            Version = trained.Sha256, RowCount = trained.RowCount, SizeBytes = trained.SizeBytes, Warning = warnings.Count > 0 ? string.Join(" ", warnings) : null,
            Summary = string.Create(CultureInfo.InvariantCulture, $"version {trained.Version}, {trained.Metric} {trained.Score:0.####}, {trained.Trials} models tried"),
        };
    }

    // A table that nothing in the project makes has no version in the fingerprint: it is compared here.
    private bool Stands(Asset asset, TrainingSpec spec, Standing standing) =>
        (asset.Reads.Count > 0 || standing.DataVersion == reader.VersionOf(spec.Table)) && File.Exists(folder.PathOf(standing.Run, RunFolder.ModelFile));

    private static string Doing(TrainingProgress progress) => progress.Leaderboard.Count == 0
        ? progress.Doing
        : string.Create(CultureInfo.InvariantCulture, $"{progress.Doing}; best {progress.Metric} {progress.Leaderboard[0].Score:0.####}");
}
