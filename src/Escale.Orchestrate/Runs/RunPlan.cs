using Escale.Kernel;

namespace Escale.Orchestrate.Runs;

/// <summary>A step that will be taken: an asset and the planned assets that must be done before.</summary>
/// <param name="Asset">What to make.</param>
/// <param name="After">Ids of planned steps that must have succeeded before.</param>
/// <param name="Order">Position in the plan, from 0.</param>
public sealed record PlannedStep(Asset Asset, IReadOnlyList<string> After, int Order);

/// <summary>
/// What a run will do, in an order in which nothing comes before what it needs. The same assets and selection always give the same plan.
/// </summary>
public sealed class RunPlan
{
    private RunPlan(IReadOnlyList<PlannedStep> steps, IReadOnlyDictionary<string, Asset> graph)
    {
        Steps = steps;
        Graph = graph;
    }

    /// <summary>The steps in order.</summary>
    public IReadOnlyList<PlannedStep> Steps { get; }

    /// <summary>Every asset of the project by id, planned or not.</summary>
    public IReadOnlyDictionary<string, Asset> Graph { get; }

    /// <summary>
    /// Plans the selected assets. A step waits for what it reads or waits for, also through assets that are not steps of this run
    /// (ephemeral models, assets that were not selected): a view in between shows new data without being run.
    /// </summary>
    /// <param name="graph">Every asset of the project.</param>
    /// <param name="selected">The ids to run; those that are not runnable are left out.</param>
    /// <exception cref="EscaleException"><c>orchestrate.cycle</c>.</exception>
    /// <remarks>O(assets + edges) for the order, O(steps × edges among assets that are not steps) for the waiting.</remarks>
    public static RunPlan Make(IReadOnlyList<Asset> graph, IReadOnlySet<string> selected)
    {
        var byId = graph.ToDictionary(asset => asset.Id, StringComparer.Ordinal);
        bool IsStep(string id) => selected.Contains(id) && byId.TryGetValue(id, out var asset) && asset.Runnable;
        var steps = new List<PlannedStep>();
        foreach (var asset in InOrder(graph, byId))
        {
            if (IsStep(asset.Id))
            {
                steps.Add(new PlannedStep(asset, NearestSteps(asset, byId, IsStep), steps.Count));
            }
        }
        return new RunPlan(steps, byId);
    }

    /// <summary>Kahn's algorithm; among assets that could come next, the one that the project lists first.</summary>
    private static IEnumerable<Asset> InOrder(IReadOnlyList<Asset> graph, Dictionary<string, Asset> byId)
    {
        var position = graph.Select((asset, index) => (asset.Id, index)).ToDictionary(pair => pair.Id, pair => pair.index, StringComparer.Ordinal);
        var missing = graph.ToDictionary(asset => asset.Id, asset => Before(asset, byId).Count(), StringComparer.Ordinal);
        var after = graph
            .SelectMany(asset => Before(asset, byId).Select(before => (before, asset)))
            .ToLookup(pair => pair.before, pair => pair.asset, StringComparer.Ordinal);
        var ready = new PriorityQueue<Asset, int>(graph.Where(asset => missing[asset.Id] == 0).Select(asset => (asset, position[asset.Id])));
        var done = 0;
        while (ready.TryDequeue(out var next, out _))
        {
            done++;
            yield return next;
            foreach (var asset in after[next.Id])
            {
                if (--missing[asset.Id] == 0)
                {
                    ready.Enqueue(asset, position[asset.Id]);
                }
            }
        }
        if (done < graph.Count)
        {
            var stuck = missing.Where(pair => pair.Value > 0).Select(pair => byId[pair.Key].Name).Order(StringComparer.Ordinal);
            throw new EscaleException("orchestrate.cycle", $"These assets wait for each other: {string.Join(", ", stuck)}.",
                "Break the cycle: one of them must not read, or be tested against, what is made from it.");
        }
    }

    private static IReadOnlyList<string> NearestSteps(Asset asset, Dictionary<string, Asset> byId, Func<string, bool> isStep)
    {
        var found = new SortedSet<string>(StringComparer.Ordinal);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var open = new Stack<string>(Before(asset, byId));
        while (open.TryPop(out var id))
        {
            if (!seen.Add(id))
            {
                continue;
            }
            if (isStep(id))
            {
                found.Add(id);
                continue;
            }
            foreach (var before in byId[id].Reads.Where(byId.ContainsKey))
            {
                open.Push(before);
            }
        }
        return [.. found];
    }

    private static IEnumerable<string> Before(Asset asset, Dictionary<string, Asset> byId) =>
        asset.Reads.Concat(asset.WaitsFor).Distinct(StringComparer.Ordinal).Where(id => id != asset.Id && byId.ContainsKey(id));
}
