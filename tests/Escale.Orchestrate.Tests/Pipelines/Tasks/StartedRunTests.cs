using System.Collections.Concurrent;
using System.Text.Json;
using Escale.Kernel;
using Escale.Orchestrate.Pipelines.Files;
using Escale.Orchestrate.Pipelines.Scheduling;
using Escale.Orchestrate.Pipelines.State;
using Escale.Orchestrate.Pipelines.Store;
using Escale.Orchestrate.Pipelines.Tasks;
using Escale.Orchestrate.Pipelines.Working;
using Escale.Orchestrate.Records;
using Escale.Orchestrate.Tests.Records;
using Escale.Testing;
using Xunit;

namespace Escale.Orchestrate.Tests.Pipelines.Tasks;

/// <summary>Steps that start runs and wait for them, with a real PostgreSQL: <c>each</c> and <c>pipeline</c>. What the other steps do is made up.</summary>
public sealed class StartedRunTests : IClassFixture<RecordDatabase>, IAsyncLifetime
{
    private readonly RecordDatabase _database;
    private readonly TempFolder _folder = new();
    private readonly PostgresPipelineStore _store;
    private readonly PipelineEngine _engine;
    private readonly PipelineHistory _history;
    private readonly PipelineFiles _files;
    private readonly StepLogs _logs;
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentQueue<string> _done = [];
    private readonly List<Task> _working = [];

    public StartedRunTests(RecordDatabase database)
    {
        _database = database;
        _store = new PostgresPipelineStore(database.Server, new RunStore(database.Server, TimeProvider.System));
        _engine = new PipelineEngine(_store, new Definitions(_store), new EngineLimits(), new Random(1));
        _history = new PipelineHistory(_store);
        _files = new PipelineFiles(new ProjectRoot(_folder.Path));
        _logs = new StepLogs(_store, TimeProvider.System);
    }

    private ChildRuns Children => new(_engine, TimeProvider.System);

    public async ValueTask InitializeAsync()
    {
        await new RunStore(_database.Server, TimeProvider.System).OpenAsync(default);
        await _database.ExecuteAsync("truncate orchestrate.pipelines, orchestrate.pipeline_runs, orchestrate.definitions cascade");
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_working);
        await _logs.DisposeAsync();
        _stop.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_step_is_done_for_each_element_and_after_a_failure_only_for_those_that_failed()
    {
        var isMended = false;
        Work(call => call.One("say") == "b-2026-11-22" && !isMended ? throw new EscaleException("x.y", "no b") : JsonSerializer.Serialize(call.One("say")));
        var id = await StartAsync("""
            params: {day: {type: date}}
            tasks:
              - {id: load, each: [a, b, "{{ params.day }}"], http: {url: x, body: "{{ each }}-{{ params.day }}"}}
              - {id: after, http: {url: x, body: "{{ steps.load.output.outputs | join(' ') }} of {{ steps.load.output.count }}"}, depends_on: load}
            """, ("day", "2026-11-22"));
        var run = await EndedAsync(id);
        Assert.Equal("failed upstream_failed", Phases(run));
        Assert.Equal(("orchestrate.each-failed", "1 of 3 elements failed: load[b]: no b"), (run.Steps![0].Error!.Code, run.Steps[0].Error!.Message));
        var elements = Assert.Single(await ChildrenAsync("p.load"));
        Assert.Equal(["load[a]", "load[b]", "load[2026-11-22]"], (await _history.ShowAsync(elements, default)).Steps!.Select(step => step.Id));

        isMended = true;
        Assert.Equal(2, await _engine.ClearAsync(id, null, true, default));
        Assert.Equal("succeeded succeeded", Phases(await EndedAsync(id)));
        Assert.Equal([elements], await ChildrenAsync("p.load"));
        Assert.Equal("1 2 1", string.Join(' ', (await _history.ShowAsync(elements, default)).Steps!.Select(step => step.Attempts)));
        Assert.Contains("a-2026-11-22 b-2026-11-22 2026-11-22-2026-11-22 of 3", _done);

        Assert.Equal(2, await _engine.ClearAsync(id, [0], true, default)); // somebody wants what succeeded again: all of it
        await EndedAsync(id);
        Assert.Equal(2, (await ChildrenAsync("p.load")).Count);
    }

