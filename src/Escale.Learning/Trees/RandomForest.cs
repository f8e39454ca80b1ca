namespace Escale.Learning.Trees;

/// <summary>
/// A random forest (Breiman, 2001): trees grown to the end, each on rows drawn with replacement, each split the best of a few features drawn at random; predicts the mean
/// of their leaves. Weights multiply how often a row was drawn. O(trees × features per split × rows × depth); trees are grown in parallel.
/// </summary>
public sealed record RandomForest : Forest
{
    /// <summary>Whether each tree learns from rows drawn with replacement. Default true.</summary>
    public override bool Bootstrap { get; init; } = true;

    /// <inheritdoc/>
    public override string Name => "random forest";

    private protected override bool IsRandom => false;
}
