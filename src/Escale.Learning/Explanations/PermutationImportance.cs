using Escale.Learning.Frames;
using Escale.Learning.Metrics;
using Escale.Learning.Threads;
using Escale.Learning.Trees.Growing;

namespace Escale.Learning.Explanations;

/// <summary>
/// By how much a score falls when the values of one column are shuffled among the rows (Breiman, 2001; Fisher, Rudin and Dominici, 2019). Judge on rows that were not learned from.
/// Columns that tell the same share their importance: each may look unimportant because the other is left.
/// </summary>
public sealed class PermutationImportance
{
    private readonly double[][] _drops;

    private PermutationImportance(IReadOnlyList<string> names, Metric metric, double baseScore, double[][] drops) =>
        (Names, Metric, BaseScore, _drops) = (names, metric, baseScore, drops);

    /// <summary>Names of the features or raw columns.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>What was judged by.</summary>
    public Metric Metric { get; }

    /// <summary>The score when nothing is shuffled.</summary>
    public double BaseScore { get; }

    /// <summary>By how much the score gets worse, mean over the repeats; about 0 or below for what does not help.</summary>
    public double Mean(int at) => _drops[at].Average();

    /// <summary>Standard deviation over the repeats; 0 with one.</summary>
    public double Deviation(int at)
    {
        var mean = Mean(at);
        return _drops[at].Length < 2 ? 0 : Math.Sqrt(_drops[at].Sum(drop => (drop - mean) * (drop - mean)) / (_drops[at].Length - 1));
    }

    /// <summary>Each repeat's worsening.</summary>
    public IReadOnlyList<double> Drops(int at) => _drops[at];

    /// <summary>The indices of <see cref="Names"/>, the most important first.</summary>
    public int[] Ranking() => [.. Enumerable.Range(0, Names.Count).OrderByDescending(Mean)];

    /// <summary>Judges the raw columns of a model. O(columns × repeats) predictions of all rows.</summary>
    /// <param name="model">The model.</param>
    /// <param name="rows">Rows with their target.</param>
    /// <param name="metric">What to judge by; null for the task's default.</param>
    /// <param name="repeats">Shuffles of each column. Default 5.</param>
    /// <param name="weights">How much each row counts; empty for alike.</param>
    /// <param name="options">Seed, threads, cancellation; the result does not depend on the threads.</param>
    public static PermutationImportance Of(
        Model model, Frame rows, Metric? metric = null, int repeats = 5, ReadOnlyMemory<double> weights = default, FitOptions? options = null)
    {
        var target = model.Task == LearningTask.Regression
            ? Targets.Of(rows[model.TargetName], LearningTask.Regression)
            : Targets.Of(rows[model.TargetName], model.Task, model.Classes);
        string[] names = [.. model.Schema.Columns.Select(column => column.Name)];
        var inputs = rows.Only(names);
        return Judge(
            names, target, metric, repeats, weights, options,
            (at, order) => model.Predict(at < 0 ? inputs : inputs.With(inputs.Only(names[at]).Rows(order)[names[at]])).Outputs.ToArray());
    }

    /// <summary>Judges the features of a predictor.</summary>
    /// <inheritdoc cref="Of(Model, Frame, Metric, int, ReadOnlyMemory{double}, FitOptions)"/>
    public static PermutationImportance Of(
        Predictor predictor, FeatureMatrix features, Target target, Metric? metric = null, int repeats = 5, ReadOnlyMemory<double> weights = default, FitOptions? options = null) => Judge(
            [.. features.Features.Select(feature => feature.Name)], target, metric, repeats, weights, options,
            (at, order) => predictor.Predict(at < 0 ? features : Shuffled(features, at, order)));

    private static FeatureMatrix Shuffled(FeatureMatrix features, int at, int[] order)
    {
        var values = new float[features.RowCount];
        for (var row = 0; row < values.Length; row++)
        {
            values[row] = features[at][order[row]];
        }
        return new FeatureMatrix(
            features.Features, [.. Enumerable.Range(0, features.FeatureCount).Select(other => other == at ? values : features.Column(other))], features.RowCount);
    }

    private static PermutationImportance Judge(
        string[] names, Target target, Metric? metric, int repeats, ReadOnlyMemory<double> weights, FitOptions? options, Func<int, int[], double[]> predict)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(repeats, 1);
        (metric, options) = (metric ?? Metric.DefaultFor(target.Task), options ?? FitOptions.Default);
        var baseScore = metric.Score(target, predict(-1, []), weights.Span);
        var drops = names.Select(_ => new double[repeats]).ToArray();
        using (var team = new WorkerTeam(options.Threads))
        {
            team.Run(names.Length * repeats, part =>
            {
                if (options.CancellationToken.IsCancellationRequested)
                {
                    return;
                }
                var order = Order(target.RowCount, new TreeRandom(options.Seed, part));
                var score = metric.Score(target, predict(part / repeats, order), weights.Span);
                drops[part / repeats][part % repeats] = metric.IsHigherBetter ? baseScore - score : score - baseScore;
            });
        }
        options.CancellationToken.ThrowIfCancellationRequested();
        return new PermutationImportance(names, metric, baseScore, drops);
    }

    private static int[] Order(int rows, TreeRandom random)
    {
        var order = Enumerable.Range(0, rows).ToArray();
        for (var at = 0; at < rows - 1; at++)
        {
            var other = at + random.Below(rows - at);
            (order[at], order[other]) = (order[other], order[at]);
        }
        return order;
    }
}
