using System.Globalization;
using System.Text.Json;
using Escale.Explore.Questions;
using Escale.Projects.Yaml;

namespace Escale.Explore.Recipes;

/// <summary>Steps that choose rows. Before a prediction they leave every row where it is.</summary>
internal static class RowSteps
{
    /// <summary><c>filter</c>: only rows that meet the condition.</summary>
    public static string? Filter(StepWriter step)
    {
        var condition = Condition(step);
        return step.IsRow ? null : $"select *\n  from {step.From}\n  where {condition}";
    }

    /// <summary><c>drop_rows</c>: all rows but those that meet the condition.</summary>
    public static string? DropRows(StepWriter step)
    {
        var condition = Condition(step);
        return step.IsRow ? null : $"select *\n  from {step.From}\n  where not coalesce(({condition}), false)";
    }

    /// <summary><c>sample</c>: so many <c>rows</c> or <c>percent</c>, the same at every run.</summary>
    public static string? Sample(StepWriter step)
    {
        var seed = (step.Settings.Integer("seed", 0, int.MaxValue) ?? 42).ToString(CultureInfo.InvariantCulture);
        var (rows, percent) = (step.Settings.Integer("rows", 1), step.Settings.Number("percent", 0, 100));
        if (rows is null == percent is null)
        {
            throw step.Wrong("rows", "it needs 'rows' or 'percent'.");
        }
        var sample = rows is { } count
            ? $"reservoir({count.ToString(CultureInfo.InvariantCulture)} rows) repeatable ({seed})"
            : $"{RecipeSql.Number(percent!.Value)}% (bernoulli, {seed})";
        return step.IsRow ? null : $"select *\n  from {step.From}\n  using sample {sample}";
    }

    /// <summary><c>sort</c>: <c>by</c> columns.</summary>
    public static string? Sort(StepWriter step)
    {
        var order = Order(step, "by");
        return step.IsRow ? null : $"select *\n  from {step.From}\n  order by {string.Join(", ", order)}{(step.HasRow ? ", " + RecipeSql.Row : "")}";
    }

    /// <summary>Columns of an order, each a name or <c>{column, descending}</c>.</summary>
    public static List<string> Order(StepWriter step, string key)
    {
        IReadOnlyList<YamlNode> items = step.Settings.Node(key) switch { YamlList list => list.Items, { } one => [one], null => [] };
        var order = items.Select(item =>
        {
            if (item is YamlScalar)
            {
                return RecipeSql.Name(item.AsText());
            }
            var reader = item.AsMap("an order").Reader("an order");
            var sql = RecipeSql.Name(reader.Text("column")) + (reader.Bool("descending", false) ? " desc" : "");
            reader.Done();
            return sql;
        }).ToList();
        return order.Count > 0 ? order : throw step.Wrong(key, $"it needs '{key}', a list of columns.");
    }

    /// <summary>The condition: <c>conditions</c> as questions have them, or <c>where</c> in SQL.</summary>
    private static string Condition(StepWriter step)
    {
        if (step.Settings.Node("where") is { } where)
        {
            return Formula.Read(where, step);
        }
        var match = step.Choice("match", "all", "all", "any");
        var list = step.Settings.Node("conditions") ?? throw step.Wrong("conditions", "it needs 'conditions', or a condition in SQL under 'where'.");
        try
        {
            var conditions = JsonSerializer.SerializeToElement(list.AsList().ToValue()).Deserialize<List<Condition>>(Question.Json)!;
            return StepCompiler.Predicate(new FilterStep(conditions, match));
        }
        catch (JsonException error)
        {
            throw step.Wrong("conditions", error.Message.Split(" Path:")[0]);
        }
    }
}
