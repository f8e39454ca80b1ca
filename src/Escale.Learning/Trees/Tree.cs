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
}
