using Escale.Learning.Threads;

namespace Escale.Learning.Linear;

/// <summary>
/// Least squares with few and short coefficients: (1 ÷ 2W)·Σ w·(y − x·b)² + α·L1Ratio·|b|₁ + α·(1 − L1Ratio)/2·|b|² is least, W the sum of the weights; the lasso when
/// <see cref="L1Ratio"/> is 1. n·p² ÷ 2 operations and p² memory. Zou and Hastie, Journal of the Royal Statistical Society B 67 (2005).
/// </summary>
public sealed record ElasticNet : Estimator
{
    /// <inheritdoc/>
    public override string Name => "elastic net";

    /// <inheritdoc/>
    public override FeatureStyle Style => FeatureStyle.Scaled;

    /// <summary>How much coefficients cost, 0 or more. Default 1.</summary>
    public double Alpha { get; init; } = 1;

    /// <summary>Which share of the cost is on absolute values, 0 to 1, so that coefficients become zero. Default 0.5.</summary>
    public double L1Ratio { get; init; } = 0.5;

    /// <summary>Whether to learn an intercept. Default: yes.</summary>
    public bool FitIntercept { get; init; } = true;

    /// <summary>Enough when the objective is within this share of the squared target of its least value. Default 1e-6.</summary>
    public double Tolerance { get; init; } = 1e-6;

    /// <summary>Passes over the coefficients at most; what is reached then is kept. Default 10 000.</summary>
    public int MaxIterations { get; init; } = 10_000;

    /// <inheritdoc/>
    public override bool Supports(LearningTask task) => task == LearningTask.Regression;

    /// <inheritdoc/>
    public override LinearPredictor Fit(FeatureMatrix features, Target target, ReadOnlySpan<double> weights = default, FitOptions? options = null)
    {
        Check(features, target, weights);
        CheckSetting(Alpha >= 0 && double.IsFinite(Alpha), nameof(Alpha), Alpha, "0 or more");
        CheckSetting(L1Ratio is >= 0 and <= 1, nameof(L1Ratio), L1Ratio, "from 0 to 1");
        CheckSetting(Tolerance > 0, nameof(Tolerance), Tolerance, "above 0");
        CheckSetting(MaxIterations > 0, nameof(MaxIterations), MaxIterations, "above 0");
        features.ThrowIfNotFinite();
        options ??= FitOptions.Default;
        using var team = new WorkerTeam(options.Threads);
        var moments = LeastSquares.MomentsOf(features, target.Values, weights, FitIntercept, team, options.CancellationToken);
        LeastSquares.Centre(moments, FitIntercept);
        var descent = new CoordinateDescent(moments, L1Ratio, Tolerance, MaxIterations, options.CancellationToken);
        descent.Descend(Alpha);
        return LeastSquares.Predictor(moments, descent.Coefficients, features, FitIntercept);
    }
}
