using System.Text.Json;
using Escale.Testing;

namespace Escale.Tests.Pipelines;

/// <summary>Pipelines from the command line, with the real program, database and lake.</summary>
public sealed class A_pipeline_of_a_project : IDisposable
{
    private readonly TempFolder _folder = new();

    public A_pipeline_of_a_project()
    {
        _folder.Write("escale.yml", "engine: { threads: 1, memory_limit: 512MB }\n");
        _folder.Write("dbt_project.yml", "name: shop\nversion: \"1\"\n");
        _folder.Write("models/sales.sql", "{{ config(materialized='table') }} select 7 as n");
        _folder.Write("pipelines/daily.yml", """
            schedule: "@daily"
            params: {day: {type: date, default: "{{ interval.day }}"}}
            tasks:
              - {id: make, build: sales}
              - {id: ask, sql: select n from main.sales, depends_on: make}
              - {id: say, shell: [echo, "{{ steps.ask.output.rows[0].n }} on {{ params.day }}, ${SECRET_WORD}"], depends_on: ask}
              - {id: no, shell: touch no, when: "{{ params.day == 'never' }}"}
            """);
        _folder.Write("pipelines/slow.yml", """
            tasks:
              - {id: hang, shell: "sleep 300 & echo $! > child; wait", timeout: 1s}
              - {id: never, shell: touch never, depends_on: hang}
            on_failure: {shell: touch told}
            """);
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Runs_to_its_end_and_tells_what_happened()
    {
        var run = await JsonAsync(0, "pipeline", "run", "daily", "--param", "day=2026-11-22", "--json");
        Assert.Equal("succeeded", run.GetProperty("status").GetString());
        Assert.True(run.GetProperty("finished_at").GetDateTimeOffset() >= run.GetProperty("started_at").GetDateTimeOffset());
        Assert.Equal(["make succeeded", "ask succeeded", "say succeeded", "no skipped"], run.GetProperty("steps").EnumerateArray().Select(step => $"{step.GetProperty("id")} {step.GetProperty("status")}"));
        var logs = await RunAsync(0, "pipeline", "logs", run.GetProperty("id").GetString()!);
        Assert.Contains("7 on 2026-11-22, ***", logs.Output, StringComparison.Ordinal);
        Assert.Contains("main.sales: ok", logs.Output, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(_folder.Path, "no")));

        var dry = await JsonAsync(0, "pipeline", "backfill", "daily", "--from", "2026-01-01", "--to", "2026-01-03", "--dry-run", "--json");
        Assert.Equal((3, 0), (dry.GetProperty("asked").GetInt32(), dry.GetProperty("made").GetInt32()));
        var values = await RunAsync(0, "pipeline", "backfill", "daily", "--param", "day=2026-01-01..2026-01-03,2026-02-01", "--dry-run");
        Assert.Contains("2026-02-01", values.Output, StringComparison.Ordinal);
        Assert.Contains("4 runs; nothing was made.", values.Output, StringComparison.Ordinal);
        Assert.Contains("0 runs of daily wait.", (await RunAsync(0, "pipeline", "backfill", "daily", "--from", "2090-01-01")).Output, StringComparison.Ordinal);
        var list = await JsonAsync(0, "pipeline", "ls", "--json");
        Assert.Equal(["daily", "slow"], list.GetProperty("pipelines").EnumerateArray().Select(pipeline => pipeline.GetProperty("name").GetString()));

        var slow = await JsonAsync(1, "pipeline", "run", "slow", "--json");
        Assert.Equal(["failed", "upstream_failed", "succeeded"], slow.GetProperty("steps").EnumerateArray().Select(step => step.GetProperty("status").GetString()));
        Assert.Equal("orchestrate.step-timeout", slow.GetProperty("steps")[0].GetProperty("error").GetProperty("code").GetString());
        Assert.Equal((true, false), (File.Exists(Path.Combine(_folder.Path, "told")), File.Exists(Path.Combine(_folder.Path, "never"))));
        await EndedAsync((await File.ReadAllTextAsync(Path.Combine(_folder.Path, "child"))).Trim());
        Assert.Equal(2, (await JsonAsync(0, "pipeline", "runs", "--json")).GetArrayLength());

        _folder.Write("pipelines/vain.yml", "triggers: {assets: [silver.nothing]}\ntasks:\n  - {id: make, build: sale}\n");
        var wrong = await JsonAsync(1, "pipeline", "ls", "--json");
        Assert.Equal(3, wrong.GetProperty("pipelines").GetArrayLength());
        var errors = wrong.GetProperty("errors").EnumerateArray().Select(error => $"{error.GetProperty("place")}: {error.GetProperty("message")} {error.GetProperty("next")}").ToList();
        Assert.Equal(2, errors.Count);
        Assert.Contains("'silver.nothing' selects nothing", errors[0], StringComparison.Ordinal);
        Assert.Contains("pipelines/vain.yml: The pipeline 'vain' at its step 'make' builds what is not there: 'sale' selects nothing. Did you mean 'sales'?", errors[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Does_a_step_for_each_row_of_a_query_here_and_for_another_program()
    {
        _folder.Write("models/ports.sql", "{{ config(materialized='table') }} select * from (values ('dakar', 3), ('lome', 1), ('abidjan', 2)) t(port, n)");
        _folder.Write("pipelines/ports.yml", """
            tasks:
              - {id: make, build: ports}
              - {id: load, each: {sql: "select port, n from main.ports order by port"}, shell: "echo $EACH_PORT $EACH_N > $EACH_PORT.txt && test ! -f broken-$EACH_PORT", when: "each.n < 3", depends_on: make}
              - {id: count, shell: [echo, "{{ steps.load.output.outputs | reject('none') | list | length }} of {{ steps.load.output.count }}"], depends_on: load}
            """);
        var file = Path.Combine(_folder.Path, "broken-lome");
        await File.WriteAllTextAsync(file, "");
        var failed = await JsonAsync(1, "pipeline", "run", "ports", "--json");
        Assert.Equal(["succeeded", "failed", "upstream_failed"], Statuses(failed));
        Assert.Contains("1 of 3 elements failed: load[lome]", failed.GetProperty("steps")[1].GetProperty("error").GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Equal(("abidjan 2\n", false), (await File.ReadAllTextAsync(Path.Combine(_folder.Path, "abidjan.txt")), File.Exists(Path.Combine(_folder.Path, "dakar.txt"))));

        File.Delete(file);
        var mended = await JsonAsync(0, "pipeline", "step", "ports", "load", "--run", "R7", "--json");
        Assert.Equal("succeeded", mended.GetProperty("status").GetString());
        await RunAsync(0, "pipeline", "step", "ports", "make", "--run", "R7");
        Assert.Contains("2 of 3", (await RunAsync(0, "pipeline", "step", "ports", "count", "--run", "R7")).Output, StringComparison.Ordinal);
        await RunAsync(0, "pipeline", "outcome", "ports", "--run", "R7");
        var elements = (await JsonAsync(0, "pipeline", "runs", "ports.load", "--json")).EnumerateArray().ToList();
        Assert.Equal(["succeeded", "failed"], elements.Select(run => run.GetProperty("status").GetString()));
        Assert.Equal(["succeeded", "skipped", "succeeded"], Statuses(await JsonAsync(0, "pipeline", "show", elements[0].GetProperty("id").GetString()!, "--json")));

        static IEnumerable<string?> Statuses(JsonElement run) => run.GetProperty("steps").EnumerateArray().Select(step => step.GetProperty("status").GetString());
    }

    // What the step had started is told to end with it; who inherits it may be slow to take note.
    private static async Task EndedAsync(string process)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(2));
        while (Escale.Kernel.ProcessIdentity.Of(int.Parse(process, System.Globalization.CultureInfo.InvariantCulture)) is not null)
        {
            await Task.Delay(100, patience.Token);
        }
    }

    private async Task<JsonElement> JsonAsync(int code, params string[] arguments)
    {
        using var document = JsonDocument.Parse((await RunAsync(code, arguments)).Output);
        return document.RootElement.Clone();
    }

    private async Task<Finished> RunAsync(int code, params string[] arguments)
    {
        var finished = await EscaleProgram.RunAsync(_folder.Path, arguments, new Dictionary<string, string> { ["SECRET_WORD"] = "swordfish", ["CI"] = "true" });
        Assert.True(finished.ExitCode == code, $"{finished.ExitCode}: {finished.Errors} {finished.Output}");
        return finished;
    }
}
