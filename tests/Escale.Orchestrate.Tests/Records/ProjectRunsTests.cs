using Escale.Engines.Postgres;
using Escale.Kernel;
using Escale.Orchestrate.Records;
using Escale.Orchestrate.Runs;
using Escale.Orchestrate.Tests.Runs;
using Escale.Testing;
using Npgsql;
using Xunit;

namespace Escale.Orchestrate.Tests.Records;

/// <summary>One real PostgreSQL for these tests; each begins with an empty record.</summary>
public sealed class RecordDatabase : IAsyncLifetime
{
    private readonly TempFolder _folder = new();

    public ProjectRoot Root => new(_folder.Path);

    public PostgresServer Server { get; private set; } = null!;

    public ValueTask InitializeAsync()
    {
        Server = NewServer();
        return ValueTask.CompletedTask;
    }

    public PostgresServer NewServer() =>
        new(Root, new RunEnvironment(), TimeProvider.System, new DurableWriter(new LocalFileLayer()));

    public async Task ExecuteAsync(string sql)
    {
        await using var command = (await Server.OwnerAsync(default)).CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        _folder.Dispose();
    }
}

public sealed class ProjectRunsTests(RecordDatabase database) : IClassFixture<RecordDatabase>, IAsyncLifetime
{
    private readonly Workshop _shop = new();
    private readonly List<string> _said = [];

    private readonly Asset[] _graph =
    [
        Workshop.Model("a", "1"), Workshop.Check("t", "a"), Workshop.Model("b", "1", "a") with { WaitsFor = ["t"] }, Workshop.Model("c", "1", "b"),
    ];

    public async ValueTask InitializeAsync()
    {
        await new RunStore(database.Server, TimeProvider.System).OpenAsync(default);
        await database.ExecuteAsync("truncate orchestrate.runs, orchestrate.passed cascade; update orchestrate.lease set run_id = null");
    }

