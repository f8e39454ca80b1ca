using Escale.Learning.Selection;
using Escale.Learning.Threads;

namespace Escale.Learning.Linear;

/// <summary>
/// The elastic net (ridge when <see cref="L1Ratio"/> is 0, the lasso when it is 1) with α chosen by cross-validation: of a falling series, the one with the least squared error
/// on rows left out. Costs little more than one fit: what a fold adds to the moments is taken away again instead of passing over the data for each α.
/// </summary>
public sealed record ElasticNetCv : Estimator
{
    /// <inheritdoc/>
    public override string Name => L1Ratio == 0 ? "ridge regression, cross-validated" : "elastic net, cross-validated";

    /// <inheritdoc/>
    public override FeatureStyle Style => FeatureStyle.Scaled;

    /// <summary>Which share of the cost is on absolute values, 0 to 1. Default 0.5.</summary>
    public double L1Ratio { get; init; } = 0.5;

    /// <summary>How many values of α are tried, 2 or more. Default 30.</summary>
    public int Alphas { get; init; } = 30;

    /// <summary>The least α as a share of the largest (the one that leaves no coefficient), above 0 and below 1. Default 1e-4. Ignored for ridge, whose series goes from 10 to 1e-6 times the variance of the features.</summary>
    public double Epsilon { get; init; } = 1e-4;

    /// <summary>Parts that the rows are split into, 2 or more. Default 5.</summary>
    public int Folds { get; init; } = 5;

    /// <summary>Whether to learn an intercept. Default: yes.</summary>
    public bool FitIntercept { get; init; } = true;

    /// <summary>As of <see cref="ElasticNet"/>. Default 1e-6.</summary>
    public double Tolerance { get; init; } = 1e-6;

    /// <summary>As of <see cref="ElasticNet"/>. Default 10 000.</summary>
    public int MaxIterations { get; init; } = 10_000;

    /// <inheritdoc/>
    public override bool Supports(LearningTask task) => task == LearningTask.Regression;

    /// <inheritdoc/>
    public override LinearPredictor Fit(FeatureMatrix features, Target target, ReadOnlySpan<double> weights = default, FitOptions? options = null)
    {
        Check(features, target, weights);
        CheckSettings();
        features.ThrowIfNotFinite();
        options ??= FitOptions.Default;
        using var team = new WorkerTeam(options.Threads);
        var moments = LeastSquares.MomentsOf(features, target.Values, weights, FitIntercept, team, options.CancellationToken);
        var parts = Parts(moments, features, target, weights, team, options);
        var whole = FitIntercept ? moments.Without().Centre() : moments;
        var alphas = AlphasOf(whole);
        var errorsOf = new double[parts.Count][];
        team.Run(parts.Count, at => errorsOf[at] = Errors(moments, parts[at], alphas, options.CancellationToken));
        var errors = Enumerable.Range(0, Alphas).Select(at => errorsOf.Sum(fold => fold[at])).ToArray();
        var best = parts.Count == 0 ? Alphas / 3 : Array.IndexOf(errors, errors.Min()); // too few rows to try: something moderate
        var descent = Descent(whole, options.CancellationToken);
        for (var at = 0; at <= best; at++)
        {
            descent.Descend(alphas[at]);
        }
        return LeastSquares.Predictor(whole, descent.Coefficients, features, FitIntercept);
    }

    private void CheckSettings()
    {
        CheckSetting(L1Ratio is >= 0 and <= 1, nameof(L1Ratio), L1Ratio, "from 0 to 1");
        CheckSetting(Alphas >= 2, nameof(Alphas), Alphas, "2 or more");
        CheckSetting(Epsilon is > 0 and < 1, nameof(Epsilon), Epsilon, "above 0 and below 1");
        CheckSetting(Folds >= 2, nameof(Folds), Folds, "2 or more");
        CheckSetting(Tolerance > 0, nameof(Tolerance), Tolerance, "above 0");
        CheckSetting(MaxIterations > 0, nameof(MaxIterations), MaxIterations, "above 0");
    }

    /// <summary>The moments of the rows that each fold leaves out, those without weight in any left aside.</summary>
    private List<Moments> Parts(Moments all, FeatureMatrix features, Target target, ReadOnlySpan<double> weights, WorkerTeam team, FitOptions options)
    {
        var parts = new List<Moments>();
        if (target.RowCount < 2 * Folds)
        {
            return parts;
        }
        foreach (var split in new KFold { Folds = Folds }.Split(target, options.Seed))
        {
            var partWeights = new double[weights.IsEmpty ? 0 : split.Test.Length];
            for (var at = 0; at < partWeights.Length; at++)
            {
                partWeights[at] = weights[split.Test[at]];
            }
            var part = Moments.Of(features.Rows(split.Test), target.Rows(split.Test).Values, partWeights, all.Reference, team, options.CancellationToken);
            if (part.Weight > 0 && part.Weight < all.Weight)
            {
                parts.Add(part);
            }
        }
        return parts;
    }

    /// <summary>From the one that leaves no coefficient; without an L1 part there is none such: then by the variance of the features.</summary>
    private double[] AlphasOf(Moments moments)
    {
        var variance = moments.Count == 0 ? 0 : Enumerable.Range(0, moments.Count).Average(at => moments.Gram[at * moments.Count + at]) / moments.Weight;
        var (largest, share) = L1Ratio > 0 ? (CoordinateDescent.LargestAlpha(moments, L1Ratio), Epsilon) : (10 * variance, 1e-7);
        var alphas = new double[Alphas];
        for (var at = 0; at < Alphas; at++)
        {
            alphas[at] = largest * Math.Pow(share, at / (Alphas - 1.0));
        }
        return alphas;
    }

    private CoordinateDescent Descent(Moments moments, CancellationToken token) => new(moments, L1Ratio, Tolerance, MaxIterations, token);

    private double[] Errors(Moments all, Moments part, double[] alphas, CancellationToken token)
    {
        var errors = new double[alphas.Length];
        var train = all.Without(part);
        LeastSquares.Centre(train, FitIntercept);
        var descent = Descent(train, token);
        for (var at = 0; at < alphas.Length; at++)
        {
            descent.Descend(alphas[at]);
            var shift = FitIntercept ? train.Shift(descent.Coefficients) : 0;
            errors[at] = part.Errors(descent.Coefficients, shift);
        }
        return errors;
    }
}
