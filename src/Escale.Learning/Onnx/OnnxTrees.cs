using Escale.Learning.Trees;

namespace Escale.Learning.Onnx;

/// <summary>
/// Exports a <see cref="TreeEnsemble"/> as one TreeEnsembleRegressor in double precision, followed by the link. Thresholds are singles and stay exact; sums are doubles. Every inner node
/// is a BRANCH_LEQ, by which ONNX Runtime takes its fastest path.
/// </summary>
internal static class OnnxTrees
{
    /// <summary>Adds an ensemble to a graph.</summary>
    /// <param name="graph">Where to.</param>
    /// <param name="ensemble">The trees.</param>
    /// <param name="features">N rows × features.</param>
    /// <returns>Doubles, N rows × outputs.</returns>
    public static OnnxValue Add(OnnxGraph graph, TreeEnsemble ensemble, OnnxValue features)
    {
        if (ensemble.Trees.Length == 0)
        {
            return OnnxLinks.Apply(graph, ensemble.Link, graph.Repeated(ensemble.Start));
        }
        var nodes = new OnnxTreeNodes();
        for (var at = 0; at < ensemble.Trees.Length; at++)
        {
            AddTree(nodes, ensemble, at);
        }
        var sums = graph.LearningNode(
            "TreeEnsembleRegressor",
            OnnxType.Single,
            [graph.Cast(features, OnnxType.Double)],
            [OnnxAttribute.Of("n_targets", ensemble.ScoreCount), OnnxAttribute.Of("aggregate_function", "SUM"), OnnxAttribute.Of("post_transform", "NONE"), .. nodes.Attributes()]);

        // Sums come out as singles. The start, which may be large beside them, is added to them as a double.
        return OnnxLinks.Apply(graph, ensemble.Link, graph.Add(graph.Cast(sums, OnnxType.Double), graph.Constant(ensemble.Start, 1, ensemble.ScoreCount)));
    }

    private static void AddTree(OnnxTreeNodes nodes, TreeEnsemble ensemble, int index)
    {
        var tree = ensemble.Trees[index];
        nodes.BeginTree(tree.NodeCount);
        for (var node = 0; node < tree.NodeCount; node++)
        {
            if (tree.Left[node] < 0)
            {
                nodes.AddLeaf(node);
                AddWeights(nodes, ensemble, index, node);
            }
            else if (tree.LeftLevels[node] is null)
            {
                nodes.AddBranch(node, tree.Feature[node], tree.Threshold[node], tree.Left[node], tree.Right[node], tree.IsMissingLeft[node]);
            }
            else
            {
                OnnxLevelSplit.Add(nodes, tree, node);
            }
        }
    }

    private static void AddWeights(OnnxTreeNodes nodes, TreeEnsemble ensemble, int index, int leaf)
    {
        var tree = ensemble.Trees[index];
        if (ensemble.ScoreOf[index] is >= 0 and var score)
        {
            nodes.AddWeight(leaf, score, tree.Value[leaf] * ensemble.Scale);
            return;
        }
        for (var at = 0; at < tree.ValueCount; at++)
        {
            nodes.AddWeight(leaf, at, tree.Value[leaf * tree.ValueCount + at] * ensemble.Scale);
        }
    }
}
