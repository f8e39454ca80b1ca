using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.RegularExpressions;
using Escale.Engines.DuckDb;
using Escale.Lake;

namespace Escale.Engines.Tables;

/// <summary>
/// DuckDB's statistics of a written file as the log's <c>stats</c> (Delta protocol, "Per-file Statistics"): typed JSON, texts cut to 32
/// characters so that minimum and maximum still bound every value, nothing for what has no order (NaN) or no form (infinite dates).
/// </summary>
internal static partial class StatisticsJson
{
    private const int MaxColumns = 32;
    private const int MaxTextLength = 32;

    private static readonly JsonWriterOptions _writing = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Write(CopiedFile file, IReadOnlyList<DeltaField> columns)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, _writing))
        {
            json.WriteStartObject();
            json.WriteNumber("numRecords", file.RowCount);
            foreach (var part in (string[])["minValues", "maxValues", "nullCount"])
            {
                json.WritePropertyName(part);
                var budget = MaxColumns;
                Fields(json, file, columns, "", part, ref budget);
            }
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(buffer.ToArray());
    }

    private static void Fields(Utf8JsonWriter json, CopiedFile file, IReadOnlyList<DeltaField> fields, string prefix, string part, ref int budget)
    {
        json.WriteStartObject();
        foreach (var field in fields)
        {
            var path = prefix + DuckSql.Name(field.Name);
            if (field.Type is StructType inner)
            {
                json.WritePropertyName(field.Name);
                Fields(json, file, inner.Fields, path + ".", part, ref budget);
            }
            else if (budget-- > 0 && file.ColumnStatistics.TryGetValue(path, out var statistics) && Value(statistics, field.Type, part) is { } value)
            {
                json.WritePropertyName(field.Name);
                json.WriteRawValue(value);
            }
        }
        json.WriteEndObject();
    }

    private static string? Value(IReadOnlyDictionary<string, string> statistics, DeltaType type, string part)
    {
        if (part == "nullCount")
        {
            return statistics.GetValueOrDefault("null_count");
        }
        var isMax = part == "maxValues";
        if (statistics.GetValueOrDefault("has_nan") == "true" || !statistics.TryGetValue(isMax ? "max" : "min", out var text))
        {
            return null;
        }
        return type switch
        {
            DecimalType => text,
            PrimitiveType { Name: "byte" or "short" or "integer" or "long" } => text,
            PrimitiveType { Name: "float" or "double" } =>
                double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) ? Number(text) : null,
            PrimitiveType { Name: "date" } => PlainDate().IsMatch(text) ? JsonSerializer.Serialize(text) : null,
            PrimitiveType { Name: "timestamp" } => Timestamp(text, isMax),
            PrimitiveType { Name: "string" } => Text(text, isMax),
            _ => null,
        };
    }

    // JSON has no number such as "1e+30" without digits around, but DuckDB's text is otherwise JSON's.
    private static string Number(string text) => text.StartsWith('+') ? text[1..] : text;

    private static string? Timestamp(string text, bool isMax)
    {
        if (!PlainTimestamp().IsMatch(text) || !DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var value))
        {
            return null;
        }
        // The log holds milliseconds: the smallest goes down, the largest up.
        var milliseconds = value.ToUnixTimeMilliseconds();
        if (isMax && DateTimeOffset.FromUnixTimeMilliseconds(milliseconds) < value)
        {
            milliseconds++;
        }
        return string.Create(CultureInfo.InvariantCulture, $"\"{DateTimeOffset.FromUnixTimeMilliseconds(milliseconds):yyyy-MM-dd'T'HH:mm:ss.fff'Z'}\"");
    }

    private static string Text(string text, bool isMax)
    {
        if (text.Length > MaxTextLength)
        {
            var length = char.IsHighSurrogate(text[MaxTextLength - 1]) ? MaxTextLength - 1 : MaxTextLength;
            // A text that was cut is smaller than the whole; the largest of all characters after it makes it larger than any continuation.
            text = text[..length] + (isMax ? "\U0010FFFF" : "");
        }
        return JsonSerializer.Serialize(text, _relaxed);
    }

    private static readonly JsonSerializerOptions _relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    [GeneratedRegex(@"^\d{4}-\d\d-\d\d$", RegexOptions.CultureInvariant)]
    private static partial Regex PlainDate();

    [GeneratedRegex(@"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d{1,6})?\+00$", RegexOptions.CultureInvariant)]
    private static partial Regex PlainTimestamp();
}
