namespace Escale.Learning.Metrics;

/// <summary>A mean, or its root, of something that each row has.</summary>
internal sealed class PreparedMean(double[] losses, bool isRooted = false) : PreparedMetric
{
    public override double Score(ReadOnlySpan<double> weights)
    {
        var (sum, total) = (0.0, 0.0);
        for (var row = 0; row < losses.Length; row++)
        {
            sum += weights[row] * losses[row];
            total += weights[row];
        }
        return isRooted ? Math.Sqrt(sum / total) : sum / total;
    }
}

internal sealed class LogLossMetric() : Metric("log loss", isHigherBetter: false)
{
    private const double Epsilon = 2.220446049250313e-16;

    public override bool Supports(LearningTask task) => task != LearningTask.Regression;

    internal override PreparedMetric Prepare(Target target, ReadOnlySpan<double> outputs) => new PreparedMean(RowLosses(target, outputs));

    /// <summary>The loss of every row.</summary>
    internal static double[] RowLosses(Target target, ReadOnlySpan<double> outputs)
    {
        var losses = new double[target.RowCount];
        var classes = target.OutputCount;
        for (var row = 0; row < losses.Length; row++)
        {
            var sum = 0.0;
            var own = outputs.Slice(row * classes, classes);
            foreach (var output in own)
            {
                sum += Math.Clamp(output, Epsilon, 1 - Epsilon);
            }
            losses[row] = -Math.Log(Math.Clamp(own[target.ClassOf(row)], Epsilon, 1 - Epsilon) / sum);
        }
        return losses;
    }
}

internal sealed class BrierMetric() : Metric("Brier score", isHigherBetter: false)
{
    public override bool Supports(LearningTask task) => task != LearningTask.Regression;

    internal override PreparedMetric Prepare(Target target, ReadOnlySpan<double> outputs)
    {
        var losses = new double[target.RowCount];
        var classes = target.OutputCount;
        for (var row = 0; row < losses.Length; row++)
        {
            for (var at = classes == 2 ? 1 : 0; at < classes; at++)
            {
                var error = outputs[row * classes + at] - (target.ClassOf(row) == at ? 1 : 0);
                losses[row] += error * error;
            }
        }
        return new PreparedMean(losses);
    }
}

/// <summary>A mean over rows of an error that depends on truth and output alone.</summary>
internal sealed class RowErrorMetric(string name, Func<double, double, double> error, bool isRooted = false) : Metric(name, isHigherBetter: false)
{
    public const double Epsilon = 2.220446049250313e-16;

    private protected override string WhyUndefined => "a target is below 0";

    public override bool Supports(LearningTask task) => task == LearningTask.Regression;

    /// <summary>NaN, which makes the whole undefined, for a truth below 0.</summary>
    internal static double SquaredLogError(double truth, double output)
    {
        if (truth < 0)
        {
            return double.NaN;
        }
        var difference = Math.Log(1 + truth) - Math.Log(1 + Math.Max(0, output));
        return difference * difference;
    }

    internal override PreparedMetric Prepare(Target target, ReadOnlySpan<double> outputs)
    {
        var truths = target.Values;
        var losses = new double[target.RowCount];
        for (var row = 0; row < losses.Length; row++)
        {
            losses[row] = error(truths[row], outputs[row]);
        }
        return new PreparedMean(losses, isRooted);
    }
}

internal sealed class PinballMetric : Metric
{
    private readonly double _quantile;

    public PinballMetric(double quantile)
        : base(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"pinball {quantile}"), isHigherBetter: false)
    {
        _quantile = quantile is > 0 and < 1
            ? quantile
            : throw new ArgumentOutOfRangeException(nameof(quantile), quantile, "A quantile is between 0 and 1.");
    }

    public override bool Supports(LearningTask task) => task == LearningTask.Regression;

    internal override PreparedMetric Prepare(Target target, ReadOnlySpan<double> outputs)
    {
        var truths = target.Values;
        var losses = new double[target.RowCount];
        for (var row = 0; row < losses.Length; row++)
        {
            var difference = truths[row] - outputs[row];
            losses[row] = Math.Max(_quantile * difference, (_quantile - 1) * difference);
        }
        return new PreparedMean(losses);
    }
}
