using Escale.Kernel;
using Escale.Orchestrate.Runs;
using Xunit;

namespace Escale.Orchestrate.Tests.Runs;

public sealed class RunEngineTests
{
    private static readonly Asset[] _diamond =
    [
        Workshop.Model("a", "1"), Workshop.Model("b", "1", "a"), Workshop.Model("c", "1", "a"), Workshop.Model("d", "1", "b", "c"),
    ];

    [Fact]
    public async Task Every_step_finds_what_it_reads_made_in_any_graph()
    {
        for (var seed = 0; seed < 40; seed++)
        {
            using var shop = new Workshop();
            var graph = RunPlanTests.RandomGraph(seed).Select(asset => asset with { Runnable = true }).ToList();
            var random = SeededRandom.For(seed, "pauses");
            shop.Before = (_, stop) => Task.Delay(random.Next(3), stop);
            var summary = await shop.RunAsync(graph, request: new RunRequest { Threads = 1 + seed % 5 });
            Assert.Equal(RunStatus.Succeeded, summary.Status);
            foreach (var asset in graph)
            {
                Assert.Equal(Expected(asset, graph), shop.Content(asset.Id)!.Split('\n')[1]);
            }
        }
    }

    [Fact]
    public async Task A_second_run_finds_nothing_to_do()
    {
        using var shop = new Workshop();
        await shop.RunAsync(_diamond);
        var second = await shop.RunAsync(_diamond);
        Assert.Equal(4, second.Count(StepStatus.Unchanged));
        Assert.Equal(4, shop.Made.Count);
    }

    [Fact]
    public async Task A_changed_model_is_made_again_with_all_that_depends_on_it_and_nothing_else()
    {
        using var shop = new Workshop();
        await shop.RunAsync(_diamond);
        var changed = _diamond.Select(asset => asset.Id == "b" ? asset with { CodeFingerprint = "2" } : asset).ToArray();
        var summary = await shop.RunAsync(changed);
        Assert.Equal(["b", "d"], summary.Outcomes.Where(outcome => outcome.Status == StepStatus.Ok).Select(outcome => outcome.Step.Asset.Id));
        Assert.Equal(["a", "c"], summary.Outcomes.Where(outcome => outcome.Status == StepStatus.Unchanged).Select(outcome => outcome.Step.Asset.Id));
    }

    [Fact]
    public async Task A_change_reaches_through_an_ephemeral_model_and_an_unselected_view()
    {
        using var shop = new Workshop();
        Asset[] graph =
        [
            Workshop.Model("a", "1"),
            Workshop.Model("ephemeral", "1", "a") with { Runnable = false },
            Workshop.Model("view", "1", "ephemeral") with { Config = new Dictionary<string, object?> { ["materialized"] = "view" } },
            Workshop.Model("z", "1", "view"),
        ];
        await shop.RunAsync(graph);
        graph[0] = graph[0] with { CodeFingerprint = "2" };
        var summary = await shop.RunAsync(graph, ["a", "z"]);
        Assert.Equal(2, summary.Count(StepStatus.Ok));
        graph[1] = graph[1] with { CodeFingerprint = "2" };
        Assert.Equal(1, (await shop.RunAsync(graph, ["z"])).Count(StepStatus.Ok));
    }

    [Fact]
    public async Task A_failure_skips_what_depends_on_it_and_the_others_go_on()
    {
        using var shop = new Workshop();
        shop.Faults["b"] = _ => new EscaleException("test.broken", "It broke.");
        Asset[] graph = [.. _diamond, Workshop.Model("e", "1", "d"), Workshop.Model("f", "1", "c")];
        var summary = await shop.RunAsync(graph);
        Assert.Equal(RunStatus.Failed, summary.Status);
        Assert.Equal(["failed b", "skipped d", "skipped e"], summary.Outcomes.Where(outcome => !outcome.IsGood)
            .Select(outcome => $"{outcome.Status.ToString().ToLowerInvariant()} {outcome.Step.Asset.Id}").Order());
        Assert.All(summary.Outcomes.Where(outcome => outcome.Status == StepStatus.Skipped), outcome => Assert.Equal("b failed", outcome.Reason));
        Assert.NotNull(shop.Content("f"));
        Assert.Null(shop.Content("d"));
    }

    [Fact]
    public async Task A_failed_test_holds_back_what_waits_for_it()
    {
        using var shop = new Workshop();
        shop.Faults["t"] = _ => new EscaleException("transform.test-failed", "3 rows fail.");
        Asset[] graph = [Workshop.Model("a", "1"), Workshop.Check("t", "a"), Workshop.Model("b", "1", "a") with { WaitsFor = ["t"] }];
        var summary = await shop.RunAsync(graph);
        Assert.Equal(StepStatus.Skipped, summary.Outcomes[^1].Status);
        Assert.Null(shop.Content("b"));
    }

