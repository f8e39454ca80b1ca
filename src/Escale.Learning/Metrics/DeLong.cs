namespace Escale.Learning.Metrics;

/// <summary>
/// Intervals of the area under the ROC curve of two classes without resampling, in O(rows · log rows). E. DeLong, D. DeLong, D. Clarke-Pearson (1988), "Comparing the areas under
/// two or more correlated receiver operating characteristic curves"; ranks as X. Sun, W. Xu (2014). All rows count the same.
/// </summary>
public static class DeLong
{
    /// <summary>The interval of one model's area, cut to 0 … 1.</summary>
    /// <param name="target">The truth, two classes.</param>
    /// <param name="outputs">Probabilities of both classes, row after row.</param>
    /// <param name="level">How often the interval shall hold the true value. Default 0.95.</param>
    /// <exception cref="LearningException">All rows are of one class, or one class has a single row (<c>learning.metric-undefined</c>).</exception>
    public static ConfidenceInterval Interval(Target target, ReadOnlySpan<double> outputs, double level = 0.95)
    {
        var parts = Placements.Of(target, outputs);
        var half = Normal.Quantile((1 + level) / 2) * Math.Sqrt(parts.Covariance(parts));
        return new ConfidenceInterval(parts.Area, Math.Max(0, parts.Area - half), Math.Min(1, parts.Area + half), level);
    }

    /// <summary>Compares the areas of two models on the same rows.</summary>
    /// <inheritdoc cref="Interval"/>
    /// <param name="target">The truth, two classes.</param>
    /// <param name="first">Probabilities of the first model.</param>
    /// <param name="second">Probabilities of the second.</param>
    /// <param name="level">How often the interval shall hold the true value. Default 0.95.</param>
    public static MetricComparison Compare(Target target, ReadOnlySpan<double> first, ReadOnlySpan<double> second, double level = 0.95)
    {
        var (one, two) = (Placements.Of(target, first), Placements.Of(target, second));
        var deviation = Math.Sqrt(Math.Max(0, one.Covariance(one) + two.Covariance(two) - 2 * one.Covariance(two)));
        var (difference, half) = (one.Area - two.Area, Normal.Quantile((1 + level) / 2) * deviation);
        var pValue = deviation > 0 ? 2 * Normal.Below(-Math.Abs(difference) / deviation) : difference == 0 ? 1 : 0;
        return new MetricComparison(one.Area, two.Area, new ConfidenceInterval(difference, difference - half, difference + half, level), pValue);
    }

    /// <summary>For each positive row the share of negative rows below it, for each negative row the share of positive rows above it; ties one half.</summary>
    private sealed record Placements(double Area, double[] Positive, double[] Negative)
    {
        public static Placements Of(Target target, ReadOnlySpan<double> outputs)
        {
            if (target.Task != LearningTask.Binary)
            {
                throw new LearningException("learning.metric-not-supported", $"DeLong's interval does not judge {target.Task} tasks.", "Use the bootstrap interval.");
            }
            MetricInput.Check(target, outputs, default);
            var all = MetricInput.OutputsOf(1, outputs, 2);
            var (positive, negative) = (new List<double>(), new List<double>());
            for (var row = 0; row < all.Length; row++)
            {
                (target.ClassOf(row) == 1 ? positive : negative).Add(all[row]);
            }
            if (positive.Count < 2 || negative.Count < 2)
            {
                throw new LearningException("learning.metric-undefined", "DeLong's interval needs two rows of each class.", "Judge by more rows.");
            }
            var (above, below) = (Shares(positive, negative), Shares(negative, positive));
            return new Placements(above.Average(), above, [.. below.Select(share => 1 - share)]);
        }

        public double Covariance(Placements other) =>
            Covariance(Positive, other.Positive) / Positive.Length + Covariance(Negative, other.Negative) / Negative.Length;

        private static double Covariance(double[] first, double[] second)
        {
            var (meanFirst, meanSecond, sum) = (first.Average(), second.Average(), 0.0);
            for (var at = 0; at < first.Length; at++)
            {
                sum += (first[at] - meanFirst) * (second[at] - meanSecond);
            }
            return sum / (first.Length - 1);
        }

        private static double[] Shares(List<double> of, List<double> among)
        {
            double[] sorted = [.. among.Order()];
            return [.. of.Select(value => (CountBelow(sorted, value, isOrEqual: false) + CountBelow(sorted, value, isOrEqual: true)) / (2.0 * sorted.Length))];
        }

        private static int CountBelow(double[] sorted, double value, bool isOrEqual)
        {
            var (low, high) = (0, sorted.Length);
            while (low < high)
            {
                var middle = (low + high) / 2;
                if (sorted[middle] < value || (isOrEqual && sorted[middle] == value))
                {
                    low = middle + 1;
                }
                else
                {
                    high = middle;
                }
            }
            return low;
        }
    }
}
