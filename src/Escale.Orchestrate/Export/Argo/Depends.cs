using Escale.Orchestrate.Pipelines.Files;
using Escale.Orchestrate.Pipelines.Flow;

namespace Escale.Orchestrate.Export.Argo;

/// <summary>
/// The rules of steps as Argo's <c>depends</c>. Argo omits a task whose expression is false, whether a branch went elsewhere or a step failed; which of both, where a rule asks for it, is said by the
/// steps before, so that the outcome is the same as here.
/// </summary>
internal sealed class Depends(PipelineSpec pipeline, IReadOnlyDictionary<string, string> names)
{
    // Longer expressions are refused by the cluster's store sooner or later.
    private const int MostChars = 20_000;

    private readonly Dictionary<string, TaskSpec> _tasks = pipeline.Tasks.ToDictionary(task => task.Id, StringComparer.Ordinal);
    private readonly Dictionary<string, string> _bad = new(StringComparer.Ordinal);

    /// <summary>When a step is taken; null: at once.</summary>
    public string? Of(TaskSpec task)
    {
        var before = task.DependsOn.Distinct().ToList();
        return before.Count == 0 ? null : Checked(task.Rule switch
        {
            TriggerRule.AllSuccess => All(before, Good),
            TriggerRule.AllDone => All(before, Ended),
            TriggerRule.AllFailed => All(before, Bad),
            TriggerRule.OneSuccess => Any(before, Good),
            TriggerRule.OneFailed => Any(before, Bad),
            TriggerRule.NoneFailed => All(before, id => $"!{Bad(id)}"),
            TriggerRule.NoneFailedMinOneSuccess => $"{All(before, id => $"!{Bad(id)}")} && ({Any(before, Good)})",
            TriggerRule.NoneSkipped => All(before, id => $"!{Skipped(id)}"),
            _ => throw new InvalidOperationException(task.Rule.ToString()),
        });
    }

    /// <summary>When all steps have ended, however.</summary>
    public string OfEnd() => Checked(All([.. pipeline.Tasks.Select(task => task.Id)], Ended));

    /// <summary>The task that asks for a step's condition.</summary>
    public static string ConditionOf(string name) => name + "-when";

    private static string All(IReadOnlyList<string> ids, Func<string, string> term) => string.Join(" && ", ids.Select(term));

    private static string Any(IReadOnlyList<string> ids, Func<string, string> term) => string.Join(" || ", ids.Select(term));

    private string Good(string id) => $"{names[id]}.Succeeded";

    private string Ended(string id) => $"({string.Join(" || ", ((string[])["Succeeded", "Failed", "Errored", "Skipped", "Omitted"]).Select(end => $"{names[id]}.{end}"))})";

    // Failed, or not taken because a step before it failed.
    private string Bad(string id)
    {
        if (_bad.TryGetValue(id, out var known))
        {
            return known;
        }
        var task = _tasks[id];
        var terms = new List<string> { $"{names[id]}.Failed", $"{names[id]}.Errored" };
        if (task.When is not null)
        {
            terms.AddRange([$"{ConditionOf(names[id])}.Failed", $"{ConditionOf(names[id])}.Errored"]);
        }
        if (task.DependsOn.Count > 0 && task.Rule is TriggerRule.AllSuccess or TriggerRule.OneSuccess or TriggerRule.NoneFailed or TriggerRule.NoneFailedMinOneSuccess)
        {
            terms.Add($"({names[id]}.Omitted && ({Any([.. task.DependsOn.Distinct()], Bad)}))");
        }
        return _bad[id] = Checked($"({string.Join(" || ", terms)})");
    }

    private string Skipped(string id) => $"({names[id]}.Skipped || ({names[id]}.Omitted && !{Bad(id)}))";

    private string Checked(string expression) => expression.Length <= MostChars ? expression
        : throw ExportSet.Refusal(pipeline, "its rules need expressions that are too long for Argo.", "Split the pipeline, or use all_success and all_done only.");
}
