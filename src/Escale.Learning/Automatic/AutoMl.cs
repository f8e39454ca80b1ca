using Escale.Learning.Frames;
using Escale.Learning.Metrics;

namespace Escale.Learning.Automatic;

/// <summary>
/// Automatic training: given a table, a target and a budget, finds the task, leaves out what gives the target away, tries families from simple to strong, and returns a
/// ranked leaderboard with a baseline and an interpretable model, and a calibrated weighted ensemble of the best.
/// </summary>
/// <remarks>
/// Every model is judged on the same folds, by rows that it had not seen. How much members count is chosen greedily (Caruana et al., 2004); the ensemble's own score is taken on folds that
/// its weights were not chosen on. The final model holds the models of the folds (bagging) and, as far as the time goes, the chosen ones fitted again on all rows with several seeds.
/// </remarks>
public static class AutoMl
{
    /// <summary>Trains.</summary>
    /// <param name="frame">Raw rows, the target among the columns. Rows without a target are left out.</param>
    /// <param name="target">The column to predict.</param>
    /// <param name="settings">Budget and wishes; null for the defaults.</param>
    /// <param name="cancellationToken">Ends it with an <see cref="OperationCanceledException"/>; see <see cref="AutoMlSettings.Stop"/> for ending it with a result.</param>
    /// <exception cref="LearningException">The target cannot be learned: no rows, one class, no column that says anything.</exception>
    public static AutoMlResult Train(Frame frame, string target, AutoMlSettings? settings = null, CancellationToken cancellationToken = default)
    {
        settings ??= new AutoMlSettings();
        using var budget = new Budget(settings, cancellationToken);
        var table = AutoMlTable.Of(frame, target, settings, cancellationToken);
        var metric = settings.Metric ?? Metric.DefaultFor(table.Target.Task);
        if (!metric.Supports(table.Target.Task))
        {
            throw new LearningException("learning.metric-not-supported", $"{metric.Name} does not judge {table.Target.Task} tasks.", "Choose another metric.");
        }
        var options = new FitOptions { Seed = settings.Seed, Threads = settings.Threads, CancellationToken = cancellationToken };
        var (splits, leastFolds) = FoldPlan.Make(table, settings, budget);
        budget.ReserveFor(table.Target.RowCount, Refitting.ShareOfTime(splits.Count));
        var folds = new PreparedFolds(table.Frame, table.Roles, table.Target, table.Weights, splits, options);
        var run = new AutoMlRun(settings, metric, folds, leastFolds, Portfolio.For(table.Target, table.FeatureCount, table.HasTexts, settings.Families), budget, cancellationToken);
        run.Run();
        return new AutoMlOutcome(table, settings, metric, folds, run, budget, cancellationToken).Result();
    }

    /// <summary>Which columns alone say nearly all about the target: to be told before anything is trained.</summary>
    /// <param name="frame">Raw rows, or a sample of them.</param>
    /// <param name="target">The column to predict.</param>
    /// <param name="settings">The roles of columns, and which to leave out; null for the defaults.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static IReadOnlyList<LeakSuspicion> SuspectLeaks(Frame frame, string target, AutoMlSettings? settings = null, CancellationToken cancellationToken = default) =>
        AutoMlTable.Of(frame, target, settings ?? new AutoMlSettings(), cancellationToken).Leaks;
}

/// <summary>What automatic training found.</summary>
/// <param name="Best">The model to use: the ensemble, or the best single one when that is as good.</param>
/// <param name="BestName">Its name on the leaderboard. The ensemble is preferred even when the best single model is ahead by a little: that one's score is the best of many.</param>
/// <param name="Leaderboard">Every model that was finished and the ensemble, the best first.</param>
/// <param name="Task">What the task was taken for.</param>
/// <param name="Metric">What models were judged by.</param>
/// <param name="Leaks">Columns that alone say nearly all about the target.</param>
/// <param name="Warnings">What to know about the data: few rows, rare classes.</param>
/// <param name="Failures">What could not be fitted.</param>
/// <param name="Trials">How many configurations were tried.</param>
/// <param name="Elapsed">Time used.</param>
public sealed record AutoMlResult(
    Model Best, string BestName, IReadOnlyList<LeaderboardEntry> Leaderboard, LearningTask Task, Metric Metric, IReadOnlyList<LeakSuspicion> Leaks, IReadOnlyList<string> Warnings,
    IReadOnlyList<ContenderFailure> Failures, int Trials, TimeSpan Elapsed)
{
    /// <summary>What <see cref="Best"/>'s members said of rows that they had not seen.</summary>
    public required OutOfFold OutOfFold { get; init; }

    internal Func<string, Model?> Find { get; init; } = _ => null;

    /// <summary>The model of a row of the leaderboard.</summary>
    /// <param name="name">Its name.</param>
    /// <exception cref="ArgumentException">There is no such row.</exception>
    public Model ModelOf(string name) => Find(name) ?? throw new ArgumentException($"There is no '{name}' on the leaderboard.", nameof(name));
}

/// <summary>
/// What the chosen models said of rows that they had not learned from, fold after fold: what a model is to be judged by. The final model also holds models of all rows and is a little better.
/// </summary>
/// <param name="Rows">The rows judged, by their place in the table that was given.</param>
/// <param name="Target">Their truth, in the same order.</param>
/// <param name="Outputs">Numbers, or calibrated probabilities, row after row.</param>
/// <param name="Weights">How much each row counts; empty when all count the same.</param>
/// <param name="Folds">The model of each fold with the rows that it had not seen.</param>
public sealed record OutOfFold(IReadOnlyList<int> Rows, Target Target, ReadOnlyMemory<double> Outputs, ReadOnlyMemory<double> Weights, IReadOnlyList<FoldModel> Folds);

/// <summary>What was learned from all rows but those of one fold.</summary>
/// <param name="Model">The model.</param>
/// <param name="Rows">The rows of the fold, by their place in the table that was given.</param>
public sealed record FoldModel(Model Model, IReadOnlyList<int> Rows);
