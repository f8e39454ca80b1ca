using Escale.Kernel;

namespace Escale.Projects.Graph.Selection;

/// <summary>
/// Evaluates dbt's selection syntax on a graph. A criterion chooses assets, its <c>+</c> and <c>@</c> their neighbours, and the checks that read any
/// of them come along (dbt's eager indirect selection); commas intersect such sets, spaces unite them, exclusion takes them away.
/// </summary>
internal sealed class Selector(AssetGraph graph)
{
    /// <summary>What is chosen, in the graph's order.</summary>
    public IReadOnlyList<Asset> Select(IReadOnlyList<string> select, IReadOnlyList<string> exclude)
    {
        var unions = Terms(select);
        var chosen = unions.Count == 0
            ? Enumerable.Range(0, graph.Assets.Count).ToHashSet()
            : Union(unions, mustMatch: true);
        var excluded = Union(Terms(exclude), mustMatch: false);
        chosen.ExceptWith(excluded);
        return [.. chosen.Order().Select(at => graph.Assets[at])];
    }

    private static List<string> Terms(IReadOnlyList<string> texts) =>
        [.. texts.SelectMany(text => text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))];

    private HashSet<int> Union(List<string> terms, bool mustMatch)
    {
        var all = new HashSet<int>();
        foreach (var term in terms)
        {
            all.UnionWith(Intersection(term, mustMatch));
        }
        return all;
    }

    private HashSet<int> Intersection(string term, bool mustMatch)
    {
        HashSet<int>? common = null;
        foreach (var part in term.Split(','))
        {
            var set = Chosen(Criterion.Parse(part), mustMatch);
            if (common is null)
            {
                common = set;
            }
            else
            {
                common.IntersectWith(set);
            }
        }
        return common!;
    }

    private HashSet<int> Chosen(Criterion criterion, bool mustMatch)
    {
        var direct = Enumerable.Range(0, graph.Assets.Count).Where(at => Match.Is(criterion, graph.Assets[at])).ToHashSet();
        if (direct.Count == 0 && (mustMatch || (criterion.Method is null && !Wildcard.IsIn(criterion.Value))))
        {
            var known = Match.Known(criterion, graph.Assets).Distinct().ToList();
            var sameTable = known.Find(word => word.StartsWith("source:", StringComparison.Ordinal));
            throw new EscaleException(
                "projects.selection-empty", $"'{criterion.Text}' selects nothing.",
                sameTable is not null
                    ? $"A source's table is selected with: {sameTable}"
                    : Nearest.Remedy(criterion.Value, known, "List what there is with: escale ls"));
        }
        var all = new HashSet<int>(direct);
        if (criterion.Around)
        {
            var below = Walk(direct, graph.ReadersOf, null);
            all.UnionWith(Walk(below, graph.ReadsOf, null));
        }
        all.UnionWith(Walk(direct, graph.ReadsOf, criterion.ParentDepth));
        all.UnionWith(Walk(direct, graph.ReadersOf, criterion.ChildDepth));
        all.UnionWith(all.SelectMany(graph.ReadersOf).Where(at => graph.Assets[at].IsCheck).ToList());
        return all;
    }

    private static HashSet<int> Walk(IEnumerable<int> start, Func<int, int[]> edges, int? depth)
    {
        var reached = new HashSet<int>(start);
        var front = reached.ToList();
        for (var step = 0; front.Count > 0 && (depth is null || step < depth); step++)
        {
            front = [.. front.SelectMany(edges).Where(reached.Add)];
        }
        return reached;
    }
}