    [Fact]
    public async Task A_passing_failure_is_tried_again_and_a_mistake_is_not()
    {
        using var shop = new Workshop();
        shop.Faults["a"] = context => context.Attempt == 1 ? new EscaleException("x.y", "Away.", inner: new HttpRequestException("refused")) : null;
        shop.Faults["z"] = _ => new EscaleException("x.z", "Wrong.");
        var summary = await shop.RunAsync([Workshop.Model("a", "1"), Workshop.Model("z", "1")], request: new RunRequest { Retries = 2 });
        Assert.Equal([2, 1], summary.Outcomes.Select(outcome => outcome.Attempts));
        Assert.Equal([StepStatus.Ok, StepStatus.Failed], summary.Outcomes.Select(outcome => outcome.Status));
    }

    [Fact]
    public async Task What_completes_a_kind_is_called_once_and_its_failure_fails_the_steps()
    {
        using var shop = new Workshop { CompletionFault = new EscaleException("x.swap", "No swap.") };
        var summary = await shop.RunAsync(_diamond);
        Assert.Equal([(4, false)], shop.Completions);
        Assert.All(summary.Outcomes, outcome => Assert.Equal("x.swap", outcome.Error?.Code));
        Assert.Equal(RunStatus.Failed, summary.Status);
    }

    [Fact]
    public async Task Completion_hears_of_failures_and_is_left_out_when_nothing_ran()
    {
        using var shop = new Workshop();
        shop.Faults["b"] = _ => new EscaleException("x.y", "Broken.");
        await shop.RunAsync(_diamond);
        Assert.Equal([(2, true)], shop.Completions);
        shop.Faults.Clear();
        await shop.RunAsync(_diamond);
        await shop.RunAsync(_diamond);
        Assert.Equal(2, shop.Completions.Count);
    }

    [Fact]
    public async Task Full_refresh_makes_everything_again()
    {
        using var shop = new Workshop();
        await shop.RunAsync(_diamond);
        Assert.Equal(4, (await shop.RunAsync(_diamond, request: new RunRequest { FullRefresh = true })).Count(StepStatus.Ok));
    }

    [Fact]
    public async Task Fail_fast_stops_what_runs_and_starts_nothing_more()
    {
        using var shop = new Workshop();
        var other = new TaskCompletionSource();
        shop.Before = async (context, stop) =>
        {
            if (context.Asset.Id == "slow")
            {
                other.SetResult();
                await Task.Delay(Timeout.Infinite, stop);
            }
            else
            {
                await other.Task;
            }
        };
        shop.Faults["bad"] = _ => new EscaleException("x.y", "Broken.");
        Asset[] graph = [Workshop.Model("bad", "1"), Workshop.Model("slow", "1"), Workshop.Model("later", "1", "slow")];
        var summary = await shop.RunAsync(graph, request: new RunRequest { FailFast = true });
        Assert.Equal(RunStatus.Failed, summary.Status);
        Assert.Equal([StepStatus.Failed, StepStatus.Cancelled, StepStatus.Skipped], summary.Outcomes.Select(outcome => outcome.Status));
    }

    [Fact]
    public async Task An_interrupted_run_says_so_and_leaves_what_stood()
    {
        using var shop = new Workshop();
        using var stop = new CancellationTokenSource();
        shop.Before = async (context, token) =>
        {
            if (context.Asset.Id == "d")
            {
                await stop.CancelAsync();
                token.ThrowIfCancellationRequested();
            }
        };
        var summary = await shop.RunAsync(_diamond, stop: stop.Token);
        Assert.Equal(RunStatus.Cancelled, summary.Status);
        Assert.Equal(3, summary.Count(StepStatus.Ok));
        Assert.Null(shop.Content("d"));
    }

    [Fact]
    public async Task A_bug_in_a_step_fails_that_step_only()
    {
        using var shop = new Workshop();
        shop.Faults["b"] = _ => new InvalidOperationException("our bug");
        var summary = await shop.RunAsync(_diamond);
        var failed = Assert.Single(summary.Outcomes, outcome => outcome.Status == StepStatus.Failed);
        Assert.Equal("orchestrate.internal-error", failed.Error!.Code);
        Assert.NotNull(shop.Content("c"));
    }

    private static string Expected(Asset asset, List<Asset> graph) =>
        $"{asset.Id}({string.Join(",", asset.Reads.Select(id => Expected(graph.Single(other => other.Id == id), graph)))})";
}
