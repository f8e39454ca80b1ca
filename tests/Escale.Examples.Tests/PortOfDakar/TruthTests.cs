using Escale.Testing;
using PortOfDakar.Sources;

namespace Escale.Examples.PortOfDakar;

/// <summary>Every fault that the simulator put in is repaired, or quarantined with the right reason, or kept where it belongs; the counts agree exactly.</summary>
public sealed class TruthTests(TruthTests.Port port) : IClassFixture<TruthTests.Port>
{
    [Fact]
    public void The_run_succeeds()
    {
        Assert.True(port.Finished.ExitCode == 0, port.Finished.ToString());
    }

    [Fact]
    public Task Counts_and_sums_are_those_of_the_truth_file() => port.CountsAreExpectedAsync(new()
    {
        ["bronze.vessel_register"] = "select count(*) from bronze.vessel_register",
        ["bronze.port_calls"] = "select count(*) from bronze.port_calls",
        ["bronze.berth_occupancy"] = "select count(*) from bronze.berth_occupancy",
        ["bronze.cargo_manifests"] = "select count(*) from bronze.cargo_manifests",
        ["bronze.ais_positions"] = "select count(*) from bronze.ais_positions",
        ["quarantine.vessel_register"] = "select count(*) from quarantine.vessel_register",
        ["quarantine.port_calls"] = "select count(*) from quarantine.port_calls",
        ["quarantine.ais_positions"] = "select count(*) from quarantine.ais_positions",
        ["silver.vessels"] = "select count(*) from silver.vessels",
        ["silver.berth_stays"] = "select count(*) from silver.berth_stays",
        ["silver.weather"] = "select count(*) from silver.weather",
        ["silver.ais_positions"] = "select count(*) from silver.ais_positions",
        ["silver.cargo_movements"] = "select count(*) from silver.cargo_movements",
        ["silver.cargo_movements.tonnes"] = "select sum(tonnes) from silver.cargo_movements",
        ["silver.cargo_movements.teu"] = "select sum(teu) from silver.cargo_movements",
        ["gold.fact_port_call"] = "select count(*) from gold.fact_port_call",
        ["gold.fact_port_call.sailed"] = "select count(sailed_at) from gold.fact_port_call",
        ["gold.fact_port_call.tonnes"] = "select sum(cargo_tonnes) from gold.fact_port_call",
        ["gold.fact_port_call.teu"] = "select sum(teu) from gold.fact_port_call",
        ["gold.fact_port_call.unknown_vessel"] = "select count(*) from gold.fact_port_call where vessel_key = -1",
        ["gold.fact_port_call.unknown_weather"] = "select count(*) from gold.fact_port_call where weather_key = -1",
    });

    [Fact]
    public async Task What_cannot_be_used_is_set_aside_with_its_reason()
    {
        string[] kinds = ["register.bad_imo", "cargo.not_a_number", "register.bad_year", "calls.bad_date", "ais.missing_mmsi", "ais.impossible_position"];
        var rows = await port.Example.QueryAsync("""
            select 'register.bad_imo' as kind, record_id as id from silver.rejected_records where reason = 'imo-check-digit'
            union all
            select 'cargo.not_a_number', record_id from silver.rejected_records where reason = 'quantity-not-a-number'
            union all
            select 'register.bad_year', split_part(raw, ';', 1) from quarantine.vessel_register where rule = 'type' and field = 'CONSTRUIT'
            union all
            select 'calls.bad_date', raw ->> 'call_id' from quarantine.port_calls where rule = 'type' and field = 'eta'
            union all
            select 'ais.missing_mmsi', '0/' || (raw ->> 'ts') from quarantine.ais_positions where rule = 'not_null' and field = 'mmsi'
            union all
            select 'ais.impossible_position', (raw ->> 'mmsi') || '/' || (raw ->> 'ts') from quarantine.ais_positions where rule = 'max' and field = 'lat'
            """);
        var expected = kinds.SelectMany(kind => port.Spoiled(kind).Select(id => kind + " " + (kind == "ais.missing_mmsi" ? "0/" + id.Split('/')[1] : id)));

        Assert.All(kinds, kind => Assert.NotEmpty(port.Spoiled(kind)));
        Assert.Equal(expected.Order(StringComparer.Ordinal), rows.Select(row => $"{row["kind"]} {row["id"]}").Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task What_has_no_number_of_its_own_is_counted()
    {
        var counts = await port.Example.NumbersAsync(new()
        {
            ["calls.without_id"] = "select count(*) from quarantine.port_calls where rule = 'not_null' and field = 'call_id'",
            ["ais.malformed"] = "select count(*) from quarantine.ais_positions where rule = 'parse'",
            ["weather.spike"] = "select count(*) from silver.weather where wave_height_m is null",
            ["weather.null_visibility"] = "select count(*) from silver.weather where visibility_m is null",
            ["cargo.unknown_call"] = "select count(distinct manifest) from silver.cargo_lines where call_id like 'DKR-0000-%'",
        });

        Assert.All(counts, count => Assert.NotEmpty(port.Spoiled(count.Key)));
        Assert.All(counts, count => Assert.Equal((count.Key, port.Spoiled(count.Key).Count), (count.Key, count.Value)));
    }

    [Fact]
    public Task Every_call_in_silver_is_as_it_really_went() => port.CallsAreAsTheyWentAsync();

    [Fact]
    public Task Every_movement_in_silver_weighs_what_it_really_weighed() => port.MovementsAreAsTheyWereAsync();

    [Fact]
    public async Task No_vessel_is_known_under_a_former_name_or_twice()
    {
        var names = await port.Example.QueryAsync("select imo, vessel_name from silver.vessels order by imo");
        var expected = port.Simulation.Fleet.Vessels
            .Where(vessel => VesselRegister.IsUsable(port.Simulation.Faults.OfVessel(vessel.Index)))
            .OrderBy(vessel => vessel.Imo)
            .Select(vessel => $"{vessel.Imo} {vessel.Name.ToUpperInvariant()}");

        Assert.Equal(expected, names.Select(row => $"{row["imo"]} {row["vessel_name"]}"));
    }

    /// <summary>Ten weeks of the port, collected at once.</summary>
    public sealed class Port : PortProject, IAsyncLifetime
    {
        internal Finished Finished { get; private set; } = null!;

        public async ValueTask InitializeAsync() => Finished = await RunAsync(Days);

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
