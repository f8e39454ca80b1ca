using System.Text.Json;
using Escale.Learning;
using Escale.Learning.Preparation;

namespace Escale.Modeling.Endpoints;

/// <summary>The Open Inference Protocol (V2): a tensor of N values, or N × 1, for each column in; <c>predict</c> and, for classes, <c>predict_proba</c> out.</summary>
internal static class InferenceBodies
{
    private static readonly string[] _numbers = ["FP64", "FP32", "FP16", "INT64", "INT32", "INT16", "INT8", "UINT64", "UINT32", "UINT16", "UINT8", "BOOL"];

    /// <summary>What a model takes and gives.</summary>
    public static object Metadata(ServedModel model) => new
    {
        Name = model.Version.Name,
        Versions = new[] { model.Version.Version.ToString(System.Globalization.CultureInfo.InvariantCulture) },
        Platform = "escale",
        Inputs = model.Columns.Select(column => new { column.Column.Name, Datatype = column.Column.Role == ColumnRole.Number ? "FP64" : "BYTES", Shape = new[] { -1, 1 } }),
        Outputs = model.Model.Task == LearningTask.Regression
            ? new[] { new { Name = "predict", Datatype = "FP64", Shape = new[] { -1, 1 } } }
            : [new { Name = "predict", Datatype = "BYTES", Shape = new[] { -1, 1 } }, new { Name = "predict_proba", Datatype = "FP64", Shape = new[] { -1, model.Model.OutputCount } }],
    };

    /// <summary>Predicts; the answer is in the slot when there are no errors.</summary>
    /// <exception cref="JsonException">It is no JSON, or not such a request.</exception>
    public static List<FieldError>? Answer(ReadOnlyMemory<byte> body, ServedModel model, ServedModel.Slot slot, out int rows)
    {
        using var document = JsonDocument.Parse(body, new JsonDocumentOptions { MaxDepth = 16 });
        var request = document.RootElement;
        if (request.ValueKind != JsonValueKind.Object || !request.TryGetProperty("inputs", out var inputs) || inputs.ValueKind != JsonValueKind.Array)
        {
            throw new JsonException("Expected an object with inputs.");
        }
        List<FieldError>? errors = null;
        var columns = Columns(inputs, model, ref errors);
        rows = columns.Select(column => column?.Length ?? 0).DefaultIfEmpty(0).Max();
        if (columns.Any(column => column is not null && column.Length != columns.Max(other => other?.Length ?? 0)))
        {
            throw new JsonException("The inputs are of different lengths.");
        }
        slot.Shape = AnswerShape.Inference;
        slot.RequestId = request.TryGetProperty("id", out var id) && id.ValueKind == JsonValueKind.String ? id.GetString() : null;
        var outputs = new List<double[]>(rows);
        for (int row = 0, taken = 0; row < rows && Predicting.Take(ref taken, ref errors); row++)
        {
            slot.ClearRow();
            for (var at = 0; at < columns.Length; at++)
            {
                slot.Seen[at] = columns[at] is not null;
                if (columns[at] is { } column)
                {
                    var reader = new Utf8JsonReader(System.Runtime.InteropServices.JsonMarshal.GetRawUtf8Value(column[row]));
                    reader.Read();
                    RowReading.ReadValue(ref reader, model.Columns[at], slot, at, row, ref errors);
                }
            }
            RowReading.CheckMissing(model, slot, row, ref errors);
            if (errors is null && slot.Predict())
            {
                outputs.Add([.. slot.Outputs]);
            }
        }
        if (errors is null && !slot.HasKept)
        {
            Write(slot.Writer, model, slot.RequestId, outputs);
            slot.Writer.Flush();
        }
        return errors;
    }

    private static JsonElement[]?[] Columns(JsonElement inputs, ServedModel model, ref List<FieldError>? errors)
    {
        var columns = new JsonElement[]?[model.Columns.Length];
        foreach (var input in inputs.EnumerateArray())
        {
            if (input.ValueKind != JsonValueKind.Object || !input.TryGetProperty("name", out var given) || given.ValueKind != JsonValueKind.String || !input.TryGetProperty("data", out var data) || data.ValueKind != JsonValueKind.Array)
            {
                throw new JsonException("An input needs a name and data.");
            }
            var name = given.GetString()!;
            if (model.ColumnOf(name) is not (>= 0 and var at))
            {
                RowReading.Add(ref errors, 0, name, "unknown", "The model does not read such an input.");
                continue;
            }
            if (input.TryGetProperty("datatype", out var type) && type.ToString() is var kind && kind != "BYTES" && !_numbers.Contains(kind))
            {
                RowReading.Add(ref errors, 0, name, "mistyped", "Expected a datatype of numbers, BOOL or BYTES.");
            }
            columns[at] = [.. data.EnumerateArray().Select(value => value.ValueKind == JsonValueKind.Array && value.GetArrayLength() == 1 ? value[0] : value)];
        }
        return columns;
    }

    /// <summary>Writes the answer.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="model">The version that answers.</param>
    /// <param name="requestId">What the request calls itself, or null.</param>
    /// <param name="predicted">The outputs of each row; the same memory may come again.</param>
    public static void Write(Utf8JsonWriter writer, ServedModel model, string? requestId, IEnumerable<double[]> predicted)
    {
        var isRegression = model.Model.Task == LearningTask.Regression;
        var (labels, outputs) = (new List<int>(), new List<double>());
        foreach (var one in predicted)
        {
            labels.Add(Predicting.Likeliest(one));
            outputs.AddRange(one);
        }
        writer.WriteStartObject();
        writer.WriteString("model_name"u8, model.ModelName);
        writer.WriteString("model_version"u8, model.Version.Version.ToString(System.Globalization.CultureInfo.InvariantCulture));
        if (requestId is not null)
        {
            writer.WriteString("id"u8, requestId);
        }
        writer.WriteStartArray("outputs"u8);
        Head(writer, "predict", isRegression ? "FP64" : "BYTES", labels.Count, 1);
        for (var row = 0; row < labels.Count; row++)
        {
            if (isRegression)
            {
                writer.WriteNumberValue(outputs[row]);
            }
            else
            {
                writer.WriteStringValue(model.Classes[labels[row]]);
            }
        }
        Tail(writer);
        if (!isRegression)
        {
            Head(writer, "predict_proba", "FP64", labels.Count, model.Model.OutputCount);
            outputs.ForEach(writer.WriteNumberValue);
            Tail(writer);
        }
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void Head(Utf8JsonWriter writer, string name, string type, int rows, int width)
    {
        writer.WriteStartObject();
        writer.WriteString("name"u8, name);
        writer.WriteString("datatype"u8, type);
        writer.WriteStartArray("shape"u8);
        writer.WriteNumberValue(rows);
        writer.WriteNumberValue(width);
        writer.WriteEndArray();
        writer.WriteStartArray("data"u8);
    }

    private static void Tail(Utf8JsonWriter writer)
    {
        writer.WriteEndArray();
        writer.WriteEndObject();
    }
}
