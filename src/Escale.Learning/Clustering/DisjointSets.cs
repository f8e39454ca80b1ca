namespace Escale.Learning.Clustering;

/// <summary>Things that are joined into sets; the root of a set is its lowest member, in whatever order they were joined.</summary>
internal sealed class DisjointSets
{
    private readonly int[] _parents;

    public DisjointSets(int count) => _parents = [.. Enumerable.Range(0, count)];

    /// <summary>The lowest member of the set that something is in.</summary>
    public int RootOf(int item)
    {
        while (_parents[item] != item)
        {
            item = _parents[item] = _parents[_parents[item]];
        }
        return item;
    }

    /// <summary>The same without changing anything, for threads that only read.</summary>
    public int PeekRootOf(int item)
    {
        while (_parents[item] != item)
        {
            item = _parents[item];
        }
        return item;
    }

    /// <summary>Joins two sets.</summary>
    /// <returns>Whether they were two.</returns>
    public bool Join(int one, int two)
    {
        (one, two) = (RootOf(one), RootOf(two));
        _parents[Math.Max(one, two)] = Math.Min(one, two);
        return one != two;
    }
}
