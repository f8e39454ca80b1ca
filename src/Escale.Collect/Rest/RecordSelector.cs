using System.Text.Json;

namespace Escale.Collect.Rest;

/// <summary>Finds the records in a page.</summary>
internal static class RecordSelector
{
    // Where APIs usually keep their records, in the order tried; then the first list of objects.
    private static readonly string[] _usual = ["data", "items", "results", "records", "rows", "entries", "value", "content", "objects", "list"];

    public static IEnumerable<JsonElement> Select(JsonElement page, RestSettings settings, RestRequest request, bool isFirstPage)
    {
        if (settings.DataSelector is not { } selector)
        {
            return Expand(Guess(page));
        }
        var found = JsonPath.Parse(selector).Find(page).ToList();
        if (found.Count == 0 && isFirstPage && !selector.Contains('*', StringComparison.Ordinal))
        {
            var shown = Http.GuardedHttp.Show(request.Address);
            throw new EscaleException(
                "collect.rest.selector", $"There is nothing at '{selector}' in the answer of {shown}{Names(page)}.", "Correct the data_selector of the resource.", settings.Place);
        }
        return found.SelectMany(Expand);
    }

    /// <summary>The records inside a value: a list's items, nothing for null, else the value itself.</summary>
    public static IEnumerable<JsonElement> Expand(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Array => element.EnumerateArray(),
        JsonValueKind.Null or JsonValueKind.Undefined => [],
        _ => [element],
    };

    /// <summary>The value that most likely holds the records.</summary>
    public static JsonElement Guess(JsonElement page)
    {
        if (page.ValueKind != JsonValueKind.Object)
        {
            return page;
        }
        foreach (var name in _usual)
        {
            if (page.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Array)
            {
                return value;
            }
        }
        foreach (var property in page.EnumerateObject())
        {
            if (property.Value.ValueKind == JsonValueKind.Array && (property.Value.GetArrayLength() == 0 || property.Value[0].ValueKind == JsonValueKind.Object))
            {
                return property.Value;
            }
        }
        foreach (var name in _usual)
        {
            if (page.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Object && Guess(value) is { ValueKind: JsonValueKind.Array } inner)
            {
                return inner;
            }
        }
        return page;
    }

    private static string Names(JsonElement page) => page.ValueKind == JsonValueKind.Object
        ? ", which has " + string.Join(", ", page.EnumerateObject().Take(10).Select(property => property.Name))
        : $", which is a JSON {page.ValueKind.ToString().ToLowerInvariant()}";
}
