using System.Runtime.InteropServices;
using System.Text.Json.Nodes;

namespace Escale.Learning.Persistence;

/// <summary>
/// One part of a saved model: named numbers, texts, arrays and further parts. Small things stand in the file's JSON header; arrays are numbered
/// and follow it. Reading checks every kind, range and length: whatever a damaged or hostile file holds, the outcome is a part that is whole or a
/// <see cref="LearningException"/> (<c>learning.model-file-damaged</c>).
/// </summary>
internal sealed class SavedNode
{
    private readonly JsonObject _json;
    private readonly List<byte[]> _arrays;

    public SavedNode(JsonObject json, List<byte[]> arrays) => (_json, _arrays) = (json, arrays);

    /// <summary>What the part is; one of <see cref="SavedKinds"/>.</summary>
    public string Kind => Text("kind");

    public static LearningException Damaged(string what) => new(
        "learning.model-file-damaged", $"The model file is damaged: {what}.", "Take the file again from where it was saved, or train the model again.");

    // ---- writing
    public void Set(string name, string value) => _json[name] = value;

    public void Set(string name, bool value) => _json[name] = value;

    public void Set(string name, long value) => _json[name] = value;

    /// <summary>A number, kept bit for bit (as text when JSON has no word for it).</summary>
    public void Set(string name, double value) => _json[name] = double.IsFinite(value) ? value : value.ToString("R", System.Globalization.CultureInfo.InvariantCulture);

    public void Set<TEnum>(string name, TEnum value)
        where TEnum : struct, Enum => _json[name] = value.ToString();

    public void Set(string name, IEnumerable<string> texts) => _json[name] = new JsonArray([.. texts.Select(text => (JsonNode)text!)]);

    /// <summary>An array of plain numbers (double, float, int, long, ulong, byte, ushort), kept bit for bit.</summary>
    public void SetArray<T>(string name, ReadOnlySpan<T> values)
        where T : unmanaged
    {
        _json[name] = new JsonObject { ["array"] = _arrays.Count, ["type"] = typeof(T).Name, ["length"] = values.Length };
        _arrays.Add(MemoryMarshal.AsBytes(values).ToArray());
    }

    /// <summary>A further part, to be filled.</summary>
    public SavedNode Add(string name, string kind)
    {
        var child = new JsonObject { ["kind"] = kind };
        _json[name] = child;
        return new SavedNode(child, _arrays);
    }

    /// <summary>One more of a list of parts, to be filled.</summary>
    public SavedNode AddTo(string listName, string kind)
    {
        var child = new JsonObject { ["kind"] = kind };
        if (_json[listName] is not JsonArray list)
        {
            _json[listName] = list = [];
        }
        list.Add(child);
        return new SavedNode(child, _arrays);
    }

    /// <summary>A predictor as a further part.</summary>
    public void Set(string name, Predictor predictor) => predictor.Save(Add(name, predictor.Kind));

    // ---- reading
    public bool Has(string name) => _json[name] is not null;

    public string Text(string name) => Value<string>(name, "a text");

    public bool Flag(string name) => Value<bool>(name, "true or false");

    public int Int(string name, int least, int most)
    {
        var value = Value<long>(name, "a whole number");
        return value >= least && value <= most ? (int)value : throw Damaged($"'{name}' is {value}, not between {least} and {most}");
    }

    public double Double(string name)
    {
        if (_json[name] is JsonValue value && value.TryGetValue<string>(out var text))
        {
            return double.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, out var parsed) ? parsed : throw Damaged($"'{name}' is not a number");
        }
        return Value<double>(name, "a number");
    }

    public TEnum Enum<TEnum>(string name)
        where TEnum : struct, Enum =>
        System.Enum.TryParse<TEnum>(Text(name), out var value) && System.Enum.IsDefined(value) ? value : throw Damaged($"'{name}' is '{Text(name)}', which this version does not know");

    public IReadOnlyList<string> Texts(string name) => _json[name] is JsonArray list
        ? [.. list.Select(item => item is JsonValue value && value.TryGetValue<string>(out var text) ? text : throw Damaged($"'{name}' holds what is no text"))]
        : throw Damaged($"'{name}' is missing");

    /// <summary>An array.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="length">How long it must be; null for any.</param>
    public T[] Array<T>(string name, int? length = null)
        where T : unmanaged
    {
        var reference = _json[name] as JsonObject ?? throw Damaged($"'{name}' is missing");
        var of = new SavedNode(reference, _arrays);
        if (of.Text("type") != typeof(T).Name)
        {
            throw Damaged($"'{name}' holds {of.Text("type")}, not {typeof(T).Name}");
        }
        var bytes = _arrays.Count == 0 ? throw Damaged($"'{name}' has no array") : _arrays[of.Int("array", 0, _arrays.Count - 1)];
        var size = Marshal.SizeOf<T>();
        var expected = of.Int("length", 0, int.MaxValue / size);
        if (bytes.Length != expected * size || (length is { } wanted && wanted != expected))
        {
            throw Damaged($"'{name}' has {bytes.Length / size} values where {length ?? expected} belong");
        }
        return MemoryMarshal.Cast<byte, T>(bytes).ToArray();
    }

    /// <summary>An array of finite numbers, so many for each of so many things.</summary>
    public double[] Numbers(string name, int things, int each = 1)
    {
        var values = Array<double>(name, Length(name, things, each));
        return values.All(double.IsFinite) ? values : throw Damaged($"'{name}' holds a value that is missing or infinite");
    }

    /// <inheritdoc cref="Numbers"/>
    public float[] Floats(string name, int things, int each)
    {
        var values = Array<float>(name, Length(name, things, each));
        return values.All(float.IsFinite) ? values : throw Damaged($"'{name}' holds a value that is missing or infinite");
    }

    /// <summary>A further part.</summary>
    public SavedNode Child(string name) => new(_json[name] as JsonObject ?? throw Damaged($"'{name}' is missing"), _arrays);

    /// <summary>A list of parts; empty when there is none.</summary>
    public IReadOnlyList<SavedNode> Children(string listName) => _json[listName] switch
    {
        null => [],
        JsonArray list => [.. list.Select(item => new SavedNode(item as JsonObject ?? throw Damaged($"'{listName}' holds what is no part"), _arrays))],
        _ => throw Damaged($"'{listName}' is no list"),
    };

    /// <summary>A predictor.</summary>
    public Predictor Predictor(string name) => SavedKinds.Predictor(Child(name));

    private static int Length(string name, int things, int each) =>
        (long)things * each <= System.Array.MaxLength ? things * each : throw Damaged($"'{name}' would have {(long)things * each} values");

    private T Value<T>(string name, string what) => _json[name] is JsonValue value && value.TryGetValue<T>(out var found) ? found : throw Damaged($"'{name}' is not {what}");
}
