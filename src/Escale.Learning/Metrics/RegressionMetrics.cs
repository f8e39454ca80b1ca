namespace Escale.Learning.Metrics;

internal sealed class RSquaredMetric() : Metric("R²", isHigherBetter: true)
{
    public override bool Supports(LearningTask task) => task == LearningTask.Regression;

    internal override PreparedMetric Prepare(Target target, ReadOnlySpan<double> outputs)
    {
        var truths = target.Values;
        var squares = new double[target.RowCount];
        for (var row = 0; row < squares.Length; row++)
        {
            var error = truths[row] - outputs[row];
            squares[row] = error * error;
        }
        return new Prepared(truths.ToArray(), squares);
    }

    private sealed class Prepared(double[] truths, double[] squares) : PreparedMetric
    {
        public override double Score(ReadOnlySpan<double> weights)
        {
            var (sum, total, error) = (0.0, 0.0, 0.0);
            for (var row = 0; row < truths.Length; row++)
            {
                sum += weights[row] * truths[row];
                total += weights[row];
                error += weights[row] * squares[row];
            }
            var (mean, spread) = (sum / total, 0.0);
            for (var row = 0; row < truths.Length; row++)
            {
                var away = truths[row] - mean;
                spread += weights[row] * away * away;
            }
            if (spread == 0)
            {
                return error == 0 ? 1 : 0;
            }
            return 1 - error / spread;
        }
    }
}

internal sealed class MedianErrorMetric() : Metric("median AE", isHigherBetter: false)
{
    public override bool Supports(LearningTask task) => task == LearningTask.Regression;

    internal override PreparedMetric Prepare(Target target, ReadOnlySpan<double> outputs)
    {
        var truths = target.Values;
        var (errors, order) = (new double[target.RowCount], new int[target.RowCount]);
        for (var row = 0; row < errors.Length; row++)
        {
            (errors[row], order[row]) = (Math.Abs(truths[row] - outputs[row]), row);
        }
        Array.Sort(errors, order);
        return new Prepared(errors, order);
    }

    private sealed class Prepared(double[] sorted, int[] order) : PreparedMetric
    {
        public override double Score(ReadOnlySpan<double> weights)
        {
            var total = 0.0;
            foreach (var row in order)
            {
                total += weights[row];
            }
            var (below, lower) = (0.0, double.NaN);
            for (var at = 0; at < order.Length; at++)
            {
                below += weights[order[at]];
                if (double.IsNaN(lower) && below >= total / 2)
                {
                    lower = sorted[at];
                }
                if (below > total / 2)
                {
                    return (lower + sorted[at]) / 2;
                }
            }
            return sorted[^1];
        }
    }
}
