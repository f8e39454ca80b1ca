using Escale.Learning.Memory;
using Escale.Learning.Threads;
using Escale.Learning.Trees;

namespace Escale.Learning.Boosting;

/// <summary>
/// Grows one tree on packed derivatives, leaf by leaf, always the leaf whose split lowers the loss most (Shi, 2007; LightGBM). Leaf values
/// come from the derivatives in full precision, not from the packed ones.
/// </summary>
internal sealed unsafe class TreeGrower : IDisposable
{
    private const int SumBlock = 1 << 13;

    private readonly BinnedMatrix _matrix;
    private readonly GrowthSettings _settings;
    private readonly WorkerTeam _team;
    private readonly Histograms _histograms;
    private readonly SplitFinder _finder;
    private readonly List<Leaf> _leaves = [];

    public TreeGrower(BinnedMatrix matrix, GrowthSettings settings, WorkerTeam team)
    {
        (_matrix, _settings, _team) = (matrix, settings, team);
        Partition = new RowPartition(matrix, team);
        _histograms = new Histograms(matrix, team);
        _finder = new SplitFinder(matrix, _histograms, settings, team);
    }

    /// <summary>Where the rows of each leaf are.</summary>
    public RowPartition Partition { get; }

    /// <summary>The leaves of the last tree: its node, and where its rows begin and how many they are.</summary>
    public IEnumerable<(int Node, int Begin, int Count)> Leaves => _leaves.Select(leaf => (leaf.Node, leaf.Begin, leaf.Count));

    /// <summary>Grows a tree.</summary>
    /// <param name="packed">The derivatives, for finding splits.</param>
    /// <param name="gradients">First derivatives, for the values of leaves.</param>
    /// <param name="hessians">Second derivatives; empty when each is 1.</param>
    /// <param name="rows">The rows to use, ascending; empty for all.</param>
    /// <param name="isUsed">The features to use; null for all.</param>
    /// <param name="learningRate">By what leaf values are multiplied.</param>
    public Tree Grow(
        PackedGradients packed, ReadOnlyMemory<float> gradients, ReadOnlyMemory<float> hessians, ReadOnlySpan<int> rows, bool[]? isUsed, double learningRate)
    {
        var growing = new GrowingTree();
        _leaves.Clear();
        var count = Partition.Reset(rows);
        var root = new Leaf(growing.Add(), 0, count, 0) { Histogram = _histograms.Rent() };
        _histograms.Count(root.Histogram, rows.IsEmpty ? null : Partition.Rows, count, packed);
        root.Sum = SumOf(root.Histogram);
        root.Split = _finder.Find(root.Histogram, root.Sum, count, packed, isUsed);
        _leaves.Add(root);
        while (_leaves.Count < _settings.MaxLeaves && Best() is { } leaf)
        {
            Part(leaf, growing, packed, isUsed);
        }
        foreach (var leaf in _leaves)
        {
            if (leaf.Histogram is not null)
            {
                _histograms.Return(leaf.Histogram);
                leaf.Histogram = null!;
            }
        }
        SetValues(growing, gradients, hessians, learningRate);
        return growing.ToTree(_matrix.Features);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _histograms.Dispose();
        Partition.Dispose();
    }

    private Leaf? Best()
    {
        Leaf? best = null;
        foreach (var leaf in _leaves)
        {
            if (leaf.Split.IsFound && (best is null || leaf.Split.Gain > best.Split.Gain))
            {
                best = leaf;
            }
        }
        return best;
    }

