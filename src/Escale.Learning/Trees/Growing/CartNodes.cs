namespace Escale.Learning.Trees.Growing;

/// <summary>The nodes of a tree while it grows, in lists that are used again for the next tree.</summary>
internal sealed class CartNodes(int valueCount)
{
    private readonly List<int> _feature = [];
    private readonly List<float> _threshold = [];
    private readonly List<int> _left = [];
    private readonly List<int> _right = [];
    private readonly List<bool> _isMissingLeft = [];
    private readonly List<ulong[]?> _levels = [];
    private readonly List<double> _values = [];
    private readonly List<double> _cover = [];
    private readonly List<double> _gain = [];
    private readonly List<double> _impurity = [];

    public int Count => _feature.Count;

    public void Clear()
    {
        _feature.Clear();
        _threshold.Clear();
        _left.Clear();
        _right.Clear();
        _isMissingLeft.Clear();
        _levels.Clear();
        _values.Clear();
        _cover.Clear();
        _gain.Clear();
        _impurity.Clear();
    }

    /// <summary>Adds a leaf.</summary>
    /// <param name="parent">The node that it belongs to, or −1.</param>
    /// <param name="isLeft">On which side of it.</param>
    /// <param name="facts">What is known of its rows.</param>
    /// <param name="values">Its values.</param>
    /// <returns>Its number.</returns>
    public int Add(int parent, bool isLeft, in NodeFacts facts, ReadOnlySpan<double> values)
    {
        var node = _feature.Count;
        _feature.Add(0);
        _threshold.Add(0);
        _left.Add(-1);
        _right.Add(-1);
        _isMissingLeft.Add(false);
        _levels.Add(null);
        _values.AddRange(values);
        _cover.Add(facts.Weight);
        _gain.Add(0);
        _impurity.Add(facts.Impurity);
        if (parent >= 0)
        {
            (isLeft ? _left : _right)[parent] = node;
        }
        return node;
    }

    /// <summary>Makes a leaf an inner node; its children come by <see cref="Add"/>.</summary>
    public void Part(int node, in NodeSplit split, double gain)
    {
        _feature[node] = split.Feature;
        _threshold[node] = split.Threshold;
        _isMissingLeft[node] = split.IsMissingLeft;
        _levels[node] = split.LeftLevels;
        _gain[node] = gain;
    }

    /// <summary>
    /// Cuts back to the smallest tree that no other beats in impurity plus <paramref name="alpha"/> for each leaf (minimal cost-complexity pruning, Breiman et al., 1984).
    /// From the leaves up, a node is cut when it alone costs no more than the best of what is below it.
    /// </summary>
    public void Prune(double alpha)
    {
        var all = _cover[0];
        var cost = new double[Count];
        for (var node = Count - 1; node >= 0; node--)
        {
            var alone = _impurity[node] / all + alpha;
            var below = _left[node] < 0 ? double.PositiveInfinity : cost[_left[node]] + cost[_right[node]];
            // Without the allowance rounding would keep splits that gain nothing.
            if (alone <= below + 1e-15)
            {
                (cost[node], _left[node], _right[node], _gain[node], _levels[node]) = (alone, -1, -1, 0, null);
            }
            else
            {
                cost[node] = below;
            }
        }
    }

    /// <summary>The tree of the nodes that hang together from the root, parents first, left before right.</summary>
    public Tree ToTree()
    {
        var (order, number) = (new List<int>(Count), new int[Count]);
        var pending = new Stack<int>([0]);
        while (pending.TryPop(out var node))
        {
            number[node] = order.Count;
            order.Add(node);
            if (_left[node] >= 0)
            {
                pending.Push(_right[node]);
                pending.Push(_left[node]);
            }
        }
        var values = new double[order.Count * valueCount];
        for (var at = 0; at < order.Count; at++)
        {
            _values.CopyTo(order[at] * valueCount, values, at * valueCount, valueCount);
        }
        return new Tree
        {
            Feature = Of(order, _feature),
            Threshold = Of(order, _threshold),
            Left = [.. order.Select(node => _left[node] < 0 ? -1 : number[_left[node]])],
            Right = [.. order.Select(node => _right[node] < 0 ? -1 : number[_right[node]])],
            IsMissingLeft = Of(order, _isMissingLeft),
            LeftLevels = Of(order, _levels),
            Value = values,
            ValueCount = valueCount,
            Cover = Of(order, _cover),
            Gain = Of(order, _gain),
        };
    }

    private static T[] Of<T>(List<int> order, List<T> list)
    {
        var array = new T[order.Count];
        for (var at = 0; at < array.Length; at++)
        {
            array[at] = list[order[at]];
        }
        return array;
    }
}
