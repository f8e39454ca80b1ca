using System.Text.Json;

namespace Escale.Learning.Tests.Fixtures;

/// <summary>Values of an independent implementation: <c>Fixtures/NAME.json</c>, made by the script beside it.</summary>
internal sealed class Fixture(JsonElement json)
{
    public Fixture this[string name] => new(json.GetProperty(name));

    public double Double => json.GetDouble();

    public int Int => json.GetInt32();

    public string Text => json.GetString()!;

    public bool Flag => json.GetBoolean();

    public double[] Doubles => [.. json.EnumerateArray().Select(item => item.ValueKind == JsonValueKind.Null ? double.NaN : item.GetDouble())];

    public float[] Floats => [.. Doubles.Select(value => (float)value)];

    public int[] Ints => [.. json.EnumerateArray().Select(item => item.GetInt32())];

    public IEnumerable<Fixture> Items => json.EnumerateArray().Select(item => new Fixture(item));

    public IEnumerable<(string Name, Fixture Value)> Members => json.EnumerateObject().Select(member => (member.Name, new Fixture(member.Value)));

    public static Fixture Read(string name)
    {
        using var file = File.OpenRead(Path.Combine(AppContext.BaseDirectory, "Fixtures", name + ".json"));
        return new Fixture(JsonDocument.Parse(file).RootElement);
    }
}
