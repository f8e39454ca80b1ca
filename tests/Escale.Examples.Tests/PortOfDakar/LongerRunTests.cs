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

    /// <summary>Eight weeks, two weeks more, and once again with nothing new.</summary>
    public sealed class Port : PortProject, IAsyncLifetime
    {
        private readonly List<Finished> _finished = [];

        internal IReadOnlyList<Finished> Finished => _finished;

        internal string VersionsBefore { get; private set; } = "";

        public async ValueTask InitializeAsync()
        {
            _finished.Add(await RunAsync(Days - 14));
            _finished.Add(await RunAsync(Days));
            VersionsBefore = await VersionsAsync();
            _finished.Add(await RunAsync(Days));
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
