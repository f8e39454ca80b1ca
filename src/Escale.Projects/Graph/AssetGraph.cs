using Escale.Kernel;

namespace Escale.Projects.Graph;

/// <summary>
/// All assets of a project and what each reads. Acyclic, immutable, thread-safe. Every list that it gives is in one order: an asset after all
/// that it reads or waits for, and otherwise by id.
/// </summary>
/// <remarks>
/// Positions are walked with plain loops: LINQ over numbers and tuples is compiled anew at every start of the program, which takes longer than all
/// the work here.
/// </remarks>
public sealed class AssetGraph
{
    private readonly Dictionary<string, int> _positions;
    private readonly int[][] _reads;
    private readonly int[][] _readers;

    private AssetGraph(IReadOnlyList<Asset> inOrder, Dictionary<string, int> positions, int[][] reads, int[][] readers)
    {
        Assets = inOrder;
        _positions = positions;
        _reads = reads;
        _readers = readers;
    }

    /// <summary>Every asset, in order.</summary>
    public IReadOnlyList<Asset> Assets { get; }

    /// <summary>The asset of an id.</summary>
    /// <exception cref="EscaleException"><c>projects.unknown-asset</c>.</exception>
    public Asset this[string id] => Find(id) ?? throw new EscaleException(
        "projects.unknown-asset", $"There is no asset '{id}'.", Nearest.Remedy(id, Assets.Select(asset => asset.Id), "List them with: escale ls"));

    /// <summary>Builds the graph; checks are put before what is built on all that they read (<see cref="Asset.WaitsFor"/>).</summary>
    /// <exception cref="EscaleException">
    /// <c>projects.duplicate-asset</c>, <c>projects.duplicate-table</c>, <c>projects.unknown-asset</c> for a missing read, <c>projects.cycle</c>.
    /// </exception>
    public static AssetGraph Build(IEnumerable<Asset> assets)
    {
        var byId = new Dictionary<string, Asset>(StringComparer.Ordinal);
        foreach (var asset in assets)
        {
            if (!byId.TryAdd(asset.Id, asset))
            {
                throw Duplicate("projects.duplicate-asset", $"Two assets are called '{asset.Id}'", byId[asset.Id], asset, "Rename one of them.");
            }
        }
        Asset[] all = [.. byId.Values.OrderBy(asset => asset.Id, StringComparer.Ordinal)];
        RefuseSharedTables(all);
        var reads = Edges(all, asset => asset.Reads);
        GraphCycle.Refuse(all, reads);
        var ordered = GraphOrder.WithChecks(all, reads);
        var orderedReads = Edges(ordered, asset => asset.Reads);
        return new AssetGraph(ordered, PositionsOf(ordered), orderedReads, Reversed(orderedReads));
    }

    /// <summary>The asset of an id, or null.</summary>
    public Asset? Find(string id) => _positions.TryGetValue(id, out var at) ? Assets[at] : null;

    /// <summary>What it reads, to this many steps (default: to the beginning); itself left out. In order.</summary>
    public IReadOnlyList<Asset> Upstream(string id, int? depth = null) => Reach(PositionOf(id), _reads, depth);

    /// <summary>What reads it, to this many steps (default: to the end), checks included; itself left out. In order.</summary>
    public IReadOnlyList<Asset> Downstream(string id, int? depth = null) => Reach(PositionOf(id), _readers, depth);

    /// <summary>These assets in order, without repeats.</summary>
    public IReadOnlyList<Asset> InOrder(IEnumerable<string> ids)
    {
        var marked = new bool[Assets.Count];
        foreach (var id in ids)
        {
            marked[PositionOf(id)] = true;
        }
        return Marked(marked);
    }

    /// <summary>
    /// The assets whose versions decide whether this one must be made again: what it reads, and behind an ephemeral model (in the graph, never a
    /// step, without a table) what that one reads.
    /// </summary>
    public IReadOnlyList<Asset> Inputs(string id)
    {
        var found = new bool[Assets.Count];
        var seen = new bool[Assets.Count];
        var pending = new List<int>(_reads[PositionOf(id)]);
        while (pending.Count > 0)
        {
            var at = pending[^1];
            pending.RemoveAt(pending.Count - 1);
            if (seen[at])
            {
                continue;
            }
            seen[at] = true;
            found[at] = Assets[at] is not { Runnable: false, Table: null };
            if (!found[at])
            {
                pending.AddRange(_reads[at]);
            }
        }
        return Marked(found);
    }

