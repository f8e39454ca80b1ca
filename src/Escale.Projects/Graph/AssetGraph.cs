using System.Collections.Frozen;
using Escale.Kernel;

namespace Escale.Projects.Graph;

/// <summary>
/// All assets of a project and what each reads. Acyclic, immutable, thread-safe. Every list that it gives is in one order: an asset after all
/// that it reads or waits for, and otherwise by id.
/// </summary>
public sealed class AssetGraph
{
    private readonly FrozenDictionary<string, int> _positions;
    private readonly int[][] _reads;
    private readonly int[][] _readers;

    private AssetGraph(IReadOnlyList<Asset> inOrder, FrozenDictionary<string, int> positions, int[][] reads, int[][] readers)
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
        var positions = ordered.Select((asset, at) => (asset.Id, at)).ToFrozenDictionary(pair => pair.Id, pair => pair.at, StringComparer.Ordinal);
        var orderedReads = Edges(ordered, asset => asset.Reads);
        return new AssetGraph(ordered, positions, orderedReads, Reversed(orderedReads));
    }

    /// <summary>The asset of an id, or null.</summary>
    public Asset? Find(string id) => _positions.TryGetValue(id, out var at) ? Assets[at] : null;

    /// <summary>What it reads, to this many steps (default: to the beginning); itself left out. In order.</summary>
    public IReadOnlyList<Asset> Upstream(string id, int? depth = null) => Reach(PositionOf(id), _reads, depth);

    /// <summary>What reads it, to this many steps (default: to the end), checks included; itself left out. In order.</summary>
    public IReadOnlyList<Asset> Downstream(string id, int? depth = null) => Reach(PositionOf(id), _readers, depth);

    /// <summary>These assets in order, without repeats.</summary>
    public IReadOnlyList<Asset> InOrder(IEnumerable<string> ids) =>
        [.. ids.Select(PositionOf).Distinct().Order().Select(at => Assets[at])];

    /// <summary>
    /// The assets whose versions decide whether this one must be made again: what it reads, and behind an ephemeral model (in the graph, never a
    /// step, without a table) what that one reads.
    /// </summary>
    public IReadOnlyList<Asset> Inputs(string id)
    {
        var found = new SortedSet<int>();
        var pending = new Stack<int>(_reads[PositionOf(id)]);
        var seen = new HashSet<int>();
        while (pending.TryPop(out var at))
        {
            if (!seen.Add(at))
            {
                continue;
            }
            if (Assets[at] is { Runnable: false, Table: null })
            {
                Array.ForEach(_reads[at], pending.Push);
            }
            else
            {
                found.Add(at);
            }
        }
        return [.. found.Select(at => Assets[at])];
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

    internal int[] ReadsOf(int at) => _reads[at];

    internal int[] ReadersOf(int at) => _readers[at];

    private List<Asset> Reach(int from, int[][] edges, int? depth)
    {
        var reached = GraphWalk.From([from], edges, depth);
        reached.Remove(from);
        return [.. reached.Order().Select(at => Assets[at])];
    }

    private static void RefuseSharedTables(IEnumerable<Asset> assets)
    {
        var makers = new Dictionary<(string Kind, TableName Table), Asset>();
        foreach (var asset in assets.Where(asset => asset.Table is not null))
        {
            // A warehouse table lives elsewhere than the lake table of the same name: only makers in one place can clash.
            var place = asset.Kind == "warehouse" ? "warehouse" : "lake";
            if (!makers.TryAdd((place, asset.Table!), asset) && makers[(place, asset.Table!)] is var first && (first.Runnable || asset.Runnable)
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
        var positions = new Dictionary<string, int>(assets.Count, StringComparer.Ordinal);
        for (var at = 0; at < assets.Count; at++)
        {
            positions[assets[at].Id] = at;
        }
        return [.. assets.Select(asset => reads(asset).Distinct().Select(id => positions.TryGetValue(id, out var at) ? at : throw Missing(asset, id)).ToArray())];
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
