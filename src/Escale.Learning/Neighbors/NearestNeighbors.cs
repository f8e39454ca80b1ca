namespace Escale.Learning.Neighbors;

/// <summary>How far rows are apart.</summary>
public enum NeighborMetric
{
    /// <summary>The root of the sum of squared differences.</summary>
    Euclidean,

    /// <summary>The sum of absolute differences.</summary>
    Manhattan,
}

/// <summary>How much each neighbour counts.</summary>
public enum NeighborWeighting
{
    /// <summary>All the same.</summary>
    Uniform,

    /// <summary>One over its distance; rows at distance zero, when there are any, alone.</summary>
    Distance,
}

/// <summary>
/// Predicts from the training rows that are nearest: the mean of their targets, or the shares of their classes, each times its weight. Of rows equally far the earlier count. Keeps
/// the training rows. With up to twelve features and some thousand rows they are found in a k-d tree (Friedman, Bentley and Finkel, 1977), in a time that grows with the
/// logarithm of the rows; otherwise every row is measured.
/// </summary>
public sealed record NearestNeighbors : Estimator
{
    /// <inheritdoc/>
    public override string Name => "nearest neighbours";

    /// <inheritdoc/>
    public override FeatureStyle Style => FeatureStyle.Scaled;

    /// <summary>How many neighbours, 1 or more; all rows when there are fewer. Default 5.</summary>
    public int Neighbors { get; init; } = 5;

    /// <summary>How far rows are apart. Default: Euclidean.</summary>
    public NeighborMetric Metric { get; init; } = NeighborMetric.Euclidean;

    /// <summary>How much each neighbour counts. Default: all the same.</summary>
    public NeighborWeighting Weighting { get; init; } = NeighborWeighting.Uniform;

    /// <inheritdoc/>
    public override bool Supports(LearningTask task) => true;

    /// <inheritdoc/>
    public override NeighborsPredictor Fit(FeatureMatrix features, Target target, ReadOnlySpan<double> weights = default, FitOptions? options = null)
    {
        Check(features, target, weights);
        CheckSetting(Neighbors >= 1, nameof(Neighbors), Neighbors, "1 or more");
        features.ThrowIfNotFinite();
        options?.CancellationToken.ThrowIfCancellationRequested();
        if (!weights.IsEmpty && weights.Contains(0))
        {
            var rows = new List<int>();
            for (var row = 0; row < weights.Length; row++)
            {
                if (weights[row] > 0)
                {
                    rows.Add(row);
                }
            }
            weights = rows.Select(weights.ToArray().ElementAt).ToArray();
            (features, target) = (features.Rows([.. rows]), target.Rows([.. rows]));
        }
        var columns = new float[(long)features.FeatureCount * features.RowCount];
        for (var feature = 0; feature < features.FeatureCount; feature++)
        {
            features[feature].CopyTo(columns.AsSpan(feature * features.RowCount));
        }
        return new NeighborsPredictor(this, target.Task, target.OutputCount, features.FeatureCount, columns, target.Values.ToArray(), weights.ToArray());
    }
}
