using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Escale.Explore.Questions;

/// <summary>Writes what is in JSON's shape as YAML that people like to read: one entry a line, long texts as blocks, quotes only where needed.</summary>
internal static partial class YamlText
{
    /// <summary>The text of a file.</summary>
    public static string Write(JsonObject root)
    {
        var text = new StringBuilder();
        Map(text, root, 0);
        return text.ToString();
    }

    private static void Map(StringBuilder text, JsonObject map, int depth, bool isFirstInline = false)
    {
        foreach (var (key, value) in map)
        {
            text.Append(' ', isFirstInline ? 0 : depth * 2).Append(Scalar(key)).Append(':');
            isFirstInline = false;
            Value(text, value, depth);
        }
    }

    private static void Value(StringBuilder text, JsonNode? value, int depth)
    {
        switch (value)
        {
            case JsonObject { Count: > 0 } map:
                text.Append('\n');
                Map(text, map, depth + 1);
                break;
            case JsonArray { Count: > 0 } list when list.Any(item => item is JsonObject or JsonArray):
                text.Append('\n');
                foreach (var item in list)
                {
                    Item(text, item, depth + 1);
                }
                break;
            case JsonArray list:
                text.Append(" [").AppendJoin(", ", list.Select(item => Scalar(item, isFlow: true))).Append("]\n");
                break;
            case JsonValue one when one.TryGetValue<string>(out var words) && IsBlock(words):
                text.Append(words.EndsWith('\n') ? " |\n" : " |-\n");
                foreach (var line in words.TrimEnd('\n').Split('\n'))
                {
                    text.Append(' ', line.Length > 0 ? (depth + 1) * 2 : 0).Append(line).Append('\n');
                }
                break;
            default:
                text.Append(' ').Append(value is JsonObject ? "{}" : Scalar(value)).Append('\n');
                break;
        }
    }

    private static void Item(StringBuilder text, JsonNode? item, int depth)
    {
        text.Append(' ', depth * 2).Append("- ");
        if (item is JsonObject { Count: > 0 } map)
        {
            Map(text, map, depth + 1, isFirstInline: true);
        }
        else
        {
            text.Append(item is JsonArray list ? $"[{string.Join(", ", list.Select(inner => Scalar(inner, isFlow: true)))}]" : Scalar(item)).Append('\n');
        }
    }

    private static string Scalar(JsonNode? value, bool isFlow = false) => value switch
    {
        null => "null",
        JsonValue one when one.TryGetValue<string>(out var words) => Scalar(words, isFlow),
        _ => value.ToJsonString(),
    };

    private static string Scalar(string words, bool isFlow = false) =>
        Plain().IsMatch(words) && !LooksTyped().IsMatch(words) && !(isFlow && words.AsSpan().ContainsAny(",[]{}")) && !words.Contains(": ", StringComparison.Ordinal) && !words.Contains(" #", StringComparison.Ordinal) && !words.EndsWith(':')
            ? words
            : JsonSerializer.Serialize(words, _json);

    private static bool IsBlock(string words) =>
        words.Contains('\n', StringComparison.Ordinal) && words[0] is not (' ' or '\n' or '\t') && !words.EndsWith("\n\n", StringComparison.Ordinal) && !words.Any(letter => char.IsControl(letter) && letter is not ('\n' or '\t'));

    private static readonly JsonSerializerOptions _json = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    [GeneratedRegex(@"^[\p{L}_(][^\p{C}""`\\]*(?<!\s)$")]
    private static partial Regex Plain();

    [GeneratedRegex(@"^(true|false|null|yes|no|on|off|y|n|\.inf|\.nan)$", RegexOptions.IgnoreCase)]
    private static partial Regex LooksTyped();
}
