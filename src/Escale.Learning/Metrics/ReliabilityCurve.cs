namespace Escale.Learning.Metrics;

/// <summary>How bins of a <see cref="ReliabilityCurve"/> are made.</summary>
public enum BinKind
{
    /// <summary>Of equal width.</summary>
    Uniform,

    /// <summary>Of about as many rows each.</summary>
    Quantile,
}

/// <summary>One bin of a <see cref="ReliabilityCurve"/>.</summary>
/// <param name="Predicted">Mean probability given to its rows.</param>
/// <param name="Observed">Share of its rows that are positive.</param>
/// <param name="Weight">Its rows (their weight).</param>
public sealed record ReliabilityBin(double Predicted, double Observed, double Weight);

/// <summary>Whether of the rows given 0.3 three in ten come true.</summary>
/// <param name="Bins">Those with rows, from low to high.</param>
/// <param name="ExpectedError">Mean over the rows of |observed − predicted| of their bin (expected calibration error), 0 to 1.</param>
public sealed record ReliabilityCurve(IReadOnlyList<ReliabilityBin> Bins, double ExpectedError)
{
    /// <summary>The curve of one class.</summary>
    /// <param name="target">The truth, classes.</param>
    /// <param name="outputs">Probabilities, row after row.</param>
    /// <param name="positive">The class; null for the second of two.</param>
    /// <param name="weights">How much each row counts; empty when all count the same.</param>
    /// <param name="bins">How many bins. Default 10.</param>
    /// <param name="kind">How they are made. Default of equal width.</param>
    /// <exception cref="LearningException">The target is numbers (<c>learning.task-not-supported</c>).</exception>
    public static ReliabilityCurve Of(
        Target target, ReadOnlySpan<double> outputs, int? positive = null, ReadOnlySpan<double> weights = default, int bins = 10, BinKind kind = BinKind.Uniform)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bins, 1);
        if (target.Task == LearningTask.Regression)
        {
            throw new LearningException("learning.task-not-supported", "Numbers are no probabilities.", "For regression make prediction intervals instead.");
        }
        var of = positive ?? (target.ClassCount == 2 ? 1 : throw new ArgumentException("Of several classes, say which one is positive.", nameof(positive)));
        var rowWeights = MetricInput.Check(target, outputs, weights);
        var scores = MetricInput.OutputsOf(of, outputs, target.ClassCount);
        var edges = Edges(scores, bins, kind);
        var (predicted, observed, weight) = (new double[bins], new double[bins], new double[bins]);
        for (var row = 0; row < scores.Length; row++)
        {
            var found = Array.BinarySearch(edges, scores[row]);
            var bin = found >= 0 ? Array.IndexOf(edges, scores[row]) : ~found;
            predicted[bin] += rowWeights[row] * scores[row];
            observed[bin] += target.ClassOf(row) == of ? rowWeights[row] : 0;
            weight[bin] += rowWeights[row];
        }
        var used = Enumerable.Range(0, bins).Where(bin => weight[bin] > 0).ToArray();
        return new ReliabilityCurve(
            [.. used.Select(bin => new ReliabilityBin(predicted[bin] / weight[bin], observed[bin] / weight[bin], weight[bin]))],
            used.Sum(bin => Math.Abs(observed[bin] - predicted[bin])) / weight.Sum());
    }

    /// <summary>The inner edges; a value on one belongs to the bin below, as in scikit-learn.</summary>
    private static double[] Edges(double[] scores, int bins, BinKind kind)
    {
        double[] sorted = [.. scores.Order()];
        return [.. Enumerable.Range(1, bins - 1).Select(at => kind == BinKind.Uniform ? (double)at / bins : Bootstrap.Quantile(sorted, (double)at / bins))];
    }
}
