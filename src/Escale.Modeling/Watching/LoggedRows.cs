using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Escale.Modeling.Watching;

/// <summary>A prediction as the log keeps it.</summary>
/// <param name="Inputs">The row's fields as JSON, masked ones as <c>"***"</c>.</param>
/// <param name="Prediction">What was said.</param>
/// <param name="Value">The number predicted, or how sure of the positive of two classes.</param>
internal sealed record LoggedRow(string Inputs, string? Prediction, double? Value);

/// <summary>Takes the rows of a request and its answer apart, in any of the forms that endpoints take.</summary>
internal static class LoggedRows
{
    /// <summary>The rows. A body that was answered is always one of the forms; what cannot be read all the same gives no rows.</summary>
    public static IEnumerable<LoggedRow> Of(ReadOnlyMemory<byte> body, ReadOnlyMemory<byte> answer, IReadOnlySet<string> masked, IReadOnlyList<string> classes)
    {
        using var asked = JsonDocument.Parse(body);
        using var said = JsonDocument.Parse(answer);
        var inputs = Inputs(asked.RootElement).ToList();
        var outputs = Outputs(said.RootElement, classes).ToList();
        return [.. inputs.Select((row, at) => new LoggedRow(Write(row, masked), at < outputs.Count ? outputs[at].Prediction : null, at < outputs.Count ? outputs[at].Value : null))];
    }

    private static IEnumerable<IEnumerable<(string Name, JsonElement Value)>> Inputs(JsonElement body)
    {
        if (body.ValueKind == JsonValueKind.Array)
        {
            return body.EnumerateArray().Select(Fields);
        }
        foreach (var name in (ReadOnlySpan<string>)["rows", "dataframe_records", "instances"])
        {
            if (body.TryGetProperty(name, out var rows) && rows.ValueKind == JsonValueKind.Array)
            {
                return rows.EnumerateArray().Select(Fields);
            }
        }
        if (body.TryGetProperty("dataframe_split", out var split) && split.ValueKind == JsonValueKind.Object && split.TryGetProperty("columns", out var columns) && split.TryGetProperty("data", out var data))
        {
            var names = columns.EnumerateArray().Select(column => column.ToString()).ToList();
            return data.EnumerateArray().Select(row => row.EnumerateArray().Select((value, at) => (at < names.Count ? names[at] : "", value)));
        }
        if (body.TryGetProperty("inputs", out var inputs))
        {
            return inputs.ValueKind == JsonValueKind.Array ? Columns([.. inputs.EnumerateArray().Where(IsTensor).Select(tensor => (tensor.GetProperty("name").ToString(), tensor.GetProperty("data")))])
                : inputs.ValueKind == JsonValueKind.Object ? Columns([.. inputs.EnumerateObject().Select(field => (field.Name, field.Value))]) : [];
        }
        return [Fields(body)];
    }

    private static bool IsTensor(JsonElement tensor) => tensor.ValueKind == JsonValueKind.Object && tensor.TryGetProperty("name", out _) && tensor.TryGetProperty("data", out var data) && data.ValueKind == JsonValueKind.Array;

    // Column by column: a list each, or one value for one row.
    private static IEnumerable<IEnumerable<(string Name, JsonElement Value)>> Columns(IReadOnlyList<(string Name, JsonElement Values)> columns)
    {
        var lists = columns.Select(column => (column.Name, Values: column.Values.ValueKind == JsonValueKind.Array ? Flat(column.Values).ToList() : [column.Values])).ToList();
        return Enumerable.Range(0, lists.Count == 0 ? 0 : lists.Max(list => list.Values.Count)).Select(row => lists.Where(list => row < list.Values.Count).Select(list => (list.Name, list.Values[row])));
    }

    private static IEnumerable<JsonElement> Flat(JsonElement values) => values.EnumerateArray().SelectMany(value => value.ValueKind == JsonValueKind.Array ? Flat(value) : [value]);

    private static IEnumerable<(string Name, JsonElement Value)> Fields(JsonElement row) => row.ValueKind == JsonValueKind.Object ? row.EnumerateObject().Select(field => (field.Name, field.Value)) : [];

    private static IEnumerable<(string? Prediction, double? Value)> Outputs(JsonElement answer, IReadOnlyList<string> classes)
    {
        if (answer.ValueKind != JsonValueKind.Object)
        {
            return [];
        }
        if (answer.TryGetProperty("predictions", out var many) && many.ValueKind == JsonValueKind.Array)
        {
            return many.EnumerateArray().Select(one => One(one, classes));
        }
        if (answer.TryGetProperty("outputs", out var outputs) && outputs.ValueKind == JsonValueKind.Array && outputs.EnumerateArray().FirstOrDefault(IsTensor) is { ValueKind: JsonValueKind.Object } first)
        {
            return first.GetProperty("data").EnumerateArray().Select(one => One(one, classes));
        }
        return [One(answer, classes)];
    }

    private static (string? Prediction, double? Value) One(JsonElement one, IReadOnlyList<string> classes)
    {
        if (one.ValueKind != JsonValueKind.Object)
        {
            return (one.ToString(), one.ValueKind == JsonValueKind.Number ? one.GetDouble() : null);
        }
        if (!one.TryGetProperty("prediction", out var prediction))
        {
            return (null, null);
        }
        var value = prediction.ValueKind == JsonValueKind.Number ? prediction.GetDouble()
            : classes.Count == 2 && one.TryGetProperty("probabilities", out var all) && all.TryGetProperty(classes[1], out var positive) ? positive.GetDouble()
            : (double?)null;
        return (prediction.ValueKind == JsonValueKind.Number ? prediction.GetDouble().ToString("R", CultureInfo.InvariantCulture) : prediction.ToString(), value);
    }

    private static string Write(IEnumerable<(string Name, JsonElement Value)> row, IReadOnlySet<string> masked)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            foreach (var (name, value) in row.DistinctBy(field => field.Name))
            {
                if (masked.Contains(name))
                {
                    writer.WriteString(name, "***");
                    continue;
                }
                writer.WritePropertyName(name);
                value.WriteTo(writer);
            }
            writer.WriteEndObject();
        }
        return Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length);
    }
}