    [Theory]
    [InlineData("{id: load, each: [1, 2], http: {url: x}}", "p.load")]
    [InlineData("{id: load, pipeline: other}", "other")]
    public async Task What_somebody_mended_in_the_run_that_a_step_started_counts_when_the_step_is_tried_again(string step, string started)
    {
        _folder.Write("pipelines/other.yml", "tasks: [{id: a, http: {url: x}}]");
        Work(_ => throw new EscaleException("x.y", "no"));
        var id = await StartAsync($"tasks: [{step}]");
        Assert.Equal("failed", (await EndedAsync(id)).Status);
        var child = Assert.Single(await ChildrenAsync(started));
        await _engine.MarkAsync(child, null, Orchestrate.Pipelines.Flow.StepPhase.Succeeded, "by hand", "awa", default);
        Assert.Equal(1, await _engine.ClearAsync(id, null, true, default));
        Assert.Equal("succeeded", (await EndedAsync(id)).Status);
        Assert.Equal([child], await ChildrenAsync(started));
    }

    [Fact]
    public async Task Who_stops_a_run_stops_those_that_its_steps_started()
    {
        _folder.Write("pipelines/other.yml", "tasks: [{id: hang, http: {url: hang}}]");
        Work(call => call.One("url") == "hang" ? null : "{}");
        var id = await StartAsync("tasks: [{id: load, each: [1, 2], http: {url: hang}}, {id: start, pipeline: other}]");
        while ((await RunningAsync("p.load")).Count + (await RunningAsync("other")).Count < 2)
        {
            await Task.Delay(20);
        }
        Assert.True(await _engine.StopAsync(id, PipelineEngine.Cancelled, null, default));
        var scheduler = new PipelineScheduler(_engine, _files.Read, TimeProvider.System, PipelineRunId.Chance);
        while (!(await _history.RunAsync(id, default)).IsOver || (await RunningAsync("p.load")).Count + (await RunningAsync("other")).Count > 0)
        {
            await scheduler.LookAfterAsync([], default);
            await Task.Delay(20);
        }
        var run = await EndedAsync(id);
        Assert.Equal(("cancelled", "cancelled cancelled"), (run.Status, string.Join(' ', run.Steps!.Select(step => Assert.Single(step.History).Status))));
        foreach (var started in (string[])[.. await ChildrenAsync("p.load"), .. await ChildrenAsync("other")])
        {
            var child = await EndedAsync(started);
            Assert.Equal(("cancelled", "the step that started it was stopped"), (child.Status, child.Note));
        }
    }

    [Theory]
    [InlineData("{id: load, each: [1, 2], http: {url: x}}", "p.load")]
    [InlineData("{id: load, pipeline: other}", "other")]
    public async Task A_step_whose_worker_is_lost_while_it_starts_a_run_starts_one_and_who_comes_late_starts_none(string step, string started)
    {
        _folder.Write("pipelines/other.yml", "tasks: [{id: a, http: {url: x}}]");
        var id = await StartAsync($"tasks: [{step}]");
        var executor = Executor(_ => "{}");
        var lost = Assert.Single(await _engine.ClaimAsync("one", "one#1", 1, id, default));
        Assert.Equal(TimeSpan.FromSeconds(5), (await executor.DoAsync(lost, default)).Wait); // and dies before it can say so
        Assert.Equal(1, await _engine.RecoverAsync(id, ["one"], default));
        var held = (await _engine.ClaimAsync("two", "two#1", 10, id, default)).Single(claimed => claimed.Run.Id == id);
        await _database.ExecuteAsync("delete from orchestrate.pipeline_runs where parent is not null"); // as if it had not come so far yet when it stood still
        Assert.Equal("orchestrate.lease-lost", (await executor.DoAsync(lost, default)).Failure?.Code);
        var report = await executor.DoAsync(held, default);
        Assert.Equal((Orchestrate.Pipelines.Flow.StepPhase.Deferred, 1), (report.Phase, (await ChildrenAsync(started)).Count));
        Work(_ => "{}");
        await _engine.ReportAsync([report], "two", "two#2", 0, id, default);
        await _engine.RecoverAsync((await ChildrenAsync(started))[0], ["two"], default);
        Assert.Equal("succeeded", (await EndedAsync(id)).Status);
        Assert.Single(await ChildrenAsync(started));
    }

