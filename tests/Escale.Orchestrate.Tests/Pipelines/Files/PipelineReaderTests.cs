using Escale.Kernel;
using Escale.Orchestrate.Pipelines.Files;
using Escale.Orchestrate.Pipelines.Flow;
using Escale.Orchestrate.Pipelines.Schedules;
using Escale.Orchestrate.Pipelines.State;
using Escale.Testing;
using Xunit;

namespace Escale.Orchestrate.Tests.Pipelines.Files;

/// <summary>Pipelines' files: what they say, and what is wrong with them, where.</summary>
public sealed class PipelineReaderTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_whole_pipeline_is_read_and_comes_back_from_its_record()
    {
        _folder.Write("escale.yml", "pools: {api: 2}\n");
        _folder.Write("pipelines/daily.yml", """
            description: Everything, before work begins
            schedule: {cron: "0 6 * * 1-5", zone: Europe/Paris, except: [2026-12-25, 2026-07-01..2026-07-14], catch_up: all, from: 2026-01-01}
            triggers: {webhook: true}
            params:
              day: {type: date, default: "{{ interval.day }}", description: The day}
              size: 10
              mode: {choices: [fast, slow], default: fast}
            concurrency: 2
            timeout: 2h
            retries: {count: 2, delay: 1s, factor: 3, on: [engines.postgres]}
            build: +gold
            tasks:
              - {id: fetch, http: {url: "https://example.org/{{ params.day }}", headers: {Authorization: "Bearer ${TOKEN}"}}, pool: api, retries: 5, timeout: 30s}
              - {id: load, shell: [python3, load.py], env: {A: b}, depends_on: [fetch, build], priority: 5}
              - {id: check, sql: select count(*) from gold.x, depends_on: load, when: "{{ params.size > 5 }}", may_fail: true}
              - {id: clean, shell: rm -f x, depends_on: [check], rule: all_done}
            on_failure: {notify: {url: "${HOOK}"}}
            """);
        var folder = new PipelineFiles(new ProjectRoot(_folder.Path)).Read();
        Assert.Empty(folder.Errors);
        var pipeline = Definition.Of("h", Definition.Of(folder.Pipelines["daily"]).Text).Pipeline;
        Assert.Equal(["build", "fetch", "load", "check", "clean", "on_failure"], pipeline.Tasks.Select(task => task.Id));
        Assert.Equal((2, TimeSpan.FromHours(2), CatchUp.All, 2), (pipeline.Concurrency, pipeline.Timeout, pipeline.Schedule!.CatchUp, pipeline.Schedule.Except.Count));
        var (build, fetch, load, check) = (pipeline.Tasks[0], pipeline.Tasks[1], pipeline.Tasks[2], pipeline.Tasks[3]);
        Assert.Equal((TaskKind.Build, "build", "+gold"), (build.Kind, build.Pool, build.One("select")));
        Assert.Equal(("api", 5, TimeSpan.FromSeconds(30), "Bearer ${TOKEN}"), (fetch.Pool, fetch.Retries.Count, fetch.Timeout, fetch.One("headers.Authorization")));
        Assert.Equal(("python3,load.py", "b", 5, 2), (string.Join(',', load.All("command")), load.One("env.A"), load.Priority, load.Retries.Count));
        Assert.Equal(("params.size > 5", true, TriggerRule.AllDone), (check.When, check.MayFail, pipeline.Tasks[4].Rule));
        Assert.Equal((TriggerRule.OneFailed, true, "build fetch load clean"), (pipeline.Tasks[5].Rule, pipeline.Tasks[5].MayFail, string.Join(' ', pipeline.Tasks[5].DependsOn)));
        Assert.Equal([ParameterType.Date, ParameterType.Integer, ParameterType.Text], pipeline.Parameters.Select(parameter => parameter.Type));
        Assert.True(pipeline.Schedule.Except[1].Has(new DateOnly(2026, 7, 3)));
    }

    [Theory]
    [InlineData("schedule: '99 * * * *'\nbuild: x", "orchestrate.cron", 1)]
    [InlineData("schedule: {cron: '0 6 * * *', zone: Europe/Pari}\nbuild: x", "orchestrate.pipeline-invalid", 1)]
    [InlineData("schedule: {every: 0s}\nbuild: x", "orchestrate.pipeline-invalid", 1)]
    [InlineData("build: x\nschedul: x", "projects.unknown-key", 2)]
    [InlineData("description: nothing", "orchestrate.pipeline-invalid", 1)]
    [InlineData("tasks:\n  - {id: a, shel: x}", "orchestrate.pipeline-invalid", 2)]
    [InlineData("tasks:\n  - {id: a, shell: x, sql: y}", "orchestrate.pipeline-invalid", 2)]
    [InlineData("tasks:\n  - {id: a, shell: x, depends_on: b}", "orchestrate.pipeline-steps", 2)]
    [InlineData("tasks:\n  - {id: a, shell: x, depends_on: b}\n  - {id: b, shell: x, depends_on: a}", "orchestrate.pipeline-steps", 2)]
    [InlineData("tasks:\n  - {id: a, shell: x, pool: apis}", "projects.unknown-value", 2)]
    [InlineData("tasks:\n  - {id: a, shell: x, rule: all_sucess}", "projects.unknown-value", 2)]
    [InlineData("build: x\nparams: {day: {type: date, default: tomorrow}}", "projects.wrong-type", 2)]
    [InlineData("build: x\ntriggers: {webhok: true}", "projects.unknown-key", 2)]
    [InlineData("build: x\nschedule: '@daily'\nparams: {day: {type: date}}", "orchestrate.pipeline-invalid", 3)]
    [InlineData("build: x\non_deadline: {shell: x}", "orchestrate.pipeline-invalid", 2)]
    [InlineData("build: x\ndeadline: soon", "projects.wrong-type", 2)]
    [InlineData("tasks:\n  - {id: a, wait_for: {file: x, sql: y}}", "orchestrate.pipeline-invalid", 2)]
    [InlineData("tasks:\n  - {id: a, wait_for: {file: x, evry: 5s}}", "projects.unknown-key", 2)]
    [InlineData("tasks:\n  - {id: a, shell: x, each: ports}", "projects.wrong-type", 2)]
    [InlineData("tasks:\n  - {id: a, shell: x, each: [1, {token: \"a ${TOKEN}\"}]}", "orchestrate.pipeline-invalid", 2)]
    [InlineData("tasks:\n  - {id: a, shell: x, each: {sq: select 1}}", "projects.unknown-key", 2)]
    [InlineData("build: x\non_failure: {shell: x, each: [1]}", "projects.unknown-key", 2)]
    [InlineData("tasks:\n  - {id: a, pipeline: p, each: [1]}", "orchestrate.pipeline-invalid", null)]
    [InlineData("schedule: {cron: '0 6 * * *', except: [2026-02-30]}\nbuild: x", "projects.wrong-type", 1)]
    [InlineData("build: x\ntriggers: {after: nobody}", "orchestrate.pipeline-invalid", null)]
    [InlineData("build: x\ntriggers: {after: [p]}", "orchestrate.pipeline-invalid", null)]
    [InlineData("tasks:\n  - {id: a, pipeline: p}", "orchestrate.pipeline-invalid", null)]
    public void What_is_wrong_is_said_with_its_place(string text, string code, int? line)
    {
        _folder.Write("pipelines/p.yml", text);
        var error = Assert.Single(new PipelineFiles(new ProjectRoot(_folder.Path)).Read().Errors);
        Assert.Equal((code, "pipelines/p.yml", line), (error.Code, error.Place?.File, error.Place?.Line));
        Assert.NotNull(error.Remedy);
    }

    [Fact]
    public void What_is_of_the_order_stays_with_a_step_for_each_element_and_the_work_goes_to_the_elements()
    {
        _folder.Write("pipelines/p.yml", """
            tasks:
              - {id: a, shell: x}
              - {id: b, each: [1, "1", {port: dakar}], shell: y, depends_on: a, rule: all_done, may_fail: true, when: "params.x", retries: 2, timeout: 5s, pool: build}
              - {id: c, each: {sql: select 1}, shell: y, when: "each.n > 1"}
              - {id: d, each: "{{ steps.a.output.rows }}", shell: y, when: "{{ params.each_day }}"}
            """);
        var pipeline = Definition.Of("h", Definition.Of(new PipelineFiles(new ProjectRoot(_folder.Path)).Get("p")).Text).Pipeline;
        var (b, c, d) = (pipeline.Tasks[1], pipeline.Tasks[2], pipeline.Tasks[3]);
        Assert.Equal((TaskKind.Each, "a", TriggerRule.AllDone, true, "params.x", 0, null, null), (b.Kind, b.DependsOn.Single(), b.Rule, b.MayFail, b.When, b.Retries.Count, b.Timeout, b.Pool));
        Assert.Equal((TaskKind.Shell, 0, TriggerRule.AllSuccess, false, null, 2, TimeSpan.FromSeconds(5), "build"), (b.Work.Kind, b.Work.DependsOn.Count, b.Work.Rule, b.Work.MayFail, b.Work.When, b.Work.Retries.Count, b.Work.Timeout, b.Work.Pool));
        Assert.Equal(["1", "\"1\"", "{\"port\":\"dakar\"}"], b.All("items"));
        Assert.Equal((null, "each.n > 1", "select 1"), (c.When, c.Work.When, c.One("sql")));
        Assert.Equal(("params.each_day", null, "steps.a.output.rows"), (d.When, d.Work.When, d.One("from")));
    }

    [Fact]
    public void A_file_that_is_wrong_takes_nothing_from_the_others()
    {
        _folder.Write("pipelines/bad.yml", "build: x\nnothing: here");
        _folder.Write("pipelines/good.yml", "build: x");
        _folder.Write("pipelines/twin.yml", "name: Good\nbuild: x");
        var files = new PipelineFiles(new ProjectRoot(_folder.Path));
        Assert.Equal((1, 2), (files.Read().Pipelines.Count, files.Read().Errors.Count));
        Assert.Equal("orchestrate.pipeline-not-found", Assert.Throws<EscaleException>(() => files.Get("goot")).Code);
        Assert.Equal("projects.unknown-key", Assert.Throws<EscaleException>(() => files.Get("bad")).Code);
    }

    [Fact]
    public void Pipelines_that_come_after_each_other_are_refused_and_one_whose_upstream_is_wrong_waits()
    {
        _folder.Write("pipelines/bronze.yml", "build: x\ntriggers: {after: gold}");
        _folder.Write("pipelines/silver.yml", "build: x\ntriggers: {after: [bronze]}");
        _folder.Write("pipelines/gold.yml", "tasks: [{id: a, pipeline: silver}, {id: b, shell: x}]\ntriggers: {after: silver}");
        _folder.Write("pipelines/other.yml", "build: x\ntriggers: {after: wrong}");
        _folder.Write("pipelines/wrong.yml", "build: x\nnothing: here");
        var folder = new PipelineFiles(new ProjectRoot(_folder.Path)).Read();
        Assert.Equal(["other", "silver"], folder.Pipelines.Keys.Where(name => name != "bronze" && name != "gold").Order());
        Assert.Contains(folder.Errors, error => error.Message.Contains("starts itself", StringComparison.Ordinal));
    }

    [Fact]
    public void Parameters_are_checked_when_they_are_given()
    {
        _folder.Write("pipelines/p.yml", "build: x\nparams: {day: {type: date}, n: 3, fast: true}\n");
        var pipeline = new PipelineFiles(new ProjectRoot(_folder.Path)).Get("p");
        Assert.Equal("2026-11-22 3 false", string.Join(' ', ParameterReader.Values(pipeline, new Dictionary<string, string> { ["day"] = "2026-11-22", ["fast"] = "False" }).Values));
        foreach (var given in (Dictionary<string, string>[])[[], new() { ["day"] = "x" }, new() { ["day"] = "2026-11-22", ["n"] = "many" }, new() { ["dy"] = "2026-11-22" }])
        {
            Assert.Equal("orchestrate.parameter", Assert.Throws<EscaleException>(() => ParameterReader.Values(pipeline, given)).Code);
        }
    }

    [Fact]
    public void Waits_grow_up_to_the_most_and_differ()
    {
        var policy = new RetryPolicy { Count = 3, Delay = TimeSpan.FromSeconds(10), Most = TimeSpan.FromSeconds(30), Jitter = 0.5 };
        Assert.Equal([10, 20, 30, 30], Enumerable.Range(1, 4).Select(failures => (int)policy.WaitAfter(failures, 0.5).TotalSeconds));
        Assert.Equal((5, 15), ((int)policy.WaitAfter(1, 0).TotalSeconds, (int)policy.WaitAfter(1, 1).TotalSeconds));
        Assert.True(policy.Allows(3, "x") && !policy.Allows(4, "x") && !(policy with { On = ["y."] }).Allows(1, "x.z"));
    }

    [Fact]
    public void A_deadline_is_so_long_after_the_interval_or_at_the_next_such_time_of_the_schedules_zone()
    {
        _folder.Write("pipelines/p.yml", "build: x\nschedule: {cron: '0 6 * * *', zone: Europe/Paris}\ndeadline: '07:30'\non_deadline: {shell: x}\n");
        _folder.Write("pipelines/q.yml", "build: x\ndeadline: 45m\n");
        var files = new PipelineFiles(new ProjectRoot(_folder.Path));
        Assert.Equal(At("2026-11-22 06:30"), Deadlines.Of(files.Get("p"), At("2026-11-22 05:00")));
        Assert.Equal(At("2026-11-23 06:30"), Deadlines.Of(files.Get("p"), At("2026-11-22 06:30")));
        Assert.Equal(At("2026-11-22 05:45"), Deadlines.Of(files.Get("q"), At("2026-11-22 05:00")));
        Assert.Equal("on_deadline", Definition.Of("h", Definition.Of(files.Get("p")).Text).Pipeline.OnDeadline!.Id);
    }

    [Fact]
    public void Periods_count_from_their_beginning_and_leave_days_out()
    {
        var every = new Schedule(new ScheduleSpec { Every = TimeSpan.FromHours(6), From = At("2026-11-20 02:00"), Except = [new DaySpan(new DateOnly(2026, 11, 21), new DateOnly(2026, 11, 21))] });
        Assert.Equal(At("2026-11-20 02:00"), every.Next(At("2026-01-01 00:00")));
        Assert.Equal(At("2026-11-22 02:00"), every.Next(At("2026-11-20 20:00")));
        Assert.Equal(At("2026-11-20 20:00"), every.BeginOf(At("2026-11-22 02:00")));
        var daily = new Schedule(new ScheduleSpec { Cron = "0 6 * * *", Zone = "Europe/Paris" });
        Assert.Equal(At("2026-03-28 05:00"), daily.BeginOf(At("2026-03-29 04:00")));
    }

    private static DateTimeOffset At(string text) => DateTimeOffset.Parse(text + "Z", System.Globalization.CultureInfo.InvariantCulture);
}
