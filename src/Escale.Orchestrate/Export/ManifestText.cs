using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Escale.Orchestrate.Export;

/// <summary>
/// Writes manifests as YAML that readers of 1.1 and 1.2 take for the same: a text is quoted unless it is a plain word that no reader takes for anything else (<c>no</c>, <c>on</c>, <c>1e3</c>, dates).
/// </summary>
internal static partial class ManifestText
{
    private static readonly HashSet<string> _words = new(["y", "n", "yes", "no", "on", "off", "true", "false", "null", "nan", "inf"], StringComparer.OrdinalIgnoreCase);

    /// <summary>One or several documents behind a comment.</summary>
    public static string Of(IEnumerable<string> comment, IReadOnlyList<Dictionary<string, object?>> documents)
    {
        var text = new StringBuilder();
        foreach (var line in comment)
        {
            text.Append("# ").Append(line.ReplaceLineEndings(" ")).Append('\n');
        }
        foreach (var document in documents)
        {
            text.Append(documents.Count > 1 ? "---\n" : "");
            Map(text, 0, document);
        }
        return text.ToString();
    }

    private static void Map(StringBuilder text, int indent, Dictionary<string, object?> map)
    {
        foreach (var (key, value) in map.Where(pair => pair.Value is not null))
        {
            text.Append(' ', indent).Append(Scalar(key)).Append(':');
            Value(text, indent, value!);
        }
    }

    private static void Value(StringBuilder text, int indent, object value)
    {
        switch (value)
        {
            case Dictionary<string, object?> { Count: > 0 } map:
                text.Append('\n');
                Map(text, indent + 2, map);
                break;
            case Dictionary<string, object?>:
                text.Append(" {}\n");
                break;
            case IReadOnlyList<object> { Count: 0 }:
                text.Append(" []\n");
                break;
            case IReadOnlyList<object> list:
                text.Append('\n');
                foreach (var item in list)
                {
                    Item(text, indent + 2, item);
                }
                break;
            default:
                text.Append(' ').Append(Scalar(value)).Append('\n');
                break;
        }
    }

    private static void Item(StringBuilder text, int indent, object item)
    {
        if (item is IReadOnlyList<object> list)
        {
            text.Append(' ', indent).Append("-\n");
            list.ToList().ForEach(inner => Item(text, indent + 2, inner));
            return;
        }
        if (item is not Dictionary<string, object?> map)
        {
            text.Append(' ', indent).Append("- ").Append(Scalar(item)).Append('\n');
            return;
        }
        var lines = new StringBuilder();
        Map(lines, indent + 2, map);
        lines[indent] = '-';
        text.Append(lines);
    }

    private static string Scalar(object value) => value switch
    {
        bool truth => truth ? "true" : "false",
        string text => Plain().IsMatch(text) && !_words.Contains(text) ? text : Quoted(text),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };

    private static string Quoted(string text)
    {
        var quoted = new StringBuilder("\"");
        foreach (var rune in text.EnumerateRunes())
        {
            quoted.Append(rune.Value switch
            {
                '"' => "\\\"",
                '\\' => "\\\\",
                '\n' => "\\n",
                '\u2028' or '\u2029' or '\ufeff' or '\ufffe' or '\uffff' => Escaped(rune),
                _ when Rune.IsControl(rune) => Escaped(rune),
                _ => rune.ToString(),
            });
        }
        return quoted.Append('"').ToString();
    }

    private static string Escaped(Rune rune) => FormattableString.Invariant($"\\u{rune.Value:x4}");

    [GeneratedRegex("^[A-Za-z][A-Za-z0-9/._-]*$(?<!\n)", RegexOptions.CultureInvariant)]
    private static partial Regex Plain();
}
