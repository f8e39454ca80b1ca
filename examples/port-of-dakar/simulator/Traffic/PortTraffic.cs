using PortOfDakar.World;

namespace PortOfDakar.Traffic;

/// <summary>
/// The port at work: ships arrive as Poisson processes with seasons, wait at anchor for a berth deep enough and for weather that
/// pilots accept, are worked at the pace that trucks, gangs, wind and rain allow, and leave. Delay comes only from these causes, so
/// that a model can learn it.
/// Ships are served in the order of their arrival at the anchorage, so what comes later never changes what came before.
/// </summary>
internal sealed class PortTraffic
{
    private static readonly string[] Ports =
        ["ESALG", "MAPTM", "ESLPA", "CIABJ", "FRLEH", "BEANR", "NLRTM", "CNSHA", "SGSIN", "GNCKY", "MRNKC", "GMBJL", "BRSSZ", "PTLIS", "CVPRA", "TRIST"];

    private readonly long _seed;
    private readonly Weather _weather;
    private readonly PortCalendar _calendar = new();
    private readonly Fleet _fleet;
    private readonly Dictionary<Berth, DateTime> _berthFree = Terminals.All.SelectMany(t => t.Berths).ToDictionary(b => b, _ => SimulatorOptions.Start);

    public IReadOnlyList<PortCall> Calls { get; }

    public PortTraffic(long seed, Fleet fleet, Weather weather, DateTime until)
    {
        (_seed, _fleet, _weather) = (seed, fleet, weather);
        var arrivals = ShipClass.All
            .SelectMany(shipClass => Arrivals(shipClass, until))
            .OrderBy(a => a.Anchored).ThenBy(a => a.Class.Name, StringComparer.Ordinal).ThenBy(a => a.Number);
        var calls = new List<PortCall>();
        foreach (var arrival in arrivals)
        {
            calls.Add(Handle(arrival, calls.Count + 1));
        }

        Calls = calls;
    }

    private sealed record Arrival(ShipClass Class, int Number, DateTime Eta, DateTime Anchored);

    // A Poisson process whose rate follows the seasons, by thinning. The wait for good weather at sea moves the arrival, not the ETA.
    private IEnumerable<Arrival> Arrivals(ShipClass shipClass, DateTime until)
    {
        const double peak = 1.6;
        var dice = Dice.For(_seed, "arrivals/" + shipClass.Name);
        var time = SimulatorOptions.Start;
        var number = 0;
        while (true)
        {
            time = time.AddDays(dice.Exponential(365.25 / (shipClass.CallsPerYear * peak)));
            if (time > until)
            {
                yield break;
            }

            if (dice.Chance(PortCalendar.ArrivalRate(shipClass, time) / peak))
            {
                var eta = WholeMinutes(time);
                var swell = Math.Max(0, _weather[Weather.HourOf(eta)].WaveHeightM - 1.5);
                var late = Math.Clamp(dice.Normal(1 + (6 * swell), 3.5), -6, 40);
                var anchored = WholeMinutes(eta.AddHours(late));
                yield return new Arrival(shipClass, ++number, eta, anchored < SimulatorOptions.Start ? eta : anchored);
            }
        }
    }