    private void Part(Leaf leaf, GrowingTree growing, PackedGradients packed, bool[]? isUsed)
    {
        var lefts = Partition.Part(leaf.Begin, leaf.Count, leaf.Split);
        var (leftNode, rightNode) = growing.Part(leaf.Node, leaf.Split);
        var left = new Leaf(leftNode, leaf.Begin, lefts, leaf.Depth + 1) { Sum = leaf.Split.LeftSum };
        var right = new Leaf(rightNode, leaf.Begin + lefts, leaf.Count - lefts, leaf.Depth + 1) { Sum = leaf.Sum - leaf.Split.LeftSum };
        _leaves[_leaves.IndexOf(leaf)] = left;
        _leaves.Add(right);
        var isLast = _leaves.Count >= _settings.MaxLeaves || (_settings.MaxDepth > 0 && left.Depth >= _settings.MaxDepth);
        if (isLast)
        {
            _histograms.Return(leaf.Histogram);
            return; // Nobody will ask for these leaves' splits.
        }
        var (small, large) = left.Count <= right.Count ? (left, right) : (right, left);
        if (large.Count < 2 * _settings.MinLeafRows)
        {
            _histograms.Return(leaf.Histogram);
            return;
        }
        small.Histogram = _histograms.Rent();
        _histograms.Count(small.Histogram, Partition.Rows + small.Begin, small.Count, packed);
        large.Histogram = leaf.Histogram;
        _histograms.Subtract(large.Histogram, small.Histogram);
        left.Split = _finder.Find(left.Histogram, left.Sum, left.Count, packed, isUsed);
        right.Split = _finder.Find(right.Histogram, right.Sum, right.Count, packed, isUsed);
        Release(left);
        Release(right);
    }

    // A leaf that will not be parted needs its histogram no more.
    private void Release(Leaf leaf)
    {
        if (!leaf.Split.IsFound)
        {
            _histograms.Return(leaf.Histogram);
            leaf.Histogram = null!;
        }
    }

    // All bins of any one feature hold all rows.
    private long SumOf(NativeArray<long> histogram)
    {
        long sum = 0;
        var bins = histogram.Pointer + _histograms.OffsetOf(0);
        for (var bin = 0; bin < _matrix.Features[0].BinCount; bin++)
        {
            sum += bins[bin];
        }
        return sum;
    }

    private void SetValues(GrowingTree growing, ReadOnlyMemory<float> gradients, ReadOnlyMemory<float> hessians, double learningRate)
    {
        foreach (var leaf in _leaves)
        {
            // Blocks of a fixed size, added in order: the same bits for any number of threads.
            var blocks = (leaf.Count + SumBlock - 1) / SumBlock;
            var sums = new (double Gradient, double Hessian)[blocks];
            _team.Run(blocks, block => sums[block] = SumRows(gradients.Span, hessians.Span, leaf, block));
            var (gradient, hessian) = (0.0, 0.0);
            foreach (var sum in sums)
            {
                (gradient, hessian) = (gradient + sum.Gradient, hessian + sum.Hessian);
            }
            var shrunk = _settings.L1 > 0 ? Math.CopySign(Math.Max(0, Math.Abs(gradient) - _settings.L1), gradient) : gradient;
            growing.SetLeaf(leaf.Node, -learningRate * shrunk / (hessian + _settings.L2 + 1e-12), leaf.Count);
        }
    }

    private (double Gradient, double Hessian) SumRows(ReadOnlySpan<float> gradients, ReadOnlySpan<float> hessians, Leaf leaf, int block)
    {
        var rows = new ReadOnlySpan<int>(Partition.Rows + leaf.Begin + block * SumBlock, Math.Min(SumBlock, leaf.Count - block * SumBlock));
        var (gradient, hessian) = (0.0, 0.0);
        foreach (var row in rows)
        {
            gradient += gradients[row];
        }
        if (hessians.IsEmpty)
        {
            return (gradient, rows.Length);
        }
        foreach (var row in rows)
        {
            hessian += hessians[row];
        }
        return (gradient, hessian);
    }

    private sealed class Leaf(int node, int begin, int count, int depth)
    {
        public int Node { get; } = node;

        public int Begin { get; } = begin;

        public int Count { get; } = count;

        public int Depth { get; } = depth;

        public long Sum { get; set; }

        public Split Split { get; set; } = Split.None;

        public NativeArray<long> Histogram { get; set; } = null!;
    }
}
