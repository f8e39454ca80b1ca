using Escale.Testing;
namespace Escale.Examples.Flights;

public sealed class FlightsTests
{
    [Fact]
    public async Task Three_million_real_flights_become_a_star_schema_and_none_is_lost()
    {
        using var flights = new ExampleProject("flights");
        var finished = await flights.RunAsync();

        Assert.True(finished.ExitCode == 0, finished.ToString());
        var numbers = await flights.NumbersAsync(new()
        {
            ["flights"] = "select count(*) from gold.fact_flight",
            ["flights without a key"] = "select count(*) from gold.fact_flight where -1 in (date_key, origin_key, destination_key)",
            ["flights of unknown delay"] = "select count(*) from gold.fact_flight where delay_minutes is null",
            ["flights by airport and hour"] = "select sum(flights) from gold.kpi_airport_hour",
        });
        Assert.Equal([3_000_000m, 0m, 3m, 3_000_000m], numbers.Values);
    }
}
