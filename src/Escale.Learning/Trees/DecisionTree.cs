using Escale.Learning.Threads;
using Escale.Learning.Trees.Growing;

namespace Escale.Learning.Trees;

/// <summary>
/// One classification or regression tree (Breiman, Friedman, Olshen and Stone, 1984). Predicts the classes' shares, or the mean, of the leaf that a row comes to. With default
/// settings it grows until every leaf is pure: limit <see cref="CartEstimator.MaxDepth"/>, <see cref="CartEstimator.MaxLeaves"/> or prune it for a tree to be read by people.
/// O(features × rows × depth).
/// </summary>
public sealed record DecisionTree : CartEstimator
{
    /// <summary>Features looked at for each split. Default: all.</summary>
    public FeatureSample MaxFeatures { get; init; } = FeatureSample.All;

    /// <inheritdoc/>
    public override string Name => "decision tree";

    /// <inheritdoc/>
    public override Predictor Fit(FeatureMatrix features, Target target, ReadOnlySpan<double> weights = default, FitOptions? options = null)
    {
        CheckAll(features, target, weights);
        options ??= FitOptions.Default;
        using var team = new WorkerTeam(options.Threads);
        using var table = RankedTable.Make(features, MaxBins, team);
        var settings = Settings(target, MaxFeatures, features.FeatureCount, isRandom: false);
        using var grower = new CartGrower(table, CartTarget.Make(target, weights, settings.Criterion), settings);
        var all = weights.IsEmpty ? Enumerable.Repeat(1.0, features.RowCount).ToArray() : weights.ToArray();
        var tree = grower.Grow(all, new TreeRandom(options.Seed, 0), options.CancellationToken);
        options.CancellationToken.ThrowIfCancellationRequested();
        options.Progress?.Report(1);
        return new TreePredictor(
            new TreeEnsemble { Trees = [tree!], ScoreOf = [-1], Start = new double[target.OutputCount], FeatureCount = features.FeatureCount }, target.Task);
    }
}
