using Escale.Learning.Metrics;

namespace Escale.Learning.Calibration;

/// <summary>From which probability on to decide for the positive of two classes.</summary>
/// <param name="Threshold">Positive when its probability is at least this; +∞ for never.</param>
/// <param name="Score">The metric, or the mean cost, that this gives on the rows it was chosen by: a little too good for others.</param>
/// <param name="PositiveShare">Share of those rows decided for as positive.</param>
public sealed record ThresholdChoice(double Threshold, double Score, double PositiveShare);

/// <summary>Chooses thresholds by rows that the model did not learn from. O(rows · log rows).</summary>
public static class Thresholds
{
    /// <summary>The threshold that makes a metric of classes (F1, balanced accuracy, MCC …) best; of several the one nearest to one half.</summary>
    /// <param name="metric">The metric.</param>
    /// <param name="target">The truth, two classes.</param>
    /// <param name="outputs">Probabilities, row after row.</param>
    /// <param name="weights">How much each row counts; empty when all count the same.</param>
    /// <exception cref="LearningException">There are not two classes, or the metric does not depend on the threshold (<c>learning.metric-not-supported</c>).</exception>
    public static ThresholdChoice ByMetric(Metric metric, Target target, ReadOnlySpan<double> outputs, ReadOnlySpan<double> weights = default) => metric is ClassMetric classes
        ? Best(target, outputs, weights, (in ClassCounts counts) => classes.Score(counts), sign: 1)
        : throw new LearningException("learning.metric-not-supported", $"{metric.Name} does not depend on a threshold.", "Choose by accuracy, balanced accuracy, F1, precision, recall or MCC.");

    /// <summary>The threshold of least mean cost on these rows. With calibrated probabilities <see cref="CostMatrix.Threshold"/> needs no rows.</summary>
    /// <inheritdoc cref="ByMetric"/>
    /// <param name="costs">What mistakes cost, two classes.</param>
    /// <param name="target">The truth, two classes.</param>
    /// <param name="outputs">Probabilities, row after row.</param>
    /// <param name="weights">How much each row counts; empty when all count the same.</param>
    public static ThresholdChoice ByCost(CostMatrix costs, Target target, ReadOnlySpan<double> outputs, ReadOnlySpan<double> weights = default)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(costs.ClassCount, 2, nameof(costs));
        return Best(target, outputs, weights, (in ClassCounts counts) =>
            (costs[0, 0] * counts.Right[0] + costs[0, 1] * (counts.True[0] - counts.Right[0])
            + costs[1, 1] * counts.Right[1] + costs[1, 0] * (counts.True[1] - counts.Right[1])) / counts.Total, sign: -1);
    }

    private delegate double Judging(in ClassCounts counts);

    private static ThresholdChoice Best(Target target, ReadOnlySpan<double> outputs, ReadOnlySpan<double> weights, Judging judge, int sign)
    {
        if (target.Task != LearningTask.Binary)
        {
            throw new LearningException("learning.task-not-supported", "A threshold parts two classes.", "For several classes decide by a cost matrix.");
        }
        var rowWeights = MetricInput.Check(target, outputs, weights);
        var ranking = new Ranking(MetricInput.OutputsOf(1, outputs, 2), [.. target.Values.ToArray().Select(value => value == 1)]);
        var truths = new double[2];
        for (var row = 0; row < rowWeights.Length; row++)
        {
            truths[target.ClassOf(row)] += rowWeights[row];
        }
        // Nothing is positive at first; then the rows become so from the highest probability down.
        var (counts, at, above, best) = (new ClassCounts(truths, [truths[0] + truths[1], 0], [truths[0], 0]), 0, double.PositiveInfinity, (ThresholdChoice?)null);
        while (true)
        {
            var next = at < ranking.RowCount ? ranking.ScoreAt(at) : double.NegativeInfinity;
            var threshold = Between(next, above);
            var score = judge(counts);
            if (best is null || sign * score > sign * best.Score || (score == best.Score && Math.Abs(threshold - 0.5) < Math.Abs(best.Threshold - 0.5)))
            {
                best = new ThresholdChoice(threshold, score, counts.Predicted[1] / counts.Total);
            }
            if (at >= ranking.RowCount)
            {
                return best;
            }
            var (positive, negative, own) = ranking.Step(rowWeights, ref at);
            above = own;
            counts.Right[0] -= negative;
            counts.Right[1] += positive;
            counts.Predicted[0] -= positive + negative;
            counts.Predicted[1] += positive + negative;
        }
    }

    /// <summary>A threshold above one probability and not above the next higher one: their middle; one half when it lies between them.</summary>
    private static double Between(double below, double above)
    {
        if (below < 0.5 && 0.5 <= above)
        {
            return 0.5;
        }
        if (double.IsPositiveInfinity(above))
        {
            return above;
        }
        var middle = double.IsNegativeInfinity(below) ? above : below + (above - below) / 2;
        return middle > below ? middle : above;
    }
}
