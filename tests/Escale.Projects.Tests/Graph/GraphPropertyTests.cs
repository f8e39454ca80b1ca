using Escale.Kernel;
using Escale.Projects.Graph;
using Xunit;

namespace Escale.Projects.Tests.Graph;

/// <summary>Random graphs against the definitions written naively.</summary>
public sealed class GraphPropertyTests
{
    private const int GraphCount = 150;

    [Fact]
    public void Every_asset_comes_after_all_that_it_reads_or_waits_for_and_the_order_never_changes()
    {
        ForEachGraph((assets, graph, random) =>
        {
            var positions = graph.Assets.Select((asset, at) => (asset.Id, at)).ToDictionary(pair => pair.Id, pair => pair.at);
            Assert.All(graph.Assets, asset => Assert.All(asset.Reads.Concat(asset.WaitsFor), id => Assert.True(positions[id] < positions[asset.Id])));
            var shuffled = assets.OrderBy(_ => random.Next()).ToList();
            Assert.Equal(graph.Assets.Select(asset => asset.Id), AssetGraph.Build(shuffled).Assets.Select(asset => asset.Id));
        });
    }

    [Fact]
    public void Plus_and_at_reach_what_the_definitions_say()
    {
        ForEachGraph((assets, graph, random) =>
        {
            var start = assets[random.Next(assets.Count)].Name;
            int up = random.Next(4), down = random.Next(4);
            Check(graph, $"{start}", Near(assets, start, 0, 0));
            Check(graph, $"+{start}", Near(assets, start, 99, 0));
            Check(graph, $"{start}+", Near(assets, start, 0, 99));
            Check(graph, $"{up}+{start}+{down}", Near(assets, start, up, down));
            var around = Near(assets, start, 0, 99).SelectMany(id => Near(assets, id, 99, 0)).Concat(Near(assets, start, 99, 0)).ToHashSet();
            Check(graph, $"@{start}", around);
        });

        void Check(AssetGraph graph, string selection, HashSet<string> expected)
        {
            var withChecks = expected.Concat(graph.Assets.Where(asset => asset.IsCheck && asset.Reads.Any(id => expected.Contains(id))).Select(asset => asset.Id));
            Assert.Equal(withChecks.Distinct().Order(StringComparer.Ordinal), graph.Select([selection]).Select(asset => asset.Id).Order(StringComparer.Ordinal));
        }
    }

    [Fact]
    public void Unions_intersections_and_exclusions_are_those_of_sets()
    {
        ForEachGraph((assets, graph, random) =>
        {
            string Term() => (random.Next(3) == 0 ? "+" : "") + assets[random.Next(assets.Count)].Name + (random.Next(3) == 0 ? "+" : "");
            var (a, b, c) = (Term(), Term(), Term());
            HashSet<string> Set(string term) => [.. graph.Select([term]).Select(asset => asset.Id)];
            var union = Set(a);
            union.UnionWith(Set(b));
            Assert.Equal(union, [.. graph.Select([$"{a} {b}"]).Select(asset => asset.Id)]);
            var both = Set(a);
            both.IntersectWith(Set(b));
            Assert.Equal(both, [.. graph.Select([$"{a},{b}"]).Select(asset => asset.Id)]);
            union.ExceptWith(Set(c));
            Assert.Equal(union, [.. graph.Select([a, b], [c]).Select(asset => asset.Id)]);
        });
    }

    [Fact]
    public void An_asset_waits_for_exactly_the_checks_of_what_is_above_it()
    {
        ForEachGraph((assets, graph, _) =>
        {
            foreach (var asset in graph.Assets.Where(asset => !asset.IsCheck))
            {
                var above = Near(assets, asset.Id, 99, 0);
                above.Remove(asset.Id);
                var expected = assets.Where(check => check is { IsCheck: true, Reads.Count: > 0 } && check.Reads.All(above.Contains)).Select(check => check.Id);
                Assert.Equal(expected.Order(StringComparer.Ordinal), asset.WaitsFor.Order(StringComparer.Ordinal));
            }
            Assert.All(graph.Assets.Where(asset => asset.IsCheck), check => Assert.Empty(check.WaitsFor));
        });
    }

