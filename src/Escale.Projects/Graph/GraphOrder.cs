using Escale.Kernel;

namespace Escale.Projects.Graph;

/// <summary>Walks along edges.</summary>
internal static class GraphWalk
{
    /// <summary>Marks the nodes within <paramref name="depth"/> steps of the start, the start included.</summary>
    /// <param name="reached">The marks, one for each node; what is marked already is not walked again.</param>
    /// <param name="start">Where to begin.</param>
    /// <param name="edges">From each node to others.</param>
    /// <param name="depth">How far, or null for as far as it goes.</param>
    public static bool[] From(bool[] reached, List<int> start, int[][] edges, int? depth = null)
    {
        foreach (var at in start)
        {
            reached[at] = true;
        }
        var front = start;
        for (var step = 0; front.Count > 0 && (depth is null || step < depth); step++)
        {
            var next = new List<int>();
            foreach (var from in front)
            {
                foreach (var to in edges[from])
                {
                    if (!reached[to])
                    {
                        reached[to] = true;
                        next.Add(to);
                    }
                }
            }
            front = next;
        }
        return reached;
    }
}

/// <summary>Refuses a graph in which something reads itself, by way of others or not.</summary>
internal static class GraphCycle
{
    /// <summary>Depth-first search; O(assets + reads).</summary>
    /// <exception cref="EscaleException"><c>projects.cycle</c>, with the assets of the cycle and their files.</exception>
    public static void Refuse(Asset[] assets, int[][] reads)
    {
        var state = new byte[assets.Length];
        var next = new int[assets.Length];
        for (var root = 0; root < assets.Length; root++)
        {
            var path = state[root] == 0 ? new List<int> { root } : [];
            while (path.Count > 0)
            {
                var at = path[^1];
                state[at] = 1;
                if (next[at] == reads[at].Length)
                {
                    state[at] = 2;
                    path.RemoveAt(path.Count - 1);
                    continue;
                }
                var to = reads[at][next[at]++];
                if (state[to] == 1)
                {
                    throw Cycle([.. path.SkipWhile(on => on != to).Select(on => assets[on])]);
                }
                if (state[to] == 0)
                {
                    path.Add(to);
                }
            }
        }
    }

    private static EscaleException Cycle(List<Asset> cycle)
    {
        var steps = cycle.Append(cycle[0]).Select(asset => asset.Path is null ? asset.Name : $"{asset.Name} ({asset.Path})");
        return new EscaleException(
            "projects.cycle", cycle.Count == 1 ? $"'{cycle[0].Name}' reads itself." : $"These read each other in a circle: {string.Join(" → ", steps)}.",
            cycle.Count == 1 ? "Use {{ this }} for the table as it stands." : "Remove one of the refs.", new Place(cycle[0].Path));
    }
}

/// <summary>Puts assets in their order.</summary>
internal static class GraphOrder
{
    /// <summary>
    /// The assets in topological order with <see cref="Asset.WaitsFor"/> completed: as <c>dbt build</c> has it, an asset waits for every check whose
    /// reads are all upstream of it, so a check of two tables never makes a circle.
    /// </summary>
    public static Asset[] WithChecks(Asset[] assets, int[][] reads)
    {
        var order = Sorted(assets, reads);
        var upstream = Upstream(reads, order);
        var checks = new List<int>();
        for (var at = 0; at < assets.Length; at++)
        {
            if (assets[at].IsCheck && reads[at].Length > 0)
            {
                checks.Add(at);
            }
        }
        var edges = new int[assets.Length][];
        var result = new Asset[assets.Length];
        var positions = AssetGraph.PositionsOf(assets);
        for (var at = 0; at < assets.Length; at++)
        {
            var waits = Waits(assets[at], checks, reads, upstream[at], positions);
            edges[at] = [.. reads[at], .. waits];
            result[at] = waits.Count == 0 ? assets[at] : assets[at] with { WaitsFor = waits.ConvertAll(check => assets[check].Id) };
        }
        return Array.ConvertAll(Sorted(assets, edges), at => result[at]);
    }

    /// <summary>What an asset waits for without reading it, by position: what it names itself, and the checks of what is upstream of it.</summary>
    private static List<int> Waits(Asset asset, List<int> checks, int[][] reads, bool[] upstream, Dictionary<string, int> positions)
    {
        var waits = new List<int>();
        foreach (var id in asset.WaitsFor)
        {
            if (positions.TryGetValue(id, out var at) && !waits.Contains(at))
            {
                waits.Add(at);
            }
        }
        foreach (var check in checks)
        {
            if (!asset.IsCheck && Array.TrueForAll(reads[check], read => upstream[read]) && !waits.Contains(check))
            {
                waits.Add(check);
            }
        }
        waits.Sort();
        return waits;
    }

    /// <summary>Kahn's algorithm; what is ready goes by id (the input is sorted by id).</summary>
    private static int[] Sorted(Asset[] assets, int[][] edges)
    {
        var waiting = Array.ConvertAll(edges, list => list.Length);
        var readers = new List<int>[assets.Length];
        // Largest first, so that the smallest is taken off the end.
        var ready = new List<int>();
        for (var at = 0; at < assets.Length; at++)
        {
            readers[at] = [];
        }
        for (var at = 0; at < assets.Length; at++)
        {
            if (waiting[at] == 0)
            {
                ready.Add(at);
            }
            foreach (var to in edges[at])
            {
                readers[to].Add(at);
            }
        }
        var order = new List<int>(assets.Length);
        ready.Reverse();
        while (ready.Count > 0)
        {
            var at = ready[^1];
            ready.RemoveAt(ready.Count - 1);
            order.Add(at);
            foreach (var reader in readers[at])
            {
                if (--waiting[reader] == 0)
                {
                    ready.Insert(ready.FindLastIndex(other => other > reader) + 1, reader);
                }
            }
        }
        return order.Count == assets.Length
            ? [.. order]
            : throw new EscaleException("projects.cycle", "The assets wait for each other in a circle.", "Check what they declare to wait for.");
    }

    /// <summary>For each asset, which others are upstream of it.</summary>
    private static bool[][] Upstream(int[][] reads, int[] order)
    {
        var upstream = new bool[reads.Length][];
        foreach (var at in order)
        {
            var all = new bool[reads.Length];
            foreach (var read in reads[at])
            {
                all[read] = true;
                for (var above = 0; above < all.Length; above++)
                {
                    all[above] |= upstream[read][above];
                }
            }
            upstream[at] = all;
        }
        return upstream;
    }
}
