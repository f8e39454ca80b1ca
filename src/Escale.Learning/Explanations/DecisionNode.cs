using Escale.Learning.Trees;

namespace Escale.Learning.Explanations;

/// <summary>A node of a tree, for drawing.</summary>
/// <param name="Yes">What holds for rows that go to <paramref name="Left"/>; null for a leaf.</param>
/// <param name="Left">The node for those; −1 for a leaf.</param>
/// <param name="Right">The node for the others; −1 for a leaf.</param>
/// <param name="Values">What the tree says there: the mean, or the share of each class.</param>
/// <param name="Weight">Training rows (their weight) that came through it.</param>
public sealed record DecisionNode(DecisionStep? Yes, int Left, int Right, IReadOnlyList<double> Values, double Weight)
{
    /// <summary>Whether rows in which the feature is missing go to <see cref="Left"/>.</summary>
    public bool IsMissingLeft { get; init; }

    /// <summary>The nodes of a model whose only member is a single tree, the root first.</summary>
    /// <exception cref="LearningException">The model is not a single tree (<c>learning.not-one-tree</c>).</exception>
    public static IReadOnlyList<DecisionNode> Of(Model model)
    {
        if (model.Members is not [{ Predictor: TreePredictor { TreeCount: 1 } predictor } member])
        {
            throw new LearningException("learning.not-one-tree", "The model is not a single tree: there is nothing to draw.", "Draw a surrogate tree.");
        }
        return Of(predictor, member.Preparation.Features);
    }

    /// <summary>The nodes of the first tree of a predictor, the root first.</summary>
    /// <param name="predictor">The predictor.</param>
    /// <param name="features">What its features are.</param>
    public static IReadOnlyList<DecisionNode> Of(TreePredictor predictor, IReadOnlyList<Feature> features)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(features.Count, predictor.FeatureCount, nameof(features));
        var tree = predictor.Ensemble.Trees[0];
        return [.. Enumerable.Range(0, tree.NodeCount).Select(node => new DecisionNode(
            tree.Left[node] < 0 ? null : DecisionPath.Step(tree, node, features[tree.Feature[node]], goesLeft: true, isMissing: false),
            tree.Left[node], tree.Left[node] < 0 ? -1 : tree.Right[node], DecisionPath.ValuesOf(tree, node), tree.Cover[node]) { IsMissingLeft = tree.IsMissingLeft[node] })];
    }
}
