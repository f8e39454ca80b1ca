using System.Globalization;
using System.Text;
using PortOfDakar.Truth;
using PortOfDakar.World;

namespace PortOfDakar.Sources;

/// <summary>
/// The vessel register as the harbour master's office exports it: CSV with semicolons, decimal commas, Latin-1 letters and dates written
/// 31.12.2023. Some ships stand in it twice, under a former name or with a mistyped number, and some not at all.
/// </summary>
internal static class VesselRegister
{
    private const string Header = "IMO;MMSI;NAVIRE;TYPE_AIS;PAVILLON;ARMATEUR;LONGUEUR_M;TIRANT_EAU_M;JAUGE_BRUTE;CONSTRUIT;MIS_A_JOUR";

    public static void Write(string folder, SimulatorOptions options, Fleet fleet, Faults faults, TruthFile truth)
    {
        Describe(truth);
        var csv = new StringBuilder(Header).Append('\n');
        var rows = 0;
        foreach (var vessel in fleet.Vessels)
        {
            rows += Append(csv, vessel, faults.OfVessel(vessel.Index), Dice.For(options.Seed, "register", vessel.Index), truth);
        }

        truth.Expect("bronze.vessel_register", rows - truth.Faults["register.bad_year"].Ids.Count);
        truth.Expect("quarantine.vessel_register", truth.Faults["register.bad_year"].Ids.Count);
        truth.Expect("silver.vessels", fleet.Vessels.Count(v => IsUsable(faults.OfVessel(v.Index))));
        OutputFolder.WriteIfChanged(Path.Combine(folder, "register", "vessels.csv"), Encoding.Latin1.GetBytes(csv.ToString()));
    }

    /// <summary>Whether the register leads from the ship's IMO number to the ship; its calls fall to the unknown vessel otherwise.</summary>
    public static bool IsUsable(RegisterFault fault) => fault is not (RegisterFault.BadImo or RegisterFault.BadYear or RegisterFault.Missing);

    private static void Describe(TruthFile truth)
    {
        const string silver = "silver.vessels";
        truth.Describe("register.duplicate", "repaired", silver, "one row per vessel: identical rows become one");
        truth.Describe("register.stale", "repaired", silver, "one row per vessel: the latest update wins");
        truth.Describe("register.bad_imo", "quarantined", "silver.rejected_records", "imo-check-digit");
        truth.Describe("register.bad_year", "quarantined", "quarantine.vessel_register", "CONSTRUIT is not a whole number");
        truth.Describe("register.missing", "kept", "gold.fact_port_call", "vessel_key = -1");
    }

    private static int Append(StringBuilder csv, Vessel vessel, RegisterFault fault, Dice dice, TruthFile truth)
    {
        var updated = new DateTime(2020, 1, 1).AddDays(dice.Below(1_400));
        var built = vessel.Built.ToString(CultureInfo.InvariantCulture);
        switch (fault)
        {
            case RegisterFault.Missing:
                truth.Add("register.missing", $"{vessel.Imo}");
                return 0;
            case RegisterFault.BadYear:
                truth.Add("register.bad_year", $"{vessel.Imo}");
                return Line(csv, vessel, vessel.Imo, vessel.Name, "n/d", updated);
            case RegisterFault.BadImo:
                return Line(csv, vessel, Mistyped(vessel, dice, truth), vessel.Name, built, updated);
            case RegisterFault.BadImoTwice:
                return Line(csv, vessel, Mistyped(vessel, dice, truth), vessel.Name, built, updated.AddDays(30))
                    + Line(csv, vessel, vessel.Imo, vessel.Name, built, updated);
            case RegisterFault.Stale:
                truth.Add("register.stale", $"{vessel.Imo}");
                return Line(csv, vessel, vessel.Imo, "Ex " + vessel.Name, built, updated.AddDays(-900))
                    + Line(csv, vessel, vessel.Imo, vessel.Name, built, updated);
            case RegisterFault.Duplicate:
                truth.Add("register.duplicate", $"{vessel.Imo}");
                return Line(csv, vessel, vessel.Imo, vessel.Name, built, updated) + Line(csv, vessel, vessel.Imo, vessel.Name, built, updated);
            default:
                return Line(csv, vessel, vessel.Imo, vessel.Name, built, updated);
        }
    }

    private static int Mistyped(Vessel vessel, Dice dice, TruthFile truth)
    {
        var number = Imo.Mistype(vessel.Imo, dice);
        truth.Add("register.bad_imo", $"{number}");
        return number;
    }

    private static int Line(StringBuilder csv, Vessel vessel, int imo, string name, string built, DateTime updated)
    {
        csv.Append(CultureInfo.InvariantCulture, $"{imo};{vessel.Mmsi};{name.ToUpperInvariant()};{vessel.Class.AisType};{vessel.Flag};\"{vessel.Owner}\";")
            .Append(CultureInfo.InvariantCulture, $"{Comma(vessel.LengthM)};{Comma(vessel.DraughtM)};{vessel.GrossTonnage};{built};{updated:dd.MM.yyyy}\n");
        return 1;
    }

    private static string Comma(double value) => value.ToString("0.0", CultureInfo.InvariantCulture).Replace('.', ',');
}
