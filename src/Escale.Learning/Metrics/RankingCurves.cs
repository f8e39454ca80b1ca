namespace Escale.Learning.Metrics;

/// <summary>What a threshold gives.</summary>
/// <param name="Threshold">Positive when the probability is at least this; +∞ for none.</param>
/// <param name="FalsePositiveRate">Share of the negative rows taken for positive.</param>
/// <param name="TruePositiveRate">Share of the positive rows found (recall).</param>
/// <param name="Precision">Share of those taken for positive that are; 1 when none is.</param>
/// <param name="PositiveShare">Share of all rows taken for positive.</param>
public readonly record struct ThresholdPoint(double Threshold, double FalsePositiveRate, double TruePositiveRate, double Precision, double PositiveShare);

/// <summary>
/// How many of the positive rows are found at which price, for every threshold: one list of points for the ROC curve (<see cref="ThresholdPoint.TruePositiveRate"/> over
/// <see cref="ThresholdPoint.FalsePositiveRate"/>), for precision over recall and for the gain curve.
/// </summary>
/// <param name="Points">From the highest threshold to the lowest; the first takes no row for positive, the last takes all.</param>
/// <param name="Area">Area under the ROC curve.</param>
/// <param name="AveragePrecision">Area under precision over recall.</param>
public sealed record RankingCurve(IReadOnlyList<ThresholdPoint> Points, double Area, double AveragePrecision)
{
    /// <summary>The curve of one class against the rest. O(rows · log rows).</summary>
    /// <param name="target">The truth, classes.</param>
    /// <param name="outputs">Probabilities, row after row.</param>
    /// <param name="positive">The class; null for the second of two.</param>
    /// <param name="weights">How much each row counts; empty when all count the same.</param>
    /// <param name="mostPoints">About how many points to keep at most, for drawing; area and average precision are of all. Default all.</param>
    /// <exception cref="LearningException">The rows are all of the class or none is (<c>learning.metric-undefined</c>), or the target is numbers.</exception>
    public static RankingCurve Of(Target target, ReadOnlySpan<double> outputs, int? positive = null, ReadOnlySpan<double> weights = default, int mostPoints = int.MaxValue)
    {
        var (ranking, rowWeights) = Ranked(target, outputs, positive, weights);
        var (positives, negatives) = Totals(ranking, rowWeights);
        var points = new List<ThresholdPoint> { new(double.PositiveInfinity, 0, 0, 1, 0) };
        var (found, wrong, at) = (0.0, 0.0, 0);
        while (at < ranking.RowCount)
        {
            var (right, alarm, score) = ranking.Step(rowWeights, ref at);
            (found, wrong) = (found + right, wrong + alarm);
            points.Add(new(score, wrong / negatives, found / positives, found + wrong > 0 ? found / (found + wrong) : 1, (found + wrong) / (positives + negatives)));
        }
        var (area, average) = (((RankingMetric)Metric.RocAuc).Score(ranking, rowWeights), ((RankingMetric)Metric.AveragePrecision).Score(ranking, rowWeights));
        return new RankingCurve(Thinned(points, mostPoints), area, average);
    }

    internal static (Ranking Ranking, double[] Weights) Ranked(Target target, ReadOnlySpan<double> outputs, int? positive, ReadOnlySpan<double> weights)
    {
        if (target.Task == LearningTask.Regression)
        {
            throw new LearningException("learning.task-not-supported", "Numbers have no ranking of a class.", "Judge them by R², RMSE or MAE.");
        }
        var of = positive ?? (target.ClassCount == 2 ? 1 : throw new ArgumentException("Of several classes, say which one is positive.", nameof(positive)));
        var rowWeights = MetricInput.Check(target, outputs, weights);
        var isPositive = new bool[target.RowCount];
        for (var row = 0; row < isPositive.Length; row++)
        {
            isPositive[row] = target.ClassOf(row) == of;
        }
        return (new Ranking(MetricInput.OutputsOf(of, outputs, target.ClassCount), isPositive), rowWeights);
    }