    /// <summary>
    /// What a selection in dbt's syntax chooses (see docs/manual/selection.md), in order. No terms select everything. Checks of what is chosen are chosen with it.
    /// </summary>
    /// <param name="select">Terms; a term may hold several, separated by spaces (a union) and commas (an intersection).</param>
    /// <param name="exclude">Terms to take away.</param>
    /// <exception cref="EscaleException"><c>projects.selection-…</c>: a term is wrong or chooses nothing, naming the nearest.</exception>
    public IReadOnlyList<Asset> Select(IReadOnlyList<string>? select = null, IReadOnlyList<string>? exclude = null) =>
        new Selection.Selector(this).Select(select ?? [], exclude ?? []);

    internal int PositionOf(string id) => _positions.TryGetValue(id, out var at) ? at : _positions[this[id].Id];

    /// <summary>The edges from what is built on something to that, by position.</summary>
    internal int[][] Reads => _reads;

    /// <summary>The same edges the other way.</summary>
    internal int[][] Readers => _readers;

    /// <summary>The assets whose positions are marked, in order.</summary>
    internal IReadOnlyList<Asset> Marked(bool[] marked)
    {
        var chosen = new List<Asset>();
        for (var at = 0; at < marked.Length; at++)
        {
            if (marked[at])
            {
                chosen.Add(Assets[at]);
            }
        }
        return chosen;
    }

    private IReadOnlyList<Asset> Reach(int from, int[][] edges, int? depth)
    {
        var reached = GraphWalk.From(new bool[Assets.Count], [from], edges, depth);
        reached[from] = false;
        return Marked(reached);
    }

    private static void RefuseSharedTables(IEnumerable<Asset> assets)
    {
        var lake = new Dictionary<TableName, Asset>();
        var warehouse = new Dictionary<TableName, Asset>();
        foreach (var asset in assets.Where(asset => asset.Table is not null))
        {
            // A warehouse table lives elsewhere than the lake table of the same name: only makers in one place can clash.
            var makers = asset.Kind == "warehouse" ? warehouse : lake;
            if (!makers.TryAdd(asset.Table!, asset) && makers[asset.Table!] is var first && (first.Runnable || asset.Runnable)
                && !IsNameOf(first, asset) && !IsNameOf(asset, first))
            {
                throw Duplicate(
                    "projects.duplicate-table", $"'{first.Name}' and '{asset.Name}' both make the table {asset.Table}", first, asset,
                    "Give one of them another name, alias or schema.");
            }
        }
    }

    /// <summary>A declared source may be another name of a table that a seed or model makes: it reads its maker.</summary>
    private static bool IsNameOf(Asset source, Asset maker) => !source.Runnable && source.Reads.Contains(maker.Id);

    private static EscaleException Duplicate(string code, string what, Asset first, Asset second, string remedy) => new(
        code, $"{what}: {first.Path ?? first.Id} and {second.Path ?? second.Id}.", remedy, new Place(second.Path));

    private static int[][] Edges(IReadOnlyList<Asset> assets, Func<Asset, IReadOnlyList<string>> reads)
    {
        var positions = PositionsOf(assets);
        var edges = new int[assets.Count][];
        for (var from = 0; from < assets.Count; from++)
        {
            var to = new List<int>();
            foreach (var id in reads(assets[from]).Distinct())
            {
                to.Add(positions.TryGetValue(id, out var at) ? at : throw Missing(assets[from], id));
            }
            edges[from] = to.ToArray();
        }
        return edges;
    }

    /// <summary>Where each asset stands in the list, by id.</summary>
    internal static Dictionary<string, int> PositionsOf(IReadOnlyList<Asset> assets)
    {
        var positions = new Dictionary<string, int>(assets.Count, StringComparer.Ordinal);
        for (var at = 0; at < assets.Count; at++)
        {
            positions[assets[at].Id] = at;
        }
        return positions;
    }

    private static EscaleException Missing(Asset asset, string id) => new(
        "projects.unknown-asset", $"'{asset.Name}' reads '{id}', which does not exist.", "Correct the name.", new Place(asset.Path));

    private static int[][] Reversed(int[][] edges)
    {
        var reversed = new List<int>[edges.Length];
        for (var at = 0; at < edges.Length; at++)
        {
            foreach (var to in edges[at])
            {
                (reversed[to] ??= []).Add(at);
            }
        }
        return [.. reversed.Select(list => list?.ToArray() ?? [])];
    }
}
