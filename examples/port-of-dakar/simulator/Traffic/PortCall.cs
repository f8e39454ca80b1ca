using PortOfDakar.World;

namespace PortOfDakar.Traffic;

/// <summary>
/// One escale as it really went. Times are UTC, in whole minutes, and hold: ETA, anchored ≤ berthed &lt; operations started &lt; operations
/// ended &lt; sailed.
/// </summary>
internal sealed record PortCall
{
    /// <summary>1, 2, 3 … in the order of arrival at the anchorage.</summary>
    public required int Number { get; init; }
    public required Vessel Vessel { get; init; }
    public required Terminal Terminal { get; init; }
    public required Berth Berth { get; init; }
    public required double DraughtM { get; init; }
    public required string Agent { get; init; }
    public required string LastPort { get; init; }
    public required string NextPort { get; init; }

    /// <summary>When the agent announced the call, with the estimated times of arrival and departure.</summary>
    public required DateTime Announced { get; init; }
    public required DateTime Eta { get; init; }
    public required DateTime Etd { get; init; }
    public required DateTime Anchored { get; init; }
    public required DateTime Berthed { get; init; }
    public required DateTime OperationsStarted { get; init; }
    public required DateTime OperationsEnded { get; init; }
    public required DateTime Sailed { get; init; }

    /// <summary>Minutes between an event and its entry in the port's system.</summary>
    public required int ReportingMinutes { get; init; }

    /// <summary>What was loaded and unloaded; empty for a passenger ship.</summary>
    public required IReadOnlyList<CargoMovement> Cargo { get; init; }

    public string Id => $"DKR-{Anchored.Year}-{Number:D6}";

    /// <summary>The events in their order, with the status that each brings.</summary>
    public IEnumerable<(string Status, DateTime At)> Milestones =>
    [
        ("announced", Announced), ("anchored", Anchored), ("berthed", Berthed), ("working", OperationsStarted),
        ("completed", OperationsEnded), ("sailed", Sailed),
    ];
}

/// <summary>One line of a manifest.</summary>
internal sealed record CargoMovement(
    int Line, bool Unloaded, string Flow, Commodity Commodity, decimal Tonnes, IReadOnlyList<Containers> Containers, string Country)
{
    public int Teu => Containers.Sum(c => c.Boxes * c.TeuPerBox);
}

/// <summary>Containers of one ISO size: 22G1 is a 20-foot box (1 TEU), 45G1 a 40-foot high cube (2 TEU).</summary>
internal sealed record Containers(string IsoCode, int TeuPerBox, int Boxes, bool Laden);
