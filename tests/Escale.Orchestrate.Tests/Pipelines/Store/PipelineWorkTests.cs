using System.Collections.Concurrent;
using Escale.Engines.Tables;
using Escale.Kernel;
using Escale.Orchestrate.Pipelines;
using Escale.Orchestrate.Pipelines.Archive;
using Escale.Orchestrate.Pipelines.Files;
using Escale.Orchestrate.Pipelines.Flow;
using Escale.Orchestrate.Pipelines.Schedules;
using Escale.Orchestrate.Pipelines.Scheduling;
using Escale.Orchestrate.Pipelines.State;
using Escale.Orchestrate.Pipelines.Store;
using Escale.Orchestrate.Pipelines.Working;
using Escale.Orchestrate.Records;
using Escale.Orchestrate.Tests.Records;
using Escale.Testing;
using Escale.Ui;
using Xunit;

namespace Escale.Orchestrate.Tests.Pipelines.Store;

/// <summary>Runs of pipelines in a real PostgreSQL, with real workers; what steps do is made up.</summary>
public sealed class PipelineWorkTests : IClassFixture<RecordDatabase>, IAsyncLifetime
{
    private readonly RecordDatabase _database;
    private readonly PostgresPipelineStore _store;
    private readonly PipelineEngine _engine;
    private readonly PipelineHistory _history;
    private readonly CancellationTokenSource _stop = new();
    private readonly List<PipelineWorker> _workers = [];
    private readonly List<Task> _working = [];
    private readonly ConcurrentQueue<string> _done = [];

    public PipelineWorkTests(RecordDatabase database)
    {
        _database = database;
        _store = new PostgresPipelineStore(database.Server, new RunStore(database.Server, TimeProvider.System));
        _engine = new PipelineEngine(_store, new Definitions(_store), new EngineLimits { PoolSize = _ => 2 }, new Random(1));
        _history = new PipelineHistory(_store);
    }

