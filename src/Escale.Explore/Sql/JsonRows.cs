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
                JsonValues.Write(_json, chunk[column], row);
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
}
