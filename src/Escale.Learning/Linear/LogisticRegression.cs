using Escale.Learning.Threads;

namespace Escale.Learning.Linear;

/// <summary>
/// Logistic regression for two classes, softmax for more. Least is C · Σ w·(log loss) + (1 − L1Ratio)/2 · |b|² + L1Ratio · |b|₁; intercepts cost nothing. Without an L1 part by
/// L-BFGS, with one by its orthant-wise kind: some ten to a hundred passes over the data, rows × features × scores each.
/// </summary>
public sealed record LogisticRegression : Estimator
{
    /// <inheritdoc/>
    public override string Name => "logistic regression";

    /// <inheritdoc/>
    public override FeatureStyle Style => FeatureStyle.Scaled;

    /// <summary>How much the data count against the penalty, above 0. Default 1; infinity for no penalty.</summary>
    public double C { get; init; } = 1;

    /// <summary>Which share of the penalty is on absolute values, 0 to 1, so that coefficients become zero. Default 0.</summary>
    public double L1Ratio { get; init; }

    /// <summary>Whether to learn intercepts. Default: yes.</summary>
    public bool FitIntercept { get; init; } = true;

    /// <summary>Enough when no derivative of the penalised mean loss is above this, along parameters scaled so that it bends alike along each. Default 1e-4.</summary>
    public double Tolerance { get; init; } = 1e-4;

    /// <summary>Steps at most; what is reached then is kept. Default 500.</summary>
    public int MaxIterations { get; init; } = 500;

    /// <inheritdoc/>
    public override bool Supports(LearningTask task) => task != LearningTask.Regression;

    /// <inheritdoc/>
    public override LinearPredictor Fit(FeatureMatrix features, Target target, ReadOnlySpan<double> weights = default, FitOptions? options = null)
    {
        Check(features, target, weights);
        CheckSetting(C > 0, nameof(C), C, "above 0");
        CheckSetting(L1Ratio is >= 0 and <= 1, nameof(L1Ratio), L1Ratio, "from 0 to 1");
        CheckSetting(Tolerance > 0, nameof(Tolerance), Tolerance, "above 0");
        CheckSetting(MaxIterations > 0, nameof(MaxIterations), MaxIterations, "above 0");
        features.ThrowIfNotFinite();
        options ??= FitOptions.Default;
        using var team = new WorkerTeam(options.Threads);
        var loss = new LogisticLoss(features, target, weights, FitIntercept, team, options.CancellationToken);
        var point = loss.Start();
        Descend(loss, point, C, options.CancellationToken);
        return Predictor(loss, point, features, target.Task);
    }

    /// <summary>Goes from a point to the best one for a C.</summary>
    internal void Descend(LogisticLoss loss, double[] point, double c, CancellationToken token)
    {
        var penalty = 1 / (c * loss.WeightSum);
        loss.L2 = (1 - L1Ratio) * penalty;
        var (bends, inner) = (loss.Bends(), new double[point.Length]);
        double[]? price = null;
        if (L1Ratio > 0 && penalty > 0)
        {
            price = new double[point.Length];
            for (var at = 0; at < point.Length - loss.ScoreCount; at++)
            {
                price[at] = L1Ratio * penalty / bends[at];
            }
        }
        for (var at = 0; at < point.Length; at++)
        {
            point[at] *= bends[at];
        }
        double Evaluate(ReadOnlySpan<double> bent, Span<double> gradient)
        {
            for (var at = 0; at < inner.Length; at++)
            {
                inner[at] = bent[at] / bends[at];
            }
            var value = loss.Evaluate(inner, gradient);
            for (var at = 0; at < inner.Length; at++)
            {
                gradient[at] /= bends[at];
            }
            return value;
        }
        new Lbfgs(Evaluate, price).Minimize(point, Tolerance, MaxIterations, token);
        for (var at = 0; at < point.Length; at++)
        {
            point[at] /= bends[at];
        }
    }

    internal static LinearPredictor Predictor(LogisticLoss loss, double[] point, FeatureMatrix features, LearningTask task) => new(
        task, point[..^loss.ScoreCount], point[^loss.ScoreCount..], [.. features.Features.Select(feature => feature.Name)]);
}