    private PortCall Handle(Arrival arrival, int number)
    {
        var dice = Dice.For(_seed, "call/" + arrival.Class.Name, arrival.Number);
        var shipClass = arrival.Class;
        var vessel = ChooseVessel(arrival, dice);
        var draught = Math.Round(vessel.DraughtM * dice.Between(0.78, 1), 1);
        var berth = ChooseBerth(shipClass, draught, dice);
        var cargo = CargoPlan.For(shipClass, dice);
        var workHours = shipClass.TonnesPerCall > 0
            ? (double)cargo.Sum(c => c.Tonnes) / (shipClass.TonnesPerHour * dice.Between(0.9, 1.1))
            : dice.Between(7, 13);

        var ready = Latest(arrival.Anchored.AddMinutes(40 + dice.Below(80)), arrival.Eta, _berthFree[berth].AddHours(1));
        var berthed = _weather.NextWindow(WholeMinutes(ready));
        var started = WholeMinutes(FirstShift(shipClass, berthed.AddMinutes(45 + dice.Below(100)), dice));
        var ended = Work(shipClass, started, workHours);
        var sailed = _weather.NextWindow(ended.AddMinutes(50 + dice.Below(110)));
        _berthFree[berth] = sailed;
        vessel.FreeFrom = sailed.AddDays(5);

        return new PortCall
        {
            Number = number, Vessel = vessel, Terminal = berth.Terminal, Berth = berth, DraughtM = draught, Cargo = cargo,
            Agent = dice.Pick(_fleet.Agents), LastPort = dice.Pick(Ports), NextPort = dice.Pick(Ports),
            Announced = WholeMinutes(arrival.Eta.AddHours(-dice.Between(60, 150))), Eta = arrival.Eta,
            Etd = WholeMinutes(arrival.Eta.AddHours(7 + (workHours * 1.08))),
            Anchored = arrival.Anchored, Berthed = berthed, OperationsStarted = started, OperationsEnded = ended, Sailed = sailed,
            ReportingMinutes = 5 + dice.Below(40),
        };
    }

    private Vessel ChooseVessel(Arrival arrival, Dice dice)
    {
        var candidates = _fleet.ByClass[arrival.Class];
        var first = dice.Below(candidates.Length);
        for (var i = 0; i < candidates.Length; i++)
        {
            var vessel = candidates[(first + i) % candidates.Length];
            if (vessel.FreeFrom <= arrival.Eta && vessel.FreeFrom <= arrival.Anchored)
            {
                return vessel;
            }
        }

        throw new InvalidOperationException($"Every {arrival.Class.Name} ship is in port: the fleet is too small for its calls.");
    }

    /// <summary>The terminal that the cargo prefers, unless the ship lies too deep for it; there, the deep-enough berth that is free first.</summary>
    private Berth ChooseBerth(ShipClass shipClass, double draught, Dice dice)
    {
        var fitting = shipClass.Terminals.Where(t => t.Terminal.DepthM >= draught && World.Terminals.ChannelDepthM >= draught).ToArray();
        var roll = dice.Unit() * fitting.Sum(t => t.Share);
        var terminal = fitting[^1].Terminal;
        foreach (var (candidate, share) in fitting)
        {
            if ((roll -= share) < 0)
            {
                terminal = candidate;
                break;
            }
        }

        return terminal.Berths.MinBy(b => _berthFree[b])!;
    }

    // Containers and tankers are worked around the clock; the other gangs mostly begin with the morning shift.
    private static DateTime FirstShift(ShipClass shipClass, DateTime time, Dice dice) =>
        shipClass.Name is "container" or "tanker" or "passenger" || time.Hour is >= 6 and < 20 || dice.Chance(0.4)
            ? time
            : (time.Hour < 6 ? time.Date : time.Date.AddDays(1)).AddHours(7).AddMinutes(dice.Below(30));

    private DateTime Work(ShipClass shipClass, DateTime time, double hoursAtFullPace)
    {
        var left = Math.Max(0.5, hoursAtFullPace);
        while (true)
        {
            var untilNextHour = 60 - time.Minute;
            var pace = _calendar.Pace(shipClass, time) * _weather.WorkShare(shipClass, time);
            var done = pace * untilNextHour / 60;
            if (done >= left)
            {
                return time.AddMinutes(Math.Max(1, Math.Round(left / pace * 60)));
            }

            left -= done;
            time = time.AddMinutes(untilNextHour);
        }
    }

    private static DateTime Latest(params ReadOnlySpan<DateTime> times)
    {
        var latest = times[0];
        foreach (var time in times)
        {
            latest = time > latest ? time : latest;
        }

        return latest;
    }

    private static DateTime WholeMinutes(DateTime time) => new(time.Ticks / TimeSpan.TicksPerMinute * TimeSpan.TicksPerMinute, DateTimeKind.Utc);
}
