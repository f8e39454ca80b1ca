using System.Text.Json.Nodes;
using Escale.Learning.Persistence;

namespace Escale.Learning.Tests.Conformance;

/// <summary>A predictor as text and arrays, as a file holds it.</summary>
internal sealed record Saved(string Json, IReadOnlyList<byte[]> Arrays)
{
    public static Saved Of(Predictor predictor)
    {
        var (json, arrays) = (new JsonObject { ["kind"] = "test" }, new List<byte[]>());
        new SavedNode(json, arrays).Set("predictor", predictor);
        return new Saved(json.ToJsonString(), arrays);
    }

    public Predictor Load() => new SavedNode(JsonNode.Parse(Json)!.AsObject(), [.. Arrays]).Predictor("predictor");

    /// <summary>This, damaged in one place: a value left out or replaced, an array cut.</summary>
    public IEnumerable<Saved> Damaged()
    {
        var paths = new List<string[]>();
        Collect(JsonNode.Parse(Json)!.AsObject(), [], paths);
        foreach (var path in paths)
        {
            yield return With(path, null);
            yield return With(path, JsonValue.Create(-1));
            yield return With(path, JsonValue.Create(1_000_000));
            yield return With(path, JsonValue.Create("1"));
            yield return With(path, new JsonArray());
        }
        foreach (var at in Enumerable.Range(0, Arrays.Count).Where(at => at < 16 || at >= Arrays.Count - 4)) // of many trees, the first and the last
        {
            yield return this with { Arrays = [.. Arrays.Select((array, other) => other == at ? array[..(array.Length / 2)] : array)] };
            yield return this with { Arrays = [.. Arrays.Select((array, other) => other == at ? [] : array)] };
            yield return this with { Arrays = [.. Arrays.Select((array, other) => other == at ? [.. array.Select(one => (byte)~one)] : array)] };
        }
        yield return this with { Arrays = [.. Arrays.SkipLast(1)] };
    }

    private Saved With(string[] path, JsonNode? value)
    {
        var root = JsonNode.Parse(Json)!;
        var at = root;
        foreach (var name in path.SkipLast(1))
        {
            at = at is JsonArray list ? list[int.Parse(name, System.Globalization.CultureInfo.InvariantCulture)]! : at[name]!;
        }
        if (at is JsonArray array)
        {
            array[int.Parse(path[^1], System.Globalization.CultureInfo.InvariantCulture)] = value;
        }
        else if (value is null)
        {
            at.AsObject().Remove(path[^1]);
        }
        else
        {
            at[path[^1]] = value;
        }
        return this with { Json = root.ToJsonString() };
    }

    /// <summary>Where the values are; of a long list only the first and the last item.</summary>
    private static void Collect(JsonNode? node, string[] path, List<string[]> paths)
    {
        if (path.Length > 0)
        {
            paths.Add(path);
        }
        if (node is JsonObject entries)
        {
            foreach (var (name, value) in entries)
            {
                Collect(value, [.. path, name], paths);
            }
        }
        if (node is JsonArray list)
        {
            foreach (var at in new[] { 0, list.Count - 1 }.Distinct().Where(at => at >= 0))
            {
                Collect(list[at], [.. path, at.ToString(System.Globalization.CultureInfo.InvariantCulture)], paths);
            }
        }
    }
}
