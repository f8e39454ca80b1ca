using Escale.Learning.Preparation.Encoders;

namespace Escale.Learning.Onnx;

/// <summary>Exports what is read from a category: its level's number by a look-up of texts, then a row of a table. A missing category comes in as an empty text.</summary>
internal sealed class OnnxLevels(OnnxGraph graph, OnnxValue texts)
{
    private readonly List<(IReadOnlyList<string> Levels, OnnxValue Codes)> _known = [];

    /// <summary>Adds an encoder.</summary>
    /// <returns>Singles, N rows × features.</returns>
    public OnnxValue Add(LevelEncoder encoder)
    {
        var (rows, features) = (encoder.Levels.Count + 2, encoder.Features.Count);
        var found = graph.Node("Gather", OnnxType.Single, [graph.Constant(encoder.Table, rows, features), Codes(encoder.Levels)], OnnxAttribute.Of("axis", 0));
        return graph.Node("Squeeze", OnnxType.Single, [found, graph.Whole(1)]);
    }

    /// <summary>The number of each row's level; the next one for a missing category, the one after it for an unknown level.</summary>
    private OnnxValue Codes(IReadOnlyList<string> levels)
    {
        foreach (var (known, found) in _known)
        {
            if (known.SequenceEqual(levels, StringComparer.Ordinal))
            {
                return found;
            }
        }
        string[] keys = levels.Contains("", StringComparer.Ordinal) ? [.. levels] : [.. levels, ""];
        var codes = graph.LearningNode(
            "LabelEncoder",
            OnnxType.Int64,
            [texts],
            OnnxAttribute.Of("keys_strings", keys),
            OnnxAttribute.Of("values_int64s", [.. Enumerable.Range(0, keys.Length).Select(code => (long)code)]),
            OnnxAttribute.Of("default_int64", levels.Count + 1L));
        _known.Add((levels, codes));
        return codes;
    }
}
