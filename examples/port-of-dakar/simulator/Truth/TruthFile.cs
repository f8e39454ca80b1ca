using System.Text.Encodings.Web;
using System.Text.Json;

namespace PortOfDakar.Truth;

/// <summary>
/// Everything that the simulator spoiled and what should become of it, so that a run can be judged: <c>faults</c> by kind, and
/// <c>expected</c> counts and sums of the tables.
/// </summary>
internal sealed class TruthFile
{
    private readonly SortedDictionary<string, Fault> _faults = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, decimal> _expected = new(StringComparer.Ordinal);

    public IReadOnlyDictionary<string, Fault> Faults => _faults;

    public IReadOnlyDictionary<string, decimal> Expected => _expected;

    /// <summary>Describes a kind of fault: what should become of it (<c>repaired</c>, <c>quarantined</c> or <c>kept</c>), where and by which rule.</summary>
    public void Describe(string kind, string outcome, string where, string rule) => _faults[kind] = new Fault(outcome, where, rule, []);

    public void Add(string kind, string id) => _faults[kind].Ids.Add(id);

    public void Expect(string name, decimal value) => _expected[name] = value;

    public void Count(string name, decimal more = 1) => _expected[name] = _expected.GetValueOrDefault(name) + more;

    public void Write(string path, SimulatorOptions options)
    {
        using var buffer = new MemoryStream();
        var settings = new JsonWriterOptions { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
        using (var json = new Utf8JsonWriter(buffer, settings))
        {
            json.WriteStartObject();
            json.WriteNumber("seed", options.Seed);
            json.WriteNumber("days", options.Days);
            json.WriteString("now", options.Now);
            json.WriteStartObject("expected");
            foreach (var (name, value) in _expected)
            {
                json.WriteNumber(name, value);
            }

            json.WriteEndObject();
            json.WriteStartObject("faults");
            foreach (var (kind, fault) in _faults)
            {
                fault.Write(kind, json);
            }

            json.WriteEndObject();
            json.WriteEndObject();
        }

        Sources.OutputFolder.WriteIfChanged(path, buffer.ToArray());
    }

    internal sealed record Fault(string Outcome, string Where, string Rule, List<string> Ids)
    {
        public void Write(string kind, Utf8JsonWriter json)
        {
            json.WriteStartObject(kind);
            json.WriteString("outcome", Outcome);
            json.WriteString("where", Where);
            json.WriteString("rule", Rule);
            json.WriteNumber("count", Ids.Count);
            json.WriteStartArray("ids");
            foreach (var id in Ids)
            {
                json.WriteStringValue(id);
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }
    }
}