    [Fact]
    public void One_edge_back_makes_a_circle_and_it_is_shown_whole()
    {
        ForEachGraph((assets, graph, random) =>
        {
            var from = assets[random.Next(assets.Count)];
            var above = Near(assets, from.Id, 99, 0).Where(id => id != from.Id).ToList();
            if (above.Count == 0 || from.IsCheck)
            {
                return;
            }
            var back = above[random.Next(above.Count)];
            var changed = assets.Select(asset => asset.Id == back ? asset with { Reads = [.. asset.Reads, from.Id] } : asset);
            var error = Assert.Throws<EscaleException>(() => AssetGraph.Build(changed));
            Assert.Equal("projects.cycle", error.Code);
            var names = error.Message.Split(": ")[1].TrimEnd('.').Split(" → ");
            Assert.Equal(names[0], names[^1]);
            Assert.All(names.Zip(names.Skip(1)), pair => Assert.Contains(
                changed.Single(asset => asset.Name == pair.First).Reads, id => id == pair.Second));
        });
    }

    [Fact]
    public void Inputs_look_through_ephemeral_models()
    {
        var graph = AssetGraph.Build([
            Node("a"), Node("b", "a") with { Runnable = false }, Node("c", "b", "a"), Node("d", "c") with { Runnable = false }, Node("e", "d", "b"),
        ]);
        Assert.Equal(["a", "c"], graph.Inputs("e").Select(asset => asset.Id));
        Assert.Equal(["a"], graph.Inputs("c").Select(asset => asset.Id));
    }

    [Theory]
    [InlineData("a*c", "abbc", true)]
    [InlineData("a*c", "abcd", false)]
    [InlineData("*", "", true)]
    [InlineData("a?c", "abc", true)]
    [InlineData("[a-c]x", "bx", true)]
    [InlineData("[!a-c]x", "bx", false)]
    [InlineData("[]a]x", "]x", true)]
    [InlineData("[a", "[a", true)]
    [InlineData("*a*b*c*", "xxaxxbxxc", true)]
    [InlineData("**", "abc", true)]
    [InlineData("a", "ab", false)]
    public void Wildcards_match_as_in_a_shell(string pattern, string text, bool expected) =>
        Assert.Equal(expected, Projects.Graph.Selection.Wildcard.Matches(pattern, text));

    [Fact]
    public void A_hostile_wildcard_is_answered() =>
        Assert.False(Projects.Graph.Selection.Wildcard.Matches(string.Concat(Enumerable.Repeat("*a", 40)) + "b", new string('a', 5000)));

    private static void ForEachGraph(Action<List<Asset>, AssetGraph, Random> check)
    {
        for (var seed = 0; seed < GraphCount; seed++)
        {
            var random = SeededRandom.For(seed, "graph");
            var assets = Enumerable.Range(0, random.Next(2, 14)).Select(at => Random(at, random)).ToList();
            check(assets, AssetGraph.Build(assets), random);
        }
    }

    /// <summary>Reads only assets of smaller number that are no checks; names in an order that is not that of the numbers.</summary>
    private static Asset Random(int at, Random random)
    {
        static string NameOf(int at) => $"n{at * 7 % 17:00}_{at}";
        var isCheck = at > 0 && random.Next(4) == 0;
        var density = random.NextDouble();
        var reads = Enumerable.Range(0, at).Where(to => to % 4 != 3 && random.NextDouble() < density).Select(NameOf);
        return Node(NameOf(at), [.. reads]) with { IsCheck = isCheck && at % 4 == 3 };
    }

    private static Asset Node(string id, params string[] reads) =>
        new() { Id = id, Kind = "model", Name = id, Reads = reads, CodeFingerprint = id, Package = "p" };

    private static HashSet<string> Near(List<Asset> assets, string start, int up, int down)
    {
        HashSet<string> above = [start], below = [start];
        for (var step = 0; step < Math.Min(up, assets.Count); step++)
        {
            above.UnionWith(assets.Where(asset => above.Contains(asset.Id)).SelectMany(asset => asset.Reads).ToList());
        }
        for (var step = 0; step < Math.Min(down, assets.Count); step++)
        {
            below.UnionWith(assets.Where(asset => asset.Reads.Any(below.Contains)).Select(asset => asset.Id).ToList());
        }
        return [.. above, .. below];
    }
}
