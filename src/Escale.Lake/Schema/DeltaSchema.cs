using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Escale.Kernel;

namespace Escale.Lake;

/// <summary>The columns of a table. Immutable; compared by value.</summary>
/// <param name="Struct">The columns as the struct that the protocol writes.</param>
public sealed record DeltaSchema(StructType Struct)
{
    private static readonly JsonWriterOptions _writing = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>A schema of these columns.</summary>
    public DeltaSchema(params IEnumerable<DeltaField> columns)
        : this(new StructType([.. columns]))
    {
    }

    /// <summary>The columns in order.</summary>
    public IReadOnlyList<DeltaField> Columns => Struct.Fields;

    /// <summary>The column of a name (without regard to case, as readers have it), or null.</summary>
    public DeltaField? Find(string name) => Columns.FirstOrDefault(column => column.Name.Equals(name, StringComparison.OrdinalIgnoreCase));

    /// <summary>The protocol's <c>schemaString</c>.</summary>
    public string ToJson()
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, _writing))
        {
            WriteType(json, Struct);
        }
        return Encoding.UTF8.GetString(buffer.ToArray());
    }

    /// <summary>Reads a <c>schemaString</c>.</summary>
    /// <exception cref="EscaleException"><c>lake.unsupported-type</c>, <c>lake.corrupt-log</c>.</exception>
    public static DeltaSchema FromJson(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            return ReadType(document.RootElement) is StructType fields ? new DeltaSchema(fields) : throw Corrupt(null);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            throw Corrupt(exception);
        }
    }

    private static EscaleException Corrupt(Exception? inner) =>
        new("lake.corrupt-log", "The schema in the table's log cannot be read.", "Run 'escale lake verify' on the table.", inner: inner);

    private static DeltaType ReadType(JsonElement json)
    {
        if (json.ValueKind == JsonValueKind.String)
        {
            return ReadName(json.GetString()!);
        }
        return json.GetProperty("type").GetString() switch
        {
            "struct" => new StructType([.. json.GetProperty("fields").EnumerateArray().Select(ReadField)]),
            "array" => new ArrayType(ReadType(json.GetProperty("elementType")), json.GetProperty("containsNull").GetBoolean()),
            "map" => new MapType(
                ReadType(json.GetProperty("keyType")), ReadType(json.GetProperty("valueType")), json.GetProperty("valueContainsNull").GetBoolean()),
            var other => throw Unsupported(other ?? "null"),
        };
    }

    private static DeltaType ReadName(string name)
    {
        if (PrimitiveType.Find(name) is { } primitive)
        {
            return primitive;
        }
        if (name == "decimal")
        {
            return new DecimalType(10, 0);
        }
        if (name.StartsWith("decimal(", StringComparison.Ordinal) && name[^1] == ')' && name[8..^1].Split(',') is [var left, var right]
            && int.TryParse(left, out var precision) && int.TryParse(right, out var scale) && precision is >= 1 and <= 38 && scale >= 0 && scale <= precision)
        {
            return new DecimalType(precision, scale);
        }
        throw Unsupported(name);
    }

    private static DeltaField ReadField(JsonElement json)
    {
        var metadata = new Dictionary<string, string>(StringComparer.Ordinal);
        if (json.TryGetProperty("metadata", out var pairs) && pairs.ValueKind == JsonValueKind.Object)
        {
            foreach (var pair in pairs.EnumerateObject())
            {
                metadata[pair.Name] = pair.Value.GetRawText();
            }
        }
        return new DeltaField(json.GetProperty("name").GetString()!, ReadType(json.GetProperty("type")), json.GetProperty("nullable").GetBoolean())
        {
            Metadata = metadata,
        };
    }

    private static EscaleException Unsupported(string name) => new(
        "lake.unsupported-type", $"The table has a column of the type '{name}', which Escale does not know.", "Read it with the tool that wrote it.");

    private static void WriteType(Utf8JsonWriter json, DeltaType type)
    {
        switch (type)
        {
            case StructType fields:
                json.WriteStartObject();
                json.WriteString("type", "struct");
                json.WriteStartArray("fields");
                foreach (var field in fields.Fields)
                {
                    WriteField(json, field);
                }
                json.WriteEndArray();
                json.WriteEndObject();
                break;
            case ArrayType array:
                json.WriteStartObject();
                json.WriteString("type", "array");
                json.WritePropertyName("elementType");
                WriteType(json, array.Element);
                json.WriteBoolean("containsNull", array.ContainsNull);
                json.WriteEndObject();
                break;
            case MapType map:
                json.WriteStartObject();
                json.WriteString("type", "map");
                json.WritePropertyName("keyType");
                WriteType(json, map.Key);
                json.WritePropertyName("valueType");
                WriteType(json, map.Value);
                json.WriteBoolean("valueContainsNull", map.ValueContainsNull);
                json.WriteEndObject();
                break;
            default:
                json.WriteStringValue(type.ToString());
                break;
        }
    }

    private static void WriteField(Utf8JsonWriter json, DeltaField field)
    {
        json.WriteStartObject();
        json.WriteString("name", field.Name);
        json.WritePropertyName("type");
        WriteType(json, field.Type);
        json.WriteBoolean("nullable", field.Nullable);
        json.WriteStartObject("metadata");
        foreach (var (key, value) in field.Metadata.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            json.WritePropertyName(key);
            json.WriteRawValue(value);
        }
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
