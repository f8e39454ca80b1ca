namespace Escale.Learning.Trees.Growing;

/// <summary>The nodes of a tree while it grows, in memory that is used again for the next tree.</summary>
internal sealed class CartNodes(int valueCount)
{
    private Node[] _nodes = new Node[64];
    private double[] _values = new double[64 * valueCount];

    public int Count { get; private set; }

    public void Clear() => Count = 0;

    /// <summary>Adds a leaf.</summary>
    /// <param name="parent">The node that it belongs to, or −1.</param>
    /// <param name="isLeft">On which side of it.</param>
    /// <param name="facts">What is known of its rows.</param>
    /// <param name="values">Its values.</param>
    /// <returns>Its number.</returns>
    public int Add(int parent, bool isLeft, in NodeFacts facts, ReadOnlySpan<double> values)
    {
        if (Count == _nodes.Length)
        {
            Array.Resize(ref _nodes, Count * 2);
            Array.Resize(ref _values, Count * 2 * valueCount);
        }
        var added = Count++;
        _nodes[added] = new Node { Left = -1, Right = -1, Cover = facts.Weight, Impurity = facts.Impurity };
        values.CopyTo(_values.AsSpan(added * valueCount));
        if (parent >= 0 && isLeft)
        {
            _nodes[parent].Left = added;
        }
        else if (parent >= 0)
        {
            _nodes[parent].Right = added;
        }
        return added;
    }

    /// <summary>Makes a leaf an inner node; its children come by <see cref="Add"/>.</summary>
    public void Part(int node, in NodeSplit split, double gain)
    {
        ref var of = ref _nodes[node];
        (of.Feature, of.Threshold, of.IsMissingLeft, of.LeftLevels, of.Gain) = (split.Feature, split.Threshold, split.IsMissingLeft, split.LeftLevels, gain);
    }

    /// <summary>
    /// Cuts back to the smallest tree that no other beats in impurity plus <paramref name="alpha"/> for each leaf (minimal cost-complexity pruning, Breiman et al., 1984).
    /// From the leaves up, a node is cut when it alone costs no more than the best of what is below it.
    /// </summary>
    public void Prune(double alpha)
    {
        var all = _nodes[0].Cover;
        var cost = new double[Count];
        for (var node = Count - 1; node >= 0; node--)
        {
            ref var of = ref _nodes[node];
            var alone = of.Impurity / all + alpha;
            var below = of.Left < 0 ? double.PositiveInfinity : cost[of.Left] + cost[of.Right];
            cost[node] = Math.Min(alone, below);
            // Without the allowance rounding would keep splits that gain nothing.
            if (alone <= below + 1e-15)
            {
                (of.Left, of.Right, of.Gain, of.LeftLevels) = (-1, -1, 0, null);
            }
        }
    }

    /// <summary>The tree of the nodes that hang together from the root, parents first, left before right.</summary>
    public Tree ToTree()
    {
        var (order, number) = Order();
        var tree = new Tree
        {
            Feature = new int[order.Length],
            Threshold = new float[order.Length],
            Left = new int[order.Length],
            Right = new int[order.Length],
            IsMissingLeft = new bool[order.Length],
            LeftLevels = new ulong[]?[order.Length],
            Value = new double[order.Length * valueCount],
            ValueCount = valueCount,
            Cover = new double[order.Length],
            Gain = new double[order.Length],
        };
        for (var at = 0; at < order.Length; at++)
        {
            ref readonly var of = ref _nodes[order[at]];
            (tree.Feature[at], tree.Threshold[at], tree.IsMissingLeft[at], tree.LeftLevels[at]) = (of.Feature, of.Threshold, of.IsMissingLeft, of.LeftLevels);
            (tree.Left[at], tree.Right[at]) = (of.Left < 0 ? -1 : number[of.Left], of.Right < 0 ? -1 : number[of.Right]);
            (tree.Cover[at], tree.Gain[at]) = (of.Cover, of.Gain);
            _values.AsSpan(order[at] * valueCount, valueCount).CopyTo(tree.Value.AsSpan(at * valueCount));
        }
        return tree;
    }

    // The nodes of the tree in order, and for each node its place there.
    private (int[] Order, int[] Number) Order()
    {
        var (order, number, count, depth) = (new int[Count], new int[Count], 0, 1);
        var pending = new int[Count + 1];
        while (depth > 0)
        {
            var node = pending[--depth];
            number[node] = count;
            order[count++] = node;
            if (_nodes[node].Left >= 0)
            {
                pending[depth++] = _nodes[node].Right;
                pending[depth++] = _nodes[node].Left;
            }
        }
        return (count == Count ? order : order[..count], number);
    }

    private struct Node
    {
        public int Left;
        public int Right;
        public int Feature;
        public float Threshold;
        public bool IsMissingLeft;
        public ulong[]? LeftLevels;
        public double Cover;
        public double Gain;
        public double Impurity;
    }
}
