namespace Escale.Learning.Clustering;

/// <summary>
/// How the rows come together as distances grow: parts that meet at the same distance are joined by one node, so that the hierarchy depends on the distances only, not on the order of edges
/// or rows. Nodes below the number of rows are rows.
/// </summary>
internal sealed class DensityHierarchy
{
    private readonly int _rows;
    private readonly List<int[]> _children = [];
    private readonly List<double> _distances = [];
    private readonly List<int> _sizes = [];

    /// <param name="edges">The shortest tree; sorted here.</param>
    /// <param name="rows">How many rows.</param>
    public DensityHierarchy(List<ReachEdge> edges, int rows)
    {
        _rows = rows;
        edges.Sort((one, two) => one.Equals(two) ? 0 : one.IsShorterThan(two) ? -1 : 1);

        // Rows at the same place would have an infinite density: they count as half as far apart as the nearest ones that are not.
        var least = edges.FirstOrDefault(edge => edge.SquaredWeight > 0, new ReachEdge(1, 0, 0)).SquaredWeight / 4;
        var (sets, nodeOf) = (new DisjointSets(rows), Enumerable.Range(0, rows).ToArray());
        for (var from = 0; from < edges.Count;)
        {
            var (weight, until) = (Math.Max(least, edges[from].SquaredWeight), from);
            while (until < edges.Count && Math.Max(least, edges[until].SquaredWeight) == weight)
            {
                until++;
            }
            Join(edges, from, until, Math.Sqrt(weight), sets, nodeOf);
            from = until;
        }
    }

    /// <summary>The node of all rows.</summary>
    public int Root => _rows + _children.Count - 1;

    /// <summary>What a node breaks into below its distance; none for a row.</summary>
    public ReadOnlySpan<int> Children(int node) => node < _rows ? [] : _children[node - _rows];

    /// <summary>1 ÷ the distance at which a node breaks.</summary>
    public double Density(int node) => 1 / _distances[node - _rows];

    public int Size(int node) => node < _rows ? 1 : _sizes[node - _rows];

    /// <summary>Calls for each row of a node.</summary>
    public void ForRows(int node, Action<int> work)
    {
        var open = new Stack<int>([node]);
        while (open.TryPop(out var at))
        {
            if (at < _rows)
            {
                work(at);
                continue;
            }
            foreach (var child in _children[at - _rows])
            {
                open.Push(child);
            }
        }
    }

    private void Join(List<ReachEdge> edges, int from, int until, double distance, DisjointSets sets, int[] nodeOf)
    {
        var touched = new SortedSet<int>();
        for (var at = from; at < until; at++)
        {
            touched.Add(sets.RootOf(edges[at].One));
            touched.Add(sets.RootOf(edges[at].Two));
        }
        for (var at = from; at < until; at++)
        {
            sets.Join(edges[at].One, edges[at].Two);
        }
        foreach (var joined in touched.GroupBy(sets.RootOf).ToArray())
        {
            int[] children = [.. joined.Select(root => nodeOf[root])];
            _children.Add(children);
            _distances.Add(distance);
            _sizes.Add(children.Sum(Size));
            nodeOf[joined.Key] = Root;
        }
    }
}
