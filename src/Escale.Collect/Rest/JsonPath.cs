using System.Globalization;
using System.Text.Json;
using Escale.Projects.Yaml;

namespace Escale.Collect.Rest;

/// <summary>The part of JSONPath that APIs need: <c>$</c>, names with dots, <c>['name']</c>, <c>[0]</c>, <c>[-1]</c>, <c>[*]</c> and <c>*</c>.</summary>
internal sealed class JsonPath
{
    private readonly List<Step> _steps;

    private JsonPath(List<Step> steps) => _steps = steps;

    private sealed record Step(string? Name, int? Index);

    /// <summary>The text, if it is such a path.</summary>
    public static string Check(YamlNode node)
    {
        var text = node.AsText();
        return TryParse(text) is not null ? text : throw node.Error("collect.json-path", $"'{text}' is not a path that can be followed.", "Write names with dots, such as data.items or results[*].rows.");
    }

    /// <summary>A path that was checked before.</summary>
    public static JsonPath Parse(string text) => TryParse(text) ?? throw new ArgumentException($"'{text}' is not a path.", nameof(text));

    public static JsonPath? TryParse(string text)
    {
        var steps = new List<Step>();
        var rest = text.AsSpan().Trim();
        if (rest.StartsWith("$"))
        {
            rest = rest[1..];
        }
        var isFirst = true;
        while (rest.Length > 0)
        {
            if (rest[0] == '[')
            {
                if (Bracket(ref rest) is not { } step)
                {
                    return null;
                }
                steps.Add(step);
            }
            else
            {
                if (rest[0] == '.')
                {
                    rest = rest[1..];
                }
                else if (!isFirst)
                {
                    return null;
                }
                var end = rest.IndexOfAny('.', '[');
                var name = end < 0 ? rest : rest[..end];
                if (name.Length == 0 || name.IndexOfAny("()? \"'") >= 0)
                {
                    return null;
                }
                steps.Add(name is "*" ? new Step(null, null) : new Step(name.ToString(), null));
                rest = rest[name.Length..];
            }
            isFirst = false;
        }
        return new JsonPath(steps);
    }

    private static Step? Bracket(ref ReadOnlySpan<char> rest)
    {
        var end = rest.IndexOf(']');
        if (end < 2)
        {
            return null;
        }
        var inner = rest[1..end].Trim();
        rest = rest[(end + 1)..];
        if (inner is "*")
        {
            return new Step(null, null);
        }
        if (inner.Length >= 2 && inner[0] is '\'' or '"' && inner[^1] == inner[0])
        {
            return new Step(inner[1..^1].ToString(), null);
        }
        return int.TryParse(inner, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var index) ? new Step(null, index) : null;
    }

    /// <summary>Everything at the path; nothing when a step is not there.</summary>
    public IEnumerable<JsonElement> Find(JsonElement root)
    {
        IEnumerable<JsonElement> found = [root];
        foreach (var step in _steps)
        {
            found = found.SelectMany(element => Follow(element, step));
        }
        return found;
    }

    /// <summary>The first value at the path that is not null, or null.</summary>
    public JsonElement? First(JsonElement root)
    {
        foreach (var element in Find(root))
        {
            if (element.ValueKind is not (JsonValueKind.Null or JsonValueKind.Undefined))
            {
                return element;
            }
        }
        return null;
    }

    /// <summary>The first value at the path as text: strings plain, others as JSON writes them; null for none or null.</summary>
    public string? Text(JsonElement root) => First(root) is { } element ? TextOf(element) : null;

    /// <summary>A value as text.</summary>
    public static string TextOf(JsonElement element) => element.ValueKind == JsonValueKind.String ? element.GetString()! : element.GetRawText();

    private static IEnumerable<JsonElement> Follow(JsonElement element, Step step)
    {
        if (step.Name is { } name)
        {
            if (element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value))
            {
                yield return value;
            }
        }
        else if (step.Index is { } index)
        {
            var at = element.ValueKind == JsonValueKind.Array ? (index < 0 ? element.GetArrayLength() + index : index) : -1;
            if (at >= 0 && at < element.GetArrayLength())
            {
                yield return element[at];
            }
        }
        else if (element.ValueKind == JsonValueKind.Array)
        {
            foreach (var item in element.EnumerateArray())
            {
                yield return item;
            }
        }
        else if (element.ValueKind == JsonValueKind.Object)
        {
            foreach (var property in element.EnumerateObject())
            {
                yield return property.Value;
            }
        }
    }
}
