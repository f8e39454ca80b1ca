using System.Text.Json;
using PortOfDakar.Ais;
using PortOfDakar.Sources;
using PortOfDakar.Traffic;
using PortOfDakar.Truth;
using PortOfDakar.World;

namespace PortOfDakar;

/// <summary>The simulated port with all that its sources tell at the simulated present.</summary>
internal sealed class Simulation
{
    // Ships announced today berth within days; weather is needed until the last of them has sailed.
    private const int AnnouncedDays = 10;
    private const int WeatherDays = 120;

    private readonly SimulatorOptions _options;

    public SimulatorOptions Options => _options;
    public Fleet Fleet { get; }
    public Weather Weather { get; }
    public Faults Faults { get; }
    public TruthFile Truth { get; } = new();

    /// <summary>Every call, also those that the sources do not know of yet.</summary>
    public IReadOnlyList<PortCall> Calls { get; }
    public PortCallReports Reports { get; }
    public BerthPages Berths { get; }
    public WeatherApi WeatherApi { get; }
    public AisFeed Ais { get; }

    public Simulation(SimulatorOptions options)
    {
        _options = options;
        Faults = new Faults(options.Seed);
        Fleet = new Fleet(options.Seed);
        Weather = new Weather(options.Seed, (options.Days + WeatherDays) * 24);
        Calls = new PortTraffic(options.Seed, Fleet, Weather, options.Now.AddDays(AnnouncedDays)).Calls;
        Reports = new PortCallReports(options, Calls, Faults, Truth);
        Berths = new BerthPages(options, Calls, Faults, Truth);
        WeatherApi = new WeatherApi(options, Weather, Faults, Truth);
        Ais = new AisFeed(options, Calls, Faults);
        ExpectFacts();
    }

    private string TruthPath => Path.Combine(_options.Folder, "truth.json");

    /// <summary>Writes the files that other systems drop: the register and the manifests.</summary>
    public void WriteFiles()
    {
        VesselRegister.Write(_options.Folder, _options, Fleet, Faults, Truth);
        new CargoFiles(_options, Faults, Truth).Write(Calls, Reports.Accepted);
    }

    /// <summary>Writes <c>truth.json</c>; complete once the AIS feed has been run through.</summary>
    public void WriteTruth()
    {
        AisTruth.Record(Ais.Tally, Truth);
        Truth.Write(TruthPath, _options);
    }

    /// <summary>Whether an earlier run of the very same simulation has left its truth here.</summary>
    public bool HasWrittenTruth()
    {
        if (!File.Exists(TruthPath))
        {
            return false;
        }

        using var truth = JsonDocument.Parse(File.ReadAllBytes(TruthPath));
        return truth.RootElement.GetProperty("seed").GetInt64() == _options.Seed && truth.RootElement.GetProperty("days").GetInt32() == _options.Days;
    }

    private void ExpectFacts()
    {
        Truth.Expect("gold.fact_port_call", Reports.Accepted.Count);
        Truth.Expect("gold.fact_port_call.unknown_vessel", Reports.Accepted.Count(c =>
            Faults.OfCall(c.Number) == CallFault.NullVessel || !VesselRegister.IsUsable(Faults.OfVessel(c.Vessel.Index))));
        Truth.Expect("gold.fact_port_call.unknown_weather", Reports.Accepted.Count(c =>
            Reports.Reported(c) < 2 || Faults.OfHour(Weather.HourOf(c.Anchored)) == WeatherFault.MissingHour));
        Truth.Expect("gold.fact_port_call.sailed", Reports.Accepted.Count(c => Reports.Reported(c) == 6));
    }
}
