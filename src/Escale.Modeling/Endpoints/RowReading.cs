using System.Globalization;
using System.Text.Json;
using Escale.Learning.Preparation;
using Escale.Projects;

namespace Escale.Modeling.Endpoints;

/// <summary>What is wrong with one field of one row.</summary>
/// <param name="Row">The row, from 0.</param>
/// <param name="Field">The field.</param>
/// <param name="Code"><c>missing</c>, <c>unknown</c>, <c>mistyped</c>, <c>too-large</c> or <c>twice</c>.</param>
/// <param name="Message">What is wrong.</param>
public sealed record FieldError(int Row, string Field, string Code, string Message);

/// <summary>Reads values of requests straight into the rows of a model. Allocates for texts, categories never seen, and errors only.</summary>
internal static class RowReading
{
    /// <summary>Errors that are told at most.</summary>
    public const int MostErrors = 100;

    private const int MostText = 20_000;

    /// <summary>Reads an object with a value for each column.</summary>
    /// <param name="reader">At the object's beginning; afterwards at its end.</param>
    /// <param name="model">The model.</param>
    /// <param name="slot">What is filled.</param>
    /// <param name="row">The row's number, for errors.</param>
    /// <param name="ignoreExtra">Whether fields that the model does not read are passed over.</param>
    /// <param name="errors">Made when the first is found.</param>
    public static void ReadObject(ref Utf8JsonReader reader, ServedModel model, ServedModel.Slot slot, int row, bool ignoreExtra, ref List<FieldError>? errors)
    {
        slot.ClearRow();
        Array.Clear(slot.Seen);
        var expected = 0;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var at = ColumnOf(ref reader, model, ref expected);
            if (at < 0)
            {
                Unknown(ref reader, model, row, ignoreExtra, ref errors);
                continue;
            }
            if (slot.Seen[at])
            {
                Add(ref errors, row, model.Columns[at].Column.Name, "twice", "The field is there twice.");
            }
            slot.Seen[at] = true;
            reader.Read();
            ReadValue(ref reader, model.Columns[at], slot, at, row, ref errors);
        }
        CheckMissing(model, slot, row, ref errors);
    }

    /// <summary>Reads one value into a column.</summary>
    public static void ReadValue(ref Utf8JsonReader reader, ServedColumn column, ServedModel.Slot target, int at, int row, ref List<FieldError>? errors)
    {
        var isRight = reader.TokenType switch
        {
            JsonTokenType.Null => true, // no value: what the model learned of missing ones applies
            JsonTokenType.Number => Number(ref reader, column, target, at, row, ref errors),
            JsonTokenType.True or JsonTokenType.False => Boolean(reader.TokenType == JsonTokenType.True, column, target, at),
            JsonTokenType.String => Text(ref reader, column, target, at, row, ref errors),
            _ => false,
        };
        if (!isRight)
        {
            var found = reader.TokenType switch { JsonTokenType.StartArray => "a list", JsonTokenType.StartObject => "an object", JsonTokenType.String => $"'{Short(reader.GetString()!)}'", JsonTokenType.Number => "a number", _ => "true or false" };
            Add(ref errors, row, column.Column.Name, "mistyped", $"Expected {Expected(column)}, found {found}.");
        }
        reader.TrySkip();
    }

    /// <summary>Names the columns that a row did not have, although every row of training had a value there.</summary>
    public static void CheckMissing(ServedModel model, ServedModel.Slot slot, int row, ref List<FieldError>? errors)
    {
        for (var at = 0; at < slot.Seen.Length; at++)
        {
            if (!slot.Seen[at] && !model.Columns[at].Column.HadMissing)
            {
                Add(ref errors, row, model.Columns[at].Column.Name, "missing", $"The field is missing; give {Expected(model.Columns[at])}, or null when it is not known.");
            }
        }
    }

    /// <summary>Adds an error.</summary>
    public static void Add(ref List<FieldError>? errors, int row, string field, string code, string message)
    {
        errors ??= [];
        if (errors.Count < MostErrors)
        {
            errors.Add(new FieldError(row, Short(field), code, message));
        }
    }

    /// <summary>What a column takes, for people.</summary>
    public static string Expected(ServedColumn column) => column.Column.Role switch
    {
        ColumnRole.Number => column.Column.Kind == Learning.Frames.ColumnKind.Boolean ? "true or false" : "a number",
        ColumnRole.Timestamp => "a date such as 2026-01-31 or 2026-01-31T10:30:00",
        _ => "a text",
    };

    private static int ColumnOf(ref Utf8JsonReader reader, ServedModel model, ref int expected)
    {
        if (reader.HasValueSequence || reader.ValueIsEscaped)
        {
            var name = reader.GetString()!;
            return model.ColumnOf(name);
        }
        // Clients send the fields in the same order, most often that of the schema.
        var columns = model.Columns;
        if (expected < columns.Length && reader.ValueSpan.SequenceEqual(columns[expected].Name))
        {
            return expected++;
        }
        var at = model.ColumnOf(reader.ValueSpan);
        expected = at + 1;
        return at;
    }

    private static void Unknown(ref Utf8JsonReader reader, ServedModel model, int row, bool ignoreExtra, ref List<FieldError>? errors)
    {
        if (!ignoreExtra)
        {
            var name = reader.GetString()!;
            var near = name.Length <= 100 ? Nearest.Of(name, model.Columns.Select(column => column.Column.Name)) : null;
            Add(ref errors, row, name, "unknown", near is null ? "The model does not read such a field." : $"The model does not read such a field. Did you mean '{near}'?");
        }
        reader.Read();
        reader.TrySkip();
    }

    private static bool Number(ref Utf8JsonReader reader, ServedColumn column, ServedModel.Slot target, int at, int row, ref List<FieldError>? errors)
    {
        if (column.Column.Role == ColumnRole.Timestamp)
        {
            return false;
        }
        if (!reader.TryGetDouble(out var number) || !double.IsFinite(number))
        {
            Add(ref errors, row, column.Column.Name, "too-large", "The number is too large.");
            return true;
        }
        target.Set(at, number);
        return true;
    }

    private static bool Boolean(bool value, ServedColumn column, ServedModel.Slot target, int at)
    {
        if (column.Column.Role == ColumnRole.Timestamp)
        {
            return false;
        }
        target.Set(at, value);
        return true;
    }

    private static bool Text(ref Utf8JsonReader reader, ServedColumn column, ServedModel.Slot target, int at, int row, ref List<FieldError>? errors)
    {
        var length = reader.HasValueSequence ? reader.ValueSequence.Length : reader.ValueSpan.Length;
        if (length > MostText)
        {
            Add(ref errors, row, column.Column.Name, "too-large", $"The text is longer than {MostText.ToString(CultureInfo.InvariantCulture)} bytes.");
            return true;
        }
        if (column.IsCategory)
        {
            target.Set(at, (!reader.HasValueSequence && !reader.ValueIsEscaped ? column.Level(reader.ValueSpan) : null) ?? reader.GetString());
            return true;
        }
        if (column.Column.Role == ColumnRole.Timestamp)
        {
            var isMoment = TryMoment(ref reader, out var moment);
            target.Set(at, isMoment ? moment : default(DateTime?));
            return isMoment;
        }
        if (column.Column.Role == ColumnRole.Number)
        {
            return false;
        }
        target.Set(at, reader.GetString());
        return true;
    }

    // As the clock showed it: a zone is not converted.
    private static bool TryMoment(ref Utf8JsonReader reader, out DateTime moment)
    {
        if (reader.TryGetDateTimeOffset(out var zoned))
        {
            moment = DateTime.SpecifyKind(zoned.DateTime, DateTimeKind.Unspecified);
            return true;
        }
        var text = reader.GetString()!;
        return DateTime.TryParseExact(text, ["yyyy-MM-dd HH:mm:ss", "yyyy-MM-dd HH:mm", "yyyy-MM-dd HH:mm:ss.FFFFFF", "yyyy/MM/dd"], CultureInfo.InvariantCulture, DateTimeStyles.None, out moment);
    }

    private static string Short(string text) => text.Length <= 60 ? text : text[..59] + "…";
}
