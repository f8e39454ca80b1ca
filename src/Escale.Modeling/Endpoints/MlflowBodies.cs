using System.Text.Json;

namespace Escale.Modeling.Endpoints;

/// <summary>MLflow's scoring bodies: <c>dataframe_split</c>, <c>dataframe_records</c>, <c>instances</c> and <c>inputs</c> (as records, as columns, or as bare rows in the order of the model's columns).</summary>
internal static class MlflowBodies
{
    /// <summary>Predicts; the answer, <c>{"predictions": […]}</c>, is in the slot when there are no errors.</summary>
    /// <exception cref="JsonException">It is no JSON, or not one of these bodies.</exception>
    public static List<FieldError>? Answer(ReadOnlyMemory<byte> body, ServedModel model, ServedModel.Slot slot, out int rows)
    {
        using var document = JsonDocument.Parse(body, new JsonDocumentOptions { MaxDepth = 16 });
        if (document.RootElement.ValueKind != JsonValueKind.Object)
        {
            throw new JsonException("Expected an object with dataframe_split, dataframe_records, instances or inputs.");
        }
        List<FieldError>? errors = null;
        rows = 0;
        slot.Shape = AnswerShape.Mlflow;
        slot.Writer.WriteStartObject();
        slot.Writer.WriteStartArray("predictions"u8);
        var isKnown = false;
        foreach (var part in document.RootElement.EnumerateObject())
        {
            switch (part.Name)
            {
                case "dataframe_split":
                    Split(part.Value, model, slot, ref rows, ref errors);
                    isKnown = true;
                    break;
                case "dataframe_records" or "instances" or "inputs" when part.Value.ValueKind == JsonValueKind.Array:
                    foreach (var row in part.Value.EnumerateArray())
                    {
                        Row(row, model, slot, ref rows, ref errors);
                    }
                    isKnown = true;
                    break;
                case "instances" or "inputs" when part.Value.ValueKind == JsonValueKind.Object:
                    ColumnsOf(part.Value, model, slot, ref rows, ref errors);
                    isKnown = true;
                    break;
                case "params":
                    break; // for models that take some; this one takes none
            }
        }
        if (!isKnown)
        {
            throw new JsonException("Expected one of dataframe_split, dataframe_records, instances and inputs.");
        }
        slot.Writer.WriteEndArray();
        slot.Writer.WriteEndObject();
        slot.Writer.Flush();
        return errors;
    }

    private static void Split(JsonElement split, ServedModel model, ServedModel.Slot slot, ref int rows, ref List<FieldError>? errors)
    {
        if (split.ValueKind != JsonValueKind.Object || !split.TryGetProperty("data", out var data) || data.ValueKind != JsonValueKind.Array)
        {
            throw new JsonException("dataframe_split needs columns and data.");
        }
        var names = split.TryGetProperty("columns", out var columns) && columns.ValueKind == JsonValueKind.Array
            ? columns.EnumerateArray().Select(name => name.ToString()).ToArray()
            : [.. model.Columns.Select(column => column.Column.Name)];
        foreach (var row in data.EnumerateArray())
        {
            Bare(row, names, model, slot, ref rows, ref errors);
        }
    }

    private static void Row(JsonElement row, ServedModel model, ServedModel.Slot slot, ref int rows, ref List<FieldError>? errors)
    {
        if (row.ValueKind == JsonValueKind.Array)
        {
            Bare(row, [.. model.Columns.Select(column => column.Column.Name)], model, slot, ref rows, ref errors);
            return;
        }
        Begin(slot);
        if (!Predicting.Take(ref rows, ref errors))
        {
            return;
        }
        if (row.ValueKind != JsonValueKind.Object)
        {
            RowReading.Add(ref errors, rows - 1, "", "mistyped", "Expected a row.");
            return;
        }
        foreach (var field in row.EnumerateObject())
        {
            Set(field.Name, field.Value, model, slot, rows - 1, ref errors);
        }
        Finish(model, slot, rows - 1, ref errors);
    }

    private static void Bare(JsonElement row, string[] names, ServedModel model, ServedModel.Slot slot, ref int rows, ref List<FieldError>? errors)
    {
        Begin(slot);
        if (!Predicting.Take(ref rows, ref errors))
        {
            return;
        }
        if (row.ValueKind != JsonValueKind.Array || row.GetArrayLength() != names.Length)
        {
            RowReading.Add(ref errors, rows - 1, "", "mistyped", $"Expected a list of {names.Length} values.");
            return;
        }
        var at = 0;
        foreach (var value in row.EnumerateArray())
        {
            Set(names[at++], value, model, slot, rows - 1, ref errors);
        }
        Finish(model, slot, rows - 1, ref errors);
    }

    // {"a": [1, 2], "b": ["x", "y"]}
    private static void ColumnsOf(JsonElement columns, ServedModel model, ServedModel.Slot slot, ref int rows, ref List<FieldError>? errors)
    {
        var all = columns.EnumerateObject().Select(column => (column.Name, column.Value)).ToList();
        if (all.Any(column => column.Value.ValueKind != JsonValueKind.Array))
        {
            Row(columns, model, slot, ref rows, ref errors);
            return;
        }
        var count = all.Count == 0 ? 0 : all[0].Value.GetArrayLength();
        if (all.Any(column => column.Value.GetArrayLength() != count))
        {
            throw new JsonException("The columns are of different lengths.");
        }
        var values = all.Select(column => column.Value.EnumerateArray().ToArray()).ToArray();
        for (var row = 0; row < count; row++)
        {
            Begin(slot);
            if (!Predicting.Take(ref rows, ref errors))
            {
                return;
            }
            for (var at = 0; at < all.Count; at++)
            {
                Set(all[at].Name, values[at][row], model, slot, rows - 1, ref errors);
            }
            Finish(model, slot, rows - 1, ref errors);
        }
    }

    private static void Begin(ServedModel.Slot slot)
    {
        slot.ClearRow();
        Array.Clear(slot.Seen);
    }

    // Data frames come with more columns than a model reads; MLflow lets them pass.
    private static void Set(string name, JsonElement value, ServedModel model, ServedModel.Slot slot, int row, ref List<FieldError>? errors)
    {
        if (model.ColumnOf(name) is not (>= 0 and var at))
        {
            return;
        }
        slot.Seen[at] = true;
        var reader = new Utf8JsonReader(System.Runtime.InteropServices.JsonMarshal.GetRawUtf8Value(value));
        reader.Read();
        RowReading.ReadValue(ref reader, model.Columns[at], slot, at, row, ref errors);
    }

    private static void Finish(ServedModel model, ServedModel.Slot slot, int row, ref List<FieldError>? errors)
    {
        RowReading.CheckMissing(model, slot, row, ref errors);
        if (errors is null && slot.Predict())
        {
            Predicting.Write(slot.Writer, model, slot.Outputs, AnswerForm.Bare);
        }
    }
}
