namespace Escale.Learning.Boosting;

/// <summary>Absolute error; predicts the median. Leaves take the median of what is left over (Friedman, 2001).</summary>
public sealed record AbsoluteObjective : Objective
{
    /// <inheritdoc/>
    public override string Name => "absolute";

    /// <inheritdoc/>
    public override bool HasConstantHessian => true;

    /// <inheritdoc/>
    public override double GradientBound => 1;

    /// <inheritdoc/>
    public override double HessianBound => 1;

    /// <inheritdoc/>
    public override double? LeafQuantile => 0.5;

    /// <inheritdoc/>
    public override void Start(ReadOnlySpan<double> targets, ReadOnlySpan<double> weights, Span<double> start) =>
        start[0] = WeightedQuantile.Of(targets.ToArray(), weights.ToArray(), 0.5);

    /// <inheritdoc/>
    public override void Derive(
        ReadOnlySpan<double> scores, ReadOnlySpan<double> targets, ReadOnlySpan<double> weights, Span<float> gradients, Span<float> hessians)
    {
        for (var row = 0; row < scores.Length; row++)
        {
            var weight = weights.IsEmpty ? 1f : (float)weights[row];
            gradients[row] = Math.Sign(scores[row] - targets[row]) * weight;
            if (!hessians.IsEmpty)
            {
                hessians[row] = weight;
            }
        }
    }

    /// <inheritdoc/>
    public override double Loss(ReadOnlySpan<double> scores, double target) => Math.Abs(scores[0] - target);
}

/// <summary>Quantile (pinball) loss; predicts a quantile. Leaves take that quantile of what is left over (Koenker and Bassett, 1978).</summary>
/// <param name="Level">Which quantile, between 0 and 1. Default 0.5.</param>
public sealed record QuantileObjective(double Level = 0.5) : Objective
{
    /// <summary>Which quantile, between 0 and 1.</summary>
    public double Level { get; } = Level is > 0 and < 1 ? Level : throw new ArgumentOutOfRangeException(nameof(Level), Level, "A quantile lies between 0 and 1.");

    /// <inheritdoc/>
    public override string Name => "quantile";

    /// <inheritdoc/>
    public override bool HasConstantHessian => true;

    /// <inheritdoc/>
    public override double GradientBound => 1;

    /// <inheritdoc/>
    public override double HessianBound => 1;

    /// <inheritdoc/>
    public override double? LeafQuantile => Level;

    /// <inheritdoc/>
    public override void Start(ReadOnlySpan<double> targets, ReadOnlySpan<double> weights, Span<double> start) =>
        start[0] = WeightedQuantile.Of(targets.ToArray(), weights.ToArray(), Level);

    /// <inheritdoc/>
    public override void Derive(
        ReadOnlySpan<double> scores, ReadOnlySpan<double> targets, ReadOnlySpan<double> weights, Span<float> gradients, Span<float> hessians)
    {
        for (var row = 0; row < scores.Length; row++)
        {
            var weight = weights.IsEmpty ? 1 : weights[row];
            gradients[row] = (float)((scores[row] >= targets[row] ? 1 - Level : -Level) * weight);
            if (!hessians.IsEmpty)
            {
                hessians[row] = (float)weight;
            }
        }
    }

    /// <inheritdoc/>
    public override double Loss(ReadOnlySpan<double> scores, double target) =>
        target >= scores[0] ? Level * (target - scores[0]) : (1 - Level) * (scores[0] - target);
}

/// <summary>Squared error up to a distance, absolute error beyond it (Huber, 1964): the mean of what is near, little moved by what is far.</summary>
/// <param name="Distance">From where on errors count in proportion only; above 0, in the unit of the target. Default 1.</param>
public sealed record HuberObjective(double Distance = 1) : Objective
{
    /// <summary>From where on errors count in proportion only; above 0, in the unit of the target.</summary>
    public double Distance { get; } = Distance > 0 ? Distance : throw new ArgumentOutOfRangeException(nameof(Distance), Distance, "A distance is above 0.");

    /// <inheritdoc/>
    public override string Name => "huber";

    /// <inheritdoc/>
    public override bool HasConstantHessian => true;

    /// <inheritdoc/>
    public override double GradientBound => Distance;

    /// <inheritdoc/>
    public override double HessianBound => 1;

    /// <inheritdoc/>
    public override void Start(ReadOnlySpan<double> targets, ReadOnlySpan<double> weights, Span<double> start) =>
        start[0] = WeightedQuantile.Of(targets.ToArray(), weights.ToArray(), 0.5);

    /// <inheritdoc/>
    public override void Derive(
        ReadOnlySpan<double> scores, ReadOnlySpan<double> targets, ReadOnlySpan<double> weights, Span<float> gradients, Span<float> hessians)
    {
        for (var row = 0; row < scores.Length; row++)
        {
            var weight = weights.IsEmpty ? 1 : weights[row];
            gradients[row] = (float)(Math.Clamp(scores[row] - targets[row], -Distance, Distance) * weight);
            if (!hessians.IsEmpty)
            {
                hessians[row] = (float)weight;
            }
        }
    }

    /// <inheritdoc/>
    public override double Loss(ReadOnlySpan<double> scores, double target)
    {
        var error = Math.Abs(scores[0] - target);
        return error <= Distance ? error * error / 2 : Distance * (error - Distance / 2);
    }
}

/// <summary>Quantiles of weighted numbers.</summary>
internal static class WeightedQuantile
{
    /// <summary>The smallest value at or below which the share <paramref name="level"/> of the weight lies; halfway to the next when it lies there exactly.</summary>
    /// <param name="values">Values, put in order.</param>
    /// <param name="weights">Their weights, put in the same order; empty when all are 1.</param>
    /// <param name="level">0 to 1.</param>
    public static double Of(double[] values, double[] weights, double level)
    {
        if (weights.Length == 0)
        {
            Array.Sort(values);
            var place = level * values.Length;
            var at = (int)place;
            return at == place && at > 0 && at < values.Length ? values[at - 1] / 2 + values[at] / 2 : values[Math.Clamp(at, 0, values.Length - 1)];
        }
        Array.Sort(values, weights);
        var (wanted, sum) = (level * weights.Sum(), 0.0);
        for (var at = 0; at < values.Length; at++)
        {
            sum += weights[at];
            if (sum > wanted || at == values.Length - 1)
            {
                return values[at];
            }
            if (sum == wanted && sum > 0)
            {
                var next = at + 1;
                while (next < values.Length - 1 && weights[next] == 0)
                {
                    next++;
                }
                return values[at] / 2 + values[next] / 2;
            }
        }
        return values[^1];
    }
}
