namespace Escale.Kernel;

/// <summary>How one kind of asset is made. The contract through which Orchestrate runs the other rooms' work.</summary>
public interface IStepRunner
{
    /// <summary>The kind of <see cref="Asset"/> that this runs.</summary>
    string Kind { get; }

    /// <summary>
    /// What stands now for this asset, or null when nothing does. The truth is read where the data is (the Delta commit, the
    /// warehouse's own record), so that a crash between the data and the run's record is harmless.
    /// </summary>
    ValueTask<AssetState?> InspectAsync(Asset asset, CancellationToken cancellationToken);

    /// <summary>
    /// Makes the asset. On failure it throws (an <see cref="EscaleException"/> for the user's mistakes) and leaves what stood.
    /// Running it twice with the same <see cref="StepContext.Fingerprint"/> has the effect of once.
    /// </summary>
    Task<StepResult> RunAsync(StepContext context, CancellationToken cancellationToken);

    /// <summary>
    /// Called once per run after the last step of this kind, with the steps that succeeded and whether any of the kind failed or was
    /// skipped for a failure: what must happen for all together happens here (the warehouse's swap). Throwing fails those steps.
    /// </summary>
    Task CompleteAsync(IReadOnlyList<StepContext> succeeded, bool anyFailed, CancellationToken cancellationToken) => Task.CompletedTask;
}

/// <summary>What stands for an asset.</summary>
/// <param name="Version">A token that changes when, and only when, its data changes: what the assets that read it compare.</param>
/// <param name="Fingerprint">The <see cref="StepContext.Fingerprint"/> that it was made with, or null when unknown.</param>
public sealed record AssetState(string Version, string? Fingerprint);

/// <summary>One attempt at one step.</summary>
public sealed record StepContext
{
    /// <summary>The run this belongs to.</summary>
    public required RunId Run { get; init; }

    /// <summary>The asset to make.</summary>
    public required Asset Asset { get; init; }

    /// <summary>From 1.</summary>
    public required int Attempt { get; init; }

    /// <summary>Hash of the asset's code and of the versions of everything it reads.</summary>
    public required string Fingerprint { get; init; }

    /// <summary>The version of each asset read, by id, as it was when the step was planned.</summary>
    public IReadOnlyDictionary<string, string> InputVersions { get; init; } = new Dictionary<string, string>();

    /// <summary>Rebuild incremental models and forget cursors (<c>--full-refresh</c>).</summary>
    public bool FullRefresh { get; init; }

    /// <summary>Where progress goes; may be called often and from any thread.</summary>
    public IProgress<StepProgress>? Progress { get; init; }

    /// <summary>A line for the run's log.</summary>
    public Action<string> Log { get; init; } = _ => { };
}

/// <summary>How far a step is.</summary>
/// <param name="Fraction">0 to 1, or null when unknown.</param>
/// <param name="RowCount">Rows so far, or null.</param>
/// <param name="Doing">A few words, such as <c>page 12</c>.</param>
public sealed record StepProgress(double? Fraction = null, long? RowCount = null, string? Doing = null);

/// <summary>What a step did.</summary>
public sealed record StepResult
{
    /// <summary>Whether anything was written; a source with nothing new says false.</summary>
    public bool Changed { get; init; } = true;

    /// <summary>The asset's version after the step (see <see cref="AssetState.Version"/>), or null for kinds without data.</summary>
    public string? Version { get; init; }

    /// <summary>Rows written (a test: rows that fail it), or null.</summary>
    public long? RowCount { get; init; }

    /// <summary>Bytes written, or null.</summary>
    public long? SizeBytes { get; init; }

    /// <summary>Rows sent to quarantine.</summary>
    public long QuarantinedCount { get; init; }

    /// <summary>A warning to show although the step succeeded (a test with <c>severity: warn</c>), or null.</summary>
    public string? Warning { get; init; }

    /// <summary>A few words for the display, such as <c>table, 3 files</c>.</summary>
    public string? Summary { get; init; }
}
