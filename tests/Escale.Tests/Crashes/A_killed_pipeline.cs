using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Escale.Kernel;
using Escale.Testing;

namespace Escale.Tests.Crashes;

/// <summary>A run of two hundred steps, whose scheduler and workers are killed at random: it ends as if nothing had been, and no step waits for a dead worker longer than its lease.</summary>
public sealed class A_killed_pipeline : IDisposable
{
    private const int Layers = 9;
    private const int Wide = 22;

    // The lease, and what a machine that is busy takes to notice.
    private static readonly TimeSpan _longestLoss = TimeSpan.FromSeconds(20 + 100);
    private static readonly int _kills = Environment.GetEnvironmentVariable("ESCALE_LONG") == "1" ? 100 : 8;

    private readonly TempFolder _folder = new();
    private readonly Process?[] _processes = [null, null];

    public void Dispose()
    {
        foreach (var process in _processes)
        {
            process?.Kill();
            process?.Dispose();
        }
        EscaleProgram.RunAsync(_folder.Path, ["db", "stop"]).GetAwaiter().GetResult();
        _folder.Dispose();
    }

    [Fact]
    public async Task Ends_with_the_tables_and_the_history_of_an_undisturbed_one()
    {
        Write();
        var seed = Environment.TickCount64;
        var random = SeededRandom.For(seed, "kills");
        var runs = new List<string> { await StartAsync() };
        for (var kills = 0; kills < _kills; kills++)
        {
            var victim = random.Next(2);
            _processes[0] ??= await BeginAsync("serve", "--urls", "http://127.0.0.1:0", "--json");
            _processes[1] ??= await BeginAsync("worker", "--slots", "6", "--json");
            await Task.Delay(random.Next(50, 1500));
            _processes[victim]!.Kill();
            await _processes[victim]!.WaitForExitAsync();
            _processes[victim]!.Dispose();
            _processes[victim] = null;
            if (await IsOverAsync(runs[^1]))
            {
                runs.Add(await StartAsync());
            }
        }
        _processes[0] ??= await BeginAsync("serve", "--urls", "http://127.0.0.1:0", "--json");
        foreach (var run in runs)
        {
            while (!await IsOverAsync(run))
            {
                await Task.Delay(500);
            }
            Check(seed, await JsonAsync("pipeline", "show", run, "--json"));
        }
        var table = await JsonAsync("sql", "select count(*) as n, sum(n)::bigint as s from main.sales", "--format", "json");
        Assert.Equal((100, 5050), (table[0].GetProperty("n").GetInt32(), table[0].GetProperty("s").GetInt32()));
        for (var step = 0; step < Layers * Wide; step++)
        {
            Assert.Equal(string.Create(CultureInfo.InvariantCulture, $"s{step}\n"), await File.ReadAllTextAsync(Path.Combine(_folder.Path, "out", Id(step))));
        }
    }

    private static void Check(long seed, JsonElement run)
    {
        Assert.True(run.GetProperty("status").GetString() == "succeeded", $"seed {seed}: {run}");
        foreach (var step in run.GetProperty("steps").EnumerateArray())
        {
            var attempts = step.GetProperty("history").EnumerateArray().ToList();
            Assert.True(step.GetProperty("status").GetString() == "succeeded" && attempts.Count(attempt => attempt.GetProperty("status").GetString() == "succeeded") == 1, $"seed {seed}: {step}");
            Assert.All(attempts, attempt => Assert.Contains(attempt.GetProperty("status").GetString(), (string[])["succeeded", "lost"]));
            Assert.All(attempts.Where(attempt => attempt.GetProperty("status").GetString() == "lost"), attempt =>
                Assert.True(attempt.GetProperty("finished_at").GetDateTimeOffset() - attempt.GetProperty("started_at").GetDateTimeOffset() < _longestLoss, $"seed {seed}: {step}"));
        }
    }

    private void Write()
    {
        _folder.Write("escale.yml", "engine: { threads: 1, memory_limit: 512MB }\n");
        _folder.Write("dbt_project.yml", "name: shop\nversion: \"1\"\n");
        _folder.Write("models/sales.sql", "{{ config(materialized='table') }} select i as n from range(1, 101) t(i)");
        var text = new StringBuilder("tasks:\n");
        for (var step = 0; step < Layers * Wide; step++)
        {
            var after = step < Wide ? "" : $", depends_on: [{Id(step - Wide)}, {Id((step / Wide * Wide) - 1 - (step % Wide))}]";
            text.Append(CultureInfo.InvariantCulture, $"  - {{id: {Id(step)}, shell: \"mkdir -p out && sleep 0.1 && echo {Id(step)} > out/.{Id(step)}.$$ && mv out/.{Id(step)}.$$ out/{Id(step)}\"{after}}}\n");
        }
        text.Append(CultureInfo.InvariantCulture, $"  - {{id: make, build: sales, depends_on: {Id(Wide * 4)}}}\n  - {{id: again, build: sales, depends_on: [make, {Id((Wide * Layers) - 1)}]}}\n");
        _folder.Write("pipelines/many.yml", text.ToString());
    }

    private static string Id(int step) => "s" + step.ToString(CultureInfo.InvariantCulture);

    private async Task<Process> BeginAsync(params string[] arguments)
    {
        var process = EscaleProgram.Start(_folder.Path, arguments);
        _ = await process.StandardOutput.ReadLineAsync() ?? throw new InvalidOperationException(await process.StandardError.ReadToEndAsync());
        return process;
    }

    private async Task<string> StartAsync() => (await JsonAsync("pipeline", "run", "many", "--no-wait", "--json")).GetProperty("id").GetString()!;

    private async Task<bool> IsOverAsync(string run) => (await JsonAsync("pipeline", "runs", "many", "--limit", "1000", "--json")).EnumerateArray()
        .First(shown => shown.GetProperty("id").GetString() == run).GetProperty("status").GetString() is not ("running" or "queued");

    private async Task<JsonElement> JsonAsync(params string[] arguments)
    {
        var finished = await EscaleProgram.RunAsync(_folder.Path, arguments);
        Assert.True(finished.ExitCode == 0, finished.ToString());
        using var document = JsonDocument.Parse(finished.Output);
        return document.RootElement.Clone();
    }
}
