using System.Globalization;
using System.Text.Json;
using PortOfDakar.Traffic;
using PortOfDakar.Truth;

namespace PortOfDakar.Sources;

/// <summary>
/// Cargo manifests as nested JSON, one file a week, dropped when the week is over and never changed. The terminal operator keeps its
/// books in the time of Dubai and names the terminals in English.
/// </summary>
internal sealed class CargoFiles(SimulatorOptions options, Faults faults, TruthFile truth)
{
    private static readonly TimeSpan Dubai = TimeSpan.FromHours(4);

    /// <param name="calls">All calls.</param>
    /// <param name="accepted">The calls that reach the fact table.</param>
    public void Write(IReadOnlyList<PortCall> calls, IReadOnlyCollection<PortCall> accepted)
    {
        Describe();
        var known = accepted.ToHashSet();
        var weeks = calls.Where(c => c.Cargo.Count > 0).GroupBy(c => WeekOf(Issued(c))).ToDictionary(g => g.Key, g => g.OrderBy(Issued).ToArray());
        PortCall[] before = [];
        var files = 0;
        for (var week = 0; Monday(week + 1) <= options.Now; week++)
        {
            var manifests = weeks.GetValueOrDefault(week, []);
            var again = before.Where(c => faults.OfManifest(c.Number) == ManifestFault.Repeated).ToArray();
            foreach (var call in manifests)
            {
                Account(call, known.Contains(call));
            }

            foreach (var call in again)
            {
                truth.Add("cargo.repeated_manifest", ManifestId(call));
            }

            truth.Count("bronze.cargo_manifests", manifests.Length + again.Length);
            var path = Path.Combine(options.Folder, "cargo", string.Create(CultureInfo.InvariantCulture, $"manifests-{Monday(week):yyyy-MM-dd}.json"));
            OutputFolder.WriteIfChanged(path, File(manifests.Concat(again)));
            before = manifests;
            files++;
        }

        RemoveFilesAfter(files);
    }

    private static DateTime Issued(PortCall call) => call.OperationsEnded.AddHours(2);

    private static int WeekOf(DateTime time) => (int)(time - SimulatorOptions.Start).TotalDays / 7;

    private static DateTime Monday(int week) => SimulatorOptions.Start.AddDays(week * 7);

    private static string ManifestId(PortCall call) => $"MAN{call.Number:D6}";

    private void Describe()
    {
        foreach (var name in (string[])["bronze.cargo_manifests", "silver.cargo_movements", "silver.cargo_movements.tonnes", "silver.cargo_movements.teu", "gold.fact_port_call.tonnes", "gold.fact_port_call.teu"])
        {
            truth.Expect(name, 0);
        }

        truth.Describe("cargo.negative", "repaired", "silver.cargo_movements", "tonnes are taken without their sign");
        truth.Describe("cargo.kilograms", "repaired", "silver.cargo_movements", "kilograms become tonnes");
        truth.Describe("cargo.not_a_number", "quarantined", "silver.rejected_records", "quantity-not-a-number");
        truth.Describe("cargo.repeated_manifest", "repaired", "silver.cargo_movements", "one manifest counts once");
        truth.Describe("cargo.unknown_call", "kept", "silver.cargo_movements", "counts in the throughput of its terminal, in no call");
    }

    private void Account(PortCall call, bool inFact)
    {
        if (faults.OfManifest(call.Number) == ManifestFault.UnknownCall)
        {
            truth.Add("cargo.unknown_call", ManifestId(call));
            inFact = false;
        }

        foreach (var movement in call.Cargo)
        {
            var fault = faults.OfMovement(call.Number, movement.Line);
            if (fault != CargoFault.None)
            {
                truth.Add(Name(fault), $"{ManifestId(call)}/{movement.Line}");
            }

            if (fault == CargoFault.NotANumber)
            {
                continue;
            }

            truth.Count("silver.cargo_movements");
            truth.Count("silver.cargo_movements.tonnes", movement.Tonnes);
            truth.Count("silver.cargo_movements.teu", movement.Teu);
            truth.Count("gold.fact_port_call.tonnes", inFact ? movement.Tonnes : 0);
            truth.Count("gold.fact_port_call.teu", inFact ? movement.Teu : 0);
        }
    }

    private static string Name(CargoFault fault) => fault switch
    {
        CargoFault.Negative => "cargo.negative",
        CargoFault.Kilograms => "cargo.kilograms",
        _ => "cargo.not_a_number",
    };

    private byte[] File(IEnumerable<PortCall> calls)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartArray();
            foreach (var call in calls)
            {
                Manifest(json, call);
            }

            json.WriteEndArray();
        }

        return buffer.ToArray();
    }

    private void Manifest(Utf8JsonWriter json, PortCall call)
    {
        var id = faults.OfManifest(call.Number) == ManifestFault.UnknownCall ? $"DKR-0000-{call.Number:D6}" : call.Id;
        json.WriteStartObject();
        json.WriteString("manifest", ManifestId(call));
        json.WriteStartObject("call");
        json.WriteString("id", id);
        json.WriteStartObject("vessel");
        json.WriteString("name", call.Vessel.Name.ToUpperInvariant());
        json.WriteString("flag", call.Vessel.Flag);
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteString("terminal", call.Terminal.EnglishName);
        json.WriteString("issued", (Issued(call) + Dubai).ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture));
        json.WriteString("timezone", "Asia/Dubai");
        json.WriteStartArray("movements");
        foreach (var movement in call.Cargo)
        {
            Movement(json, movement, faults.OfMovement(call.Number, movement.Line));
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void Movement(Utf8JsonWriter json, CargoMovement movement, CargoFault fault)
    {
        json.WriteStartObject();
        json.WriteNumber("line", movement.Line);
        json.WriteString("direction", movement.Unloaded ? "unload" : "load");
        json.WriteString("flow", movement.Flow);
        json.WriteString("country", movement.Country);
        json.WriteStartObject("commodity");
        json.WriteString("hs", movement.Commodity.Code);
        json.WriteString("name", movement.Commodity.Name);
        json.WriteEndObject();
        json.WriteStartObject("quantity");
        json.WriteString("value", fault switch
        {
            CargoFault.NotANumber => "n/d",
            CargoFault.Negative => (-movement.Tonnes).ToString(CultureInfo.InvariantCulture),
            CargoFault.Kilograms => (movement.Tonnes * 1_000).ToString("0", CultureInfo.InvariantCulture),
            _ => movement.Tonnes.ToString(CultureInfo.InvariantCulture),
        });
        json.WriteString("unit", fault == CargoFault.Kilograms ? "kg" : "t");
        json.WriteEndObject();
        json.WriteStartArray("containers");
        foreach (var containers in movement.Containers)
        {
            json.WriteStartObject();
            json.WriteString("iso", containers.IsoCode);
            json.WriteNumber("boxes", containers.Boxes);
            json.WriteBoolean("laden", containers.Laden);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    // A shorter simulation in the same folder must not leave a longer one's files behind.
    private void RemoveFilesAfter(int weeks)
    {
        var folder = Path.Combine(options.Folder, "cargo");
        foreach (var path in Directory.Exists(folder) ? Directory.GetFiles(folder, "manifests-*.json") : [])
        {
            if (string.CompareOrdinal(Path.GetFileName(path), string.Create(CultureInfo.InvariantCulture, $"manifests-{Monday(weeks):yyyy-MM-dd}.json")) >= 0)
            {
                System.IO.File.Delete(path);
            }
        }
    }
}
