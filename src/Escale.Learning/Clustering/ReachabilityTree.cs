using Escale.Learning.Threads;

namespace Escale.Learning.Clustering;

/// <summary>An edge between two rows (as they were given), the lower first.</summary>
internal readonly record struct ReachEdge(double SquaredWeight, int One, int Two)
{
    /// <summary>By weight, then by rows: no two edges are equal, so that the shortest tree is one.</summary>
    public bool IsShorterThan(in ReachEdge other) => SquaredWeight < other.SquaredWeight
        || (SquaredWeight == other.SquaredWeight && (One < other.One || (One == other.One && Two < other.Two)));
}

/// <summary>
/// The shortest tree over all rows, where two rows are as far apart as the largest of their distance and of both their core distances. O. Borůvka (1926): every part takes its shortest edge to another
/// part, and parts are joined, until one is left; edges are searched in a k-d tree, which leaves out what belongs to the same part. O(rows · log² rows) with few features, O(rows² · log rows) at worst.
/// </summary>
internal sealed class ReachabilityTree
{
    private static readonly ReachEdge _none = new(double.PositiveInfinity, int.MaxValue, int.MaxValue);

    private readonly KdTree _tree;
    private readonly double[] _cores;
    private readonly double[] _leastCores;
    private readonly int[] _partOf;
    private readonly int[] _partOfNode;

    /// <param name="tree">The rows.</param>
    /// <param name="cores">Squared core distance of the row at each place.</param>
    public ReachabilityTree(KdTree tree, double[] cores)
    {
        (_tree, _cores) = (tree, cores);
        (_leastCores, _partOf, _partOfNode) = (new double[tree.Nodes.Length], new int[cores.Length], new int[tree.Nodes.Length]);
        for (var node = tree.Nodes.Length - 1; node >= 0; node--)
        {
            var (from, until, right) = tree.Nodes[node];
            _leastCores[node] = right > 0 ? Math.Min(_leastCores[node + 1], _leastCores[right]) : cores.AsSpan(from..until).ToArray().Min();
        }
    }

    /// <summary>The edges, one fewer than rows, in no order.</summary>
    public List<ReachEdge> Edges(WorkerTeam team, CancellationToken token)
    {
        var (edges, sets) = (new List<ReachEdge>(_partOf.Length), new DisjointSets(_partOf.Length));
        var blockRows = Math.Max(64, (_partOf.Length + 127) / 128);
        var blocks = new Dictionary<int, ReachEdge>[(_partOf.Length + blockRows - 1) / blockRows];
        while (edges.Count < _partOf.Length - 1)
        {
            MarkParts(sets);
            team.Run(blocks.Length, block =>
            {
                var shortest = blocks[block] = [];
                for (var place = block * blockRows; place < Math.Min(_partOf.Length, (block + 1) * blockRows) && !token.IsCancellationRequested; place++)
                {
                    var best = shortest.GetValueOrDefault(_partOf[place], _none);
                    if (_cores[place] <= best.SquaredWeight)
                    {
                        Search(0, place, ref best);
                        shortest[_partOf[place]] = best;
                    }
                }
            });
            token.ThrowIfCancellationRequested();
            JoinShortest(blocks, sets, edges);
        }
        return edges;
    }

    private static void JoinShortest(Dictionary<int, ReachEdge>[] blocks, DisjointSets sets, List<ReachEdge> edges)
    {
        var all = new Dictionary<int, ReachEdge>();
        foreach (var (part, edge) in blocks.SelectMany(block => block))
        {
            if (!all.TryGetValue(part, out var best) || edge.IsShorterThan(best))
            {
                all[part] = edge;
            }
        }
        foreach (var edge in all.Values)
        {
            if (sets.Join(edge.One, edge.Two)) // two parts may have chosen the same edge
            {
                edges.Add(edge);
            }
        }
    }

    /// <summary>Notes the part of each place, and of each node whose rows are all of one part; −1 for others.</summary>
    private void MarkParts(DisjointSets sets)
    {
        for (var place = 0; place < _partOf.Length; place++)
        {
            _partOf[place] = sets.RootOf(_tree.RowAt[place]);
        }
        for (var node = _partOfNode.Length - 1; node >= 0; node--)
        {
            var (from, until, right) = _tree.Nodes[node];
            var part = right > 0 ? _partOfNode[node + 1] : _partOf[from];
            var isOne = right > 0 ? part == _partOfNode[right] : !_partOf.AsSpan(from..until).ContainsAnyExcept(part);
            _partOfNode[node] = isOne ? part : -1;
        }
    }

    private void Search(int node, int place, ref ReachEdge best)
    {
        var (from, until, right) = _tree.Nodes[node];
        var point = _tree.Rows.Row(place);
        if (right > 0)
        {
            var (left, other) = (Least(node + 1, place), Least(right, place));
            var (first, second, near, far) = left <= other ? (node + 1, right, left, other) : (right, node + 1, other, left);
            if (near <= best.SquaredWeight)
            {
                Search(first, place, ref best);
            }
            if (far <= best.SquaredWeight)
            {
                Search(second, place, ref best);
            }
            return;
        }
        var (row, own, core) = (_tree.RowAt[place], _partOf[place], _cores[place]);
        for (var at = from; at < until; at++)
        {
            if (_partOf[at] != own && _cores[at] <= best.SquaredWeight)
            {
                var other = _tree.RowAt[at];
                var weight = Math.Max(Math.Max(core, _cores[at]), DenseRows.SquaredDistance(point, _tree.Rows.Row(at)));
                var edge = new ReachEdge(weight, Math.Min(row, other), Math.Max(row, other));
                best = edge.IsShorterThan(best) ? edge : best;
            }
        }
    }

    /// <summary>At most the weight of an edge to a row of a node; infinite when all are of the same part.</summary>
    private double Least(int node, int place) => _partOfNode[node] == _partOf[place]
        ? double.PositiveInfinity
        : Math.Max(Math.Max(_cores[place], _leastCores[node]), _tree.SquaredDistanceToBox(node, _tree.Rows.Row(place)));
}