    public ValueTask DisposeAsync()
    {
        _shop.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task A_run_is_recorded_with_its_steps_and_attempts()
    {
        var summary = await RunAsync();
        var (run, steps) = await History.ShowAsync(null, default);
        Assert.Equal((summary.Run.Value, "succeeded", 4, 4, 3), (run.Id, run.Status, run.Steps, run.Ok, (int)run.Rows));
        Assert.Equal(["a", "t", "b", "c"], steps.Select(step => step.Asset));
        Assert.All(steps, step => Assert.Equal((1, "ok"), (step.Attempts, step.Status)));
        Assert.Equal(_shop.Content("c")!.Split('\n')[0], steps[3].Version);
    }

    [Fact]
    public async Task A_passed_test_is_skipped_until_what_it_tests_changes()
    {
        await RunAsync();
        Assert.Equal(4, (await RunAsync()).Count(StepStatus.Unchanged));
        _graph[0] = _graph[0] with { CodeFingerprint = "2" };
        Assert.Equal(4, (await RunAsync()).Count(StepStatus.Ok));
    }

    [Fact]
    public async Task A_test_that_warned_is_not_run_again_until_something_changes_and_its_warning_is_shown_each_time()
    {
        _shop.Warnings["t"] = "3 rows are odd";
        Assert.Equal("3 rows are odd", (await RunAsync()).Outcomes[1].Result!.Warning);
        for (var again = 1; again <= 2; again++)
        {
            var outcome = (await RunAsync()).Outcomes[1];
            Assert.Equal((StepStatus.Unchanged, "3 rows are odd"), (outcome.Status, outcome.Result!.Warning));
        }
        Assert.Equal("3 rows are odd", (await History.ShowAsync(null, default)).Steps[1].Warning);
        Assert.Single(_shop.Made, "t");
        _shop.Warnings.Clear();
        _graph[0] = _graph[0] with { CodeFingerprint = "2" };
        Assert.Null((await RunAsync()).Outcomes[1].Result!.Warning);
        Assert.Null((await RunAsync()).Outcomes[1].Result?.Warning);
    }

    [Fact]
    public async Task A_failed_test_is_run_again_although_nothing_changed()
    {
        _shop.Faults["t"] = _ => new EscaleException("transform.test-failed", "2 rows fail.", place: new Place("models/a.yml", 4));
        Assert.Equal(RunStatus.Failed, (await RunAsync()).Status);
        var (run, steps) = await History.ShowAsync(null, default);
        Assert.Equal(("failed", 1, 2), (run.Status, run.Failed, run.Skipped));
        Assert.Equal(("transform.test-failed", "models/a.yml:4"), (steps[1].ErrorCode, steps[1].ErrorPlace));
        _shop.Faults.Clear();
        var again = await RunAsync();
        Assert.Equal([StepStatus.Unchanged, StepStatus.Ok, StepStatus.Ok, StepStatus.Ok], again.Outcomes.Select(outcome => outcome.Status));
    }

    [Fact]
    public async Task Resume_takes_the_selection_and_parameters_of_the_failed_run_and_leaves_out_what_was_done()
    {
        await RunAsync();
        _shop.Faults["b"] = _ => new EscaleException("x.y", "Broken.");
        var failed = await RunAsync(new RunRequest { Select = ["a", "b"], FullRefresh = true });
        Assert.Equal([StepStatus.Ok, StepStatus.Failed], failed.Outcomes.Select(outcome => outcome.Status));
        _shop.Faults.Clear();
        var resumed = await RunAsync(new RunRequest(), resume: true);
        Assert.Equal([StepStatus.Unchanged, StepStatus.Ok], resumed.Outcomes.Select(outcome => outcome.Status));
        Assert.Equal("done in the run that is resumed", resumed.Outcomes[0].Reason);
        Assert.Equal(failed.Run.Value, (await History.ShowAsync(null, default)).Run.Resumes);
    }

    [Fact]
    public async Task Resume_of_a_resumed_run_still_knows_what_the_first_had_done()
    {
        _shop.Faults["b"] = _ => new EscaleException("x.y", "Broken.");
        await RunAsync(new RunRequest { FullRefresh = true });
        var second = await RunAsync(resume: true);
        Assert.Equal(StepStatus.Unchanged, second.Outcomes[0].Status);
        _shop.Faults.Clear();
        var third = await RunAsync(resume: true);
        Assert.Equal(RunStatus.Succeeded, third.Status);
        Assert.Equal(1, _shop.Made.Count(id => id == "a"));
    }

    [Fact]
    public async Task Resume_after_success_says_so_and_looks_at_everything_anew()
    {
        await RunAsync();
        var summary = await RunAsync(resume: true);
        Assert.Equal(4, summary.Count(StepStatus.Unchanged));
        Assert.Contains("nothing to resume", Assert.Single(_said), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_run_whose_process_died_is_shown_as_interrupted_and_does_not_hold_the_next_one_up()
    {
        await LeaveDeadRunAsync("dead", Environment.MachineName);
        Assert.Equal("interrupted", (await History.ShowAsync("dead", default)).Run.Status);
        var summary = await RunAsync(wait: false);
        Assert.Equal(RunStatus.Succeeded, summary.Status);
        var (run, steps) = await History.ShowAsync("dead", default);
        Assert.Equal(("interrupted", "interrupted"), (run.Status, Assert.Single(steps).Status));
    }

    [Fact]
    public async Task A_second_run_is_told_who_runs_or_waits_for_its_end()
    {
        var inside = new TaskCompletionSource();
        var go = new TaskCompletionSource();
        _shop.Before = async (context, _) =>
        {
            if (context.Asset.Id == "a")
            {
                inside.TrySetResult();
                await go.Task;
            }
        };
        var first = RunAsync();
        await inside.Task;
        var busy = await Assert.ThrowsAsync<EscaleException>(() => RunAsync(wait: false));
        Assert.Equal("orchestrate.busy", busy.Code);
        Assert.Contains($"process {Environment.ProcessId}", busy.Message, StringComparison.Ordinal);
        var second = RunAsync();
        go.SetResult();
        Assert.Equal(4, (await first).Count(StepStatus.Ok));
        Assert.Equal(4, (await second).Count(StepStatus.Unchanged));
    }

    [Fact]
    public async Task A_run_that_lost_its_lease_stops_and_writes_no_more_records()
    {
        await LeaveDeadRunAsync("elsewhere", "another-machine");
        var store = Store;
        var run = new RunId("slow");
        await database.ExecuteAsync("update orchestrate.lease set expires_at = clock_timestamp() - interval '1 second'");
        var (lease, _) = await store.TryBeginAsync(run, new RunRequest(), "test", default);
        var record = store.Record(run, lease!);
        await database.ExecuteAsync("update orchestrate.lease set fence = fence + 1, run_id = 'another'");
        record.Ended(new RunSummary(run, RunStatus.Succeeded, [], TimeSpan.Zero));
        await record.DisposeAsync();
        Assert.Equal("running", (await store.LastAsync(new RunId("none"), "run", default))!.Value.Status.ToString().ToLowerInvariant());
        await lease!.DisposeAsync();
    }

    [Fact]
    public async Task A_mistake_in_the_selection_leaves_no_run_behind()
    {
        var runs = Runs;
        await Assert.ThrowsAsync<EscaleException>(() => runs.RunAsync(new RunOrder
        {
            Request = new RunRequest(), Select = _ => throw new EscaleException("projects.selection-unknown", "No such model."), Display = new Quiet(),
        }, default));
        Assert.Empty(await History.ListAsync(10, default));
    }

    private RunStore Store => new(database.Server, TimeProvider.System);

    private RunHistory History => new(Store);

    private ProjectRuns Runs => new(database.Root, Store, _shop.Runners, new RunEnvironment(), new NoHost(), TimeProvider.System);

    private Task<RunSummary> RunAsync(RunRequest? request = null, bool resume = false, bool wait = true) => Runs.RunAsync(new RunOrder
    {
        Request = request ?? new RunRequest { Retries = 0 },
        Select = asked => (_graph, asked.Select.Count == 0 ? _graph.Select(asset => asset.Id).ToHashSet() : asked.Select.ToHashSet()),
        Display = new Quiet(), Resume = resume, Wait = wait, Say = _said.Add,
    }, default);

    private Task LeaveDeadRunAsync(string id, string host) => database.ExecuteAsync($"""
        insert into orchestrate.runs (id, verb, status, request, fence, host, process_id, process_start, program_version, step_count, started_at)
        values ('{id}', 'run', 'running', '{"{}"}', 1, '{host}', 999999, 'long ago', '0', 1, now());
        insert into orchestrate.steps (run_id, asset_id, kind, name, ordinal, status) values ('{id}', 'a', 'model', 'a', 0, 'running');
        update orchestrate.lease set fence = fence + 1, run_id = '{id}', host = '{host}', process_id = 999999, process_start = 'long ago',
          expires_at = now() + interval '1 hour'
        """);

    private sealed class Quiet : RunWatcher;

    private sealed class NoHost : IProgramHost
    {
        public Task<Uri> ListenAsync(CancellationToken cancellationToken) => throw new InvalidOperationException("Nobody asked for it.");
    }
}
