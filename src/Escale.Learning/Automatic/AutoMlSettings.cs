using Escale.Learning.Metrics;
using Escale.Learning.Preparation;
using Escale.Learning.Selection;

namespace Escale.Learning.Automatic;

/// <summary>A kind of model that may be tried.</summary>
public enum ModelFamily
{
    /// <summary>Always the same answer: what any model must beat. Always tried.</summary>
    Baseline,

    /// <summary>Linear or logistic regression: interpretable. Always tried.</summary>
    Linear,

    /// <summary>One small decision tree: interpretable.</summary>
    DecisionTree,

    /// <summary>Gaussian naive Bayes.</summary>
    NaiveBayes,

    /// <summary>Nearest neighbours.</summary>
    Neighbors,

    /// <summary>A random forest.</summary>
    RandomForest,

    /// <summary>Extremely randomised trees.</summary>
    ExtraTrees,

    /// <summary>Histogram gradient boosting.</summary>
    Boosting,

    /// <summary>Multilayer perceptrons.</summary>
    Network,

    /// <summary>The weighted mean of several of the others.</summary>
    Ensemble,
}

/// <summary>How far automatic training may go. With <see cref="Trials"/> alone the result depends on nothing but data and settings; with a time limit also on the machine.</summary>
public sealed record AutoMlSettings
{
    /// <summary>The most time to use; null for no limit. Default one minute.</summary>
    public TimeSpan? TimeLimit { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>The most configurations to try, the baseline included; null for no limit but time. Default null.</summary>
    public int? Trials { get; init; }

    /// <summary>What the task is; null to tell by the target: texts and few whole numbers are classes. Default null.</summary>
    public LearningTask? Task { get; init; }

    /// <summary>What to be good at. Default: ROC AUC for two classes, log loss for more, R² for numbers.</summary>
    public Metric? Metric { get; init; }

    /// <summary>How rows are set aside to judge by. Default: five folds (stratified for classes), more of few rows; fewer of many rows, down to one fifth set aside, when models take long for the time.</summary>
    public Splitter? Splitter { get; init; }

    /// <summary>A column that is the same for rows of one entity (a customer, a patient): rows of one are never on both sides. Not learned from.</summary>
    public string? GroupColumn { get; init; }

    /// <summary>A column of time: rows are judged by models of earlier rows only.</summary>
    public string? TimeColumn { get; init; }

    /// <summary>Weights of rows. Not learned from.</summary>
    public string? WeightColumn { get; init; }

    /// <summary>Weights of classes. Default none.</summary>
    public ClassWeights? ClassWeights { get; init; }

    /// <summary>What columns are taken for; null to detect it.</summary>
    public ColumnRoles? Roles { get; init; }

    /// <summary>Kinds of model to try; empty for all. Baseline and linear are always tried.</summary>
    public IReadOnlyList<ModelFamily> Families { get; init; } = [];

    /// <summary>Leave out columns that alone give the target away. Default true; they are named in the result either way.</summary>
    public bool DropLeaks { get; init; } = true;

    /// <summary>Where randomness starts. Default 0.</summary>
    public int Seed { get; init; }

    /// <summary>Threads to work with. Default: those of the machine.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;

    /// <summary>Ends the training early and keeps the best so far. (The cancellation token of the call ends it with nothing.)</summary>
    public CancellationToken Stop { get; init; }

    /// <summary>By what time is measured. Default: the system's clock.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>Told after each step; null for nobody.</summary>
    public IProgress<AutoMlProgress>? Progress { get; init; }
}

/// <summary>Where automatic training is.</summary>
/// <param name="Share">How much of the budget is used, 0 to 1.</param>
/// <param name="Elapsed">Time since the start.</param>
/// <param name="Doing">What is being done, for people.</param>
/// <param name="Leaderboard">The best so far first.</param>
public sealed record AutoMlProgress(double Share, TimeSpan Elapsed, string Doing, IReadOnlyList<LeaderboardEntry> Leaderboard);

/// <summary>One row of the leaderboard.</summary>
/// <param name="Name">What it is.</param>
/// <param name="Family">Its kind.</param>
/// <param name="Score">The metric on rows that it had not seen.</param>
/// <param name="Interval">Where the metric lies with 95 % confidence.</param>
/// <param name="Loss">The same with lower for better.</param>
/// <param name="IsInterpretable">Whether a person can read the model itself.</param>
/// <param name="FitSeconds">Time to fit, all folds together.</param>
/// <param name="PredictSeconds">Time to predict the rows of all folds.</param>
/// <param name="Settings">Its hyper-parameters, for people.</param>
public sealed record LeaderboardEntry(
    string Name, ModelFamily Family, double Score, ConfidenceInterval? Interval, double Loss, bool IsInterpretable, double FitSeconds, double PredictSeconds, string Settings);
