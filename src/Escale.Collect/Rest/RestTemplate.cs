using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Escale.Collect.Rest;

/// <summary>Fills <c>{resources.parent.field}</c> and <c>{incremental.start_value}</c> into paths, parameters and bodies.</summary>
internal static partial class RestTemplate
{
    /// <summary>The parents that a resource names.</summary>
    public static IEnumerable<string> ParentsIn(RestSettings settings) => settings.Params.Values
        .Append(settings.Path)
        .Append(settings.Json is null ? "" : JsonSerializer.Serialize(settings.Json))
        .SelectMany(text => Placeholder().Matches(text))
        .Where(match => match.Groups[1].Value == "resources")
        .Select(match => match.Groups[2].Value.Split('.')[0]);

    /// <summary>The text with its placeholders filled.</summary>
    /// <param name="text">The template.</param>
    /// <param name="parent">The parent's record, or null.</param>
    /// <param name="start">The cursor's start value, or null.</param>
    /// <param name="end">The cursor's end value, or null.</param>
    /// <param name="place">Where the template stands.</param>
    /// <param name="escape">Whether values go into an address.</param>
    public static string Fill(string text, JsonElement? parent, string? start, string? end, Place place, bool escape)
    {
        if (!text.Contains('{', StringComparison.Ordinal))
        {
            return text;
        }
        return Placeholder().Replace(text, match =>
        {
            var value = match.Groups[1].Value == "resources"
                ? FromParent(match.Groups[2].Value, parent, place)
                : match.Groups[2].Value switch
                {
                    "start_value" or "initial_value" or "last_value" => start ?? "",
                    "end_value" => end ?? "",
                    var other => throw new EscaleException("collect.placeholder", $"'{{incremental.{other}}}' is not known.", "Use start_value or end_value.", place),
                };
            return escape ? Uri.EscapeDataString(value) : value;
        });
    }

    /// <summary>A JSON body with its texts filled.</summary>
    public static JsonNode? FillBody(object? body, JsonElement? parent, string? start, string? end, Place place) => body switch
    {
        null => null,
        string text => JsonValue.Create(Fill(text, parent, start, end, place, escape: false)),
        IReadOnlyDictionary<string, object?> map => new JsonObject(map.Select(pair => KeyValuePair.Create(pair.Key, FillBody(pair.Value, parent, start, end, place)))),
        IEnumerable<object?> list => new JsonArray([.. list.Select(item => FillBody(item, parent, start, end, place))]),
        var other => JsonValue.Create(other),
    };

    private static string FromParent(string path, JsonElement? parent, Place place)
    {
        var dot = path.IndexOf('.', StringComparison.Ordinal);
        var field = dot < 0 ? "" : path[(dot + 1)..];
        return parent is { } record && JsonPath.TryParse(field)?.Text(record) is { } text
            ? text
            : throw new EscaleException("collect.parent-field", $"A record of '{path.Split('.')[0]}' has no field '{field}'.", "Check the field's name in {resources.…}.", place);
    }

    [GeneratedRegex(@"\{(resources|incremental)\.([A-Za-z0-9_.\-\[\]]+)\}", RegexOptions.CultureInvariant)]
    private static partial Regex Placeholder();
}
