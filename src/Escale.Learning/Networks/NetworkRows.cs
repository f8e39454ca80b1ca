namespace Escale.Learning.Networks;

/// <summary>Rows as networks read them: one row's features side by side, the target on the scale that is learned.</summary>
/// <param name="Features">Rows × <paramref name="Width"/>.</param>
/// <param name="Width">Features of a row.</param>
/// <param name="Targets">Numbers of about mean 0 and deviation 1, or indices of classes.</param>
/// <param name="Weights">About 1 in the mean; empty when all are 1.</param>
internal sealed record NetworkRows(float[] Features, int Width, double[] Targets, double[] Weights)
{
    public int Count => Targets.Length;

    public static NetworkRows Of(FeatureMatrix features, Target target, ReadOnlySpan<double> weights, TargetScale scale)
    {
        var (width, values) = (features.FeatureCount, new float[(long)features.RowCount * features.FeatureCount]);
        for (var feature = 0; feature < width; feature++)
        {
            var column = features[feature];
            for (var row = 0; row < column.Length; row++)
            {
                values[(long)row * width + feature] = column[row];
            }
        }
        var targets = target.Values.ToArray();
        foreach (ref var value in targets.AsSpan())
        {
            value = scale.Scaled(value);
        }
        var mean = 0.0;
        foreach (var weight in weights)
        {
            mean += weight / weights.Length;
        }
        return new NetworkRows(values, width, targets, [.. weights.ToArray().Select(weight => weight / mean)]);
    }

    public ReadOnlySpan<float> Row(int row) => Features.AsSpan(row * Width, Width);
}

/// <summary>A target's mean and standard deviation; 0 and 1 for classes.</summary>
internal readonly record struct TargetScale(double Mean, double Deviation)
{
    public static TargetScale Of(Target target, ReadOnlySpan<double> weights)
    {
        if (target.Task != LearningTask.Regression)
        {
            return new(0, 1);
        }
        // Divided by the greatest first, so that no square is infinite.
        var most = 0.0;
        foreach (var value in target.Values)
        {
            most = Math.Max(most, Math.Abs(value));
        }
        most = most > 0 ? most : 1;
        var (sum, mean, squares) = (0.0, 0.0, 0.0);
        for (var row = 0; row < target.RowCount; row++)
        {
            var weight = weights.IsEmpty ? 1 : weights[row];
            sum += weight;
            mean += weight / sum * (target.Values[row] / most - mean);
        }
        for (var row = 0; row < target.RowCount; row++)
        {
            squares += (weights.IsEmpty ? 1 : weights[row]) / sum * Math.Pow(target.Values[row] / most - mean, 2);
        }
        var deviation = Math.Sqrt(squares);
        return new(mean * most, deviation > 1e-12 ? deviation * most : 0);
    }

    public double Scaled(double value) => Deviation > 0 ? (value - Mean) / Deviation : 0;
}
