using PortOfDakar.Truth;

namespace PortOfDakar.Ais;

/// <summary>What should become of the messages.</summary>
internal static class AisTruth
{
    public static void Record(AisTally tally, TruthFile truth)
    {
        truth.Describe("ais.malformed", "quarantined", "quarantine.ais_positions", "the line is not JSON");
        truth.Describe("ais.missing_mmsi", "quarantined", "quarantine.ais_positions", "mmsi is null");
        truth.Describe("ais.impossible_position", "quarantined", "quarantine.ais_positions", "lat is over 90");
        truth.Describe("ais.repeated", "repaired", "silver.ais_positions", "one position per ship and second");
        truth.Describe("ais.late", "kept", "silver.ais_positions", "taken in the order of arrival, not of observation");
        foreach (var (fault, id) in tally.Spoiled)
        {
            truth.Add(Name(fault), id);
        }

        var quarantined = Count(truth, "ais.malformed") + Count(truth, "ais.missing_mmsi") + Count(truth, "ais.impossible_position");
        truth.Expect("ais.lines", tally.Lines);
        truth.Expect("quarantine.ais_positions", quarantined);
        truth.Expect("bronze.ais_positions", tally.Lines - quarantined);
        truth.Expect("silver.ais_positions", tally.Lines - quarantined - Count(truth, "ais.repeated"));
    }

    private static int Count(TruthFile truth, string kind) => truth.Faults[kind].Ids.Count;

    private static string Name(AisFault fault) => fault switch
    {
        AisFault.Malformed => "ais.malformed",
        AisFault.MissingMmsi => "ais.missing_mmsi",
        AisFault.ImpossiblePosition => "ais.impossible_position",
        AisFault.Repeated => "ais.repeated",
        _ => "ais.late",
    };
}
