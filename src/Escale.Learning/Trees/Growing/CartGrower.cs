namespace Escale.Learning.Trees.Growing;

/// <summary>
/// Grows classification and regression trees (Breiman, Friedman, Olshen and Stone, 1984): depth first without a limit of leaves, otherwise always the node whose split
/// gains most. One for each thread; used for one tree after another. O(features × rows × depth) a tree, without sorting.
/// </summary>
internal sealed class CartGrower : IDisposable
{
    private const double Rounding = 2.3e-16;

    private readonly CartSettings _settings;
    private readonly INodeSplitter _splitter;
    private readonly CartNodes _nodes;
    private readonly int[] _features;
    private readonly int _constantWords;
    private readonly double[] _values;
    private readonly Stack<Pending> _pending = [];
    private readonly Stack<ulong[]> _spare = [];
    private double _rootWeight;
    private TreeRandom _random;

    public CartGrower(RankedTable table, CartTarget target, CartSettings settings)
    {
        _settings = settings;
        _splitter = target.MakeSplitter(table, settings);
        _nodes = new CartNodes(_splitter.ValueCount);
        _values = new double[_splitter.ValueCount];
        _features = [.. Enumerable.Range(0, table.Columns.Length)];
        _constantWords = (table.Columns.Length + 63) / 64;
    }

    /// <summary>Grows a tree.</summary>
    /// <param name="weights">The weight of each row; 0 leaves it out.</param>
    /// <param name="random">From where features, and thresholds at random, are drawn.</param>
    /// <param name="cancel">Stops the work.</param>
    /// <returns>The tree; null when cancelled.</returns>
    public Tree? Grow(ReadOnlySpan<double> weights, TreeRandom random, CancellationToken cancel)
    {
        _random = random;
        _nodes.Clear();
        var rows = _splitter.Load(weights);
        for (var at = 0; at < _features.Length; at++)
        {
            _features[at] = at;
        }
        if (_settings.MaxLeaves > 0)
        {
            GrowBestFirst(rows, cancel);
        }
        else
        {
            GrowDepthFirst(rows, cancel);
        }
        if (cancel.IsCancellationRequested)
        {
            return null;
        }
        if (_settings.PruningAlpha > 0)
        {
            _nodes.Prune(_settings.PruningAlpha);
        }
        return _nodes.ToTree();
    }

    public void Dispose() => _splitter.Dispose();

    private void GrowDepthFirst(int rows, CancellationToken cancel)
    {
        _pending.Push(new Pending(0, rows, 0, -1, false, new ulong[_constantWords]));
        while (_pending.TryPop(out var node) && !cancel.IsCancellationRequested)
        {
            var (at, split) = Settle(ref node, out _);
            if (!split.IsFound || !PushSides(node, at, split))
            {
                _spare.Push(node.Constant);
            }
        }
        _pending.Clear();
    }

    // A side that the sums show to be pure is a leaf at once; when both are, the rows need not even be parted. Whether a side is left to do, which then has the node's constants.
    private bool PushSides(in Pending node, int at, in NodeSplit split)
    {
        var isLeftDone = AddIfPure(at, split, isLeft: true);
        var isRightDone = AddIfPure(at, split, isLeft: false);
        if (isLeftDone && isRightDone)
        {
            return false;
        }
        var middle = _splitter.Part(node.Begin, node.End, split);
        if (!isRightDone)
        {
            _pending.Push(new Pending(middle, node.End, node.Depth + 1, at, false, isLeftDone ? node.Constant : Copy(node.Constant)));
        }
        if (!isLeftDone)
        {
            _pending.Push(new Pending(node.Begin, middle, node.Depth + 1, at, true, node.Constant));
        }
        return true;
    }

    private bool AddIfPure(int parent, in NodeSplit split, bool isLeft)
    {
        if (!_splitter.IsPureSide(split, isLeft, _values, out var facts))
        {
            return false;
        }
        _nodes.Add(parent, isLeft, facts, _values);
        return true;
    }

    private void GrowBestFirst(int rows, CancellationToken cancel)
    {
        // Ties go to the node that was there first.
        var queue = new PriorityQueue<(int At, Pending Node, NodeSplit Split), (double Loss, int At)>();
        void Enqueue(Pending node)
        {
            var (at, split) = Settle(ref node, out var gain);
            if (split.IsFound)
            {
                queue.Enqueue((at, node, split), (-gain, at));
            }
        }
        Enqueue(new Pending(0, rows, 0, -1, false, new ulong[_constantWords]));
        for (var leaves = 1; leaves < _settings.MaxLeaves && queue.Count > 0 && !cancel.IsCancellationRequested; leaves++)
        {
            var (at, node, split) = queue.Dequeue();
            var middle = _splitter.Part(node.Begin, node.End, split);
            Enqueue(new Pending(node.Begin, middle, node.Depth + 1, at, true, Copy(node.Constant)));
            Enqueue(new Pending(middle, node.End, node.Depth + 1, at, false, node.Constant));
        }
        while (queue.TryDequeue(out var left, out _))
        {
            _nodes.Part(left.At, new NodeSplit(), 0); // never parted: a leaf after all
        }
    }

    // Adds the node, and finds how to part it if it may be parted.
    private (int At, NodeSplit Split) Settle(ref Pending node, out double gain)
    {
        gain = 0;
        var facts = _splitter.Describe(node.Begin, node.End, _values);
        var at = _nodes.Add(node.Parent, node.IsLeft, facts, _values);
        _rootWeight = at == 0 ? facts.Weight : _rootWeight;
        if (facts.IsPure || node.End - node.Begin < _settings.LeastRows || (_settings.MaxDepth > 0 && node.Depth >= _settings.MaxDepth))
        {
            return (at, NodeSplit.None);
        }
        var split = Search(node);
        gain = split.IsFound ? Math.Max(0, split.Score - facts.Score) : 0;
        if (!split.IsFound || gain / _rootWeight + Rounding < _settings.MinImpurityDecrease)
        {
            return (at, NodeSplit.None);
        }
        _nodes.Part(at, split, gain);
        return (at, split);
    }

    // Features are drawn until enough were looked at and one of them was not constant. What is constant in a node is so below it.
    private NodeSplit Search(in Pending node)
    {
        var best = NodeSplit.None;
        var (wanted, isAnyVaried) = (_settings.FeaturesPerSplit, false);
        var isSampled = wanted < _features.Length;
        for (var drawn = 0; drawn < _features.Length && (drawn < wanted || !isAnyVaried); drawn++)
        {
            if (isSampled)
            {
                var other = drawn + _random.Below(_features.Length - drawn);
                (_features[drawn], _features[other]) = (_features[other], _features[drawn]);
            }
            var feature = _features[drawn];
            if ((node.Constant[feature >> 6] >> (feature & 63) & 1) != 0)
            {
                continue;
            }
            var isVaried = _settings.IsRandom
                ? _splitter.Draw(feature, node.Begin, node.End, ref _random, ref best)
                : _splitter.Find(feature, node.Begin, node.End, ref best);
            isAnyVaried |= isVaried;
            node.Constant[feature >> 6] |= isVaried ? 0 : 1UL << (feature & 63);
        }
        return best;
    }

    private ulong[] Copy(ulong[] constant)
    {
        var copy = _spare.TryPop(out var spare) ? spare : new ulong[_constantWords];
        constant.CopyTo(copy, 0);
        return copy;
    }

    /// <summary>Rows that will be a node: where they are, how deep, whose child, and which features are constant among them.</summary>
    private readonly record struct Pending(int Begin, int End, int Depth, int Parent, bool IsLeft, ulong[] Constant);
}
