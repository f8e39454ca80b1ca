using System.Globalization;
using System.Text;
using Escale.Orchestrate.Pipelines.Files;

namespace Escale.Orchestrate.Export.Airflow;

/// <summary>Values as Python writes them.</summary>
internal static class Python
{
    /// <summary>A text in quotes, on one line, whatever is in it.</summary>
    public static string Text(string text)
    {
        var quoted = new StringBuilder("\"");
        foreach (var rune in text.EnumerateRunes())
        {
            quoted.Append(rune.Value switch
            {
                '\\' => "\\\\",
                '"' => "\\\"",
                '\n' => "\\n",
                _ when Rune.IsControl(rune) || rune.Value is '\u2028' or '\u2029' or '\ufeff' => FormattableString.Invariant($"\\u{rune.Value:x4}"),
                _ => rune.ToString(),
            });
        }
        return quoted.Append('"').ToString();
    }

    /// <summary>A length of time.</summary>
    public static string Delta(TimeSpan time) => $"timedelta(seconds={Variables.Number(time.TotalSeconds)})";

    /// <summary>A moment.</summary>
    public static string Moment(DateTimeOffset time) => time.UtcDateTime is var utc && utc.TimeOfDay == TimeSpan.Zero
        ? FormattableString.Invariant($"datetime({utc.Year}, {utc.Month}, {utc.Day}, tzinfo=timezone.utc)")
        : FormattableString.Invariant($"datetime({utc.Year}, {utc.Month}, {utc.Day}, {utc.Hour}, {utc.Minute}, {utc.Second}, tzinfo=timezone.utc)");

    /// <summary>A list.</summary>
    public static string List(IEnumerable<string> items) => $"[{string.Join(", ", items)}]";

    /// <summary>A parameter's default as its type has it; one with a template is text, which Escale fills in.</summary>
    public static string Value(ParameterSpec parameter, string value) => Variables.IsTemplate(value) ? Text(value) : parameter.Type switch
    {
        ParameterType.Boolean => value == "true" ? "True" : "False",
        ParameterType.Integer => long.Parse(value, CultureInfo.InvariantCulture).ToString(CultureInfo.InvariantCulture),
        ParameterType.Number => double.Parse(value, CultureInfo.InvariantCulture).ToString("R", CultureInfo.InvariantCulture),
        _ => Text(value),
    };
}
