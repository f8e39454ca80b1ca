using System.Globalization;
using System.Text.Json;
using Escale.Testing;
using PortOfDakar;
using PortOfDakar.Traffic;
using PortOfDakar.Truth;

namespace Escale.Examples.PortOfDakar;

/// <summary>The example as a user runs it, at a tenth of its size, beside the simulated port that it should know all about in the end.</summary>
public abstract class PortProject : IDisposable
{
    internal const int Days = 73;

    private readonly TempFolder _truth = new();

    protected PortProject()
    {
        Simulation = new Simulation(new SimulatorOptions(Days: Days, Folder: _truth.Path));
        Simulation.WriteFiles();
        foreach (var _ in Simulation.Ais.Batches())
        {
        }

        Simulation.WriteTruth();
    }

    internal ExampleProject Example { get; } = new("port-of-dakar");

    /// <summary>The port as it is, with what was spoiled and what should have become of it.</summary>
    internal Simulation Simulation { get; }

    internal decimal Expected(string name) => Simulation.Truth.Expected[name];

    internal IReadOnlyList<string> Spoiled(string kind) => Simulation.Truth.Faults[kind].Ids;

    public void Dispose()
    {
        Example.Dispose();
        _truth.Dispose();
    }

    internal Task<Finished> RunAsync(int days) => Example.RunAsync(Scale(days));

    /// <summary>Runs a pipeline, and with <c>--followers</c> those that come after it, as a CronJob does.</summary>
    internal Task<Finished> PipelineAsync(int days, params string[] arguments) => EscaleProgram.RunAsync(Example.Folder, ["pipeline", .. arguments], Scale(days));

    /// <summary>Compares numbers of the tables with those of the truth file of the same names.</summary>
    internal async Task CountsAreExpectedAsync(Dictionary<string, string> queries)
    {
        var numbers = await Example.NumbersAsync(queries);

        Assert.Equal(
            queries.Keys.Select(name => $"{name} {Expected(name):0.###}").Order(StringComparer.Ordinal),
            numbers.Select(number => $"{number.Key} {number.Value:0.###}").Order(StringComparer.Ordinal));
    }

    internal async Task CallsAreAsTheyWentAsync()
    {
        var rows = await Example.QueryAsync("""
            select call_id, terminal_code, berth,
                epoch(eta)::bigint as eta, epoch(etd)::bigint as etd, epoch(anchored_at)::bigint as anchored, epoch(berthed_at)::bigint as berthed,
                epoch(operations_started_at)::bigint as started, epoch(operations_ended_at)::bigint as ended, epoch(sailed_at)::bigint as sailed
            from silver.port_calls order by call_id
            """);
        var expected = Simulation.Reports.Accepted.OrderBy(c => c.Id, StringComparer.Ordinal).Select(call => Line(call, Simulation.Reports.Reported(call)));

        Assert.Equal(expected, rows.Select(row => string.Join(' ', row.Values.Select(value => value.ValueKind == JsonValueKind.Null ? "-" : value.ToString()))));
    }

    internal async Task MovementsAreAsTheyWereAsync()
    {
        var rows = await Example.QueryAsync("select manifest || '/' || line as id, printf('%.1f', tonnes) as tonnes, teu from silver.cargo_movements order by all");
        var delivered = SimulatorOptions.Start.AddDays(Days / 7 * 7);
        var expected = Simulation.Calls
            .Where(call => call.OperationsEnded.AddHours(2) < delivered)
            .SelectMany(call => call.Cargo
                .Where(movement => Simulation.Faults.OfMovement(call.Number, movement.Line) != CargoFault.NotANumber)
                .Select(movement => string.Create(CultureInfo.InvariantCulture, $"MAN{call.Number:D6}/{movement.Line} {movement.Tonnes:0.0} {movement.Teu}")));

        Assert.Equal(expected.Order(StringComparer.Ordinal), rows.Select(row => $"{row["id"]} {row["tonnes"]} {row["teu"]}").Order(StringComparer.Ordinal));
    }

    private static Dictionary<string, string> Scale(int days) => new() { ["PORT_SCALE"] = (days / (double)SimulatorOptions.TwoYears).ToString("R", CultureInfo.InvariantCulture) };

    private static string Line(PortCall call, int events)
    {
        string At(int milestone, DateTime time) => events >= milestone ? Seconds(time) : "-";
        return string.Join(
            ' ', call.Id, call.Terminal.Code, events >= 3 ? call.Berth.Code : "-", Seconds(call.Eta), Seconds(call.Etd), At(2, call.Anchored), At(3, call.Berthed),
            At(4, call.OperationsStarted), At(5, call.OperationsEnded), At(6, call.Sailed));
    }

    private static string Seconds(DateTime time) => new DateTimeOffset(time).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
}
