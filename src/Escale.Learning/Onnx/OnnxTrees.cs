using Escale.Learning.Trees;

namespace Escale.Learning.Onnx;

/// <summary>
/// Exports a <see cref="TreeEnsemble"/> as one TreeEnsembleRegressor in double precision, followed by the link. Thresholds are singles and stay exact; sums are doubles. Every inner node
/// is a BRANCH_LEQ, by which ONNX Runtime takes its fastest path. The runtime gives its sums out as singles; where that is not enough, each leaf adds a rounded part to one sum and the rest to
/// another, and the two singles together have the digits of a double.
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
        var grid = graph.KeepsDoubles ? Grid(ensemble) : 0;
        for (var at = 0; at < ensemble.Trees.Length; at++)
        {
            AddTree(nodes, ensemble, at, grid);
        }
        var (count, doubles) = (ensemble.ScoreCount, graph.Cast(features, OnnxType.Double));
        if (grid == 0 && count == 1)
        {
            // The runtime adds the start in double precision: nothing is lost when the trees take most of it away.
            return OnnxLinks.Apply(graph, ensemble.Link, graph.Cast(nodes.Add(graph, doubles, ensemble.Start), OnnxType.Double));
        }
        var sums = graph.Cast(nodes.Add(graph, doubles, new double[grid > 0 ? 2 * count : count]), OnnxType.Double);
        if (grid > 0)
        {
            long[] coarse = [.. Enumerable.Range(0, count).Select(at => (long)at)], rest = Array.ConvertAll(coarse, at => count + at);
            sums = graph.Add(graph.Columns(sums, coarse), graph.Columns(sums, rest));
        }

        // Not left to the runtime: it would forget the start of a score that no leaf of a row adds to.
        return OnnxLinks.Apply(graph, ensemble.Link, graph.Add(sums, graph.Constant(ensemble.Start, 1, count)));
    }

    /// <summary>A power of two so large that sums of leaves rounded to its multiples have no more digits than a single, and so come out exactly.</summary>
    private static double Grid(TreeEnsemble ensemble)
    {
        var most = ensemble.Trees.Sum(tree => tree.Value.Max(Math.Abs)) * Math.Abs(ensemble.Scale);
        return most > 0 && double.IsFinite(most) ? Math.ScaleB(1, Math.ILogB(most) + 1 - 22) : double.Epsilon;
    }

    private static void AddTree(OnnxTreeNodes nodes, TreeEnsemble ensemble, int index, double grid)
    {
        var tree = ensemble.Trees[index];
        nodes.BeginTree(tree.NodeCount);
        for (var node = 0; node < tree.NodeCount; node++)
        {
            if (tree.Left[node] < 0)
            {
                nodes.AddLeaf(node);
                AddWeights(nodes, ensemble, index, node, grid);
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

    private static void AddWeights(OnnxTreeNodes nodes, TreeEnsemble ensemble, int index, int leaf, double grid)
    {
        var (tree, first) = (ensemble.Trees[index], Math.Max(0, ensemble.ScoreOf[index]));
        for (var at = 0; at < tree.ValueCount; at++)
        {
            var weight = tree.Value[leaf * tree.ValueCount + at] * ensemble.Scale;
            var coarse = grid > 0 ? Math.Round(weight / grid) * grid : weight;
            nodes.AddWeight(leaf, first + at, coarse);
            if (grid > 0)
            {
                nodes.AddWeight(leaf, ensemble.ScoreCount + first + at, weight - coarse);
            }
        }
    }
}
