using System.Text.Json;
using Escale.Learning;

namespace Escale.Modeling.Endpoints;

/// <summary>How one prediction is written.</summary>
internal enum AnswerForm
{
    /// <summary>Escale's own: the label or number, with probabilities.</summary>
    Own,

    /// <summary>MLflow's: the bare label or number.</summary>
    Bare,
}

/// <summary>Reads the rows of a body, predicts each as it is read, and writes the answer.</summary>
internal static class Predicting
{
    private const int MostRows = 10_000;

    private static readonly JsonEncodedText _prediction = JsonEncodedText.Encode("prediction");
    private static readonly JsonEncodedText _predictions = JsonEncodedText.Encode("predictions");
    private static readonly JsonEncodedText _probability = JsonEncodedText.Encode("probability");
    private static readonly JsonEncodedText _probabilities = JsonEncodedText.Encode("probabilities");
    private static readonly JsonEncodedText _model = JsonEncodedText.Encode("model");
    private static readonly JsonEncodedText _version = JsonEncodedText.Encode("version");
    private static readonly JsonReaderOptions _reading = new() { MaxDepth = 16 };

    /// <summary>Predicts a body of one row or of many.</summary>
    /// <param name="body">The JSON: an object, a list of objects, or <c>{"rows": […]}</c>.</param>
    /// <param name="model">The version that answers.</param>
    /// <param name="slot">A slot of it.</param>
    /// <param name="ignoreExtra">Whether fields that the model does not read are passed over.</param>
    /// <param name="rows">How many there were.</param>
    /// <returns>The errors of fields; null when there is none and the answer is in the slot.</returns>
    /// <exception cref="JsonException">It is no JSON.</exception>
    public static List<FieldError>? Answer(ReadOnlySpan<byte> body, ServedModel model, ServedModel.Slot slot, bool ignoreExtra, out int rows)
    {
        var reader = new Utf8JsonReader(body, _reading);
        List<FieldError>? errors = null;
        rows = 0;
        slot.Shape = AnswerShape.Many;
        reader.Read();
        if (reader.TokenType == JsonTokenType.StartObject && !IsRows(reader))
        {
            RowReading.ReadObject(ref reader, model, slot, 0, ignoreExtra, ref errors);
            rows = 1;
            slot.Shape = AnswerShape.One;
            EndOf(ref reader);
            if (errors is null && slot.Predict())
            {
                WriteOne(slot.Writer, model, slot.Outputs);
            }
        }
        else
        {
            if (reader.TokenType == JsonTokenType.StartObject)
            {
                reader.Read();
                reader.Read();
            }
            slot.Writer.WriteStartObject();
            slot.Writer.WriteStartArray(_predictions);
            Rows(ref reader, model, slot, ignoreExtra, AnswerForm.Own, ref rows, ref errors);
            if (errors is null)
            {
                EndOf(ref reader);
            }
            slot.Writer.WriteEndArray();
            WriteOrigin(slot.Writer, model);
            slot.Writer.WriteEndObject();
        }
        slot.Writer.Flush();
        return errors;
    }

