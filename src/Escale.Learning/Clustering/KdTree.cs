using System.Runtime.InteropServices;

namespace Escale.Learning.Clustering;

/// <summary>
/// Halves rows along their widest side until some thirty are left, and keeps the box of each part: what cannot be near is not looked at. Rows are kept in the order of the tree; a row is meant
/// by its place in it. With many features (more than about fifteen) nearly all rows are looked at, and the result is the same.
/// </summary>
internal sealed class KdTree
{
    private const int LeafRows = 32;

    private readonly List<Node> _nodes = [];
    private readonly List<float> _boxes = [];

    public KdTree(DenseRows rows)
    {
        RowAt = [.. Enumerable.Range(0, rows.Count)];
        Grow(rows, 0, rows.Count);
        Rows = rows.Chosen(RowAt);
    }

    /// <summary>A part of the rows. The left child follows its parent.</summary>
    /// <param name="From">Its first place.</param>
    /// <param name="Until">The place after its last.</param>
    /// <param name="Right">The right child; 0 for a leaf.</param>
    public readonly record struct Node(int From, int Until, int Right);

    /// <summary>The rows in the order of the tree.</summary>
    public DenseRows Rows { get; }

    /// <summary>The row (as it was given) at each place.</summary>
    public int[] RowAt { get; }

    /// <summary>The root first, children after their parents.</summary>
    public ReadOnlySpan<Node> Nodes => CollectionsMarshal.AsSpan(_nodes);

    /// <summary>At most the squared distance of a point to any row of a node, rounding included.</summary>
    public double SquaredDistanceToBox(int node, ReadOnlySpan<float> point)
    {
        var (width, sum) = (Rows.Width, 0.0);
        var box = CollectionsMarshal.AsSpan(_boxes).Slice(node * 2 * width, 2 * width);
        for (var feature = 0; feature < width; feature++)
        {
            double at = point[feature];
            var away = Math.Max(0, Math.Max(box[2 * feature] - at, at - box[2 * feature + 1]));
            sum += away * away;
        }
        return sum * (1 - 1e-12);
    }

    /// <summary>How many rows are within a distance; counting stops at <paramref name="most"/>.</summary>
    public int CountWithin(ReadOnlySpan<float> point, double squaredRadius, int most) => CountWithin(0, point, squaredRadius, most);

    /// <summary>Adds the places of all rows within a distance.</summary>
    public void FindWithin(ReadOnlySpan<float> point, double squaredRadius, List<int> places) => FindWithin(0, point, squaredRadius, places);

    /// <summary>The squared distances of the nearest rows, ascending.</summary>
    /// <param name="point">The point, filled up with zeros.</param>
    /// <param name="nearest">Written, all of it; as long as there are rows at least.</param>
    public void FindNearest(ReadOnlySpan<float> point, Span<double> nearest)
    {
        nearest.Fill(double.PositiveInfinity);
        FindNearest(0, point, nearest);
    }

    private int CountWithin(int node, ReadOnlySpan<float> point, double squaredRadius, int most)
    {
        if (SquaredDistanceToBox(node, point) > squaredRadius)
        {
            return 0;
        }
        var (from, until, right) = _nodes[node];
        if (right > 0)
        {
            var left = CountWithin(node + 1, point, squaredRadius, most);
            return left >= most ? left : left + CountWithin(right, point, squaredRadius, most - left);
        }
        var count = 0;
        for (var place = from; place < until && count < most; place++)
        {
            count += DenseRows.SquaredDistance(point, Rows.Row(place)) <= squaredRadius ? 1 : 0;
        }
        return count;
    }

    private void FindWithin(int node, ReadOnlySpan<float> point, double squaredRadius, List<int> places)
    {
        if (SquaredDistanceToBox(node, point) > squaredRadius)
        {
            return;
        }
        var (from, until, right) = _nodes[node];
        if (right > 0)
        {
            FindWithin(node + 1, point, squaredRadius, places);
            FindWithin(right, point, squaredRadius, places);
            return;
        }
        for (var place = from; place < until; place++)
        {
            if (DenseRows.SquaredDistance(point, Rows.Row(place)) <= squaredRadius)
            {
                places.Add(place);
            }
        }
    }

    private void FindNearest(int node, ReadOnlySpan<float> point, Span<double> nearest)
    {
        var (from, until, right) = _nodes[node];
        if (right > 0)
        {
            var (left, other) = (SquaredDistanceToBox(node + 1, point), SquaredDistanceToBox(right, point));
            var (first, second, far) = left <= other ? (node + 1, right, other) : (right, node + 1, left);
            FindNearest(first, point, nearest);
            if (far < nearest[^1])
            {
                FindNearest(second, point, nearest);
            }
            return;
        }
        for (var place = from; place < until; place++)
        {
            var distance = DenseRows.SquaredDistance(point, Rows.Row(place));
            if (distance < nearest[^1])
            {
                var at = nearest.Length - 1;
                for (; at > 0 && nearest[at - 1] > distance; at--)
                {
                    nearest[at] = nearest[at - 1];
                }
                nearest[at] = distance;
            }
        }
    }

    private void Grow(DenseRows rows, int from, int until)
    {
        var node = _nodes.Count;
        var (widest, width) = (0, -1f);
        for (var feature = 0; feature < rows.Width; feature++)
        {
            var (least, most) = (float.PositiveInfinity, float.NegativeInfinity);
            for (var place = from; place < until; place++)
            {
                var value = rows.Row(RowAt[place])[feature];
                (least, most) = (Math.Min(least, value), Math.Max(most, value));
            }
            _boxes.AddRange(least, most);
            (widest, width) = most - least > width ? (feature, most - least) : (widest, width);
        }
        _nodes.Add(new Node(from, until, 0));
        if (until - from <= LeafRows)
        {
            return;
        }
        var keys = new float[until - from];
        for (var at = 0; at < keys.Length; at++)
        {
            keys[at] = rows.Row(RowAt[from + at])[widest];
        }
        keys.AsSpan().Sort(RowAt.AsSpan(from, keys.Length));
        var half = from + keys.Length / 2;
        Grow(rows, from, half);
        _nodes[node] = new Node(from, until, _nodes.Count);
        Grow(rows, half, until);
    }
}
