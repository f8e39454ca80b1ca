using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Escale.Learning.Neighbors;

/// <summary>
/// Training rows in leaves of some sixty, column by column within a leaf so that four rows are measured at once, and over the leaves a k-d tree with the box of each node.
/// Distances are squared for the Euclidean metric. Whether a tree is used or not, what is found is the same, bit for bit.
/// </summary>
internal sealed class NeighborIndex
{
    private const int LeafRows = 64;
    private const int MaxTreeFeatures = 12;
    private const int MinTreeRows = 512;
    private const int Lanes = 4;

    private readonly int _features;
    private readonly bool _isEuclidean;

    /// <summary>For each leaf where its values begin, how many rows it has, and where their numbers begin.</summary>
    private readonly List<(int Values, int Rows, int Numbers)> _leaves = [];
    private readonly float[] _values;
    private readonly int[] _numbers;

    /// <summary>Nodes, children after parents: the leaf, or −1 and the right child; the left child follows its parent.</summary>
    private readonly List<(int Leaf, int Right)> _nodes = [];
    private readonly List<float> _boxes = [];

    /// <param name="columns">Values, feature after feature.</param>
    /// <param name="rows">How many rows.</param>
    /// <param name="features">How many features.</param>
    /// <param name="isEuclidean">Otherwise Manhattan.</param>
    /// <param name="isTree">Whether to grow a tree; null to let the sizes decide.</param>
    public NeighborIndex(float[] columns, int rows, int features, bool isEuclidean, bool? isTree = null)
    {
        (_features, _isEuclidean) = (features, isEuclidean);
        _numbers = [.. Enumerable.Range(0, rows)];
        var starts = new List<(int From, int Count)>();
        IsTree = isTree ?? (features is > 0 and <= MaxTreeFeatures && rows >= MinTreeRows);
        if (IsTree)
        {
            Grow(columns, rows, 0, rows, starts);
        }
        else
        {
            for (var from = 0; from < rows; from += LeafRows)
            {
                starts.Add((from, Math.Min(LeafRows, rows - from)));
            }
        }
        _values = new float[starts.Sum(leaf => (long)Padded(leaf.Count) * features)];
        var to = 0;
        foreach (var (from, count) in starts)
        {
            _leaves.Add((to, count, from));
            for (var feature = 0; feature < features; feature++, to += Padded(count))
            {
                for (var at = 0; at < count; at++)
                {
                    _values[to + at] = columns[(long)feature * rows + _numbers[from + at]];
                }
            }
        }
    }

    public bool IsTree { get; }

    public int LeafCount => _leaves.Count;

    /// <summary>Finds the rows nearest to a point.</summary>
    public void Search(ReadOnlySpan<float> point, ref NearestRows nearest)
    {
        if (IsTree)
        {
            Descend(0, point, ref nearest);
            return;
        }
        for (var leaf = 0; leaf < _leaves.Count; leaf++)
        {
            Measure(leaf, point, ref nearest);
        }
    }

    /// <summary>Measures the rows of a leaf: feature by feature, so that a row's distance does not depend on its neighbours in memory.</summary>
    public void Measure(int leaf, ReadOnlySpan<float> point, ref NearestRows nearest)
    {
        var (values, rows, numbers) = _leaves[leaf];
        var padded = Padded(rows);
        Span<double> distances = stackalloc double[LeafRows];
        distances = distances[..padded];
        distances.Clear();
        ref var sum = ref MemoryMarshal.GetReference(distances);
        for (var feature = 0; feature < _features; feature++)
        {
            ref var from = ref MemoryMarshal.GetReference(_values.AsSpan(values + feature * padded, padded));
            var about = Vector256.Create((double)point[feature]);
            for (nuint at = 0; at < (nuint)padded; at += Lanes)
            {
                var four = Vector128.LoadUnsafe(ref from, at);
                var difference = (Avx.IsSupported ? Avx.ConvertToVector256Double(four) : Vector256.Create(Vector128.WidenLower(four), Vector128.WidenUpper(four))) - about;
                (Vector256.LoadUnsafe(ref sum, at) + (_isEuclidean ? difference * difference : Vector256.Abs(difference))).StoreUnsafe(ref sum, at);
            }
        }
        for (var at = 0; at < rows; at++)
        {
            if (distances[at] <= nearest.Worst)
            {
                nearest.Add(distances[at], _numbers[numbers + at]);
            }
        }
    }

    private static int Padded(int rows) => (rows + Lanes - 1) / Lanes * Lanes;

    private void Descend(int node, ReadOnlySpan<float> point, ref NearestRows nearest)
    {
        var (leaf, right) = _nodes[node];
        if (leaf >= 0)
        {
            Measure(leaf, point, ref nearest);
            return;
        }
        var (atLeft, atRight) = (DistanceOfBox(node + 1, point), DistanceOfBox(right, point));
        var (near, far, distance) = atLeft <= atRight ? (node + 1, right, atRight) : (right, node + 1, atLeft);
        Descend(near, point, ref nearest);

        // A box's distance may come out a rounding above that of a row in it: leave out only what is clearly farther.
        if (distance * (1 - 1e-12) <= nearest.Worst)
        {
            Descend(far, point, ref nearest);
        }
    }

    private double DistanceOfBox(int node, ReadOnlySpan<float> point)
    {
        var box = CollectionsMarshal.AsSpan(_boxes).Slice(node * 2 * _features, 2 * _features);
        var sum = 0.0;
        for (var feature = 0; feature < _features; feature++)
        {
            double at = point[feature];
            var away = Math.Max(0, Math.Max(box[2 * feature] - at, at - box[2 * feature + 1]));
            sum += _isEuclidean ? away * away : away;
        }
        return sum;
    }

    /// <summary>Halves rows along the side where they spread widest, at the median.</summary>
    private void Grow(float[] columns, int rows, int from, int count, List<(int From, int Count)> leaves)
    {
        var node = _nodes.Count;
        var (widest, width) = (0, -1f);
        for (var feature = 0; feature < _features; feature++)
        {
            var (least, most) = (float.PositiveInfinity, float.NegativeInfinity);
            foreach (var row in _numbers.AsSpan(from, count))
            {
                var value = columns[(long)feature * rows + row];
                (least, most) = (Math.Min(least, value), Math.Max(most, value));
            }
            _boxes.AddRange(least, most);
            (widest, width) = most - least > width ? (feature, most - least) : (widest, width);
        }
        if (count <= LeafRows)
        {
            _nodes.Add((leaves.Count, 0));
            leaves.Add((from, count));
            return;
        }
        _nodes.Add((-1, 0));
        var keys = new float[count];
        for (var at = 0; at < count; at++)
        {
            keys[at] = columns[(long)widest * rows + _numbers[from + at]];
        }
        keys.AsSpan().Sort(_numbers.AsSpan(from, count));
        var half = count / 2;
        Grow(columns, rows, from, half, leaves);
        _nodes[node] = (-1, _nodes.Count);
        Grow(columns, rows, from + half, count - half, leaves);
    }
}