    public async ValueTask InitializeAsync()
    {
        await new RunStore(_database.Server, TimeProvider.System).OpenAsync(default);
        await _database.ExecuteAsync("truncate orchestrate.pipelines, orchestrate.pipeline_runs, orchestrate.definitions cascade");
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_working);
        _stop.Dispose();
    }

    [Fact]
    public async Task Steps_are_taken_in_order_and_tried_again_and_the_rest_is_not_taken()
    {
        var pipeline = Pipeline("p", Step("a"), Step("b", "a") with { Retries = Soon(2) }, Step("c", "b"), Step("bad", "a"), Step("never", "bad"), Step("always", "never") with { Rule = TriggerRule.AllDone });
        var failures = 2;
        Work(claimed => claimed.Step.Id switch { "b" when failures-- > 0 => Failure("x.b"), "bad" => Failure("x.bad"), _ => null });
        var run = await EndedAsync(await StartAsync(pipeline));
        Assert.Equal("failed", run.Status);
        Assert.Equal(["a succeeded 1", "b succeeded 3", "c succeeded 1", "bad failed 1", "never upstream_failed 0", "always succeeded 1"], run.Steps!.Select(step => $"{step.Id} {step.Status} {step.Attempts}"));
        Assert.Equal(["failed", "failed", "succeeded"], run.Steps![1].History.Select(attempt => attempt.Status));
        Assert.Equal("x.bad", run.Steps[3].Error!.Code);
    }

    [Fact]
    public async Task A_cleared_step_is_done_again_with_what_is_behind_it()
    {
        var isMended = false;
        Work(claimed => claimed.Step.Id == "b" && !isMended ? Failure("x.b") : null);
        var id = await StartAsync(Pipeline("p", Step("a"), Step("b", "a"), Step("c", "b")));
        Assert.Equal("failed", (await EndedAsync(id)).Status);
        isMended = true;
        Assert.Equal(2, await _engine.ClearAsync(id, null, true, default));
        var run = await EndedAsync(id);
        Assert.Equal(("succeeded", "1 2 1"), (run.Status, string.Join(' ', run.Steps!.Select(step => step.Attempts))));
        Assert.Equal(3, await _engine.ClearAsync(id, [0], true, default));
        Assert.Equal("2 3 2", string.Join(' ', (await EndedAsync(id)).Steps!.Select(step => step.Attempts)));
    }

    [Fact]
    public async Task A_step_that_is_marked_lets_the_run_go_on_and_the_note_stays()
    {
        Work(claimed => claimed.Step.Id == "b" ? Failure("x.b") : null);
        var id = await StartAsync(Pipeline("p", Step("a"), Step("b", "a"), Step("c", "b"), Step("hook", "a", "b", "c") with { Rule = TriggerRule.NoneFailed, MayFail = true }));
        Assert.Equal("succeeded failed upstream_failed upstream_failed", Phases(await EndedAsync(id)));
        Assert.Equal(1, await _engine.MarkAsync(id, [1], StepPhase.Succeeded, "loaded by hand", "awa", default));
        var run = await EndedAsync(id);
        Assert.Equal(("succeeded", "succeeded succeeded succeeded succeeded"), (run.Status, Phases(run)));
        Assert.Equal(("failed marked_succeeded", "loaded by hand"), (string.Join(' ', run.Steps![1].History.Select(attempt => attempt.Status)), run.Steps[1].History[^1].Error!.Message));
        Assert.Equal(0, await _engine.MarkAsync(id, [1], StepPhase.Succeeded, "again", "awa", default));
        Assert.Equal(1, await _engine.MarkAsync(id, null, StepPhase.Failed, "the figures are wrong", "awa", default));
        Assert.Equal("failed", (await EndedAsync(id)).Status);
        Assert.Equal(1, await _engine.MarkAsync(id, null, StepPhase.Succeeded, "they are right", "awa", default));
        Assert.Equal("succeeded", (await EndedAsync(id)).Status);
    }

    [Fact]
    public async Task What_has_ended_is_in_tables_of_the_lake_once_also_after_it_was_gone_on_with()
    {
        using var folder = new TempFolder();
        using var engine = LakeEngine.Open(folder.Path);
        var archive = new PipelineArchive(_store, new Definitions(_store), engine, TimeProvider.System);
        var isMended = false;
        Work(claimed => claimed.Step.Id == "b" && !isMended ? Failure("x.b") : null);
        var id = await StartAsync(Pipeline("p", Step("a"), Step("b", "a")));
        await EndedAsync(id);
        await using (var logs = new StepLogs(_store, TimeProvider.System))
        {
            logs.Open(id, 1, 1).Say("no such\tport: 'Dakar'");
            logs.Open(id, 1, 1).Say("two");
        }
        Assert.Equal(0, await archive.WriteAsync(default)); // what was said last may still be on its way
        await AgeAsync();
        Assert.Equal((1, 0), (await archive.WriteAsync(default), await archive.WriteAsync(default)));
        Assert.Equal(["a succeeded failed ", "b failed failed x.b"], Rows("select step || ' ' || status || ' ' || run_status || ' ' || coalesce(error_code, '') from ops.pipeline_attempts order by 1"));
        Assert.Equal(["b 1 1 no such\tport: 'Dakar'", "b 1 2 two"], Rows("select step || ' ' || attempt || ' ' || line || ' ' || text from ops.pipeline_logs order by line"));

        isMended = true;
        await _engine.ClearAsync(id, null, true, default);
        await EndedAsync(id);
        await AgeAsync();
        Assert.Equal(1, await archive.WriteAsync(default));
        Assert.Equal(["a 1 succeeded", "b 1 failed", "b 2 succeeded"], Rows("select step || ' ' || attempt || ' ' || status from ops.pipeline_attempts where run_status = 'succeeded' and seconds >= 0 order by 1"));
        Assert.Equal(["7 2048", "7 2048"], Rows("select \"rows\" || ' ' || bytes from ops.pipeline_attempts where \"rows\" is not null"));
        archive.Clean();
        Assert.Equal(["3"], Rows("select count(*)::varchar from ops.pipeline_attempts"));

        Task AgeAsync() => _database.ExecuteAsync("update orchestrate.pipeline_runs set ended_at = ended_at - interval '1 minute'");

        List<string> Rows(string sql)
        {
            using var session = engine.OpenSession();
            session.MountAll();
            using var result = session.Connection.Query(sql);
            return [.. result.Rows().Select(row => (string)row[0]!)];
        }
    }

    [Fact]
    public async Task A_stopped_run_ends_what_is_under_way_and_begins_nothing_more()
    {
        var begun = new TaskCompletionSource();
        Work(async (_, stop) =>
        {
            begun.TrySetResult();
            await Task.Delay(Timeout.Infinite, stop);
            return null;
        }, new EngineLimits { Lease = TimeSpan.FromSeconds(2), PoolSize = _ => 1 });
        var id = await StartAsync(Pipeline("p", Step("a"), Step("b", "a")));
        await begun.Task;
        Assert.True(await _engine.StopAsync(id, PipelineEngine.Cancelled, null, default));
        var run = await EndedAsync(id);
        Assert.Equal(("cancelled", "cancelled cancelled"), (run.Status, string.Join(' ', run.Steps!.Select(step => step.Status))));
        Assert.False(await _engine.StopAsync(id, PipelineEngine.Cancelled, null, default));
    }

    [Fact]
    public async Task Two_workers_share_pools_and_do_each_step_once()
    {
        var (now, most) = (0, 0);
        Work(Pooled);
        Work(Pooled);
        var run = await EndedAsync(await StartAsync(Pipeline("p", [.. Enumerable.Range(0, 60).Select(at => Step("s" + at) with { Pool = at % 2 == 0 ? "api" : null })])));
        Assert.Equal(("succeeded", 60, 60), (run.Status, _done.Count, _done.Distinct().Count()));
        Assert.InRange(most, 1, 2);

        async Task<StepFailure?> Pooled(ClaimedStep claimed, CancellationToken stop)
        {
            if (claimed.Step.Pool is not null)
            {
                most = Math.Max(most, Interlocked.Increment(ref now));
                await Task.Delay(5, stop);
                Interlocked.Decrement(ref now);
            }
            return null;
        }
    }

    [Fact]
    public async Task Runs_of_one_pipeline_wait_for_each_other_unless_more_may_run()
    {
        var pipeline = Pipeline("p", Step("a"));
        await KnowAsync(pipeline);
        var ids = new List<string> { await StartAsync(pipeline), await StartAsync(pipeline), await StartAsync(pipeline) };
        Assert.Equal(["running", "queued", "queued"], await StatusesAsync(ids));
        Assert.Equal(0, await _engine.PromoteAsync(["p"], default));
        Work(_ => null);
        await EndedAsync(ids[0]);
        Assert.Equal(1, await _engine.PromoteAsync(["p"], default));
        await EndedAsync(ids[1]);
        Assert.True(await _engine.StopAsync(ids[2], PipelineEngine.Cancelled, null, default));
        Assert.Equal(["succeeded", "succeeded", "cancelled"], await StatusesAsync(ids));
        Assert.Equal(1, await _engine.ClearAsync(ids[2], null, true, default));
        await _engine.PromoteAsync(["p"], default);
        Assert.Equal("succeeded", (await EndedAsync(ids[2])).Status);
    }

    [Fact]
    public async Task What_a_dead_worker_had_is_taken_by_another_and_its_late_report_is_not_believed()
    {
        var id = await StartAsync(Pipeline("p", Step("a"), Step("b", "a")));
        var dead = $"{Environment.MachineName}/999999/long ago/1";
        var claimed = Assert.Single(await _engine.ClaimAsync(dead, "dead#1", 5, null, default));
        Assert.True(WorkerName.IsDead(dead));
        Assert.Equal([dead], await _history.WorkersAsync(default));
        foreach (var run in await _store.RunsWithLostStepsAsync([dead], default))
        {
            Assert.Equal(1, await _engine.RecoverAsync(run, [dead], default));
        }
        Assert.Empty(await _engine.ReportAsync([AttemptReport.Of(claimed, StepPhase.Succeeded)], dead, "dead#2", 0, null, default));
        Assert.Equal("ready", (await _history.ShowAsync(id, default)).Steps![0].Status);
        Work(_ => null);
        var ended = await EndedAsync(id);
        Assert.Equal(("succeeded", "lost succeeded"), (ended.Status, string.Join(' ', ended.Steps![0].History.Select(attempt => attempt.Status))));
    }

    [Fact]
    public async Task Several_schedulers_make_one_run_of_each_time()
    {
        var now = new DateTimeOffset(2026, 11, 22, 6, 0, 0, TimeSpan.Zero);
        var clock = new SetClock(() => now);
        var pipelines = Enumerable.Range(0, 20).Select(at => Pipeline("p" + at, Step("a")) with { Schedule = new ScheduleSpec { Cron = "*/5 * * * *", CatchUp = CatchUp.All } }).ToDictionary(pipeline => pipeline.Name);
        var folder = new PipelineFolder(pipelines, []);
        var schedulers = Enumerable.Range(0, 3).Select(_ => new PipelineScheduler(_engine, () => folder, clock, () => Guid.NewGuid().ToString("N"))).ToList();
        await schedulers[0].TickAsync(default);
        for (var tick = 0; tick < 5; tick++)
        {
            now += TimeSpan.FromMinutes(7);
            await Task.WhenAll(schedulers.Select(scheduler => scheduler.TickAsync(default)));
        }
        var runs = await _history.ListAsync(null, 1000, default);
        Assert.Equal((20 * 7, 20), (runs.Count, runs.Count(run => run.Status == "running")));
        Assert.All(runs.GroupBy(run => run.Pipeline), group => Assert.Equal(7, group.Select(run => run.IntervalEnd).Distinct().Count()));
        Assert.All(runs, run => Assert.Equal(TimeSpan.FromMinutes(5), run.IntervalEnd - run.IntervalBegin));
    }

    [Fact]
    public async Task A_pipeline_comes_once_after_each_run_of_another_with_its_interval()
    {
        var now = new DateTimeOffset(2026, 11, 22, 6, 0, 0, TimeSpan.Zero);
        var clock = new SetClock(() => now);
        var first = Pipeline("first", Step("a")) with { Schedule = new ScheduleSpec { Cron = "0 * * * *", CatchUp = CatchUp.All } };
        var then = Pipeline("then", Step("a")) with { Triggers = new TriggerSpec { After = ["first"] } };
        var both = Pipeline("both", Step("a")) with { Triggers = new TriggerSpec { After = ["first", "then"] }, Concurrency = 3 };
        var folder = new PipelineFolder(new[] { first, then, both }.ToDictionary(pipeline => pipeline.Name), []);
        var schedulers = Enumerable.Range(0, 3).Select(_ => new PipelineScheduler(_engine, () => folder, clock, () => Guid.NewGuid().ToString("N"))).ToList();
        await Task.WhenAll(schedulers.Select(scheduler => scheduler.TickAsync(default)));
        Work(_ => null);
        now += TimeSpan.FromHours(3);
        await Task.WhenAll(schedulers.Select(scheduler => scheduler.TickAsync(default)));
        IReadOnlyList<ShownRun> runs = [];
        while (runs.Count < 9 || runs.Any(run => !run.IsOver))
        {
            await Task.WhenAll(schedulers.Select(scheduler => scheduler.TriggerAsync(default)));
            await schedulers[0].LookAfterAsync([], default);
            Assert.All(_workers, worker => Assert.Null(worker.LastTrouble));
            runs = await _history.ListAsync(null, 100, default);
        }
        await Task.WhenAll(schedulers.Select(scheduler => scheduler.TriggerAsync(default)));
        Assert.Equal(9, (await _history.ListAsync(null, 100, default)).Count);
        foreach (var group in runs.GroupBy(run => run.Pipeline))
        {
            Assert.Equal(["06-07", "07-08", "08-09"], group.Select(run => $"{run.IntervalBegin:HH}-{run.IntervalEnd:HH}").Order());
            Assert.All(group, run => Assert.Equal(group.Key == "first" ? "schedule" : "after", run.Trigger));
        }
        await _engine.ClearAsync(runs.First(run => run.Pipeline == "first").Id, [0], true, default);
        while ((await _history.ListAsync("then", 100, default)).Count < 4)
        {
            await schedulers[1].TriggerAsync(default); // what is done again counts again
        }
    }

    [Fact]
    public async Task A_pipeline_comes_after_two_others_for_each_interval_that_both_did_also_when_one_mends_it_later()
    {
        var hourly = new ScheduleSpec { Cron = "0 * * * *" };
        var (a, b) = (Pipeline("a", Step("a")) with { Schedule = hourly }, Pipeline("b", Step("b")) with { Schedule = hourly });
        var folder = new PipelineFolder(new[] { a, b, Pipeline("c", Step("c")) with { Triggers = new TriggerSpec { After = ["a", "b"] } } }.ToDictionary(pipeline => pipeline.Name), []);
        var scheduler = new PipelineScheduler(_engine, () => folder, TimeProvider.System, () => Guid.NewGuid().ToString("N"));
        await scheduler.TickAsync(default);
        Work(_ => null);
        await DoAsync(a, 1);
        await DoAsync(a, 2);
        Assert.Equal(0, await scheduler.TriggerAsync(default));
        await DoAsync(b, 2);
        Assert.Equal(1, await scheduler.TriggerAsync(default));
        await DoAsync(b, 1);
        Assert.Equal(1, await scheduler.TriggerAsync(default));
        Assert.Equal(0, await scheduler.TriggerAsync(default));
        Assert.Equal(["01-02", "02-03"], (await _history.ListAsync("c", 9, default)).OrderBy(run => run.IntervalEnd).Select(run => $"{run.IntervalBegin:HH}-{run.IntervalEnd:HH}"));

        await DoAsync(a, null); // by hand: it waits a day for a run by hand of the other
        await DoAsync(a, 3);
        Assert.Equal(0, await scheduler.TriggerAsync(default));
        await _database.ExecuteAsync("update orchestrate.pipeline_sources set since = since - interval '2 days'; update orchestrate.pipeline_runs set ended_at = ended_at - interval '25 hours' where interval_end is null");
        Assert.Equal(0, await scheduler.TriggerAsync(default));
        Assert.Equal(Hour(4), Assert.Single(await _engine.Store.SignalsAsync(["c"], default)).IntervalEnd); // only that still waits

        async Task DoAsync(PipelineSpec pipeline, int? hour) => await EndedAsync((await _engine.StartAsync(
            new NewRun
            {
                Id = PipelineRunId.New(TimeProvider.System), Definition = Definition.Of(pipeline), Trigger = "manual", Key = $"{hour}", IntervalBegin = Hour(hour), IntervalEnd = Hour(hour + 1),
            }, default)).Id);

        static DateTimeOffset? Hour(int? hour) => hour is { } at ? new DateTimeOffset(2026, 11, 22, at, 0, 0, TimeSpan.Zero) : null;
    }

    [Fact]
    public async Task Schedules_outlive_a_fault_of_the_program_and_the_first_page_tells_it()
    {
        using var folder = new TempFolder();
        folder.Write("pipelines/often.yml", "schedule: {every: 1s}\ntasks: [{id: a, shell: x}]\n");
        var isBroken = true;
        var clock = new SetClock(() => isBroken ? throw new InvalidOperationException("no time") : TimeProvider.System.GetUtcNow());
        await using var host = new PipelineHost(_engine, new PipelineFiles(new ProjectRoot(folder.Path)), _history, new Made((_, _) => Task.FromResult<StepFailure?>(null), []), clock).Start();
        while (host.Trouble is null)
        {
            await Task.Delay(10);
        }
        var told = Assert.Single(await new SchedulerAttention(host).ReadAsync(new Reader(Language.English), default));
        Assert.Contains("no time", told.Words, StringComparison.Ordinal);
        isBroken = false;
        while ((await _history.ListAsync("often", 9, default)).Count == 0)
        {
            await Task.Delay(50);
        }
        while (host.Trouble is not null)
        {
            await Task.Delay(10);
        }
        Assert.Empty(await new SchedulerAttention(host).ReadAsync(new Reader(Language.English), default));
    }

    [Fact]
    public async Task A_storm_of_requests_makes_one_run_of_each_key_and_one_of_them_runs()
    {
        var pipeline = Pipeline("p", Step("a"));
        await KnowAsync(pipeline);
        var started = await Task.WhenAll(Enumerable.Range(0, 120).Select(async at => (Key: at % 12, (await _engine.StartAsync(
            new NewRun { Id = PipelineRunId.New(TimeProvider.System), Definition = Definition.Of(pipeline), Trigger = "webhook", Key = $"webhook:{at % 12}" }, default)).Id)));
        Assert.Equal(12, started.Distinct().Count()); // whoever asks again hears of the run that there is
        var runs = await _history.ListAsync("p", 1000, default);
        Assert.Equal((12, 1, 11), (runs.Count, runs.Count(run => run.Status == "running"), runs.Count(run => run.Status == "queued")));
        Assert.Equal(started.Select(pair => pair.Id).Distinct().Order(), runs.Select(run => run.Id).Order());
    }

    [Fact]
    public async Task A_file_starts_a_pipeline_once_when_it_has_come_whole()
    {
        using var folder = new TempFolder();
        var root = new ProjectRoot(folder.Path);
        folder.Write("in/old.csv", "x");
        var now = new DateTimeOffset(2026, 11, 22, 6, 0, 0, TimeSpan.Zero);
        var clock = new SetClock(() => now);
        var pipelines = new PipelineFolder(new[] { Pipeline("p", Step("a")) with { Triggers = new TriggerSpec { Files = ["in/*.csv"] }, Concurrency = 9 } }.ToDictionary(pipeline => pipeline.Name), []);
        var schedulers = Enumerable.Range(0, 2).Select(_ => new PipelineScheduler(_engine, () => pipelines, clock, () => Guid.NewGuid().ToString("N"), new TriggerSight(new FileArrivals(root, clock), null))).ToList();
        Assert.Equal(0, await LookAsync()); // what was there before does not count
        folder.Write("in/new.csv", "a");
        Assert.Equal(0, await LookAsync());
        folder.Write("in/new.csv", "ab"); // it is still being written
        Assert.Equal(0, await LookAsync());
        Assert.Equal(1, await LookAsync());
        Assert.Equal(0, await LookAsync());
        folder.Write("in/new.csv", "abc");
        folder.Write("in/other.csv", "a");
        Assert.Equal(0, await LookAsync());
        Assert.Equal(1, await LookAsync());
        var runs = await _history.ListAsync("p", 10, default);
        Assert.All(runs, run => Assert.Equal("file", run.Trigger));
        Assert.Equal(["{\"files\":[\"in/new.csv\",\"in/other.csv\"]}", "{\"files\":[\"in/new.csv\"]}"], runs.Select(run => run.Cause));

        async Task<int> LookAsync()
        {
            now += TimeSpan.FromSeconds(3);
            return (await Task.WhenAll(schedulers.Select(scheduler => scheduler.TriggerAsync(default)))).Sum();
        }
    }

    [Fact]
    public async Task A_new_version_of_an_asset_starts_a_pipeline_once_but_not_one_that_it_made_itself()
    {
        var pipelines = new[] { Pipeline("p", Step("a")) };
        SignalSource source = new("p", SignalSource.Assets, "gold");
        await KnowAsync(pipelines[0]);
        await _database.ExecuteAsync("delete from orchestrate.runs");
        await BuiltAsync("before", "model.x", "ok");
        await _engine.ListenAsync(["p"], new Dictionary<SignalSource, string?> { [source] = "model.x\nmodel.y" }, _ => [], default);
        await BuiltAsync("other", "model.z", "ok");
        await BuiltAsync("same", "model.x", "unchanged");
        Assert.Equal(0, await TriggerAsync());
        await BuiltAsync("one", "model.x", "ok");
        await BuiltAsync("two", "model.y", "ok");
        Assert.Equal(1, await TriggerAsync());
        Assert.Equal(0, await TriggerAsync());
        var run = Assert.Single(await _history.ListAsync("p", 10, default));
        Assert.Equal(("assets", "{\"builds\":[\"one\",\"two\"]}"), (run.Trigger, run.Cause));
        await _database.ExecuteAsync("update orchestrate.pipeline_steps set output = '{\"run\":\"own\"}'");
        await BuiltAsync("own", "model.x", "ok");
        Assert.Equal(0, await TriggerAsync());

        Task<int> TriggerAsync() => _engine.TriggerAsync([new TriggeredPipeline([source], [], _ => false, () => new NewRun { Id = PipelineRunId.New(TimeProvider.System), Definition = Definition.Of(pipelines[0]), Trigger = "", Key = "" })], default);

        Task BuiltAsync(string run, string asset, string status) => _database.ExecuteAsync($"""
            insert into orchestrate.runs (id, verb, status, request, fence, host, process_id, process_start, program_version, started_at, ended_at)
            values ('{run}', 'run', 'succeeded', '{"{}"}', 1, 'h', 1, 'x', '1', clock_timestamp(), clock_timestamp());
            insert into orchestrate.steps (run_id, asset_id, kind, name, ordinal, status, version) values ('{run}', '{asset}', 'model', 'x', 0, '{status}', '1')
            """);
    }

    [Fact]
    public async Task A_run_that_is_late_is_noted_once_and_its_hook_is_done()
    {
        var hook = Step("on_deadline");
        var pipeline = Pipeline("p", Step("a")) with { Deadline = new DeadlineSpec(TimeSpan.FromMilliseconds(1), null), OnDeadline = hook };
        var id = await StartAsync(pipeline);
        var folder = new PipelineFolder(new Dictionary<string, PipelineSpec>(), []);
        var scheduler = new PipelineScheduler(_engine, () => folder, TimeProvider.System, () => Guid.NewGuid().ToString("N"));
        while ((await _history.LateAsync(default)).Count == 0)
        {
            await scheduler.LookAfterAsync([], default);
        }
        await scheduler.LookAfterAsync([], default);
        Assert.False(await _engine.MissAsync(id, (await _history.RunAsync(id, default)).Definition, "again", default));
        Work(_ => null);
        var late = Assert.Single(await _history.ListAsync("p.deadline", 10, default));
        Assert.Equal(("succeeded", "deadline", $"{{\"runs\":[\"{id}\"]}}"), ((await EndedAsync(late.Id)).Status, late.Trigger, late.Cause));
        Assert.NotNull((await EndedAsync(id)).MissedAt);
        Assert.Empty(await _history.LateAsync(default));
    }

    [Fact]
    public async Task A_run_whose_time_is_over_fails()
    {
        var id = await StartAsync(Pipeline("p", Step("a")) with { Timeout = TimeSpan.FromMilliseconds(1) });
        while (await _store.RunsOverTimeAsync(default) is not [var over] || !await _engine.StopAsync(over, PipelineEngine.OverTime, "its time was over", default))
        {
            await Task.Delay(5);
        }
        var run = await EndedAsync(id);
        Assert.Equal(("failed", "cancelled", "its time was over"), (run.Status, run.Steps![0].Status, run.Note));
    }

    private static TaskSpec Step(string id, params string[] after) => new() { Id = id, Kind = TaskKind.Shell, With = new Dictionary<string, IReadOnlyList<string>>(), DependsOn = after };

    private static PipelineSpec Pipeline(string name, params IReadOnlyList<TaskSpec> tasks) => new() { Name = name, Tasks = tasks };

    private static string Phases(ShownRun run) => string.Join(' ', run.Steps!.Select(step => step.Status));

    private static RetryPolicy Soon(int count) => new() { Count = count, Delay = TimeSpan.FromMilliseconds(1) };

    private static StepFailure Failure(string code) => new(code, "It failed.", null);

    private void Work(Func<ClaimedStep, StepFailure?> fate) => Work((claimed, _) => Task.FromResult(fate(claimed)));

    private void Work(Func<ClaimedStep, CancellationToken, Task<StepFailure?>> fate, EngineLimits? limits = null)
    {
        var engine = limits is null ? _engine : new PipelineEngine(_store, new Definitions(_store), limits, new Random(2));
        var worker = new PipelineWorker(engine, new Made(fate, _done), TimeProvider.System, new WorkerSettings { LookEvery = TimeSpan.FromMilliseconds(20) });
        _workers.Add(worker);
        _working.Add(worker.RunAsync(_stop.Token));
    }

    private Task KnowAsync(PipelineSpec pipeline) => _engine.KnowAsync([new PipelineRow(pipeline.Name, false, DateTimeOffset.UnixEpoch, pipeline.Concurrency)], default);

    private async Task<string> StartAsync(PipelineSpec pipeline)
    {
        await KnowAsync(pipeline);
        var id = PipelineRunId.New(TimeProvider.System);
        return (await _engine.StartAsync(new NewRun { Id = id, Definition = Definition.Of(pipeline), Trigger = "manual", Key = id }, default)).Id;
    }

    private async Task<ShownRun> EndedAsync(string id)
    {
        while (await _history.ShowAsync(id, default) is { } run)
        {
            if (run.IsOver)
            {
                return run;
            }
            Assert.All(_workers, worker => Assert.Null(worker.LastTrouble));
            await Task.Delay(10);
        }
        throw new InvalidOperationException();
    }

    private async Task<List<string>> StatusesAsync(List<string> ids)
    {
        var statuses = new List<string>();
        foreach (var id in ids)
        {
            statuses.Add((await _history.RunAsync(id, default)).Status);
        }
        return statuses;
    }

    private sealed class Made(Func<ClaimedStep, CancellationToken, Task<StepFailure?>> fate, ConcurrentQueue<string> done) : IStepExecutor
    {
        public async Task<AttemptReport> DoAsync(ClaimedStep claimed, CancellationToken cancellationToken)
        {
            var failure = await fate(claimed, cancellationToken);
            done.Enqueue($"{claimed.Run.Id}/{claimed.Step.Id}");
            return AttemptReport.Of(claimed, failure is null ? StepPhase.Succeeded : StepPhase.Failed) with { Failure = failure, Output = failure is null ? "{\"rows\":7,\"bytes\":2048}" : null };
        }
    }
}
