using Escale.Learning.Memory;

namespace Escale.Learning.Boosting;

/// <summary>A leaf of the tree being grown.</summary>
/// <param name="node">Its node.</param>
/// <param name="begin">Where its rows begin in the partition.</param>
/// <param name="count">How many they are.</param>
/// <param name="depth">Splits from the root.</param>
internal sealed class GrowingLeaf(int node, int begin, int count, int depth)
{
    public int Node { get; } = node;

    public int Begin { get; } = begin;

    public int Count { get; } = count;

    public int Depth { get; } = depth;

    /// <summary>Packed derivatives of its rows.</summary>
    public long Sum { get; set; }

    /// <summary>What its value, before the learning rate, may not be below.</summary>
    public double Lower { get; set; } = double.NegativeInfinity;

    /// <summary>What its value, before the learning rate, may not be above.</summary>
    public double Upper { get; set; } = double.PositiveInfinity;

    /// <summary>Squared penalty of its value: larger below a split by category.</summary>
    public double L2 { get; set; }

    /// <summary>Its value as a leaf, before the learning rate.</summary>
    public double Value { get; set; }

    /// <summary>The best way to part it.</summary>
    public Split Split { get; set; } = Split.None;

    /// <summary>Its histogram while it may be parted; null afterwards.</summary>
    public NativeArray<long>? Histogram { get; set; }
}
