using Escale.Learning.Persistence;

namespace Escale.Learning.Trees;

/// <summary>Trees in a file: the nodes of all, tree after tree, one array for each thing that a node has.</summary>
internal static class SavedTrees
{
    private const int MostValues = 1 << 20;

    public static void Save(IReadOnlyList<Tree> trees, SavedNode node)
    {
        node.SetArray<int>("nodes", [.. trees.Select(tree => tree.NodeCount)]);
        node.SetArray<int>("values", [.. trees.Select(tree => tree.ValueCount)]);
        node.SetArray<int>("feature", [.. trees.SelectMany(tree => tree.Feature)]);
        node.SetArray<float>("threshold", [.. trees.SelectMany(tree => tree.Threshold)]);
        node.SetArray<int>("left", [.. trees.SelectMany(tree => tree.Left)]);
        node.SetArray<int>("right", [.. trees.SelectMany(tree => tree.Right)]);
        node.SetArray<byte>("missing_left", [.. trees.SelectMany(tree => tree.IsMissingLeft).Select(isLeft => isLeft ? (byte)1 : (byte)0)]);
        node.SetArray<int>("level_words", [.. trees.SelectMany(tree => tree.LeftLevels).Select(levels => levels?.Length ?? -1)]);
        node.SetArray<ulong>("levels", [.. trees.SelectMany(tree => tree.LeftLevels).SelectMany(levels => levels ?? [])]);
        node.SetArray<double>("value", [.. trees.SelectMany(tree => tree.Value)]);
        node.SetArray<double>("cover", [.. trees.SelectMany(tree => tree.Cover)]);
        node.SetArray<double>("gain", [.. trees.SelectMany(tree => tree.Gain)]);
    }

    /// <summary>Reads trees; nodes are checked so that no row can walk in a circle or out of bounds.</summary>
    public static Tree[] Load(SavedNode node, int featureCount)
    {
        var counts = node.Array<int>("nodes");
        var widths = node.Array<int>("values", counts.Length);
        var (nodes, values) = (0L, 0L);
        for (var at = 0; at < counts.Length; at++)
        {
            if (counts[at] < 1 || widths[at] is < 1 or > MostValues)
            {
                throw SavedNode.Damaged($"tree {at} has {counts[at]} nodes of {widths[at]} values");
            }
            (nodes, values) = (nodes + counts[at], values + (long)counts[at] * widths[at]);
        }
        if (nodes > Array.MaxLength || values > Array.MaxLength)
        {
            throw SavedNode.Damaged($"trees have {nodes} nodes");
        }
        var all = new All(node, (int)nodes, (int)values);
        var (trees, from, value) = (new Tree[counts.Length], 0, 0);
        for (var at = 0; at < trees.Length; at++)
        {
            trees[at] = all.Tree(from, counts[at], value, widths[at], featureCount);
            (from, value) = (from + counts[at], value + counts[at] * widths[at]);
        }
        return trees;
    }

    /// <summary>The arrays of all trees.</summary>
    private sealed class All(SavedNode node, int nodes, int values)
    {
        private readonly int[] _feature = node.Array<int>("feature", nodes);
        private readonly float[] _threshold = node.Array<float>("threshold", nodes);
        private readonly int[] _left = node.Array<int>("left", nodes);
        private readonly int[] _right = node.Array<int>("right", nodes);
        private readonly byte[] _missingLeft = node.Array<byte>("missing_left", nodes);
        private readonly ulong[]?[] _levels = Levels(node.Array<int>("level_words", nodes), node.Array<ulong>("levels"));
        private readonly double[] _value = node.Array<double>("value", values);
        private readonly double[] _cover = node.Array<double>("cover", nodes);
        private readonly double[] _gain = node.Array<double>("gain", nodes);

        public Tree Tree(int from, int count, int value, int width, int featureCount)
        {
            var tree = new Tree
            {
                Feature = _feature[from..(from + count)],
                Threshold = _threshold[from..(from + count)],
                Left = _left[from..(from + count)],
                Right = _right[from..(from + count)],
                IsMissingLeft = [.. _missingLeft[from..(from + count)].Select(isLeft => isLeft != 0)],
                LeftLevels = _levels[from..(from + count)],
                Value = _value[value..(value + count * width)],
                Cover = _cover[from..(from + count)],
                Gain = _gain[from..(from + count)],
                ValueCount = width,
            };
            Check(tree, featureCount);
            return tree;
        }
    }

    private static void Check(Tree tree, int featureCount)
    {
        for (var at = 0; at < tree.NodeCount; at++)
        {
            var (left, right) = (tree.Left[at], tree.Right[at]);
            var isLeaf = left == -1 && right == -1;
            var isInner = left > at && left < tree.NodeCount && right > at && right < tree.NodeCount && (uint)tree.Feature[at] < (uint)featureCount;
            if (!isLeaf && !isInner)
            {
                throw SavedNode.Damaged($"node {at} of a tree points outside of it");
            }
        }
    }

    private static ulong[]?[] Levels(int[] words, ulong[] all)
    {
        var (sets, from) = (new ulong[]?[words.Length], 0L);
        for (var at = 0; at < words.Length; at++)
        {
            if (words[at] >= 0)
            {
                if (from + words[at] > all.Length)
                {
                    throw SavedNode.Damaged("trees have fewer levels than they say");
                }
                sets[at] = all.AsSpan((int)from, words[at]).ToArray();
                from += words[at];
            }
        }
        return from == all.Length ? sets : throw SavedNode.Damaged("trees have more levels than they say");
    }
}
