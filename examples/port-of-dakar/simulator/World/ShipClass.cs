namespace PortOfDakar.World;

/// <summary>Where the cargo of a class goes: shares of import, export, transit (nearly all to Mali) and transshipment, adding up to 1.</summary>
internal sealed record FlowShares(double Import, double Export, double Transit, double Transshipment);

/// <summary>One commodity that a class carries, with its Harmonised System heading.</summary>
internal sealed record Commodity(string Code, string Name);

/// <summary>
/// A kind of ship and its habits. Calls and tonnes are set so that a year adds up to what the port publishes:
/// 11.4 Mt (7.0 import, 1.9 export, 1.7 transit, 0.73 transshipment) and 738,000 TEU.
/// </summary>
/// <param name="AisType">First AIS ship type of the class: 30 fishing, 60 passenger, 70 cargo, 80 tanker.</param>
/// <param name="TonnesPerCall">Mean tonnes handled in a call; 0 when the class brings people only.</param>
/// <param name="TonnesPerHour">Tonnes handled in an hour when nothing hinders the work.</param>
/// <param name="TeuPerCall">Mean TEU handled in a call; 0 without containers.</param>
/// <param name="Terminals">Where it may berth, with the share of its calls that prefers each.</param>
internal sealed record ShipClass(
    string Name, int AisType, int CallsPerYear, int FleetSize, (double Low, double High) LengthM, (double Low, double High) DraughtM,
    double SpeedKnots, double TonnesPerCall, double TonnesPerHour, double TeuPerCall, FlowShares Flows, Commodity[] Commodities,
    (Terminal Terminal, double Share)[] Terminals)
{
    /// <summary>Trucks take the cargo away, so a crowded yard slows the work.</summary>
    public bool NeedsTrucks => Name is "container" or "general cargo" or "dry bulk" or "ro-ro";

    /// <summary>Rain stops the work: the cargo is open to the sky.</summary>
    public bool FearsRain => Name is "dry bulk" or "general cargo";

    /// <summary>Wind stops the work: the cargo hangs from a crane.</summary>
    public bool FearsWind => Name is "container" or "general cargo";

    public static readonly IReadOnlyList<ShipClass> All =
    [
        new("container", 71, 900, 150, (140, 300), (8.5, 12.8), 15, 5_740, 240, 820, new(0.50, 0.24, 0.12, 0.14),
            [new("8504", "Electrical goods"), new("1006", "Rice"), new("5208", "Textiles"), new("0803", "Fruit"), new("8703", "Vehicle parts")],
            [(World.Terminals.Container, 1)]),
        new("dry bulk", 70, 300, 230, (120, 200), (7.5, 10.9), 12, 9_000, 118, 0, new(0.70, 0.08, 0.22, 0),
            [new("1001", "Wheat"), new("1006", "Rice"), new("2523", "Clinker"), new("2510", "Phosphates"), new("2503", "Sulphur")],
            [(World.Terminals.Mole8, 0.40), (World.Terminals.Mole1, 0.35), (World.Terminals.Mole3, 0.25)]),
        new("general cargo", 79, 450, 240, (85, 170), (5.5, 9.9), 12, 3_000, 46, 0, new(0.63, 0.11, 0.26, 0),
            [new("7214", "Steel bars"), new("4407", "Timber"), new("1701", "Sugar"), new("3102", "Fertiliser"), new("2523", "Bagged cement")],
            [(World.Terminals.Mole4, 0.40), (World.Terminals.Mole5, 0.35), (World.Terminals.Mole3, 0.25)]),
        new("tanker", 80, 330, 130, (100, 185), (6.5, 11.8), 12, 4_700, 205, 0, new(0.87, 0.065, 0.065, 0),
            [new("2710", "Refined petroleum"), new("2709", "Crude oil"), new("1511", "Palm oil"), new("2807", "Sulphuric acid")],
            [(World.Terminals.Mole9, 0.65), (World.Terminals.Mole8, 0.35)]),
        new("ro-ro", 70, 350, 60, (140, 230), (6.5, 9.8), 16, 915, 58, 0, new(0.84, 0, 0.16, 0),
            [new("8703", "Cars"), new("8704", "Lorries"), new("8429", "Earth-moving machines")],
            [(World.Terminals.Mole2, 1)]),
        new("passenger", 60, 270, 24, (75, 290), (3.5, 8.6), 16, 0, 0, 0, new(0, 0, 0, 0), [], [(World.Terminals.Mole1, 1)]),
        new("fishing", 30, 1_400, 190, (25, 85), (3.0, 6.4), 10, 222, 8.2, 0, new(0.48, 0.52, 0, 0),
            [new("0303", "Frozen fish"), new("1604", "Tuna"), new("0307", "Octopus and squid")],
            [(World.Terminals.Fishing, 1)]),
    ];
}
