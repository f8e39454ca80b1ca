using System.Text.Json;
using System.Text.RegularExpressions;
using Escale.Projects.Yaml;

namespace Escale.Orchestrate.Pipelines.Files;

/// <summary>Reads <c>each</c>: the list for whose elements a step is done. It is written down, an expression gives it, or a query's rows are it.</summary>
internal static partial class EachReader
{
    /// <summary>The elements that were written down, each as JSON; their texts may hold <c>{{ … }}</c>.</summary>
    public const string Items = "items";

    /// <summary>The expression that gives the list.</summary>
    public const string From = "from";

    /// <summary>The query whose rows are the elements.</summary>
    public const string Sql = "sql";

    /// <summary>A step that is done for each element: what is of the order stays with it, what is of the work goes to the elements.</summary>
    public static TaskSpec Mapped(TaskSpec task, YamlNode each)
    {
        var asksEach = task.When is { } condition && NamesElement().IsMatch(condition);
        return new TaskSpec
        {
            Id = task.Id, Kind = TaskKind.Each, With = With(each), DependsOn = task.DependsOn, Rule = task.Rule, When = asksEach ? null : task.When, MayFail = task.MayFail, Priority = task.Priority,
            Each = task with { DependsOn = [], Rule = default, When = asksEach ? task.When : null, MayFail = false },
        };
    }

    private static Dictionary<string, IReadOnlyList<string>> With(YamlNode each)
    {
        switch (each)
        {
            case YamlList list:
                return new() { [Items] = [.. list.Items.Select(Item)] };
            case YamlMap map:
                var reader = map.Reader("the query of each").Allow(Sql);
                reader.Done();
                return new() { [Sql] = [reader.Text(Sql)] };
            default:
                return TaskReader.Expression(each.AsText().Trim()) is { } expression ? new() { [From] = [expression] }
                    : throw each.WrongType("a list, {sql: …}, or an expression such as \"{{ steps.find.output.rows }}\"");
        }
    }

    // Elements are kept with the run, for everybody who may see it.
    private static string Item(YamlNode item)
    {
        var text = JsonSerializer.Serialize(item.ToValue());
        return NamedVariables.Pattern().Match(text) is { Success: true } variable
            ? throw item.Error("orchestrate.pipeline-invalid", $"An element cannot hold {variable.Value}: elements are kept with the run, and it may be a secret.", "Name the variable in what the step does.") : text;
    }

    [GeneratedRegex(@"(?<![\w.])(each|index)\b", RegexOptions.CultureInvariant)]
    private static partial Regex NamesElement();
}