    internal static (double Positive, double Negative) Totals(Ranking ranking, ReadOnlySpan<double> weights)
    {
        var (positives, negatives, at) = (0.0, 0.0, 0);
        while (at < ranking.RowCount)
        {
            var (positive, negative, _) = ranking.Step(weights, ref at);
            (positives, negatives) = (positives + positive, negatives + negative);
        }
        return positives > 0 && negatives > 0 ? (positives, negatives) : throw Metric.RocAuc.Undefined();
    }

    /// <summary>Points evenly along the curve, the ends always.</summary>
    private static List<ThresholdPoint> Thinned(List<ThresholdPoint> points, int most)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(most, 2);
        if (points.Count <= most)
        {
            return points;
        }
        var (kept, length, step) = (new List<ThresholdPoint> { points[0] }, 0.0, 2.0 / (most - 1));
        for (var at = 1; at < points.Count - 1; at++)
        {
            length += points[at].FalsePositiveRate - points[at - 1].FalsePositiveRate + points[at].TruePositiveRate - points[at - 1].TruePositiveRate;
            if (length >= step * kept.Count)
            {
                kept.Add(points[at]);
            }
        }
        kept.Add(points[^1]);
        return kept;
    }
}

/// <summary>One part of the rows, ordered by probability, of a <see cref="GainTable"/>.</summary>
/// <param name="LeastScore">The lowest probability in the part.</param>
/// <param name="RowShare">Share of all rows in this part and those above.</param>
/// <param name="PositiveRate">Share of positive rows in the part.</param>
/// <param name="FoundShare">Share of all positive rows that are in this part and those above.</param>
/// <param name="Lift">Positive rate of this part and those above ÷ that of all rows: 3 means three times as many as by chance.</param>
public sealed record GainStep(double LeastScore, double RowShare, double PositiveRate, double FoundShare, double Lift);

/// <summary>What is found when the likeliest tenth of the rows is looked at, the likeliest two tenths, and so on.</summary>
/// <param name="Steps">From the likeliest rows down. Rows of equal probability stay together, so parts may differ in size.</param>
public sealed record GainTable(IReadOnlyList<GainStep> Steps)
{
    /// <summary>The table of one class against the rest.</summary>
    /// <inheritdoc cref="RankingCurve.Of"/>
    /// <param name="target">The truth, classes.</param>
    /// <param name="outputs">Probabilities, row after row.</param>
    /// <param name="positive">The class; null for the second of two.</param>
    /// <param name="weights">How much each row counts; empty when all count the same.</param>
    /// <param name="parts">How many parts. Default 10.</param>
    public static GainTable Of(Target target, ReadOnlySpan<double> outputs, int? positive = null, ReadOnlySpan<double> weights = default, int parts = 10)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(parts, 1);
        var (ranking, rowWeights) = RankingCurve.Ranked(target, outputs, positive, weights);
        var (positives, negatives) = RankingCurve.Totals(ranking, rowWeights);
        var (steps, total, at) = (new List<GainStep>(), positives + negatives, 0);
        var (found, seen, foundBefore, seenBefore) = (0.0, 0.0, 0.0, 0.0);
        while (at < ranking.RowCount)
        {
            var (right, alarm, score) = ranking.Step(rowWeights, ref at);
            (found, seen) = (found + right, seen + right + alarm);
            if (seen > seenBefore && (seen >= total * (Math.Floor(seenBefore / total * parts + 1e-9) + 1) / parts * (1 - 1e-12) || at == ranking.RowCount))
            {
                steps.Add(new GainStep(score, seen / total, (found - foundBefore) / (seen - seenBefore), found / positives, found / seen / (positives / total)));
                (foundBefore, seenBefore) = (found, seen);
            }
        }
        return new GainTable(steps);
    }
}
