using System.Text.Json;
using Escale.Kernel;
using Escale.Testing;
using Xunit;

namespace Escale.Tests.Runs;

/// <summary>Whole runs of the real program: sources, seeds, models, tests and the warehouse.</summary>
public sealed class RunTests : IDisposable
{
    private readonly SmallProject _project = new();

    public void Dispose() => _project.Dispose();

    [Fact]
    public async Task A_run_makes_everything_and_a_second_finds_nothing_to_do_until_data_arrive()
    {
        var (first, steps, end) = await _project.RunEventsAsync("run");
        Assert.True(first.ExitCode == 0, first.ToString());
        Assert.Equal(("succeeded", 0), (end.GetProperty("status").GetString(), end.GetProperty("unchanged").GetInt32()));
        Assert.Equal(5000, steps["model.small.calls"].GetProperty("rows").GetInt32());
        var (_, _, second) = await _project.RunEventsAsync("run");
        Assert.Equal((0, end.GetProperty("ok").GetInt32()), (second.GetProperty("ok").GetInt32(), second.GetProperty("unchanged").GetInt32()));
        _project.AddCalls(5001, 5100);
        var (_, third, _) = await _project.RunEventsAsync("run");
        Assert.Equal(100, third["model.small.calls"].GetProperty("rows").GetInt32());
        Assert.Equal("unchanged", third["model.small.ships"].GetProperty("status").GetString());
        Assert.Equal("ok", third["model.small.by_country"].GetProperty("status").GetString());
        var count = await _project.RunAsync("sql", "select sum(calls)::int as n from gold.by_country", "--format", "csv");
        Assert.Equal("n\r\n5100\r\n", count.Output);
    }

    [Fact]
    public async Task A_broken_model_is_told_with_its_line_leaves_what_stood_and_resume_goes_on()
    {
        Assert.Equal(0, (await _project.RunAsync("run")).ExitCode);
        var before = await _project.ContentAsync();
        var good = await File.ReadAllTextAsync(Path.Combine(_project.Folder, "models/silver/ships.sql"));
        _project.Write("models/silver/ships.sql", good.Replace("f.country", "f.contry", StringComparison.Ordinal));
        var (broken, steps, _) = await _project.RunEventsAsync("run");
        Assert.Equal(ExitCode.Failure, broken.ExitCode);
        var error = steps["model.small.ships"].GetProperty("error");
        Assert.Equal("engines.duckdb.binder", error.GetProperty("code").GetString());
        Assert.Equal(("models/silver/ships.sql", 2), (error.GetProperty("place").GetProperty("file").GetString(), error.GetProperty("place").GetProperty("line").GetInt32()));
        Assert.Equal("skipped", steps["model.small.by_country"].GetProperty("status").GetString());
        Assert.Equal(before, await _project.ContentAsync());
        _project.Write("models/silver/ships.sql", good.Replace("f.country", "upper(f.country) as country", StringComparison.Ordinal));
        var (mended, resumed, _) = await _project.RunEventsAsync("run", "--resume");
        Assert.True(mended.ExitCode == 0, mended.ToString());
        Assert.Equal("ok", resumed["model.small.by_country"].GetProperty("status").GetString());
        Assert.Equal("unchanged", resumed["source.small.port.calls"].GetProperty("status").GetString());
        var names = await _project.RunAsync("sql", "select country from gold.by_country order by 1", "--format", "csv");
        Assert.Equal("country\r\nFRANCE\r\nPANAMA\r\nSENEGAL\r\n", names.Output);
    }

    [Fact]
    public async Task A_failed_test_holds_back_what_is_built_on_its_model()
    {
        _project.Write("data/ships.csv", "ship,flag\n1,SN\n1,FR\n");
        var (finished, steps, _) = await _project.RunEventsAsync("run");
        Assert.Equal(ExitCode.Failure, finished.ExitCode);
        Assert.Equal("failed", steps.Single(step => step.Key.Contains("unique_ships_ship", StringComparison.Ordinal)).Value.GetProperty("status").GetString());
        Assert.Equal("skipped", steps["model.small.by_country"].GetProperty("status").GetString());
        Assert.Equal("ok", steps["model.small.calls"].GetProperty("status").GetString());
        var runs = await _project.RunAsync("runs", "--json");
        using var listed = JsonDocument.Parse(runs.Output);
        Assert.Equal("failed", Assert.Single(listed.RootElement.EnumerateArray()).GetProperty("status").GetString());
    }

    [Fact]
    public async Task Killed_at_random_moments_and_resumed_the_tables_equal_those_of_an_undisturbed_run()
    {
        const int Seed = 20261121;
        using var calm = new SmallProject();
        Assert.Equal(0, (await calm.RunAsync("run")).ExitCode);
        calm.AddCalls(5001, 9000);
        Assert.Equal(0, (await calm.RunAsync("run")).ExitCode);
        var random = SeededRandom.For(Seed, "kills");
        for (var kill = 0; kill < 4; kill++)
        {
            await KillAsync(random, "run");
        }
        var resumed = await _project.RunAsync("run", "--resume");
        Assert.True(resumed.ExitCode == 0, $"seed {Seed}: {resumed}");
        _project.AddCalls(5001, 9000);
        for (var kill = 0; kill < 4; kill++)
        {
            await KillAsync(random, kill == 0 ? ["run"] : ["run", "--resume"]);
        }
        var last = await _project.RunAsync("run");
        Assert.True(last.ExitCode == 0, $"seed {Seed}: {last}");
        Assert.Equal(await calm.ContentAsync(), await _project.ContentAsync());
    }

