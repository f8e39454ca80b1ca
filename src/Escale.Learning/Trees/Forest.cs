using Escale.Learning.Trees.Growing;

namespace Escale.Learning.Trees;

/// <summary>What a random forest and extra trees have in common: many trees, each on rows and features of its own, whose predictions are averaged.</summary>
public abstract record Forest : CartEstimator
{
    private protected Forest()
    {
    }

    /// <summary>How many trees. Default 100.</summary>
    public int Trees { get; init; } = 100;

    /// <summary>Features looked at for each split; null, the default, for the square root of their number with classes and all of them with numbers.</summary>
    public FeatureSample? MaxFeatures { get; init; }

    /// <summary>Whether each tree learns from rows drawn with replacement rather than from all.</summary>
    public abstract bool Bootstrap { get; init; }

    /// <summary>How many rows are drawn for each tree, as a share of all; above 0 and at most 1. Ignored without <see cref="Bootstrap"/>. Default 1.</summary>
    public double SampleShare { get; init; } = 1;

    private protected abstract bool IsRandom { get; }

    /// <inheritdoc/>
    public override Predictor Fit(FeatureMatrix features, Target target, ReadOnlySpan<double> weights = default, FitOptions? options = null) =>
        Grow(features, target, weights, options, isOutOfBagWanted: false).Predictor;

    /// <summary>Learns, and judges each training row by the trees that have not seen it: an estimate of how new rows will fare at no further fit.</summary>
    /// <inheritdoc cref="Estimator.Fit"/>
    /// <returns>The same predictor as <see cref="Fit"/> gives, and the judgement.</returns>
    public (TreePredictor Predictor, OutOfBag OutOfBag) FitWithOutOfBag(
        FeatureMatrix features, Target target, ReadOnlySpan<double> weights = default, FitOptions? options = null)
    {
        if (!Bootstrap)
        {
            throw new LearningException("learning.no-out-of-bag", $"{Name} without a bootstrap leaves no row out.", "Turn Bootstrap on, or use cross-validation.");
        }
        var (predictor, outOfBag) = Grow(features, target, weights, options, isOutOfBagWanted: true);
        return (predictor, outOfBag!);
    }

    private (TreePredictor Predictor, OutOfBag? OutOfBag) Grow(
        FeatureMatrix features, Target target, ReadOnlySpan<double> weights, FitOptions? options, bool isOutOfBagWanted)
    {
        CheckAll(features, target, weights);
        CheckSetting(Trees >= 1, nameof(Trees), Trees, "1 or more");
        CheckSetting(SampleShare is > 0 and <= 1, nameof(SampleShare), SampleShare, "above 0 and at most 1");
        var sample = MaxFeatures ?? (target.Task == LearningTask.Regression ? FeatureSample.All : FeatureSample.Sqrt);
        var settings = Settings(target, sample, features.FeatureCount, IsRandom);
        var rows = Bootstrap ? Math.Max(1, (int)Math.Round(SampleShare * features.RowCount)) : 0;
        var run = new ForestRun(features, target, weights, options ?? FitOptions.Default, settings, Trees, rows, MaxBins);
        var predictor = new TreePredictor(run.Grow(), target.Task);
        return (predictor, isOutOfBagWanted ? run.Judge(predictor) : null);
    }
}
