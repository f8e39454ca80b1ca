using System.Numerics;
using System.Runtime.InteropServices;

namespace Escale.Learning.Trees;

/// <summary>Sorts the nodes of an ensemble by feature for <see cref="RowScorer"/>.</summary>
internal sealed class RowScorerBuilder
{
    private readonly List<Node>[] _nodes;
    private readonly int _treeCount;

    private RowScorerBuilder(TreeEnsemble ensemble)
    {
        _nodes = [.. Enumerable.Range(0, ensemble.FeatureCount).Select(_ => new List<Node>())];
        Features = new RowScorer.FeatureNodes[ensemble.FeatureCount];
        _treeCount = ensemble.Trees.Length;
        // A block costs about as much struck out one by one as all trees at once.
        BlockShift = Math.Max(4, BitOperations.Log2((uint)_treeCount / 8 | 1));
    }

    public RowScorer.FeatureNodes[] Features { get; }

    public List<float> Thresholds { get; } = [];

    public List<RowScorer.Strike> Strikes { get; } = [];

    /// <summary>Words of all trees that many nodes together leave.</summary>
    public List<uint> Masks { get; } = [];

    /// <summary>After how many nodes of a feature, as a power of two, what they leave of all trees is kept.</summary>
    public int BlockShift { get; }

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
        Thresholds.AddRange(Enumerable.Repeat(float.PositiveInfinity, RowScorer.Padding));
        var maskFrom = Masks.Count;
        for (var count = 1 << BlockShift; count <= nodes.Count; count += 1 << BlockShift)
        {
            AddMask(nodes.Take(count));
        }
        var missing = Add(nodes.Where(node => !node.Tree.IsMissingLeft[node.Index]));
        Features[feature] = new RowScorer.FeatureNodes(from, thresholdFrom, nodes.Count, maskFrom, missing, null);
        return Strikes.Count <= maxStrikes;
    }

    private bool LayLevels(int feature, int maxStrikes)
    {
        var nodes = _nodes[feature];
        var limit = nodes.Max(node => node.Tree.LeftLevels[node.Index]!.Length) * 64;
        var levels = new RowScorer.Strikes[limit + 1];
        for (var level = 0; level <= limit; level++)
        {
            var value = level < limit ? level : float.NaN;
            levels[level] = Add(nodes.Where(node => !node.Tree.GoesLeft(node.Index, value)));
            if (Strikes.Count + Masks.Count > maxStrikes)
            {
                return false;
            }
        }
        Features[feature] = new RowScorer.FeatureNodes(0, 0, 0, 0, default, levels);
        return true;
    }

    // As a list when it is short, else as the words that stay.
    private RowScorer.Strikes Add(IEnumerable<Node> nodes)
    {
        var struck = nodes.ToList();
        if (struck.Count >= Math.Max(8, _treeCount / 4))
        {
            AddMask(struck);
            return new RowScorer.Strikes(Masks.Count - RowScorer.Words(_treeCount), 0, IsMask: true);
        }
        Strikes.AddRange(struck.Select(node => node.Strike));
        return new RowScorer.Strikes(Strikes.Count - struck.Count, struck.Count, IsMask: false);
    }

    private void AddMask(IEnumerable<Node> nodes)
    {
        var from = Masks.Count;
        CollectionsMarshal.SetCount(Masks, from + RowScorer.Words(_treeCount));
        var mask = CollectionsMarshal.AsSpan(Masks)[from..];
        mask.Fill(uint.MaxValue);
        foreach (var node in nodes)
        {
            mask[node.Strike.Tree] &= node.Strike.Left;
        }
    }

    private readonly record struct Node(Tree Tree, int Index, RowScorer.Strike Strike);
}
