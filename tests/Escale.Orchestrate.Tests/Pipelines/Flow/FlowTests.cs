using System.Globalization;
using Escale.Kernel;
using Escale.Orchestrate.Pipelines.Flow;

namespace Escale.Orchestrate.Tests.Pipelines.Flow;

/// <summary>Which steps may be taken, and how a run ends.</summary>
public sealed class FlowTests
{
    [Theory]
    [InlineData(TriggerRule.AllSuccess, "ok ok", Verdict.Take)]
    [InlineData(TriggerRule.AllSuccess, "ok open", Verdict.Wait)]
    [InlineData(TriggerRule.AllSuccess, "bad open", Verdict.Fail)]
    [InlineData(TriggerRule.AllSuccess, "skip open", Verdict.Wait)]
    [InlineData(TriggerRule.AllSuccess, "skip ok", Verdict.Skip)]
    [InlineData(TriggerRule.AllDone, "bad skip ok", Verdict.Take)]
    [InlineData(TriggerRule.AllDone, "bad open", Verdict.Wait)]
    [InlineData(TriggerRule.AllFailed, "bad bad", Verdict.Take)]
    [InlineData(TriggerRule.AllFailed, "bad ok", Verdict.Skip)]
    [InlineData(TriggerRule.OneSuccess, "ok open", Verdict.Take)]
    [InlineData(TriggerRule.OneSuccess, "bad skip", Verdict.Fail)]
    [InlineData(TriggerRule.OneSuccess, "skip skip", Verdict.Skip)]
    [InlineData(TriggerRule.OneFailed, "bad open", Verdict.Take)]
    [InlineData(TriggerRule.OneFailed, "ok skip", Verdict.Skip)]
    [InlineData(TriggerRule.NoneFailed, "skip ok", Verdict.Take)]
    [InlineData(TriggerRule.NoneFailed, "skip bad", Verdict.Fail)]
    [InlineData(TriggerRule.NoneFailedMinOneSuccess, "skip skip", Verdict.Skip)]
    [InlineData(TriggerRule.NoneFailedMinOneSuccess, "skip ok", Verdict.Take)]
    [InlineData(TriggerRule.NoneSkipped, "bad ok", Verdict.Take)]
    [InlineData(TriggerRule.NoneSkipped, "skip open", Verdict.Skip)]
    [InlineData(TriggerRule.OneFailed, "", Verdict.Take)]
    public void A_rule_decides(TriggerRule rule, string before, Verdict verdict) => Assert.Equal(verdict, rule.Decide([.. before.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(Phase)]));

    [Fact]
    public void A_branch_that_is_skipped_does_not_skip_what_takes_either()
    {
        var graph = new FlowGraph([new("choose", []), new("left", ["choose"]), new("right", ["choose"]), new("join", ["left", "right"], TriggerRule.NoneFailedMinOneSuccess), new("after", ["join"])]);
        var phases = graph.Begin();
        graph.End(phases, 0, StepPhase.Succeeded);
        graph.End(phases, graph.PlaceOf("right"), StepPhase.Skipped);
        Assert.Equal([1, 3], graph.End(phases, 1, StepPhase.Succeeded));
        Assert.Equal(StepPhase.Ready, phases[3]);
    }

    [Fact]
    public void A_failure_goes_down_all_the_way_and_the_run_fails_unless_the_step_may()
    {
        foreach (var mayFail in (bool[])[false, true])
        {
            var graph = new FlowGraph([new("a", [], MayFail: mayFail), new("b", ["a"]), new("c", ["b"]), new("clean", ["c"], TriggerRule.AllDone)]);
            var phases = graph.Begin();
            Assert.Equal([0, 1, 2, 3], graph.End(phases, 0, StepPhase.Failed));
            graph.End(phases, 3, StepPhase.Succeeded);
            Assert.True(FlowGraph.IsOver(phases));
            Assert.Equal(mayFail, graph.IsSuccess(phases));
        }
    }

    [Fact]
    public void Circles_and_missing_steps_are_named()
    {
        Assert.Contains("a waits for b waits for c waits for a", Assert.Throws<EscaleException>(() => new FlowGraph([new("a", ["b"]), new("b", ["c"]), new("c", ["a"])])).Message, StringComparison.Ordinal);
        Assert.Contains("'load'", Assert.Throws<EscaleException>(() => new FlowGraph([new("loads", []), new("b", ["load"])])).Message, StringComparison.Ordinal);
        Assert.Throws<EscaleException>(() => new FlowGraph([new("a", []), new("a", [])]));
    }

    [Fact]
    public void In_whichever_order_steps_end_the_run_ends_the_same()
    {
        for (var seed = 0; seed < 500; seed++)
        {
            var random = new Random(seed);
            var graph = Some(random);
            var fate = graph.Steps.Select(_ => random.Next(10) switch { < 6 => StepPhase.Succeeded, < 8 => StepPhase.Failed, _ => StepPhase.Skipped }).ToArray();
            var first = Play(graph, fate, new Random(1));
            for (var order = 2; order < 6; order++)
            {
                Assert.Equal(first, Play(graph, fate, new Random(order)));
            }
        }
    }

    private static StepPhase[] Play(FlowGraph graph, StepPhase[] fate, Random random)
    {
        var phases = graph.Begin();
        while (!FlowGraph.IsOver(phases))
        {
            var ready = Enumerable.Range(0, phases.Length).Where(at => phases[at] == StepPhase.Ready).ToList();
            Assert.NotEmpty(ready);
            var step = ready[random.Next(ready.Count)];
            graph.End(phases, step, fate[step]);
        }
        return phases;
    }

    private static FlowGraph Some(Random random) => new([.. Enumerable.Range(0, random.Next(1, 12)).Select(at => new FlowStep(
        at.ToString(CultureInfo.InvariantCulture), [.. Enumerable.Range(0, at).Where(_ => random.Next(3) == 0).Select(before => before.ToString(CultureInfo.InvariantCulture))], (TriggerRule)random.Next(8), random.Next(4) == 0))]);

    private static StepPhase Phase(string word) => word switch { "ok" => StepPhase.Succeeded, "bad" => StepPhase.Failed, "skip" => StepPhase.Skipped, _ => StepPhase.Running };
}
