using System.Collections;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.RegularExpressions;
using Escale.Projects.Yaml;

namespace Escale.Explore.Dashboards.Files;

/// <summary>Writes plain values (mappings, lists, texts, numbers) as YAML that people like to read.</summary>
internal static partial class YamlEmit
{
    private static readonly JsonSerializerOptions _quoted = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly string[] _onOneLine = ["at", "default"];

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

    private static string Flow(object? value) => value switch
    {
        IReadOnlyDictionary<string, object?> map => "{" + string.Join(", ", map.Select(entry => $"{Scalar(entry.Key)}: {Flow(entry.Value)}")) + "}",
        List<object?> list => "[" + string.Join(", ", list.Select(Flow)) + "]",
        null => "null",
        bool truth => truth ? "true" : "false",
        string words => Scalar(words),
        double number => number.ToString("R", CultureInfo.InvariantCulture),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };

    private static string Scalar(string text) =>
        Plain().IsMatch(text) && YamlFile.Parse("a: " + text, "").AsMap()["a"]?.ToValue() is string ? text : JsonSerializer.Serialize(text, _quoted);

    private static bool IsBlock(string text) => text.Contains('\n') && !text.Contains('\r') && text[0] is not (' ' or '\n') && !text.Any(letter => char.IsControl(letter) && letter != '\n');

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

    // Neither a sign of YAML at the start nor ': ' or ' #' within; no comma or bracket, which end a value in a line.
    [GeneratedRegex(@"^[\p{L}_/][\p{L}\p{Nd}_ .()/%'’+-]*(?<! )$")]
    private static partial Regex Plain();
}
