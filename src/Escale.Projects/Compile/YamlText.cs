using System.Text;
using Escale.Projects.Jinja;

namespace Escale.Projects.Compile;

/// <summary>YAML in block style, as dbt's <c>toyaml</c> writes it.</summary>
internal static class YamlText
{
    public static string Write(Evaluation evaluation, object? value, bool sortKeys)
    {
        var text = new StringBuilder();
        Write(evaluation, value, sortKeys, 0, text, inLine: false);
        return text.ToString();
    }

    private static void Write(Evaluation evaluation, object? value, bool sortKeys, int indent, StringBuilder text, bool inLine)
    {
        evaluation.EnsureStack();
        evaluation.Allocate(1);
        switch (value)
        {
            case JinjaDict { Count: > 0 } dict:
                text.Append(inLine ? "\n" : "");
                IEnumerable<object?> keys = sortKeys ? SelectionFilters.Sort(evaluation, dict.Keys, key => key, false) : dict.Keys.ToArray();
                foreach (var key in keys)
                {
                    text.Append(' ', indent).Append(Scalar(evaluation, key)).Append(':');
                    Write(evaluation, dict[key], sortKeys, indent + (dict[key] is JinjaDict ? 2 : 0), text, inLine: true);
                }
                break;
            case JinjaList { Count: > 0 } or JinjaTuple { Count: > 0 }:
                text.Append(inLine ? "\n" : "");
                foreach (var item in (IEnumerable<object?>)value)
                {
                    text.Append(' ', indent).Append('-');
                    Write(evaluation, item, sortKeys, indent + 2, text, inLine: true);
                }
                break;
            default:
                text.Append(inLine ? " " : "").Append(Scalar(evaluation, value)).Append('\n');
                break;
        }
    }

    /// <summary>JSON's quoting is YAML's: used where a plain word would read as something else.</summary>
    private static string Scalar(Evaluation evaluation, object? value)
    {
        if (value is not string text)
        {
            return value is JinjaDict ? "{}" : value is JinjaList or JinjaTuple ? "[]" : JsonText.Write(evaluation, value);
        }
        var isPlain = text.Length > 0 && text.All(character => char.IsLetterOrDigit(character) || character is '_' or '.' or '/' or ' ') && char.IsLetter(text[0])
            && !text.EndsWith(' ') && text.ToLowerInvariant() is not ("true" or "false" or "null" or "yes" or "no" or "on" or "off" or "y" or "n");
        return isPlain ? text : JsonText.Write(evaluation, text);
    }
}
