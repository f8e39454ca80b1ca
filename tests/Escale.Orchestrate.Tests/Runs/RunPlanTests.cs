using Escale.Kernel;
using Escale.Orchestrate.Runs;
using Xunit;

namespace Escale.Orchestrate.Tests.Runs;

public sealed class RunPlanTests
{
    [Fact]
    public void Nothing_comes_before_what_it_needs_in_any_graph()
    {
        for (var seed = 0; seed < 300; seed++)
        {
            var graph = RandomGraph(seed);
            var plan = RunPlan.Make(graph, graph.Select(asset => asset.Id).ToHashSet());
            var position = plan.Steps.ToDictionary(step => step.Asset.Id, step => step.Order);
            Assert.Equal(graph.Count(asset => asset.Runnable), plan.Steps.Count);
            foreach (var step in plan.Steps)
            {
                Assert.All(step.After, before => Assert.True(position[before] < step.Order, $"seed {seed}: {before} after {step.Asset.Id}"));
            }
        }
    }

    [Fact]
    public void A_partial_selection_keeps_the_order_through_what_is_left_out()
    {
        for (var seed = 0; seed < 300; seed++)
        {
            var graph = RandomGraph(seed);
            var random = SeededRandom.For(seed, "selection");
            var selected = graph.Where(_ => random.Next(2) == 0).Select(asset => asset.Id).ToHashSet();
            var plan = RunPlan.Make(graph, selected);
            var steps = plan.Steps.ToDictionary(step => step.Asset.Id);
            foreach (var step in plan.Steps)
            {
                foreach (var before in Ancestors(step.Asset, plan.Graph).Where(steps.ContainsKey))
                {
                    Assert.True(WaitsFor(step, before, steps), $"seed {seed}: {step.Asset.Id} does not wait for {before}");
                }
            }
        }
    }

    [Fact]
    public void The_same_graph_gives_the_same_plan()
    {
        for (var seed = 0; seed < 50; seed++)
        {
            var once = RunPlan.Make(RandomGraph(seed), RandomGraph(seed).Select(asset => asset.Id).ToHashSet());
            var again = RunPlan.Make(RandomGraph(seed), RandomGraph(seed).Select(asset => asset.Id).Reverse().ToHashSet());
            Assert.Equal(once.Steps.Select(step => step.Asset.Id), again.Steps.Select(step => step.Asset.Id));
        }
    }

    [Fact]
    public void A_cycle_through_waiting_is_refused_by_name()
    {
        Asset[] graph =
        [
            Workshop.Model("a", "1") with { WaitsFor = ["b"] },
            Workshop.Model("b", "1", "a"),
            Workshop.Model("outside", "1"),
        ];
        var error = Assert.Throws<EscaleException>(() => RunPlan.Make(graph, graph.Select(asset => asset.Id).ToHashSet()));
        Assert.Equal("orchestrate.cycle", error.Code);
        Assert.Contains("a, b", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("outside", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_failed_test_of_an_unselected_model_does_not_hold_a_step_back()
    {
        Asset[] graph = [Workshop.Model("a", "1"), Workshop.Check("t", "a"), Workshop.Model("b", "1", "a") with { WaitsFor = ["t"] }];
        Assert.Empty(Assert.Single(RunPlan.Make(graph, new HashSet<string> { "b" }).Steps).After);
    }

    internal static List<Asset> RandomGraph(int seed)
    {
        var random = SeededRandom.For(seed, "graph");
        var count = 1 + random.Next(40);
        var graph = Enumerable.Range(0, count).Select(at =>
        {
            var reads = Enumerable.Range(0, at).Where(_ => random.Next(6) == 0).Select(before => $"m{before}").ToArray();
            return Workshop.Model($"m{at}", "code", reads) with { Runnable = random.Next(8) != 0 };
        }).ToList();
        return [.. graph.OrderBy(_ => random.Next())];
    }

    private static IEnumerable<string> Ancestors(Asset asset, IReadOnlyDictionary<string, Asset> graph) =>
        asset.Reads.Concat(asset.Reads.SelectMany(id => Ancestors(graph[id], graph))).Distinct();

    private static bool WaitsFor(PlannedStep step, string before, Dictionary<string, PlannedStep> steps) =>
        step.After.Contains(before) || step.After.Any(id => WaitsFor(steps[id], before, steps));
}
