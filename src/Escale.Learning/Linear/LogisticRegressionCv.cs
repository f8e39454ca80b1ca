using Escale.Learning.Selection;
using Escale.Learning.Threads;

namespace Escale.Learning.Linear;

/// <summary>
/// Logistic regression with C chosen by stratified cross-validation: of a rising series, the one with the least log loss on rows left out. Each C starts from the coefficients of
/// the one before, and the series ends once the loss has risen twice: some three to five times the cost of fitting one C on each fold.
/// </summary>
public sealed record LogisticRegressionCv : Estimator
{
    /// <inheritdoc/>
    public override string Name => "logistic regression, cross-validated";

    /// <inheritdoc/>
    public override FeatureStyle Style => FeatureStyle.Scaled;

    /// <summary>How many values of C are tried, from 1e-4 to 1e4 in even ratios, 2 or more. Default 9.</summary>
    public int Cs { get; init; } = 9;

    /// <summary>As of <see cref="LogisticRegression"/>. Default 0.</summary>
    public double L1Ratio { get; init; }

    /// <summary>Parts that the rows are split into, 2 or more. Default 5.</summary>
    public int Folds { get; init; } = 5;

    /// <summary>Whether to learn intercepts. Default: yes.</summary>
    public bool FitIntercept { get; init; } = true;

    /// <summary>As of <see cref="LogisticRegression"/>. Default 1e-4.</summary>
    public double Tolerance { get; init; } = 1e-4;

    /// <summary>As of <see cref="LogisticRegression"/>. Default 500.</summary>
    public int MaxIterations { get; init; } = 500;

    private LogisticRegression Inner => new() { L1Ratio = L1Ratio, FitIntercept = FitIntercept, Tolerance = Tolerance, MaxIterations = MaxIterations };

    /// <inheritdoc/>
    public override bool Supports(LearningTask task) => task != LearningTask.Regression;

    /// <inheritdoc/>
    public override LinearPredictor Fit(FeatureMatrix features, Target target, ReadOnlySpan<double> weights = default, FitOptions? options = null)
    {
        Check(features, target, weights);
        CheckSetting(Cs >= 2, nameof(Cs), Cs, "2 or more");
        CheckSetting(Folds >= 2, nameof(Folds), Folds, "2 or more");
        features.ThrowIfNotFinite();
        options ??= FitOptions.Default;
        var best = target.RowCount < 2 * Folds ? 1 : BestC(features, target, weights, options); // too few rows to try: the default
        return (Inner with { C = best }).Fit(features, target, weights, options);
    }

    private double BestC(FeatureMatrix features, Target target, ReadOnlySpan<double> weights, FitOptions options)
    {
        var folds = FoldsOf(features, target, weights, options.Seed);
        var (best, least, rises) = (1.0, double.PositiveInfinity, 0);
        using var team = new WorkerTeam(options.Threads);
        for (var at = 0; at < Cs && rises < 2 && folds.Count > 0; at++)
        {
            var c = Math.Pow(10, -4 + 8 * at / (Cs - 1.0));
            var loss = 0.0;
            foreach (var fold in folds)
            {
                loss += fold.LossAt(Inner, c, team, options.CancellationToken);
            }
            (best, least, rises) = loss < least ? (c, loss, 0) : (best, least, rises + 1);
        }
        return best;
    }

    private List<Fold> FoldsOf(FeatureMatrix features, Target target, ReadOnlySpan<double> weights, int seed)
    {
        var folds = new List<Fold>();
        foreach (var split in new StratifiedKFold { Folds = Folds }.Split(target, seed))
        {
            var (train, test) = (Part.Of(features, target, weights, split.Train), Part.Of(features, target, weights, split.Test));
            if (train.HasWeight && test.HasWeight)
            {
                folds.Add(new Fold(train, test));
            }
        }
        return folds;
    }

    private sealed record Part(FeatureMatrix Features, Target Target, double[] Weights)
    {
        public bool HasWeight => Weights.Length == 0 || Weights.Any(weight => weight > 0);

        public static Part Of(FeatureMatrix features, Target target, ReadOnlySpan<double> weights, int[] rows)
        {
            var own = new double[weights.IsEmpty ? 0 : rows.Length];
            for (var at = 0; at < own.Length; at++)
            {
                own[at] = weights[rows[at]];
            }
            return new Part(features.Rows(rows), target.Rows(rows), own);
        }
    }

    private sealed class Fold(Part train, Part test)
    {
        private LogisticLoss? _train;
        private LogisticLoss? _test;
        private double[] _point = [];

        /// <summary>The log loss of the rows left out, summed, of the model for a C; always with the same team.</summary>
        public double LossAt(LogisticRegression settings, double c, WorkerTeam team, CancellationToken token)
        {
            _test ??= new LogisticLoss(test.Features, test.Target, test.Weights, settings.FitIntercept, team, token);
            if (_train is null)
            {
                _train = new LogisticLoss(train.Features, train.Target, train.Weights, settings.FitIntercept, team, token);
                _point = _train.Start();
            }
            settings.Descend(_train, _point, c, token);
            return _test.Evaluate(_point, new double[_point.Length]) * _test.WeightSum;
        }
    }
}
