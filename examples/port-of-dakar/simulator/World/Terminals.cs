namespace PortOfDakar.World;

/// <summary>A place for one vessel along the quay.</summary>
internal sealed record Berth(string Code, Terminal Terminal, double Latitude, double Longitude);

/// <summary>A terminal under its three names: the port authority's code, the berth page's French name, the manifests' English one.</summary>
internal sealed record Terminal(string Code, string FrenchName, string EnglishName, double DepthM, int BerthLengthM)
{
    private Berth[] _berths = [];

    public IReadOnlyList<Berth> Berths => _berths;

    /// <summary>How people at the quay spell the French name on a bad day; the page repeats what they typed.</summary>
    public IEnumerable<string> Misspellings =>
        [FrenchName.ToUpperInvariant(), " " + FrenchName + "  ", FrenchName.Replace("ô", "o", StringComparison.Ordinal).Replace("ê", "e", StringComparison.Ordinal).Replace("à", "a", StringComparison.Ordinal)];

    public static Terminal Create(string code, string french, string english, double depthM, int lengthM, string[] berths, double latitude, double longitude)
    {
        var terminal = new Terminal(code, french, english, depthM, lengthM);
        terminal._berths = [.. berths.Select((berth, i) => new Berth(berth, terminal, latitude + (i * 0.0009), longitude + (i * 0.0011)))];
        return terminal;
    }
}

/// <summary>The Port of Dakar: container terminal and moles 4, 5, 8, 9 in the north, moles 1, 2, 3 and the fishing port in the south.</summary>
internal static class Terminals
{
    /// <summary>Dredged depth of the channel, inside.</summary>
    public const double ChannelDepthM = 13.0;

    public static readonly Terminal Container = Terminal.Create(
        "TAC", "Terminal à conteneurs", "CONTAINER TERMINAL", 13.0, 330, ["TAC1", "TAC2", "TAC3", "TAC4"], 14.6905, -17.4290);

    public static readonly Terminal Mole1 = Terminal.Create("M1", "Môle 1", "GRAIN AND CRUISE PIER", 11.5, 330, ["M1A", "M1B", "M1C"], 14.6700, -17.4270);
    public static readonly Terminal Mole2 = Terminal.Create("M2", "Môle 2", "RO-RO TERMINAL", 12.0, 350, ["M2A", "M2B"], 14.6725, -17.4265);
    public static readonly Terminal Mole3 = Terminal.Create("M3", "Môle 3", "MALI TRANSIT PIER", 11.0, 330, ["M3A", "M3B", "M3C"], 14.6745, -17.4262);
    public static readonly Terminal Mole4 = Terminal.Create("M4", "Môle 4", "NORTH PIER 4", 10.5, 250, ["M4A", "M4B", "M4C", "M4D"], 14.6815, -17.4258);
    public static readonly Terminal Mole5 = Terminal.Create("M5", "Môle 5", "NORTH PIER 5", 10.5, 300, ["M5A", "M5B", "M5C"], 14.6835, -17.4255);
    public static readonly Terminal Mole8 = Terminal.Create("M8", "Môle 8", "DRY BULK PIER", 12.5, 350, ["M8A", "M8B", "M8C"], 14.6862, -17.4250);
    public static readonly Terminal Mole9 = Terminal.Create("M9", "Môle 9", "TANKER TERMINAL", 12.5, 330, ["M9A", "M9B"], 14.6885, -17.4242);

    public static readonly Terminal Fishing = Terminal.Create(
        "MP", "Port de pêche", "FISHING HARBOUR", 7.5, 180, ["101", "102", "103", "104", "105", "106", "107", "108", "109"], 14.6770, -17.4240);

    public static readonly IReadOnlyList<Terminal> All = [Container, Mole1, Mole2, Mole3, Mole4, Mole5, Mole8, Mole9, Fishing];
}
