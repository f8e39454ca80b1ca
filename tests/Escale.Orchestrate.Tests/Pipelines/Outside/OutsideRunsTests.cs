using Escale.Kernel;
using Escale.Orchestrate.Pipelines.Files;
using Escale.Orchestrate.Pipelines.Flow;
using Escale.Orchestrate.Pipelines.Outside;
using Escale.Orchestrate.Pipelines.State;
using Escale.Orchestrate.Pipelines.Store;
using Escale.Orchestrate.Pipelines.Working;
using Escale.Orchestrate.Records;
using Escale.Orchestrate.Tests.Records;

namespace Escale.Orchestrate.Tests.Pipelines.Outside;

/// <summary>Runs whose steps another program orders, recorded in a real PostgreSQL.</summary>
public sealed class OutsideRunsTests : IClassFixture<RecordDatabase>
{
    private readonly PostgresPipelineStore _store;
    private readonly OutsideRuns _runs;
    private readonly StepRunner _steps;
    private readonly Executor _executor = new();

    public OutsideRunsTests(RecordDatabase database)
    {
        _store = new PostgresPipelineStore(database.Server, new RunStore(database.Server, TimeProvider.System));
        var definitions = new Definitions(_store);
        _runs = new OutsideRuns(_store, definitions, TimeProvider.System);
        _steps = new StepRunner(_runs, new PipelineEngine(_store, definitions, new EngineLimits(), new Random(1)), _executor, TimeProvider.System);
    }

    [Fact]
    public async Task Steps_of_one_key_are_one_run_that_is_decided_at_its_end()
    {
        var pipeline = Pipeline("one", Step("a"), Step("b", "a") with { MayFail = true }, Step("c", "b"), Step("d", "a"));
        Assert.Equal(StepPhase.Succeeded, (await DoAsync(pipeline, "k1", "a")).Phase);
        Assert.Equal(StepPhase.Failed, (await DoAsync(pipeline, "k1", "b")).Phase);
        Assert.Equal("cancelled", (await ShowAsync(pipeline, "k1")).Status); // not decided: nothing may come after it
        await DoAsync(pipeline, "k1", "d");
        var run = await OpenAsync(pipeline, "k1");
        Assert.True(await _runs.DecideAsync(run, pipeline, default));
        var shown = await ShowAsync(pipeline, "k1");
        Assert.Equal(("succeeded", "succeeded failed upstream_failed succeeded", 0), (shown.Status, string.Join(' ', shown.Steps!.Select(step => step.Status)), shown.OpenCount));
        Assert.Equal("1", shown.Steps![0].Output);
        Assert.NotEqual(run.Id, (await OpenAsync(pipeline, "k2")).Id);
    }

    [Fact]
    public async Task A_step_whose_turn_came_and_that_never_ended_has_failed()
    {
        var pipeline = Pipeline("lost", Step("a"), Step("b", "a"), Step("told", "b") with { Rule = TriggerRule.OneFailed, MayFail = true });
        await DoAsync(pipeline, "k", "a");
        var run = await OpenAsync(pipeline, "k");
        await _runs.BeginAsync(run, 1, "somebody", default);
        Assert.False(await _runs.DecideAsync(run, pipeline, default));
        var shown = await ShowAsync(pipeline, "k");
        Assert.Equal(("failed", "succeeded failed failed"), (shown.Status, string.Join(' ', shown.Steps!.Select(step => step.Status))));
        Assert.Equal("orchestrate.worker-lost", shown.Steps![1].Error!.Code);
    }

