using Escale.Learning.Persistence;

namespace Escale.Learning.Trees;

/// <summary>
/// A decision tree as arrays, one entry a node, the root first, children after their parent. A node is a leaf when its left child is −1. A number goes left when it
/// is at most the threshold; a category when its level is in the node's set; what is missing (and a level that the set is too short for) where <see cref="IsMissingLeft"/> says.
/// </summary>
internal sealed class Tree
{
    public required int[] Feature { get; init; }

    public required float[] Threshold { get; init; }

    public required int[] Left { get; init; }

    public required int[] Right { get; init; }

    public required bool[] IsMissingLeft { get; init; }

    /// <summary>For a split by category: which levels go left, one bit each; null for others.</summary>
    public required ulong[]?[] LeftLevels { get; init; }

    /// <summary>Values of a leaf; of an inner node, what it would have been as one. <see cref="ValueCount"/> for each node, node after node.</summary>
    public required double[] Value { get; init; }

    /// <summary>Training rows (or their weight) that came through each node.</summary>
    public required double[] Cover { get; init; }

    /// <summary>By how much the split of a node lowered the loss; 0 for a leaf.</summary>
    public required double[] Gain { get; init; }

    /// <summary>How many values a node has: 1, or the classes.</summary>
    public int ValueCount { get; init; } = 1;

    public int NodeCount => Feature.Length;

    /// <summary>The leaf that a row comes to.</summary>
    /// <param name="row">Its values: numbers, or levels as numbers; NaN is missing.</param>
    public int LeafOf(ReadOnlySpan<float> row)
    {
        var node = 0;
        while (Left[node] >= 0)
        {
            node = GoesLeft(node, row[Feature[node]]) ? Left[node] : Right[node];
        }
        return node;
    }

    /// <summary>Which way a value goes at an inner node.</summary>
    public bool GoesLeft(int node, float value)
    {
        if (float.IsNaN(value))
        {
            return IsMissingLeft[node];
        }
        if (LeftLevels[node] is not { } levels)
        {
            return value <= Threshold[node];
        }
        var level = (int)value;
        return (uint)level < (uint)levels.Length * 64 ? (levels[level >> 6] >> (level & 63) & 1) != 0 : IsMissingLeft[node];
    }

    public void Save(SavedNode node)
    {
        node.Set("values", ValueCount);
        node.SetArray<int>("feature", Feature);
        node.SetArray<float>("threshold", Threshold);
        node.SetArray<int>("left", Left);
        node.SetArray<int>("right", Right);
        node.SetArray<byte>("missing_left", [.. IsMissingLeft.Select(isLeft => isLeft ? (byte)1 : (byte)0)]);
        node.SetArray<int>("level_words", [.. LeftLevels.Select(levels => levels?.Length ?? -1)]);
        node.SetArray<ulong>("levels", [.. LeftLevels.SelectMany(levels => levels ?? [])]);
        node.SetArray<double>("value", Value);
        node.SetArray<double>("cover", Cover);
        node.SetArray<double>("gain", Gain);
    }

    /// <summary>Reads a tree; its nodes are checked so that no row can walk in a circle or out of bounds.</summary>
    public static Tree Load(SavedNode node, int featureCount)
    {
        var feature = node.Array<int>("feature");
        var count = feature.Length;
        var valueCount = node.Int("values", 1, 1 << 20);
        var (left, right) = (node.Array<int>("left", count), node.Array<int>("right", count));
        if (count == 0 || (long)count * valueCount > int.MaxValue)
        {
            throw SavedNode.Damaged($"a tree has {count} nodes");
        }
        for (var at = 0; at < count; at++)
        {
            var isLeaf = left[at] == -1 && right[at] == -1;
            var isInner = left[at] > at && left[at] < count && right[at] > at && right[at] < count && (uint)feature[at] < (uint)featureCount;
            if (!isLeaf && !isInner)
            {
                throw SavedNode.Damaged($"node {at} of a tree points outside of it");
            }
        }
        return new Tree
        {
            Feature = feature,
            Left = left,
            Right = right,
            ValueCount = valueCount,
            Threshold = node.Array<float>("threshold", count),
            IsMissingLeft = [.. node.Array<byte>("missing_left", count).Select(isLeft => isLeft != 0)],
            LeftLevels = Levels(node.Array<int>("level_words", count), node.Array<ulong>("levels")),
            Value = node.Array<double>("value", count * valueCount),
            Cover = node.Array<double>("cover", count),
            Gain = node.Array<double>("gain", count),
        };
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
                    throw SavedNode.Damaged("a tree has fewer levels than it says");
                }
                sets[at] = all.AsSpan((int)from, words[at]).ToArray();
                from += words[at];
            }
        }
        return from == all.Length ? sets : throw SavedNode.Damaged("a tree has more levels than it says");
    }
}
