namespace Escale.Learning.Linear;

/// <summary>
/// Least squares with short coefficients: Σ w·(y − x·b)² + α·|b|² is least; the intercept costs nothing. n·p² ÷ 2 operations and p² memory.
/// Hoerl and Kennard, Technometrics 12 (1970).
/// </summary>
public sealed record RidgeRegression : Estimator
{
    /// <inheritdoc/>
    public override string Name => "ridge regression";

    /// <inheritdoc/>
    public override FeatureStyle Style => FeatureStyle.Scaled;

    /// <summary>How much the length of the coefficients costs, 0 or more. Default 1.</summary>
    public double Alpha { get; init; } = 1;

    /// <summary>Whether to learn an intercept. Default: yes.</summary>
    public bool FitIntercept { get; init; } = true;

    /// <inheritdoc/>
    public override bool Supports(LearningTask task) => task == LearningTask.Regression;

    /// <inheritdoc/>
    public override LinearPredictor Fit(FeatureMatrix features, Target target, ReadOnlySpan<double> weights = default, FitOptions? options = null)
    {
        Check(features, target, weights);
        CheckSetting(Alpha >= 0 && double.IsFinite(Alpha), nameof(Alpha), Alpha, "0 or more");
        features.ThrowIfNotFinite();
        return LeastSquares.Fit(features, target, weights, Alpha, FitIntercept, options ?? FitOptions.Default);
    }
}
