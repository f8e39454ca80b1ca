using Escale.Learning.Frames;
using Escale.Learning.Metrics;

namespace Escale.Learning.Selection;

/// <summary>How a way to train does on rows that it has not seen.</summary>
public static class CrossValidation
{
    /// <summary>
    /// Trains on the training rows of each split and predicts the test rows. What trains may itself search or split (<see cref="PipelineSearch"/>, automatic training): the
    /// scores then are those of the whole procedure (nested cross-validation).
    /// </summary>
    /// <param name="frame">Raw rows, the target among the columns; rows without a target are left out.</param>
    /// <param name="target">The column to predict.</param>
    /// <param name="train">Makes a model of training rows.</param>
    /// <param name="splitter">How rows are split; null for five stratified folds.</param>
    /// <param name="metrics">What to judge by; empty for the usual one of the task.</param>
    /// <param name="keys">Groups and times of the rows of <paramref name="frame"/>, for splitters that need them.</param>
    /// <param name="seed">Where randomness starts. Default 0.</param>
    /// <param name="cancellationToken">Stops between splits.</param>
    public static CrossValidationResult Run(
        Frame frame, string target, Func<Frame, Model> train, Splitter? splitter = null, IReadOnlyList<Metric>? metrics = null, SplitKeys? keys = null, int seed = 0,
        CancellationToken cancellationToken = default)
    {
        var column = frame[target];
        var known = Enumerable.Range(0, frame.RowCount).Where(row => !column.IsMissing(row)).ToArray();
        if (known.Length < frame.RowCount)
        {
            keys = keys is null ? null : new SplitKeys { Groups = Pick(keys.Groups, known), Times = Pick(keys.Times, known) };
            frame = frame.Rows(known);
        }
        var truth = Targets.Of(frame[target]);
        var used = metrics is { Count: > 0 } ? metrics : [Metric.DefaultFor(truth.Task)];
        var scores = used.ToDictionary(metric => metric, _ => new List<double>());
        var tested = new List<(int[] Rows, double[] Outputs)>();
        foreach (var split in (splitter ?? new StratifiedKFold()).Split(truth, seed, keys))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var model = train(frame.Rows(split.Train));
            var outputs = InOrder(model, truth, model.Predict(frame.Rows(split.Test)).Outputs);
            tested.Add((split.Test, outputs));
            foreach (var metric in used)
            {
                scores[metric].Add(metric.TryScore(truth.Rows(split.Test), outputs, default, out var score) ? score : double.NaN);
            }
        }
        return new CrossValidationResult([.. used.Select(metric => new CrossValidatedScore(metric, scores[metric]))], truth, tested);
    }

    // A model of rows that lack a class has fewer outputs.
    private static double[] InOrder(Model model, Target truth, ReadOnlySpan<double> outputs)
    {
        if (model.Classes.SequenceEqual(truth.Classes))
        {
            return outputs.ToArray();
        }
        var (from, to) = (model.Classes.Count, truth.ClassCount);
        var places = model.Classes.Select(name => truth.Classes.ToList().IndexOf(name)).ToArray();
        var ordered = new double[outputs.Length / from * to];
        for (var row = 0; row < outputs.Length / from; row++)
        {
            for (var at = 0; at < from; at++)
            {
                ordered[row * to + places[at]] = outputs[row * from + at];
            }
        }
        return ordered;
    }

    private static T[]? Pick<T>(T[]? values, int[] rows) => values is null ? null : [.. rows.Select(row => values[row])];
}

/// <summary>One metric over the splits.</summary>
/// <param name="Metric">The metric.</param>
/// <param name="Scores">Its score on the test rows of each split; NaN where these have none.</param>
public sealed record CrossValidatedScore(Metric Metric, IReadOnlyList<double> Scores)
{
    /// <summary>The mean over the splits that have a score.</summary>
    public double Mean => Scores.Where(double.IsFinite).DefaultIfEmpty(double.NaN).Average();

    /// <summary>The standard deviation over these splits; 0 for one.</summary>
    public double Deviation => Math.Sqrt(Scores.Where(double.IsFinite).Select(score => (score - Mean) * (score - Mean)).DefaultIfEmpty(0).Average());
}

/// <summary>What cross-validation found.</summary>
/// <param name="Scores">One for each metric.</param>
/// <param name="Target">The truth of all rows with a target.</param>
/// <param name="Tested">For each split the rows tested (of those with a target) and what was predicted of them.</param>
public sealed record CrossValidationResult(IReadOnlyList<CrossValidatedScore> Scores, Target Target, IReadOnlyList<(int[] Rows, double[] Outputs)> Tested);
