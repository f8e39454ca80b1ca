using System.Text;
using System.Text.Json;
using Escale.Engines.DuckDb;

namespace Escale.Explore.Sql;

/// <summary>
/// Values as JSON. Numbers keep all their digits (DECIMAL and HUGEINT too); what JSON has no number for (NaN, infinities) is text; dates and times
/// are ISO 8601; LIST, STRUCT and MAP are arrays and objects; JSON columns stay JSON.
/// </summary>
internal static class JsonValues
{
    /// <summary>Writes one value.</summary>
    /// <param name="json">Where to.</param>
    /// <param name="vector">The column.</param>
    /// <param name="row">The row.</param>
    /// <param name="safe">Whether numbers that a JavaScript number cannot hold exactly become text.</param>
    public static void Write(Utf8JsonWriter json, ColumnVector vector, int row, bool safe = false)
    {
        if (vector.IsNull(row))
        {
            json.WriteNullValue();
            return;
        }
        switch (vector.Type.Id)
        {
            case DuckTypeId.Boolean:
                json.WriteBooleanValue(vector.Values<bool>()[row]);
                break;
            case DuckTypeId.Float or DuckTypeId.Double:
                Real(json, vector, row);
                break;
            case DuckTypeId.List or DuckTypeId.Array:
                List(json, vector, row, safe);
                break;
            case DuckTypeId.Struct:
                Struct(json, vector, row, safe);
                break;
            case DuckTypeId.Map:
                Map(json, vector, row, safe);
                break;
            case DuckTypeId.Union:
                Write(json, vector.Field(vector.UnionMember(row)), row, safe);
                break;
            case DuckTypeId.Date or DuckTypeId.Timestamp or DuckTypeId.TimestampS or DuckTypeId.TimestampMs or DuckTypeId.TimestampNs
                or DuckTypeId.TimestampTz or DuckTypeId.TimestampTzNs:
                json.WriteStringValue(Moment(vector.Text(row)));
                break;
            case DuckTypeId.Blob:
                json.WriteBase64StringValue(vector.Utf8(row));
                break;
            case DuckTypeId.Varchar when vector.Type.IsJson:
                json.WriteRawValue(vector.Utf8(row), skipInputValidation: false);
                break;
            case DuckTypeId.Varchar:
                json.WriteStringValue(vector.Utf8(row));
                break;
            default:
                var text = vector.Text(row);
                if (vector.Type.IsNumber && (!safe || IsSafe(text)))
                {
                    json.WriteRawValue(text, skipInputValidation: true);
                }
                else
                {
                    json.WriteStringValue(text);
                }
                break;
        }
    }

    private static void Real(Utf8JsonWriter json, ColumnVector vector, int row)
    {
        var value = vector.Type.Id == DuckTypeId.Float ? vector.Values<float>()[row] : vector.Values<double>()[row];
        if (!double.IsFinite(value))
        {
            json.WriteStringValue(vector.Text(row));
        }
        else if (vector.Type.Id == DuckTypeId.Float)
        {
            json.WriteNumberValue(vector.Values<float>()[row]);
        }
        else
        {
            json.WriteNumberValue(value);
        }
    }

    private static void List(Utf8JsonWriter json, ColumnVector vector, int row, bool safe)
    {
        var (start, length) = vector.Range(row);
        json.WriteStartArray();
        for (var at = start; at < start + length; at++)
        {
            Write(json, vector.Elements, at, safe);
        }
        json.WriteEndArray();
    }

    private static void Struct(Utf8JsonWriter json, ColumnVector vector, int row, bool safe)
    {
        json.WriteStartObject();
        for (var field = 0; field < vector.Type.Children.Count; field++)
        {
            json.WritePropertyName(vector.Type.Children[field].Name);
            Write(json, vector.Field(field), row, safe);
        }
        json.WriteEndObject();
    }

    private static void Map(Utf8JsonWriter json, ColumnVector vector, int row, bool safe)
    {
        var (start, length) = vector.Range(row);
        json.WriteStartObject();
        for (var at = start; at < start + length; at++)
        {
            json.WritePropertyName(vector.Keys.Text(at));
            Write(json, vector.MapValues, at, safe);
        }
        json.WriteEndObject();
    }

    /// <summary><c>2024-01-02 03:04:05+00</c> as <c>2024-01-02T03:04:05Z</c>; infinities and eras stay as they are.</summary>
    private static string Moment(string text)
    {
        if (text.Length < 10 || !char.IsAsciiDigit(text[0]) || text.EndsWith(')'))
        {
            return text;
        }
        var iso = new StringBuilder(text).Replace(' ', 'T', 0, Math.Min(text.Length, 16)).ToString();
        return iso.EndsWith("+00", StringComparison.Ordinal) ? iso[..^3] + "Z" : iso;
    }

    // Fifteen digits survive in a double whatever they are.
    private static bool IsSafe(string number) => number.Count(char.IsAsciiDigit) <= 15;
}
