using System.Collections;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Escale.Projects.Yaml;

/// <summary>
/// Writes plain values (mappings, lists, texts, numbers; see <see cref="YamlNode.ToValue"/>) as YAML that people like to read: an entry a line, long texts as blocks, quotes only
/// where they are needed. What it writes reads as what was given.
/// </summary>
public static partial class YamlWriter
{
    private static readonly JsonSerializerOptions _quoted = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly string[] _onOneLine = ["at", "default", "roles", "split", "costs"];

    /// <summary>A whole file.</summary>
    public static string Document(IReadOnlyDictionary<string, object?> value)
    {
        var text = new StringBuilder();
        foreach (var (key, one) in value)
        {
            Entry(text, 0, key, one);
        }
        return text.ToString();
    }

    /// <summary>A whole file, from JSON.</summary>
    public static string Document(JsonObject value) => Document((Dictionary<string, object?>)JsonTree.Of(JsonSerializer.SerializeToElement(value))!);

    /// <summary>One key with its value, on lines of their own.</summary>
    public static void Entry(StringBuilder text, int indent, string key, object? value)
    {
        text.Append(' ', indent).Append(Scalar(key)).Append(':');
        switch (value)
        {
            case IReadOnlyDictionary<string, object?> { Count: > 0 } map when !_onOneLine.Contains(key):
                text.Append('\n');
                foreach (var (name, one) in map)
                {
                    Entry(text, indent + 2, name, one);
                }
                break;
            case List<object?> list when list.Any(item => item is IDictionary or IList):
                text.Append('\n');
                foreach (var item in list)
                {
                    Item(text, indent + 2, item);
                }
                break;
            case string words when IsBlock(words):
                Block(text, indent + 2, words);
                break;
            default:
                text.Append(' ').Append(Flow(value)).Append('\n');
                break;
        }
    }

    /// <summary>One item of a list, behind its dash.</summary>
    public static void Item(StringBuilder text, int indent, object? item)
    {
        if (item is not IReadOnlyDictionary<string, object?> { Count: > 0 } map)
        {
            text.Append(' ', indent).Append("- ").Append(Flow(item)).Append('\n');
            return;
        }
        var lines = new StringBuilder();
        foreach (var (key, value) in map)
        {
            Entry(lines, indent + 2, key, value);
        }
        lines[indent] = '-';
        text.Append(lines);
    }

    private static string Flow(object? value, bool isInside = false) => value switch
    {
        IReadOnlyDictionary<string, object?> map => "{" + string.Join(", ", map.Select(entry => $"{Scalar(entry.Key, isInside: true)}: {Flow(entry.Value, isInside: true)}")) + "}",
        List<object?> list => "[" + string.Join(", ", list.Select(item => Flow(item, isInside: true))) + "]",
        null => "null",
        bool truth => truth ? "true" : "false",
        string words => Scalar(words, isInside),
        double number => number.ToString("R", CultureInfo.InvariantCulture),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };

    private static string Scalar(string text, bool isInside = false) => IsPlain(text) && !(isInside && text.AsSpan().ContainsAny(",[]{}")) ? text : JsonSerializer.Serialize(text, _quoted);

    // The reader itself says whether it would take the text for a number, a date or the like.
    private static bool IsPlain(string text) =>
        Plain().IsMatch(text) && !text.Contains(": ", StringComparison.Ordinal) && !text.Contains(" #", StringComparison.Ordinal) && !text.EndsWith(':') && YamlFile.Parse("a: " + text, "").AsMap()["a"]?.ToValue() is string read && read == text;

    // The line and paragraph separators of Unicode would break lines, and a mark of byte order is no letter of a file.
    private static bool IsBlock(string text) =>
        text.Contains('\n') && text[0] is not (' ' or '\n' or '\t') && !text.Any(letter => (char.IsControl(letter) && letter is not ('\n' or '\t')) || letter is '\u2028' or '\u2029' or '\ufeff');

    private static void Block(StringBuilder text, int indent, string words)
    {
        text.Append(words.EndsWith("\n\n", StringComparison.Ordinal) ? " |+\n" : words.EndsWith('\n') ? " |\n" : " |-\n");
        foreach (var line in (words.EndsWith('\n') ? words[..^1] : words).Split('\n'))
        {
            if (line.Length > 0)
            {
                text.Append(' ', indent).Append(line);
            }
            text.Append('\n');
        }
    }

    // Neither a sign of YAML at the start nor a colon or a number sign that would end it.
    [GeneratedRegex(@"^[\p{L}_/(][^\p{C}\p{Zl}\p{Zp}""`\\]*(?<!\s)$")]
    private static partial Regex Plain();
}
