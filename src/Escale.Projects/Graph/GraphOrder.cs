using Escale.Kernel;

namespace Escale.Projects.Graph;

/// <summary>Walks along edges.</summary>
internal static class GraphWalk
{
    /// <summary>The nodes within <paramref name="depth"/> steps of the start, the start included.</summary>
    public static HashSet<int> From(IEnumerable<int> start, int[][] edges, int? depth = null)
    {
        var reached = new HashSet<int>(start);
        var front = reached.ToList();
        for (var step = 0; front.Count > 0 && (depth is null || step < depth); step++)
        {
            front = [.. front.SelectMany(at => edges[at]).Where(reached.Add)];
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
        var path = new Stack<(int At, int Next)>();
        for (var root = 0; root < assets.Length; root++)
        {
            if (state[root] != 0)
            {
                continue;
            }
            path.Push((root, 0));
            state[root] = 1;
            while (path.TryPop(out var step))
            {
                if (step.Next == reads[step.At].Length)
                {
                    state[step.At] = 2;
                    continue;
                }
                path.Push((step.At, step.Next + 1));
                var to = reads[step.At][step.Next];
                if (state[to] == 1)
                {
                    throw Cycle([.. path.Reverse().Select(entry => entry.At).SkipWhile(at => at != to).Select(at => assets[at])]);
                }
                if (state[to] == 0)
                {
                    state[to] = 1;
                    path.Push((to, 0));
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
        var checks = Enumerable.Range(0, assets.Length).Where(at => assets[at].IsCheck && reads[at].Length > 0).ToList();
        var checksByRead = checks.ToLookup(check => reads[check].MinBy(read => assets[read].Id, StringComparer.Ordinal));
        var edges = new int[assets.Length][];
        var result = new Asset[assets.Length];
        var positions = assets.Select((asset, at) => (asset.Id, at)).ToDictionary(pair => pair.Id, pair => pair.at, StringComparer.Ordinal);
        for (var at = 0; at < assets.Length; at++)
        {
            var waits = assets[at].IsCheck
                ? []
                : upstream[at].SelectMany(above => checksByRead[above]).Where(check => reads[check].All(upstream[at].Contains)).ToList();
            var own = assets[at].WaitsFor.Where(positions.ContainsKey).Select(id => positions[id]);
            var all = own.Concat(waits).Distinct().OrderBy(check => check).ToArray();
            edges[at] = [.. reads[at], .. all];
            result[at] = all.Length == 0 ? assets[at] : assets[at] with { WaitsFor = [.. all.Select(check => assets[check].Id)] };
        }
        return [.. Sorted(assets, edges).Select(at => result[at])];
    }

    /// <summary>Kahn's algorithm; what is ready goes by id (the input is sorted by id).</summary>
    private static int[] Sorted(Asset[] assets, int[][] edges)
    {
        var waiting = edges.Select(list => list.Length).ToArray();
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
            Array.ForEach(edges[at], to => readers[to].Add(at));
        }
        var order = new List<int>(assets.Length);
        ready.Reverse();
        while (ready.Count > 0)
        {
            var at = ready[^1];
            ready.RemoveAt(ready.Count - 1);
            order.Add(at);
            foreach (var reader in readers[at].Where(reader => --waiting[reader] == 0))
            {
                ready.Insert(ready.FindLastIndex(other => other > reader) + 1, reader);
            }
        }
        return order.Count == assets.Length
            ? [.. order]
            : throw new EscaleException("projects.cycle", "The assets wait for each other in a circle.", "Check what they declare to wait for.");
    }

    private static HashSet<int>[] Upstream(int[][] reads, int[] order)
    {
        var upstream = new HashSet<int>[reads.Length];
        foreach (var at in order)
        {
            var all = new HashSet<int>();
            foreach (var read in reads[at])
            {
                all.Add(read);
                all.UnionWith(upstream[read]);
            }
            upstream[at] = all;
        }
        return upstream;
    }
}