    [Fact]
    public async Task A_list_that_is_empty_skips_its_step_and_one_that_is_none_or_too_long_is_told()
    {
        Work(call => call.One("url") == "list" ? "{\"rows\":[],\"n\":3,\"text\":\"x\\ny\\n\",\"json\":\"[1,{\\\"a\\\":2}]\"}" : JsonSerializer.Serialize(call.One("url")));
        var id = await StartAsync("""
            tasks:
              - {id: list, http: list}
              - {id: none, each: "{{ steps.list.output.rows }}", http: "{{ each }}", depends_on: list}
              - {id: number, each: "{{ steps.list.output.n }}", http: x, depends_on: list}
              - {id: missing, each: "{{ steps.list.output.nothing }}", http: x, depends_on: list}
              - {id: many, each: "{{ range(1001) }}", http: x}
              - {id: lines, each: "{{ steps.list.output.text }}", http: "line {{ each }}", depends_on: list}
              - {id: json, each: "{{ steps.list.output.json }}", http: "json {{ each.a or each }}", when: "index >= 0", depends_on: list}
            """);
        var run = await EndedAsync(id);
        Assert.Equal("succeeded skipped failed failed failed succeeded succeeded", Phases(run));
        Assert.Equal(["orchestrate.each", "orchestrate.each", "orchestrate.each"], run.Steps!.Skip(2).Take(3).Select(step => step.Error!.Code));
        Assert.Contains("has 1001 elements; 1000 are the most", run.Steps![4].Error!.Message, StringComparison.Ordinal);
        Assert.Equal(["json 1", "json 2", "line x", "line y"], _done.Where(said => said.Contains(' ', StringComparison.Ordinal)).Order());
    }

    // The name of a pipeline's file is p; each run has the file as it is then.
    private async Task<string> StartAsync(string text, params (string Name, string Value)[] parameters)
    {
        _folder.Write("pipelines/p.yml", text);
        var pipeline = _files.Get("p");
        await _engine.KnowAsync([new PipelineRow("p", false, DateTimeOffset.UnixEpoch, 1)], default);
        var id = PipelineRunId.New(TimeProvider.System);
        return (await _engine.StartAsync(
            new NewRun { Id = id, Definition = Definition.Of(pipeline), Trigger = "manual", Key = id, Parameters = ParameterReader.Values(pipeline, parameters.ToDictionary(pair => pair.Name, pair => pair.Value)) }, default)).Id;
    }

    private StepExecutor Executor(Func<TaskCall, string?> give) => new(
        new Definitions(_store), [new EachTask(_engine, Children, () => []), new PipelineTask(_files, _engine, Children, TimeProvider.System), new Made(call =>
        {
            var given = give(call);
            _done.Enqueue(call.One("body") ?? call.One("url")!);
            return given;
        })],
        new StepTexts(_store, new RunEnvironment(), new ProjectRoot(_folder.Path)), _logs, TimeProvider.System);

    private void Work(Func<TaskCall, string?> give) =>
        _working.Add(new PipelineWorker(_engine, Executor(give), TimeProvider.System, new WorkerSettings { LookEvery = TimeSpan.FromMilliseconds(20) }).RunAsync(_stop.Token));

    private async Task<ShownRun> EndedAsync(string id)
    {
        while (true)
        {
            if (await _history.ShowAsync(id, default) is { IsOver: true } run)
            {
                return run;
            }
            await Task.Delay(10);
        }
    }

    private async Task<List<string>> ChildrenAsync(string pipeline) => [.. (await _history.ListAsync(pipeline, 10, default)).Select(run => run.Id)];

    private async Task<List<string>> RunningAsync(string pipeline) => [.. (await _history.ListAsync(pipeline, 10, default)).Where(run => !run.IsOver).Select(run => run.Id)];

    private static string Phases(ShownRun run) => string.Join(' ', run.Steps!.Select(step => step.Status));

    // A step of the kind http: gives what it is told to, or hangs.
    private sealed class Made(Func<TaskCall, string?> give) : ITaskRunner
    {
        public string Kind => "http";

        public async Task<TaskOutcome> RunAsync(TaskCall call, CancellationToken cancellationToken)
        {
            var given = give(call.One("body") is { } body ? call with { With = call.With.Append(KeyValuePair.Create("say", (IReadOnlyList<string>)[body])).ToDictionary() } : call);
            if (given is null)
            {
                await Task.Delay(Timeout.Infinite, cancellationToken);
            }
            return new TaskOutcome(given);
        }
    }
}
