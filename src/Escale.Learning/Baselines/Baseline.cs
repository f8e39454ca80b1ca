namespace Escale.Learning.Baselines;

/// <summary>What a <see cref="Baseline"/> answers for a number.</summary>
public enum BaselineAnswer
{
    /// <summary>The weighted mean: the best constant for squared error.</summary>
    Mean,

    /// <summary>The weighted median: the best constant for absolute error.</summary>
    Median,

    /// <summary>A weighted quantile: the best constant for pinball loss.</summary>
    Quantile,
}

/// <summary>
/// Predicts without looking at the features: a constant for regression, the weighted share of each class otherwise. What a model must beat to be worth its name.
/// Costs one pass over the target (a sort for a quantile).
/// </summary>
public sealed record Baseline : Estimator
{
    /// <inheritdoc/>
    public override string Name => "baseline";

    /// <inheritdoc/>
    public override FeatureStyle Style => FeatureStyle.Native;

    /// <summary>Which constant to answer for a number. Default: the mean. Ignored for classes.</summary>
    public BaselineAnswer Answer { get; init; } = BaselineAnswer.Mean;

    /// <summary>Which quantile, 0 to 1, when <see cref="Answer"/> is one. Default 0.5.</summary>
    public double Quantile { get; init; } = 0.5;

    /// <inheritdoc/>
    public override bool Supports(LearningTask task) => true;

    /// <inheritdoc/>
    public override ConstantPredictor Fit(FeatureMatrix features, Target target, ReadOnlySpan<double> weights = default, FitOptions? options = null)
    {
        Check(features, target, weights);
        CheckSetting(Quantile is >= 0 and <= 1, nameof(Quantile), Quantile, "from 0 to 1");
        options?.CancellationToken.ThrowIfCancellationRequested();
        return new ConstantPredictor(target.Task, target.Task == LearningTask.Regression ? [Constant(target.Values, weights)] : Shares(target, weights), features.FeatureCount);
    }

    private double Constant(ReadOnlySpan<double> values, ReadOnlySpan<double> weights) => Answer switch
    {
        BaselineAnswer.Median => WeightedQuantile(values, weights, 0.5),
        BaselineAnswer.Quantile => WeightedQuantile(values, weights, Quantile),
        _ => Mean(values, weights),
    };

    private static double Mean(ReadOnlySpan<double> values, ReadOnlySpan<double> weights)
    {
        var (sum, weightSum, pivot) = (0.0, 0.0, values[0]); // about a pivot, so that a constant comes out as it is
        for (var row = 0; row < values.Length; row++)
        {
            var weight = weights.IsEmpty ? 1 : weights[row];
            sum += weight * (values[row] - pivot);
            weightSum += weight;
        }
        return pivot + sum / weightSum;
    }

    /// <summary>The least value that has the share of the weight at or below it; half way to the next when it has exactly that share.</summary>
    private static double WeightedQuantile(ReadOnlySpan<double> values, ReadOnlySpan<double> weights, double share)
    {
        var sorted = new List<(double Value, double Weight)>(values.Length);
        var weightSum = 0.0;
        for (var row = 0; row < values.Length; row++)
        {
            var weight = weights.IsEmpty ? 1 : weights[row];
            if (weight > 0)
            {
                sorted.Add((values[row], weight));
                weightSum += weight;
            }
        }
        sorted.Sort((one, other) => one.Value.CompareTo(other.Value));
        var (below, aim) = (0.0, share * weightSum);
        for (var at = 0; at < sorted.Count - 1; at++)
        {
            below += sorted[at].Weight;
            if (below > aim || (below == aim && share == 0))
            {
                return sorted[at].Value;
            }
            if (below == aim)
            {
                return sorted[at].Value / 2 + sorted[at + 1].Value / 2;
            }
        }
        return sorted[^1].Value;
    }

    private static double[] Shares(Target target, ReadOnlySpan<double> weights)
    {
        var shares = new double[target.ClassCount];
        var weightSum = 0.0;
        for (var row = 0; row < target.RowCount; row++)
        {
            var weight = weights.IsEmpty ? 1 : weights[row];
            shares[target.ClassOf(row)] += weight;
            weightSum += weight;
        }
        for (var at = 0; at < shares.Length; at++)
        {
            shares[at] /= weightSum;
        }
        return shares;
    }
}