    [Fact]
    public async Task Two_runs_at_once_take_turns()
    {
        var both = await Task.WhenAll(_project.RunAsync("run"), _project.RunAsync("run"));
        Assert.All(both, finished => Assert.True(finished.ExitCode == 0, finished.ToString()));
        var count = await _project.RunAsync("sql", "select count(*)::int as n from silver.calls", "--format", "csv");
        Assert.Equal("n\r\n5000\r\n", count.Output);
        using var listed = JsonDocument.Parse((await _project.RunAsync("runs", "--json")).Output);
        Assert.Equal(["succeeded", "succeeded"], listed.RootElement.EnumerateArray().Select(run => run.GetProperty("status").GetString()));
    }

    [Fact]
    public async Task Up_runs_then_serves_says_where_to_look_and_leaves_no_process_behind()
    {
        using var up = EscaleProgram.Start(_project.Folder, ["up", "--urls", "http://127.0.0.1:0", "--json"]);
        var serving = await ReadUntilAsync(up, "serving");
        using var client = new HttpClient();
        Assert.Equal("live", await client.GetStringAsync(new Uri(new Uri(serving.GetProperty("url").GetString()!), "/health/live")));
        var setup = await client.GetStringAsync(new Uri(serving.GetProperty("setup").GetString()!));
        Assert.Contains("name=\"password\"", setup, StringComparison.Ordinal);
        Assert.Contains("psql", serving.GetProperty("psql").GetString(), StringComparison.Ordinal);
        await EndAsync(up);
        Assert.Equal(0, up.ExitCode);
        await AssertNothingRunsInAsync(_project.Folder);
    }

    [Fact]
    public async Task An_interrupted_run_ends_its_service_and_says_so()
    {
        using var project = new SmallProject("services:\n  - name: tide\n    command: [node, tide.js]\n");
        project.Write("tide.js", "require('http').createServer((q, a) => q.url === '/' ? a.end('ok') : 0).listen(process.env.PORT, '127.0.0.1')");
        project.Write("sources/tide.yml", "source: tide\ntype: rest_api\nclient:\n  base_url: ${TIDE_URL}/\nresources:\n  - name: levels\n    endpoint:\n      path: never\n");
        using var run = EscaleProgram.Start(project.Folder, ["run", "--json"]);
        await ReadUntilAsync(run, "step_ended");
        await EndAsync(run);
        Assert.Equal(ExitCode.Interrupted, run.ExitCode);
        await AssertNothingRunsInAsync(project.Folder);
        using var listed = JsonDocument.Parse((await project.RunAsync("runs", "--json")).Output);
        Assert.Equal("cancelled", Assert.Single(listed.RootElement.EnumerateArray()).GetProperty("status").GetString());
    }

    private async Task KillAsync(Random random, params string[] arguments)
    {
        var moment = TimeSpan.FromMilliseconds(200 + random.Next(2500));
        await EscaleProgram.RunAsync(_project.Folder, arguments, killAfter: moment);
    }

    private static async Task<JsonElement> ReadUntilAsync(System.Diagnostics.Process program, string kind)
    {
        while (await program.StandardOutput.ReadLineAsync() is { } line)
        {
            var said = JsonDocument.Parse(line).RootElement;
            if (said.TryGetProperty("event", out var name) && name.GetString() == kind)
            {
                return said;
            }
        }
        throw new InvalidOperationException($"It ended before '{kind}': {await program.StandardError.ReadToEndAsync()}");
    }

    private static async Task EndAsync(System.Diagnostics.Process program)
    {
        ProcessIdentity.Of(program.Id)!.AskToEnd();
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        await program.WaitForExitAsync(patience.Token);
    }

    /// <summary>No process works in the folder or was started with its name: PostgreSQL's, a service's, the program's own.</summary>
    private static async Task AssertNothingRunsInAsync(string folder)
    {
        for (var look = 0; Running(folder).Count > 0 && look < 100; look++)
        {
            await Task.Delay(100); // PostgreSQL is asked to stop and ends by itself
        }
        Assert.Empty(Running(folder));
    }

    private static List<string> Running(string folder) =>
    [
        .. Directory.EnumerateDirectories("/proc").Where(path => int.TryParse(Path.GetFileName(path), out _)).Select(path =>
        {
            try
            {
                var command = File.ReadAllText($"{path}/cmdline").Replace('\0', ' ');
                var where = new FileInfo($"{path}/cwd").LinkTarget ?? "";
                return command.Contains(folder, StringComparison.Ordinal) || where.StartsWith(folder, StringComparison.Ordinal) ? command : "";
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                return "";
            }
        }).Where(command => command.Length > 0),
    ];
}