    [Fact]
    public async Task Retries_are_minded_when_they_are_to_be_and_only_for_their_errors()
    {
        var pipeline = Pipeline("again", Step("b") with { Retries = new RetryPolicy { Count = 2, Delay = TimeSpan.FromMilliseconds(1), On = ["x."] } });
        Assert.Equal(StepPhase.Failed, (await DoAsync(pipeline, "k", "b", retries: true)).Phase);
        var shown = await ShowAsync(pipeline, "k");
        Assert.Equal((3, "failed failed failed"), (shown.Steps![0].Attempts, string.Join(' ', shown.Steps[0].History.Select(attempt => attempt.Status))));
        await DoAsync(pipeline, "k2", "b");
        Assert.Equal(1, (await ShowAsync(pipeline, "k2")).Steps![0].Attempts);
        await DoAsync(pipeline with { Tasks = [pipeline.Tasks[0] with { Retries = pipeline.Tasks[0].Retries with { On = ["y."] } }] }, "k3", "b", retries: true);
        Assert.Equal(1, (await ShowAsync(pipeline, "k3")).Steps![0].Attempts);
    }

    [Fact]
    public async Task A_step_that_waits_is_looked_at_until_it_is_done()
    {
        var pipeline = Pipeline("waits", Step("wait"));
        Assert.Equal("2", (await DoAsync(pipeline, "k", "wait")).Output);
    }

    [Fact]
    public async Task A_run_that_began_with_other_steps_is_refused_and_another_is_about_the_same_time()
    {
        var (begin, end) = (new DateTimeOffset(2026, 11, 21, 6, 0, 0, TimeSpan.Zero), new DateTimeOffset(2026, 11, 22, 6, 0, 0, TimeSpan.Zero));
        await _runs.OpenAsync(new OutsideRun(Pipeline("changes", Step("a")), "k", new Dictionary<string, string>(), begin, end), default);
        Assert.Equal("orchestrate.pipeline-changed", (await Assert.ThrowsAsync<EscaleException>(() => OpenAsync(Pipeline("changes", Step("b")), "k"))).Code);
        Assert.Equal((begin, end), await _runs.IntervalOfAsync("changes/k", default));
        Assert.Null(await _runs.IntervalOfAsync("changes/other", default));
    }

    [Theory]
    [InlineData("daily-29396550", "2025-11-22T06:30:00Z")]
    [InlineData("daily-x7k2p", null)]
    [InlineData("daily", null)]
    public void A_jobs_name_says_when_it_was_due(string job, string? time) => Assert.Equal(time is null ? null : DateTimeOffset.Parse(time), ScheduledTime.OfJob(job));

    private static PipelineSpec Pipeline(string name, params TaskSpec[] steps) => new() { Name = name, Tasks = steps };

    private static TaskSpec Step(string id, params string[] before) => new() { Id = id, Kind = TaskKind.Shell, With = new Dictionary<string, IReadOnlyList<string>>(), DependsOn = before };

    private Task<PipelineRun> OpenAsync(PipelineSpec pipeline, string key) => _runs.OpenAsync(new OutsideRun(pipeline, key, new Dictionary<string, string>(), null, null), default);

    private async Task<AttemptReport> DoAsync(PipelineSpec pipeline, string key, string step, bool retries = false) =>
        await _steps.RunAsync(await OpenAsync(pipeline, key), pipeline, pipeline.Tasks.Select(task => task.Id).ToList().IndexOf(step), retries, default);

    private async Task<ShownRun> ShowAsync(PipelineSpec pipeline, string key) => await new PipelineHistory(_store).ShowAsync((await OpenAsync(pipeline, key)).Id, default);

    private sealed class Executor : IStepExecutor
    {
        public Task<AttemptReport> DoAsync(ClaimedStep claimed, CancellationToken cancellationToken)
        {
            var report = AttemptReport.Of(claimed, StepPhase.Succeeded) with { Output = "1" };
            return Task.FromResult(claimed.Step.Id switch
            {
                "b" => report with { Phase = StepPhase.Failed, Failure = new StepFailure("x.b", "no", null) },
                "wait" => claimed.Step.Output is null ? report with { Phase = StepPhase.Deferred, Wait = TimeSpan.FromMilliseconds(1) } : report with { Output = "2" },
                _ => report,
            });
        }
    }
}
