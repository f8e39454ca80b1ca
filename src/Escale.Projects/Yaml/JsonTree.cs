using System.Text.Json;

namespace Escale.Projects.Yaml;

/// <summary>JSON as the plain values that files are made of.</summary>
public static class JsonTree
{
    /// <summary>The value: a dictionary in order, a list, text, long, double, bool or null.</summary>
    public static object? Of(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => value.EnumerateObject().Where(entry => entry.Value.ValueKind != JsonValueKind.Null).ToDictionary(entry => entry.Name, entry => Of(entry.Value), StringComparer.Ordinal),
        JsonValueKind.Array => value.EnumerateArray().Select(Of).ToList(),
        JsonValueKind.String => value.GetString(),
        JsonValueKind.Number => value.TryGetInt64(out var whole) ? (object)whole : value.GetDouble(),
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => null,
    };
}
