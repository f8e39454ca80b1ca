using Escale.Learning.Trees.Growing;

namespace Escale.Learning.Trees;

/// <summary>
/// What a decision tree, a random forest and extra trees have in common. Numbers are split at every value there is (up to 65,535 distinct ones; above, at quantiles), categories into any two
/// sets of levels, and missing values go to the side that fits better; where none was missing in training they follow the heavier side, and so do levels never seen.
/// A split that gains nothing is made all the same while a node is impure, as scikit-learn does: the next ones may gain (exclusive or).
/// </summary>
public abstract record CartEstimator : Estimator
{
    private protected CartEstimator()
    {
    }

    /// <summary>By what splits are judged. Default: Gini for classes, squared error for numbers.</summary>
    public SplitCriterion Criterion { get; init; }

    /// <summary>How deep at most; the root is at depth 0. Default 0: no limit.</summary>
    public int MaxDepth { get; init; }

    /// <summary>How many leaves at most, grown best first. Default 0: no limit, grown depth first.</summary>
    public int MaxLeaves { get; init; }

    /// <summary>Rows that a node needs to be split. Default 2.</summary>
    public int MinSplitRows { get; init; } = 2;

    /// <summary>Rows that each side of a split needs. Default 1.</summary>
    public int MinLeafRows { get; init; } = 1;

    /// <summary>By how much a split must lower the impurity, times the share of the weight in the node. Default 0.</summary>
    public double MinImpurityDecrease { get; init; }

    /// <summary>What a leaf costs in minimal cost-complexity pruning (scikit-learn's <c>ccp_alpha</c>). Default 0: no pruning.</summary>
    public double PruningAlpha { get; init; }

    /// <summary>Thresholds that a number is reduced to at most, plus one; 2 to 65,535. Fewer are faster on many rows with many values. Default 65,535.</summary>
    public int MaxBins { get; init; } = RankedColumn.MostCodes;

    /// <inheritdoc/>
    public override FeatureStyle Style => FeatureStyle.Native;

    /// <inheritdoc/>
    public override bool Supports(LearningTask task) => Criterion switch
    {
        SplitCriterion.Gini or SplitCriterion.Entropy => task != LearningTask.Regression,
        SplitCriterion.SquaredError or SplitCriterion.Poisson => task == LearningTask.Regression,
        _ => true,
    };

    private protected void CheckAll(FeatureMatrix features, Target target, ReadOnlySpan<double> weights)
    {
        Check(features, target, weights);
        CheckSetting(MaxDepth >= 0, nameof(MaxDepth), MaxDepth, "0 or more");
        CheckSetting(MaxLeaves is 0 or >= 2, nameof(MaxLeaves), MaxLeaves, "0, or 2 or more");
        CheckSetting(MinSplitRows >= 2, nameof(MinSplitRows), MinSplitRows, "2 or more");
        CheckSetting(MinLeafRows >= 1, nameof(MinLeafRows), MinLeafRows, "1 or more");
        CheckSetting(MinImpurityDecrease >= 0, nameof(MinImpurityDecrease), MinImpurityDecrease, "0 or more");
        CheckSetting(PruningAlpha >= 0, nameof(PruningAlpha), PruningAlpha, "0 or more");
        CheckSetting(MaxBins is >= 2 and <= RankedColumn.MostCodes, nameof(MaxBins), MaxBins, "between 2 and 65535");
        if (Criterion == SplitCriterion.Poisson && target.Values.ContainsAnyExceptInRange(0, double.MaxValue))
        {
            throw new LearningException(
                "learning.target-out-of-range", "The Poisson criterion needs a target of zero or more.", "Choose the squared error, or another target.");
        }
    }

    private protected CartSettings Settings(Target target, FeatureSample sample, int features, bool isRandom) => new()
    {
        Criterion = Criterion != SplitCriterion.Automatic ? Criterion : target.Task == LearningTask.Regression ? SplitCriterion.SquaredError : SplitCriterion.Gini,
        ClassCount = target.ClassCount,
        MaxDepth = MaxDepth,
        MaxLeaves = MaxLeaves,
        MinSplitRows = MinSplitRows,
        MinLeafRows = MinLeafRows,
        MinImpurityDecrease = MinImpurityDecrease,
        PruningAlpha = PruningAlpha,
        FeaturesPerSplit = sample.Of(features),
        IsRandom = isRandom,
    };
}
