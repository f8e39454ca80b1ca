using System.Text.Json;
using Escale.Testing;

namespace Escale.Examples.PortOfDakar;

/// <summary>Two loads, the second of what has happened since, must leave what one load of the whole leaves.</summary>
public sealed class LongerRunTests(LongerRunTests.Port port) : IClassFixture<LongerRunTests.Port>
{
    [Fact]
    public void All_runs_succeed()
    {
        Assert.All(port.Finished, finished => Assert.True(finished.ExitCode == 0, finished.ToString()));
    }

    [Fact]
    public Task Calls_told_further_are_as_they_really_went() => port.CallsAreAsTheyWentAsync();

    [Fact]
    public Task Manifests_of_old_and_new_files_count_once() => port.MovementsAreAsTheyWereAsync();

    [Fact]
    public Task Counts_and_sums_are_those_of_one_load() => port.CountsAreExpectedAsync(new()
    {
        ["bronze.port_calls"] = "select count(*) from bronze.port_calls",
        ["bronze.cargo_manifests"] = "select count(*) from bronze.cargo_manifests",
        ["bronze.ais_positions"] = "select count(*) from bronze.ais_positions",
        ["silver.ais_positions"] = "select count(*) from silver.ais_positions",
        ["silver.weather"] = "select count(*) from silver.weather",
        ["gold.fact_port_call"] = "select count(*) from gold.fact_port_call",
        ["gold.fact_port_call.tonnes"] = "select sum(cargo_tonnes) from gold.fact_port_call",
        ["gold.fact_port_call.unknown_vessel"] = "select count(*) from gold.fact_port_call where vessel_key = -1",
    });

    [Fact]
    public async Task A_run_without_news_makes_no_new_version_of_any_table()
    {
        Assert.Equal(port.VersionsBefore, await port.VersionsAsync());
    }

    [Fact]
    public void Its_pipelines_run_one_after_the_other_and_find_nothing_to_do()
    {
        Assert.All(port.Rounds, round => Assert.True(round.ExitCode == 0, round.ToString()));
        Assert.Equal(["bronze", "daily", "gold", "silver"], JsonDocument.Parse(port.Rounds[0].Output).RootElement.GetProperty("pipelines").EnumerateArray().Select(pipeline => pipeline.GetProperty("name").GetString()));
        var order = port.Rounds[1].Output.Split('\n').Where(line => line.Contains("  succeeded  ", StringComparison.Ordinal) && line.Contains(" p2", StringComparison.Ordinal)).Select(line => line.Split(' ')[0]);
        Assert.Equal(["bronze", "silver", "gold"], order);
    }

    /// <summary>Eight weeks, two weeks more, and once again with nothing new; then a round of the pipelines.</summary>
    public sealed class Port : PortProject, IAsyncLifetime
    {
        private readonly List<Finished> _finished = [];

        internal IReadOnlyList<Finished> Finished => _finished;

        /// <summary>What the pipelines said: which there are, those of an hour, that of a day.</summary>
        internal List<Finished> Rounds { get; } = [];

        internal string VersionsBefore { get; private set; } = "";

        public async ValueTask InitializeAsync()
        {
            _finished.Add(await RunAsync(Days - 14));
            _finished.Add(await RunAsync(Days));
            VersionsBefore = await VersionsAsync();
            _finished.Add(await RunAsync(Days));
            Rounds.Add(await PipelineAsync(Days, "ls", "--json"));
            Rounds.Add(await PipelineAsync(Days, "run", "bronze", "--followers"));
            Rounds.Add(await PipelineAsync(Days, "run", "daily"));
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }

        /// <summary>The newest log entry of every table of the lake.</summary>
        internal Task<string> VersionsAsync() => Task.FromResult(string.Join('\n', Directory
            .EnumerateDirectories(Path.Combine(Example.Folder, ".escale", "lake"), "_delta_log", SearchOption.AllDirectories)
            .Select(log => $"{log} {Directory.EnumerateFiles(log, "*.json").Max(StringComparer.Ordinal)}").Order(StringComparer.Ordinal)));
    }
}
