using Escale.Learning.Memory;
using Escale.Learning.Threads;

namespace Escale.Learning.Boosting;

/// <summary>
/// Grows one tree on packed derivatives, leaf by leaf, always the leaf whose split lowers the loss most (Shi, 2007; LightGBM). Values of leaves come from
/// the packed sums, which the split search has already.
/// </summary>
internal sealed unsafe class TreeGrower : IDisposable
{
    private readonly BinnedMatrix _matrix;
    private readonly GrowthSettings _settings;
    private readonly Histograms _histograms;
    private readonly SplitFinder _finder;
    private readonly List<GrowingLeaf> _leaves = [];

    public TreeGrower(BinnedMatrix matrix, GrowthSettings settings, WorkerTeam team)
    {
        (_matrix, _settings) = (matrix, settings);
        Partition = new RowPartition(matrix, team);
        _histograms = new Histograms(matrix, team);
        _finder = new SplitFinder(matrix, _histograms, settings, team);
    }

    /// <summary>Where the rows of each leaf are.</summary>
    public RowPartition Partition { get; }

    /// <summary>The leaves of the last tree.</summary>
    public IReadOnlyList<GrowingLeaf> Leaves => _leaves;

    /// <summary>Grows a tree, whose leaves have their values before the learning rate.</summary>
    /// <param name="packed">The derivatives.</param>
    /// <param name="rows">The rows to use, ascending; empty for all.</param>
    /// <param name="choice">The features to use.</param>
    public GrowingTree Grow(PackedGradients packed, ReadOnlySpan<int> rows, FeatureChoice choice)
    {
        var growing = new GrowingTree(_matrix);
        _leaves.Clear();
        var count = Partition.Reset(rows);
        var root = new GrowingLeaf(growing.Add(), 0, count, 0)
        {
            Histogram = _histograms.Rent(), Lower = -_settings.LeafBound, Upper = _settings.LeafBound, L2 = _settings.L2,
        };
        _histograms.Count(root.Histogram, rows.IsEmpty ? null : Partition.Rows, count, packed, parent: null);
        root.Sum = SumOf(root.Histogram);
        root.Value = new LeafScale(packed, root, _settings, root.L2, 0).Value(root.Sum);
        _finder.Find(root, packed, choice);
        _leaves.Add(root);
        while (_leaves.Count < _settings.MaxLeaves && Best() is { } leaf)
        {
            Part(leaf, growing, packed, choice);
        }
        foreach (var leaf in _leaves)
        {
            Release(leaf);
            growing.SetLeaf(leaf.Node, leaf.Value, leaf.Count);
        }
        return growing;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _histograms.Dispose();
        Partition.Dispose();
    }

    private GrowingLeaf? Best()
    {
        GrowingLeaf? best = null;
        foreach (var leaf in _leaves)
        {
            if (leaf.Split.IsFound && (best is null || leaf.Split.Gain > best.Split.Gain))
            {
                best = leaf;
            }
        }
        return best;
    }

    private void Part(GrowingLeaf leaf, GrowingTree growing, PackedGradients packed, FeatureChoice choice)
    {
        var lefts = Partition.Part(leaf.Begin, leaf.Count, leaf.Split);
        var (leftNode, rightNode) = growing.Part(leaf.Node, leaf.Split);
        var left = new GrowingLeaf(leftNode, leaf.Begin, lefts, leaf.Depth + 1) { Sum = leaf.Split.LeftSum };
        var right = new GrowingLeaf(rightNode, leaf.Begin + lefts, leaf.Count - lefts, leaf.Depth + 1) { Sum = leaf.Sum - leaf.Split.LeftSum };
        Bound(leaf, left, right, packed);
        SetValue(left, leaf, packed);
        SetValue(right, leaf, packed);
        _leaves[_leaves.IndexOf(leaf)] = left;
        _leaves.Add(right);
        var (small, large) = left.Count <= right.Count ? (left, right) : (right, left);
        if (_leaves.Count >= _settings.MaxLeaves || (_settings.MaxDepth > 0 && left.Depth >= _settings.MaxDepth) || large.Count < 2 * _settings.MinLeafRows)
        {
            Release(leaf);
            return; // Nobody will ask for these leaves' splits.
        }
        small.Histogram = _histograms.Rent();
        _histograms.Count(small.Histogram, Partition.Rows + small.Begin, small.Count, packed, leaf.Histogram);
        (large.Histogram, leaf.Histogram) = (leaf.Histogram, null);
        foreach (var child in (ReadOnlySpan<GrowingLeaf>)[left, right])
        {
            _finder.Find(child, packed, choice);
            if (!child.Split.IsFound)
            {
                Release(child);
            }
        }
    }

    // Children of a monotone split keep on their side of the middle, and so does all that grows from them.
    private void Bound(GrowingLeaf leaf, GrowingLeaf left, GrowingLeaf right, PackedGradients packed)
    {
        left.L2 = right.L2 = _settings.L2 + (leaf.Split.LeftBins is null ? 0 : _settings.CategoryL2);
        (left.Lower, left.Upper) = (right.Lower, right.Upper) = (leaf.Lower, leaf.Upper);
        var direction = _settings.Directions is { } directions ? directions[leaf.Split.Feature] : 0;
        if (direction == 0)
        {
            return;
        }
        var scale = new LeafScale(packed, leaf, _settings, _settings.L2, 0);
        var middle = scale.Value(left.Sum) / 2 + scale.Value(right.Sum) / 2;
        var (low, high) = direction > 0 ? (left, right) : (right, left);
        (low.Upper, high.Lower) = (middle, middle);
    }

    // A leaf of few rows is drawn towards the value of its parent.
    private void SetValue(GrowingLeaf leaf, GrowingLeaf parent, PackedGradients packed)
    {
        var value = new LeafScale(packed, leaf, _settings, leaf.L2, 0).Value(leaf.Sum);
        var own = leaf.Count / (leaf.Count + _settings.PathSmoothing);
        leaf.Value = Math.Clamp(own * value + (1 - own) * parent.Value, leaf.Lower, leaf.Upper);
    }

    // A leaf that will not be parted needs its histogram no more.
    private void Release(GrowingLeaf leaf)
    {
        if (leaf.Histogram is not null)
        {
            _histograms.Return(leaf.Histogram);
            leaf.Histogram = null;
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
}
