using Escale.Learning.Threads;

namespace Escale.Learning.Linear;

/// <summary>Least squares with a penalty on the square of the coefficients, or without.</summary>
internal static class LeastSquares
{

    /// <summary>Pivots below this are rounding: the column depends on others.</summary>
    private const double ZeroPivot = 1e-12;

    public static LinearPredictor Fit(FeatureMatrix features, Target target, ReadOnlySpan<double> weights, double alpha, bool hasIntercept, FitOptions options)
    {
        options.CancellationToken.ThrowIfCancellationRequested();
        using var team = new WorkerTeam(options.Threads);
        var reference = Moments.ReferenceOf(features, target.Values, weights, hasIntercept);
        var moments = Moments.Of(features, target.Values, weights, reference, team, options.CancellationToken);
        if (hasIntercept)
        {
            moments.Centre();
        }
        return Predictor(moments, Solve(moments, alpha), features, hasIntercept);
    }

    /// <summary>The coefficients, from centred moments.</summary>
    public static double[] Solve(Moments moments, double alpha)
    {
        var (count, gram) = (moments.Count, moments.Gram.AsSpan().ToArray());
        for (var at = 0; at < count; at++)
        {
            gram[at * count + at] += alpha;
        }
        return Cholesky.Of(gram, count, ZeroPivot).Solve(moments.Products);
    }

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
}
