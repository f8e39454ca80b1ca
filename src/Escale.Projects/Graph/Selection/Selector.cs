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
        var chosen = unions.Count == 0 ? Everything() : Union(unions, mustMatch: true);
        var excluded = Union(Terms(exclude), mustMatch: false);
        for (var at = 0; at < chosen.Length; at++)
        {
            chosen[at] &= !excluded[at];
        }
        return graph.Marked(chosen);
    }

    private bool[] Everything()
    {
        var all = Nothing();
        Array.Fill(all, true);
        return all;
    }

    private static List<string> Terms(IReadOnlyList<string> texts) =>
        [.. texts.SelectMany(text => text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))];

    private bool[] Union(List<string> terms, bool mustMatch)
    {
        var all = Nothing();
        foreach (var term in terms)
        {
            Add(all, Intersection(term, mustMatch));
        }
        return all;
    }

    private bool[] Intersection(string term, bool mustMatch)
    {
        var common = Everything();
        foreach (var part in term.Split(','))
        {
            var set = Chosen(Criterion.Parse(part), mustMatch);
            for (var at = 0; at < common.Length; at++)
            {
                common[at] &= set[at];
            }
        }
        return common;
    }

    private bool[] Chosen(Criterion criterion, bool mustMatch)
    {
        var direct = new List<int>();
        for (var at = 0; at < graph.Assets.Count; at++)
        {
            if (Match.Is(criterion, graph.Assets[at]))
            {
                direct.Add(at);
            }
        }
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
        var all = GraphWalk.From(Nothing(), direct, graph.Reads, criterion.ParentDepth);
        Add(all, GraphWalk.From(Nothing(), direct, graph.Readers, criterion.ChildDepth));
        if (criterion.Around)
        {
            var below = GraphWalk.From(Nothing(), direct, graph.Readers);
            Add(all, GraphWalk.From(Nothing(), PositionsOf(below), graph.Reads));
        }
        foreach (var read in PositionsOf(all))
        {
            foreach (var reader in graph.Readers[read])
            {
                all[reader] |= graph.Assets[reader].IsCheck;
            }
        }
        return all;
    }

    private bool[] Nothing() => new bool[graph.Assets.Count];

    private static void Add(bool[] all, bool[] more)
    {
        for (var at = 0; at < all.Length; at++)
        {
            all[at] |= more[at];
        }
    }

    private static List<int> PositionsOf(bool[] marked)
    {
        var positions = new List<int>();
        for (var at = 0; at < marked.Length; at++)
        {
            if (marked[at])
            {
                positions.Add(at);
            }
        }
        return positions;
    }
}
