namespace Escale.Learning.Linear;

/// <summary>
/// Ordinary least squares: the coefficients with the least weighted sum of squared errors; where several have it (columns that depend on each other, fewer rows than
/// columns), the shortest of them, so that every data set has one answer. n·p² ÷ 2 operations and p² memory.
/// </summary>
public sealed record LinearRegression : Estimator
{
    /// <inheritdoc/>
    public override string Name => "linear regression";

    /// <inheritdoc/>
    public override FeatureStyle Style => FeatureStyle.Scaled;

    /// <summary>Whether to learn an intercept. Default: yes.</summary>
    public bool FitIntercept { get; init; } = true;

    /// <inheritdoc/>
    public override bool Supports(LearningTask task) => task == LearningTask.Regression;

    /// <inheritdoc/>
    public override LinearPredictor Fit(FeatureMatrix features, Target target, ReadOnlySpan<double> weights = default, FitOptions? options = null)
    {
        Check(features, target, weights);
        features.ThrowIfNotFinite();
        return LeastSquares.Fit(features, target, weights, 0, FitIntercept, options ?? FitOptions.Default);
    }
}
