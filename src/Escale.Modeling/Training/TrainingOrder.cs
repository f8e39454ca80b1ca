using Escale.Learning;
using Escale.Learning.Automatic;
using Escale.Modeling.Tracking;

namespace Escale.Modeling.Training;

/// <summary>One training to do.</summary>
internal sealed record TrainingOrder
{
    /// <summary>What to predict from what.</summary>
    public required TrainingSpec Spec { get; init; }

    /// <summary>Who wants it.</summary>
    public required string Person { get; init; }

    /// <summary>The step's fingerprint, or null when it is not a step.</summary>
    public string? Fingerprint { get; init; }

    /// <summary>A file to read in place of the spec's table, or null.</summary>
    public string? File { get; init; }

    /// <summary>The version of the table; null for the newest.</summary>
    public long? Version { get; init; }

    /// <summary>Places of rows that are not learned from: they are to judge by afterwards.</summary>
    public IReadOnlyList<int> HeldOut { get; init; } = [];

    /// <summary>Whether it is to be judged before it is used: it then does not stand for the training.</summary>
    public bool IsChallenger { get; init; }

    /// <summary>The tracking run to repeat, or null.</summary>
    public string? AgainOf { get; init; }

    /// <summary>The readings of the clock to go by, or null for the clock itself.</summary>
    public ClockRecord? Clock { get; init; }

    /// <summary>Told how far it is.</summary>
    public Action<string, TrainingProgress>? Report { get; init; }

    /// <summary>Told the run's id once it is recorded.</summary>
    public Action<string>? Started { get; init; }

    /// <summary>A line for people.</summary>
    public Action<string> Log { get; init; } = _ => { };

    /// <summary>What people see as the source of the rows.</summary>
    public string Source => File ?? Spec.Table.ToString();
}

/// <summary>What a finished training has to be recorded.</summary>
internal sealed record FinishedTraining(
    string? DataVersion, string DataFingerprint, IReadOnlyDictionary<string, string> Params, IReadOnlyDictionary<string, string> Tags, IReadOnlyList<TrackedMetric> Metrics, IReadOnlyList<TrackedArtifact> Artifacts);

/// <summary>What came of a training.</summary>
/// <param name="Run">The tracking run.</param>
/// <param name="Name">The registered model.</param>
/// <param name="Version">Its new version.</param>
/// <param name="Task">What is predicted.</param>
/// <param name="BestName">The model chosen.</param>
/// <param name="Metric">What was judged by.</param>
/// <param name="Score">On rows that it had not seen.</param>
/// <param name="Low">Lower end of the score's range, or null.</param>
/// <param name="High">Upper end, or null.</param>
/// <param name="BaselineScore">The score of always the same answer.</param>
/// <param name="RowCount">Rows learned from.</param>
/// <param name="Trials">Configurations tried.</param>
/// <param name="Split">How rows were set aside.</param>
/// <param name="Findings">What to know about the data.</param>
/// <param name="Leaderboard">All models.</param>
/// <param name="Sha256">The model file's.</param>
/// <param name="SizeBytes">The model file's size.</param>
public sealed record TrainedModel(
    string Run, string Name, int Version, LearningTask Task, string BestName, string Metric, double Score, double? Low, double? High, double? BaselineScore, int RowCount, int Trials, SplitReport Split,
    IReadOnlyList<Finding> Findings, IReadOnlyList<LeaderboardRow> Leaderboard, string Sha256, long SizeBytes)
{
    /// <summary>For a run that repeats another: whether the model is the same, bit for bit.</summary>
    public bool? IsReproduced { get; init; }

    internal static LeaderboardRow Row(LeaderboardEntry entry) => new(
        entry.Name, TrainingReader.Spelling(entry.Family), entry.Score, entry.Interval?.Lower, entry.Interval?.Upper, entry.IsInterpretable, entry.FitSeconds, entry.PredictSeconds, entry.Settings);
}

/// <summary>How rows were set aside, and why.</summary>
/// <param name="By"><c>random</c>, <c>time</c> or <c>group</c>.</param>
/// <param name="Column">The column, or null.</param>
/// <param name="Reason">Why, as a clause.</param>
public sealed record SplitReport(string By, string? Column, string Reason);