    /// <summary>Predicts a list of objects; the reader stands at its beginning, and afterwards at its end.</summary>
    public static void Rows(ref Utf8JsonReader reader, ServedModel model, ServedModel.Slot slot, bool ignoreExtra, AnswerForm form, ref int rows, ref List<FieldError>? errors)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            RowReading.Add(ref errors, 0, "", "mistyped", "Expected a row (an object) or a list of rows.");
            reader.TrySkip();
            return;
        }
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (!Take(ref rows, ref errors))
            {
                return;
            }
            if (reader.TokenType != JsonTokenType.StartObject)
            {
                RowReading.Add(ref errors, rows - 1, "", "mistyped", "Expected a row (an object with a value for each field).");
                reader.TrySkip();
                continue;
            }
            RowReading.ReadObject(ref reader, model, slot, rows - 1, ignoreExtra, ref errors);
            if (errors is null && slot.Predict())
            {
                Write(slot.Writer, model, slot.Outputs, form);
            }
        }
    }

    /// <summary>Writes the answer of rows that were prepared together.</summary>
    public static void WriteAll(ServedModel model, ServedModel.Slot slot, IEnumerable<double[]> predicted)
    {
        var writer = slot.Writer;
        switch (slot.Shape)
        {
            case AnswerShape.One:
                WriteOne(writer, model, predicted.Single());
                break;
            case AnswerShape.Inference:
                InferenceBodies.Write(writer, model, slot.RequestId, predicted);
                break;
            default:
                writer.WriteStartObject();
                writer.WriteStartArray(_predictions);
                foreach (var outputs in predicted)
                {
                    Write(writer, model, outputs, slot.Shape == AnswerShape.Mlflow ? AnswerForm.Bare : AnswerForm.Own);
                }
                writer.WriteEndArray();
                if (slot.Shape == AnswerShape.Many)
                {
                    WriteOrigin(writer, model);
                }
                writer.WriteEndObject();
                break;
        }
        writer.Flush();
    }

    /// <summary>Counts a row; false when there are too many.</summary>
    public static bool Take(ref int rows, ref List<FieldError>? errors)
    {
        if (++rows <= MostRows)
        {
            return true;
        }
        RowReading.Add(ref errors, rows - 1, "", "too-large", "A request may hold 10,000 rows; score tables and files with escale predict.");
        return false;
    }

    /// <summary>Writes one prediction.</summary>
    public static void Write(Utf8JsonWriter writer, ServedModel model, ReadOnlySpan<double> outputs, AnswerForm form)
    {
        if (form == AnswerForm.Own)
        {
            writer.WriteStartObject();
            WriteOwn(writer, model, outputs);
            writer.WriteEndObject();
        }
        else if (model.Model.Task == LearningTask.Regression)
        {
            writer.WriteNumberValue(outputs[0]);
        }
        else
        {
            writer.WriteStringValue(model.Classes[Likeliest(outputs)]);
        }
    }

    /// <summary>The likeliest class, the first of several.</summary>
    public static int Likeliest(ReadOnlySpan<double> outputs)
    {
        var best = 0;
        for (var at = 1; at < outputs.Length; at++)
        {
            best = outputs[at] > outputs[best] ? at : best;
        }
        return best;
    }

    private static void WriteOne(Utf8JsonWriter writer, ServedModel model, ReadOnlySpan<double> outputs)
    {
        writer.WriteStartObject();
        WriteOwn(writer, model, outputs);
        WriteOrigin(writer, model);
        writer.WriteEndObject();
    }

    private static void WriteOwn(Utf8JsonWriter writer, ServedModel model, ReadOnlySpan<double> outputs)
    {
        if (model.Model.Task == LearningTask.Regression)
        {
            writer.WriteNumber(_prediction, outputs[0]);
            return;
        }
        var best = Likeliest(outputs);
        writer.WriteString(_prediction, model.Classes[best]);
        writer.WriteNumber(_probability, outputs[best]);
        writer.WriteStartObject(_probabilities);
        for (var at = 0; at < outputs.Length; at++)
        {
            writer.WriteNumber(model.Classes[at], outputs[at]);
        }
        writer.WriteEndObject();
    }

    private static void WriteOrigin(Utf8JsonWriter writer, ServedModel model)
    {
        writer.WriteString(_model, model.ModelName);
        writer.WriteNumber(_version, model.Version.Version);
    }

    /// <summary>Refuses what comes after the value.</summary>
    public static void EndOf(ref Utf8JsonReader reader)
    {
        while (reader.Read())
        {
            // An error of the reader says where something stands that should not.
        }
    }

    // {"rows": […]}: a value of a field is never a list.
    private static bool IsRows(Utf8JsonReader reader) =>
        reader.Read() && reader.TokenType == JsonTokenType.PropertyName && reader.ValueTextEquals("rows"u8) && reader.Read() && reader.TokenType == JsonTokenType.StartArray;
}
