using System.Text.Json;
using System.Text.Json.Nodes;

namespace Escale.Explore.Profiles.Alerts;

/// <summary>Steps of recipes, as their files have them.</summary>
internal static class StepJson
{
    /// <summary>A step with its settings; those that are null are left out.</summary>
    public static JsonObject Of(string type, params ReadOnlySpan<(string Name, object? Value)> settings)
    {
        var step = new JsonObject { ["type"] = type };
        foreach (var (name, value) in settings)
        {
            if (value is not null)
            {
                step[name] = value as JsonNode ?? JsonSerializer.SerializeToNode(value, value.GetType());
            }
        }
        return step;
    }

    /// <summary>A step as YAML, for people.</summary>
    public static string Yaml(JsonObject step) => string.Join('\n', step.Select(setting => $"{(setting.Key == "type" ? "- " : "  ")}{setting.Key}: {Value(setting.Value)}"));

    private static string Value(JsonNode? value) => value switch
    {
        null => "null",
        JsonArray list => $"[{string.Join(", ", list.Select(Value))}]",
        JsonObject map => $"{{{string.Join(", ", map.Select(entry => $"{Quoted(entry.Key)}: {Value(entry.Value)}"))}}}",
        _ when value.GetValueKind() == JsonValueKind.String => Quoted(value.GetValue<string>()),
        _ => value.ToJsonString(),
    };

    private static string Quoted(string text) => text.Length > 0 && text.All(letter => char.IsAsciiLetterOrDigit(letter) || letter == '_') && !char.IsAsciiDigit(text[0]) && text is not ("null" or "true" or "false" or "yes" or "no" or "on" or "off" or "y" or "n")
        ? text
        : $"\"{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal).Replace("\r", "\\r", StringComparison.Ordinal).Replace("\t", "\\t", StringComparison.Ordinal)}\"";
}
