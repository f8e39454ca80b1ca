namespace Escale.Learning.Trees;

/// <summary>Sorts the nodes of an ensemble by feature for <see cref="RowScorer"/>.</summary>
internal sealed class RowScorerBuilder
{
    private readonly List<Node>[] _nodes;

    private RowScorerBuilder(TreeEnsemble ensemble)
    {
        _nodes = [.. Enumerable.Range(0, ensemble.FeatureCount).Select(_ => new List<Node>())];
        Features = new RowScorer.FeatureNodes[ensemble.FeatureCount];
    }

    public RowScorer.FeatureNodes[] Features { get; }

    public List<float> Thresholds { get; } = [];

    public List<RowScorer.Strike> Strikes { get; } = [];

    /// <summary>For each tree where the values of its leaves begin, which stand from left to right.</summary>
    public List<int> FirstLeaf { get; } = [];

    public List<double> Values { get; } = [];

    /// <summary>Sorts them; null when that cannot be done in so many strikes.</summary>
    public static RowScorerBuilder? Build(TreeEnsemble ensemble, int maxStrikes)
    {
        var builder = new RowScorerBuilder(ensemble);
        for (var at = 0; at < ensemble.Trees.Length; at++)
        {
            builder.FirstLeaf.Add(builder.Values.Count);
            if (builder.Collect(ensemble.Trees[at], at, node: 0, leaf: 0) > RowScorer.MaxLeaves)
            {
                return null;
            }
        }
        for (var feature = 0; feature < builder._nodes.Length; feature++)
        {
            if (!builder.Lay(feature, maxStrikes))
            {
                return null;
            }
        }
        return builder;
    }

    /// <summary>Takes the nodes below one, from left to right.</summary>
    /// <returns>The number of the first leaf right of it; too large a number as soon as there are too many, which is also the end for branches that grow together again.</returns>
    private int Collect(Tree tree, int index, int node, int leaf)
    {
        if (leaf >= RowScorer.MaxLeaves)
        {
            return RowScorer.MaxLeaves + 1;
        }
        if (tree.Left[node] < 0)
        {
            Values.AddRange(tree.Value.AsSpan(node * tree.ValueCount, tree.ValueCount));
            return leaf + 1;
        }
        var middle = Collect(tree, index, tree.Left[node], leaf);
        var end = middle > RowScorer.MaxLeaves ? middle : Collect(tree, index, tree.Right[node], middle);
        if (end > RowScorer.MaxLeaves)
        {
            return end;
        }
        // Of the leaves from the first to the middle none stays.
        var struck = (uint)((1UL << middle) - (1UL << leaf));
        _nodes[tree.Feature[node]].Add(new Node(tree, node, new RowScorer.Strike(index, ~struck)));
        return end;
    }

    private bool Lay(int feature, int maxStrikes)
    {
        var nodes = _nodes[feature];
        var categories = nodes.Count(node => node.Tree.LeftLevels[node.Index] is not null);
        if (categories > 0)
        {
            return categories == nodes.Count && LayLevels(feature, maxStrikes);
        }
        nodes.Sort((one, other) => (one.Tree.Threshold[one.Index], one.Strike.Tree, one.Index).CompareTo((other.Tree.Threshold[other.Index], other.Strike.Tree, other.Index)));
        var (from, thresholdFrom) = (Strikes.Count, Thresholds.Count);
        Thresholds.AddRange(nodes.Select(node => node.Tree.Threshold[node.Index]));
        Strikes.AddRange(nodes.Select(node => node.Strike));
        var missingFrom = Strikes.Count;
        Strikes.AddRange(nodes.Where(node => !node.Tree.IsMissingLeft[node.Index]).Select(node => node.Strike));
        Features[feature] = new RowScorer.FeatureNodes(from, thresholdFrom, nodes.Count, missingFrom, Strikes.Count - missingFrom, null);
        return Strikes.Count <= maxStrikes;
    }

    private bool LayLevels(int feature, int maxStrikes)
    {
        var nodes = _nodes[feature];
        var limit = nodes.Max(node => node.Tree.LeftLevels[node.Index]!.Length) * 64;
        var starts = new int[limit + 2];
        for (var level = 0; level <= limit; level++)
        {
            starts[level] = Strikes.Count;
            var value = level < limit ? level : float.NaN;
            Strikes.AddRange(nodes.Where(node => !node.Tree.GoesLeft(node.Index, value)).Select(node => node.Strike));
            if (Strikes.Count > maxStrikes)
            {
                return false;
            }
        }
        starts[limit + 1] = Strikes.Count;
        Features[feature] = new RowScorer.FeatureNodes(0, 0, 0, 0, 0, starts);
        return true;
    }

    private readonly record struct Node(Tree Tree, int Index, RowScorer.Strike Strike);
}
