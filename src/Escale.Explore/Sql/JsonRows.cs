using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Escale.Engines.DuckDb;

namespace Escale.Explore.Sql;

/// <summary>
/// JSON: an array of objects, or one object per line. Numbers keep all their digits (DECIMAL and HUGEINT too); what JSON has no number
/// for (NaN, infinities) is text; dates and times are ISO 8601; LIST, STRUCT and MAP are arrays and objects; JSON columns stay JSON.
/// </summary>
internal sealed class JsonRows(Stream stream, bool lines) : RowWriter
{
    private static readonly JsonWriterOptions _options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    private readonly Utf8JsonWriter _json = new(stream, _options);
    private JsonEncodedText[] _names = [];
    private bool _isFirst = true;

    public override void Begin(IReadOnlyList<DuckColumn> columns)
    {
        _names = [.. Distinct(columns.Select(column => column.Name)).Select(name => JsonEncodedText.Encode(name, _options.Encoder))];
        if (!lines)
        {
            stream.Write("["u8);
        }
    }

    public override void Write(ResultChunk chunk, int rowCount)
    {
        for (var row = 0; row < rowCount; row++)
        {
            stream.Write(lines ? [] : _isFirst ? "\n  "u8 : ",\n  "u8);
            _isFirst = false;
            _json.WriteStartObject();
            for (var column = 0; column < chunk.ColumnCount; column++)
            {
                _json.WritePropertyName(_names[column]);
                Value(chunk[column], row);
            }
            _json.WriteEndObject();
            _json.Flush();
            _json.Reset();
            stream.Write(lines ? "\n"u8 : []);
        }
    }

    public override void End(long rowCount, bool isCut)
    {
        if (!lines)
        {
            stream.Write(_isFirst ? "]\n"u8 : "\n]\n"u8);
        }
        stream.Flush();
    }

    /// <summary>Two columns of one name would be one key: the later gets a number, as DuckDB's own exports do.</summary>
    private static IEnumerable<string> Distinct(IEnumerable<string> names)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var name in names)
        {
            var unique = name;
            for (var number = 1; !seen.Add(unique); number++)
            {
                unique = $"{name}_{number}";
            }
            yield return unique;
        }
    }

    private void Value(ColumnVector vector, int row)
    {
        if (vector.IsNull(row))
        {
            _json.WriteNullValue();
            return;
        }
        switch (vector.Type.Id)
        {
            case DuckTypeId.Boolean:
                _json.WriteBooleanValue(vector.Values<bool>()[row]);
                break;
            case DuckTypeId.Float or DuckTypeId.Double:
                Real(vector, row);
                break;
            case DuckTypeId.List or DuckTypeId.Array:
                List(vector, row);
                break;
            case DuckTypeId.Struct:
                Struct(vector, row);
                break;
            case DuckTypeId.Map:
                Map(vector, row);
                break;
            case DuckTypeId.Union:
                Value(vector.Field(vector.UnionMember(row)), row);
                break;
            case DuckTypeId.Date or DuckTypeId.Timestamp or DuckTypeId.TimestampS or DuckTypeId.TimestampMs or DuckTypeId.TimestampNs
                or DuckTypeId.TimestampTz or DuckTypeId.TimestampTzNs:
                _json.WriteStringValue(Moment(vector.Text(row)));
                break;
            case DuckTypeId.Blob:
                _json.WriteBase64StringValue(vector.Utf8(row));
                break;
            case DuckTypeId.Varchar when vector.Type.IsJson:
                _json.WriteRawValue(vector.Utf8(row), skipInputValidation: false);
                break;
            case DuckTypeId.Varchar:
                _json.WriteStringValue(vector.Utf8(row));
                break;
            default:
                var text = vector.Text(row);
                if (vector.Type.IsNumber)
                {
                    _json.WriteRawValue(text, skipInputValidation: true);
                }
                else
                {
                    _json.WriteStringValue(text);
                }
                break;
        }
    }

    private void Real(ColumnVector vector, int row)
    {
        var value = vector.Type.Id == DuckTypeId.Float ? vector.Values<float>()[row] : vector.Values<double>()[row];
        if (!double.IsFinite(value))
        {
            _json.WriteStringValue(vector.Text(row));
        }
        else if (vector.Type.Id == DuckTypeId.Float)
        {
            _json.WriteNumberValue(vector.Values<float>()[row]);
        }
        else
        {
            _json.WriteNumberValue(value);
        }
    }

    private void List(ColumnVector vector, int row)
    {
        var (start, length) = vector.Range(row);
        _json.WriteStartArray();
        for (var at = start; at < start + length; at++)
        {
            Value(vector.Elements, at);
        }
        _json.WriteEndArray();
    }

    private void Struct(ColumnVector vector, int row)
    {
        _json.WriteStartObject();
        for (var field = 0; field < vector.Type.Children.Count; field++)
        {
            _json.WritePropertyName(vector.Type.Children[field].Name);
            Value(vector.Field(field), row);
        }
        _json.WriteEndObject();
    }

    private void Map(ColumnVector vector, int row)
    {
        var (start, length) = vector.Range(row);
        _json.WriteStartObject();
        for (var at = start; at < start + length; at++)
        {
            _json.WritePropertyName(vector.Keys.Text(at));
            Value(vector.MapValues, at);
        }
        _json.WriteEndObject();
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
}
