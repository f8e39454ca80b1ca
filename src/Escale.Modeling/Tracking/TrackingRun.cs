using System.Text.Json;
using Escale.Kernel;

namespace Escale.Modeling.Tracking;

/// <summary>An experiment: the tracking runs of one training.</summary>
/// <param name="Id">Its number.</param>
/// <param name="Name">Its name.</param>
/// <param name="Runs">How many runs it has.</param>
/// <param name="LastRunAt">When the newest began, or null.</param>
public sealed record Experiment(long Id, string Name, long Runs, DateTimeOffset? LastRunAt);

/// <summary>A tracking run: one training.</summary>
public sealed record TrackingRun
{
    /// <summary>32 hexadecimal digits.</summary>
    public required string Id { get; init; }

    /// <summary>Its experiment's number.</summary>
    public required long ExperimentId { get; init; }

    /// <summary>Its experiment's name.</summary>
    public required string Experiment { get; init; }

    /// <summary>What people call it.</summary>
    public required string Name { get; init; }

    /// <summary>Who or what started it.</summary>
    public required string Person { get; init; }

    /// <summary><c>RUNNING</c>, <c>FINISHED</c>, <c>FAILED</c> or <c>KILLED</c>.</summary>
    public required string Status { get; init; }

    /// <summary>The training's name, or null.</summary>
    public string? Training { get; init; }

    /// <summary>The table.</summary>
    public string? Table { get; init; }

    /// <summary>The Delta version that was read, or null.</summary>
    public string? DataVersion { get; init; }

    /// <summary>SHA-256 of what was learned from.</summary>
    public string? DataFingerprint { get; init; }

    /// <summary>Hash of what the spec says.</summary>
    public string? SpecVersion { get; init; }

    /// <summary>The seed.</summary>
    public int? Seed { get; init; }

    /// <summary>The program's version.</summary>
    public string CodeVersion { get; init; } = "";

    /// <summary>The run that this repeats, or null.</summary>
    public string? AgainOf { get; init; }

    /// <summary>When it began.</summary>
    public DateTimeOffset StartedAt { get; init; }

    /// <summary>When it ended, or null.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>How far it is (see <see cref="TrainingProgress"/>), or null.</summary>
    public JsonElement? Progress { get; init; }

    /// <summary>The error's code, or null.</summary>
    public string? ErrorCode { get; init; }

    /// <summary>What went wrong, or null.</summary>
    public string? ErrorMessage { get; init; }

    /// <summary>What to do about it, or null.</summary>
    public string? ErrorRemedy { get; init; }

    /// <summary>Whether it is under way.</summary>
    public bool IsRunning => Status == "RUNNING";

    internal ProcessIdentity? Process { get; init; }

    internal string? Spec { get; init; }

    internal string? Fingerprint { get; init; }
}

/// <summary>A measured number.</summary>
/// <param name="Key">Its name.</param>
/// <param name="Value">The number.</param>
/// <param name="Step">At which step.</param>
/// <param name="AtMs">When, in milliseconds since 1970.</param>
public sealed record TrackedMetric(string Key, double Value, long Step, long AtMs);

/// <summary>A file of a run.</summary>
/// <param name="Path">Its path in the run.</param>
/// <param name="SizeBytes">Its size.</param>
/// <param name="Sha256">Its SHA-256.</param>
public sealed record TrackedArtifact(string Path, long SizeBytes, string Sha256);

/// <summary>A run with all that was tracked.</summary>
/// <param name="Run">The run.</param>
/// <param name="Params">Its parameters.</param>
/// <param name="Tags">Its tags.</param>
/// <param name="Metrics">The newest value of each metric.</param>
/// <param name="Artifacts">Its files.</param>
public sealed record TrackingDetail(TrackingRun Run, IReadOnlyDictionary<string, string> Params, IReadOnlyDictionary<string, string> Tags, IReadOnlyList<TrackedMetric> Metrics, IReadOnlyList<TrackedArtifact> Artifacts);

/// <summary>How far a training is.</summary>
/// <param name="Share">How much of its budget is used, 0 to 1.</param>
/// <param name="ElapsedSeconds">Time since it began to try models.</param>
/// <param name="Doing">What it does.</param>
/// <param name="Metric">What models are judged by.</param>
/// <param name="Leaderboard">The best so far first.</param>
public sealed record TrainingProgress(double Share, double ElapsedSeconds, string Doing, string Metric, IReadOnlyList<LeaderboardRow> Leaderboard);

/// <summary>One model of a leaderboard.</summary>
/// <param name="Name">What it is.</param>
/// <param name="Family">Its kind.</param>
/// <param name="Score">The metric on rows that it had not seen.</param>
/// <param name="Low">Lower end of where the metric lies with 95 % confidence, or null.</param>
/// <param name="High">Upper end, or null.</param>
/// <param name="IsInterpretable">Whether a person can read it.</param>
/// <param name="FitSeconds">Time to fit.</param>
/// <param name="PredictSeconds">Time to predict.</param>
/// <param name="Settings">Its hyper-parameters.</param>
public sealed record LeaderboardRow(string Name, string Family, double Score, double? Low, double? High, bool IsInterpretable, double FitSeconds, double PredictSeconds, string Settings)
{
    /// <summary>The size of its file; null while it is not known.</summary>
    public long? SizeBytes { get; init; }

    /// <summary>The time to predict one row; null while it is not known.</summary>
    public double? RowMicroseconds { get; init; }
}
