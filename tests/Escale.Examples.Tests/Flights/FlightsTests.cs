namespace Escale.Examples.Flights;

public sealed class FlightsTests
{
    [Fact]
    public async Task Three_million_real_flights_become_a_star_schema_and_none_is_lost()
    {
        using var flights = new ExampleProject("flights");
        var finished = await flights.RunAsync();

        Assert.True(finished.ExitCode == 0, finished.ToString());
        Assert.Equal(3_000_000, await flights.NumberAsync("select count(*) from gold.fact_flight"));
        Assert.Equal(0, await flights.NumberAsync("select count(*) from gold.fact_flight where -1 in (date_key, origin_key, destination_key)"));
        Assert.Equal(3, await flights.NumberAsync("select count(*) from gold.fact_flight where delay_minutes is null"));
        Assert.Equal(3_000_000, await flights.NumberAsync("select sum(flights) from gold.kpi_airport_hour"));
    }
}
