namespace Escale.Learning.Clustering;

/// <summary>
/// The hierarchy with only those breaks that leave two parts or more of at least the least size: a cluster lives from the density at which it came into being, loses rows, and ends where it
/// breaks. R. Campello, D. Moulavi, J. Sander (2013); R. Campello and others (2015) for outlier scores.
/// </summary>
internal sealed class CondensedTree
{
    private readonly List<int> _parents = [];
    private readonly List<double> _births = [];
    private readonly List<double> _stabilities = [];
    private readonly List<double> _ends = [];
    private readonly List<int> _firstRows = [];

    public CondensedTree(DensityHierarchy hierarchy, int rows, int leastSize)
    {
        (ClusterOf, FallDensity) = (new int[rows], new double[rows]);
        var open = new Stack<(int Node, int Cluster)>([(hierarchy.Root, Begin(-1, 0, hierarchy, hierarchy.Root))]);
        while (open.TryPop(out var at))
        {
            var density = hierarchy.Density(at.Node);
            var large = 0;
            foreach (var child in hierarchy.Children(at.Node))
            {
                large += hierarchy.Size(child) >= leastSize ? 1 : 0;
            }
            foreach (var child in hierarchy.Children(at.Node))
            {
                if (hierarchy.Size(child) >= leastSize && large == 1)
                {
                    open.Push((child, at.Cluster));
                    continue;
                }
                _stabilities[at.Cluster] += hierarchy.Size(child) * (density - _births[at.Cluster]);
                _ends[at.Cluster] = Math.Max(_ends[at.Cluster], density);
                if (hierarchy.Size(child) >= leastSize)
                {
                    open.Push((child, Begin(at.Cluster, density, hierarchy, child)));
                }
                else
                {
                    hierarchy.ForRows(child, row => (ClusterOf[row], FallDensity[row]) = (at.Cluster, density));
                }
            }
        }
    }

    /// <summary>The smallest cluster that each row was in.</summary>
    public int[] ClusterOf { get; }

    /// <summary>At which density each row fell out of it.</summary>
    public double[] FallDensity { get; }

    /// <summary>Clusters; 0 is that of all rows, children come after their parents.</summary>
    public int Count => _parents.Count;

    public int Parent(int cluster) => _parents[cluster];

    /// <summary>From which density on a cluster is there.</summary>
    public double Birth(int cluster) => _births[cluster];

    /// <summary>The highest density at which it loses rows; there it breaks or ends.</summary>
    public double End(int cluster) => _ends[cluster];

    /// <summary>
    /// Which clusters are taken: those without children, or those that together live longest (weighted by rows), none within another. Numbered by their first row; −1 for those not taken.
    /// </summary>
    public int[] Select(bool isLeaves, bool mayBeAll)
    {
        var (isTaken, below, hasChildren) = (new bool[Count], new double[Count], new bool[Count]);
        for (var cluster = Count - 1; cluster >= 0; cluster--)
        {
            isTaken[cluster] = (cluster > 0 || mayBeAll) && (!hasChildren[cluster] || (!isLeaves && _stabilities[cluster] >= below[cluster]));
            if (cluster > 0)
            {
                hasChildren[_parents[cluster]] = true;
                below[_parents[cluster]] += isTaken[cluster] ? _stabilities[cluster] : below[cluster];
            }
        }
        var isWithin = new bool[Count];
        for (var cluster = 1; cluster < Count; cluster++)
        {
            isWithin[cluster] = isWithin[_parents[cluster]] || isTaken[_parents[cluster]];
        }
        var labels = new int[Count];
        Array.Fill(labels, -1);
        foreach (var (label, cluster) in Enumerable.Range(0, Count).Where(cluster => isTaken[cluster] && !isWithin[cluster]).OrderBy(cluster => _firstRows[cluster]).Index())
        {
            labels[cluster] = label;
        }
        return labels;
    }

    /// <summary>For each row how far it is from the densest that the smallest cluster around it gets: 1 − density of the row ÷ that density.</summary>
    public double[] OutlierScores()
    {
        double[] deepest = [.. _ends];
        for (var cluster = Count - 1; cluster > 0; cluster--)
        {
            deepest[_parents[cluster]] = Math.Max(deepest[_parents[cluster]], deepest[cluster]);
        }
        return [.. ClusterOf.Select((cluster, row) => deepest[cluster] > 0 ? 1 - FallDensity[row] / deepest[cluster] : 0)];
    }

    private int Begin(int parent, double birth, DensityHierarchy hierarchy, int node)
    {
        var first = int.MaxValue;
        hierarchy.ForRows(node, row => first = Math.Min(first, row));
        _parents.Add(parent);
        _births.Add(birth);
        _stabilities.Add(0);
        _ends.Add(0);
        _firstRows.Add(first);
        return Count - 1;
    }
}
