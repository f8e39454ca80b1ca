using Escale.Learning.Threads;

namespace Escale.Learning.Linear;

/// <summary>Least squares with a penalty on the square of the coefficients, or without.</summary>
internal static class LeastSquares
{
    /// <summary>Pivots above this (1 for orthogonal columns) leave half of the digits: moments are enough.</summary>
    private const double ClearPivot = 1e-8;

    /// <summary>Pivots below this are rounding: the column depends on others.</summary>
    private const double ZeroPivot = 1e-13;

    /// <summary>Moments of more features than this do not fit in memory.</summary>
    private const int MaxFeatures = 20_000;

    public static LinearPredictor Fit(FeatureMatrix features, Target target, ReadOnlySpan<double> weights, double alpha, bool hasIntercept, FitOptions options)
    {
        using var team = new WorkerTeam(options.Threads);
        var moments = MomentsOf(features, target.Values, weights, hasIntercept, team, options.CancellationToken);
        Centre(moments, hasIntercept);
        var factor = Factor(moments, alpha);
        var isClear = factor.LeastKept > ClearPivot && factor.MostDropped < ZeroPivot;
        var coefficients = isClear ? factor.Solve(moments.Products)
            : OrthogonalSolver.Solve(features, target.Values, weights, moments, hasIntercept, alpha, options.CancellationToken);
        return Predictor(moments, coefficients, features, hasIntercept);
    }

    public static Moments MomentsOf(FeatureMatrix features, ReadOnlySpan<double> target, ReadOnlySpan<double> weights, bool hasIntercept, WorkerTeam team, CancellationToken token)
    {
        token.ThrowIfCancellationRequested();
        if (features.FeatureCount > MaxFeatures)
        {
            throw new LearningException(
                "learning.too-many-features", $"Least squares keeps a number for each pair of features; {features.FeatureCount} features are more than the {MaxFeatures} it can do.",
                "Keep fewer features, or choose another estimator.");
        }
        return Moments.Of(features, target, weights, Moments.ReferenceOf(features, target, weights, hasIntercept), team, token);
    }

    public static void Centre(Moments moments, bool hasIntercept)
    {
        if (hasIntercept)
        {
            moments.Centre();
        }
    }

    /// <summary>The coefficients, from centred moments alone.</summary>
    public static double[] Solve(Moments moments, double alpha) => Factor(moments, alpha).Solve(moments.Products);

    /// <summary>The model of some coefficients: the intercept makes the mean error zero.</summary>
    public static LinearPredictor Predictor(Moments moments, double[] coefficients, FeatureMatrix features, bool hasIntercept)
    {
        var intercept = hasIntercept ? moments.TargetMean : 0;
        for (var feature = 0; feature < coefficients.Length && hasIntercept; feature++)
        {
            intercept -= coefficients[feature] * moments.Mean(feature);
        }
        return new LinearPredictor(LearningTask.Regression, coefficients, [intercept], [.. features.Features.Select(feature => feature.Name)]);
    }

    private static Cholesky Factor(Moments moments, double alpha)
    {
        var (count, gram) = (moments.Count, moments.Gram.AsSpan().ToArray());
        for (var at = 0; at < count; at++)
        {
            gram[at * count + at] += alpha;
        }
        return Cholesky.Of(gram, count, ZeroPivot);
    }
}
