using System.Text.Json;
using System.Text.Json.Nodes;
using Escale.Kernel;

namespace Escale.Explore.Recipes.Suggestions;

/// <summary>What somebody thought of a suggestion.</summary>
/// <param name="Table">The table that it was made for.</param>
/// <param name="Column">The column; empty for the table.</param>
/// <param name="Kind">The kind of step.</param>
/// <param name="Accepted">Whether the step was taken.</param>
/// <param name="At">When.</param>
/// <param name="Signs">What the tree had seen.</param>
internal sealed record Answer(string Table, string Column, string Kind, bool Accepted, DateTimeOffset At, Signs Signs);

/// <summary>
/// The answers of a project, in <c>.escale/suggestions.json</c>: profiles only, no values. The newest of a column and kind stands. The tree is learned again when there are new
/// ones. Thread-safe.
/// </summary>
internal sealed class Answers(ProjectRoot root, DurableWriter writer)
{
    /// <summary>The most that are kept; the oldest go first.</summary>
    public const int Most = 1_000;

    private const long MostBytes = 8 << 20;
    private readonly Lock _gate = new();
    private IReadOnlyList<Answer>? _known;
    private Adviser? _adviser;

    private string FilePath => Path.Combine(root.StateFolder, "suggestions.json");

    /// <summary>All, the oldest first.</summary>
    public IReadOnlyList<Answer> All()
    {
        lock (_gate)
        {
            return _known ??= Read();
        }
    }

    /// <summary>The tree as it is after all answers.</summary>
    public Adviser Adviser()
    {
        lock (_gate)
        {
            _known ??= Read();
            return _adviser ??= _known.Count == 0 ? Suggestions.Adviser.Shipped : Suggestions.Adviser.Learn(_known);
        }
    }

    /// <summary>Says of a column and a kind of step whether the suggestion was refused for this very column of a table.</summary>
    public Func<string, string, bool> RefusedIn(string table)
    {
        var refused = All().Where(answer => !answer.Accepted && answer.Table == table).Select(answer => (answer.Column, answer.Kind)).ToHashSet();
        return (column, kind) => refused.Contains((column, kind));
    }

    /// <summary>Keeps answers.</summary>
    public void Add(params IReadOnlyList<Answer> answers)
    {
        lock (_gate)
        {
            var kept = (_known ?? Read()).Where(old => !answers.Any(one => one.Table == old.Table && one.Column == old.Column && one.Kind == old.Kind)).Concat(answers).ToList();
            kept.RemoveRange(0, Math.Max(0, kept.Count - Most));
            Directory.CreateDirectory(root.StateFolder);
            writer.Write(FilePath, JsonSerializer.SerializeToUtf8Bytes(new JsonArray([.. kept.Select(Json)])));
            (_known, _adviser) = (kept, null);
        }
    }

    private static JsonNode Json(Answer answer)
    {
        var signs = new JsonObject { [Signs.Words[0]] = answer.Signs.Kind, [Signs.Words[1]] = answer.Signs.Meaning };
        for (var at = 0; at < Signs.Numbers.Length; at++)
        {
            if (!double.IsNaN(answer.Signs.Values[at]))
            {
                signs[Signs.Numbers[at]] = answer.Signs.Values[at];
            }
        }
        return new JsonObject { ["table"] = answer.Table, ["column"] = answer.Column, ["kind"] = answer.Kind, ["accepted"] = answer.Accepted, ["at"] = answer.At, ["signs"] = signs };
    }

    // A file of another version, or damaged, teaches nothing; the next answer writes it anew.
    private List<Answer> Read()
    {
        try
        {
            return new FileInfo(FilePath) is { Exists: true, Length: < MostBytes } && JsonNode.Parse(File.ReadAllBytes(FilePath)) is JsonArray list ? [.. list.Select(OfJson).OfType<Answer>()] : [];
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or FormatException)
        {
            return [];
        }
    }

    private static Answer? OfJson(JsonNode? node) => node?["signs"] is JsonObject signs && SuggestedKind.Find(Text(node, "kind")) is not null
        ? new Answer(
            Text(node, "table"), Text(node, "column"), Text(node, "kind"), node["accepted"]?.GetValue<bool>() ?? false, node["at"]?.GetValue<DateTimeOffset>() ?? default,
            new Signs(Text(signs, Signs.Words[0]), Text(signs, Signs.Words[1]), [.. Signs.Numbers.Select(name => signs[name]?.GetValue<double>() ?? double.NaN)]))
        : null;

    private static string Text(JsonNode node, string name) => node[name]?.GetValue<string>() ?? "";
}
