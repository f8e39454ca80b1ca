using Escale.Projects.Yaml;

namespace Escale.Explore.Recipes;

/// <summary><c>fill</c>: what stands in place of missing values.</summary>
internal static class FillStep
{
    public static string? Write(StepWriter step)
    {
        var columns = step.Columns();
        var method = step.Choice("method", "value", "value", "mean", "median", "mode", "forward", "group", "model");
        step.Settings.Allow("refreshed");
        switch (method)
        {
            case "value":
                var value = step.Settings.Need("value").ToValue();
                return step.Replace(columns, column => $"coalesce({RecipeSql.Name(column)}, {RecipeSql.Value(value)})");
            case "forward":
                return Forward(step, columns);
            case "model":
                var column = step.Column();
                var tree = FillTree.Read(step.Settings.Node("tree") ?? throw step.Wrong("tree", "it needs 'tree', the model that fills.", "Refresh the step: it learns the tree from the table."), step);
                return step.Replace([column], _ => $"coalesce({RecipeSql.Name(column)}, {tree})");
            case "group":
                var by = step.Settings.Texts("by");
                return by.Count == 0
                    ? throw step.Wrong("by", "it needs 'by', the columns that make the groups.")
                    : ByGroup(step, columns, by, step.Choice("of", "median", "mean", "median", "mode"));
            default:
                return step.Settings.Texts("by") is { Count: > 0 } groups
                    ? ByGroup(step, columns, groups, method)
                    : step.Replace(columns, column => $"coalesce({RecipeSql.Name(column)}, {step.Learn(Statistic(step, method, column))})");
        }
    }

    public static bool IsForward(RecipeStep step) => step.Settings["method"] is YamlScalar { Text: "forward" };

    private static string Statistic(StepWriter step, string method, string column) => method switch
    {
        "mean" => $"avg({RecipeSql.Name(column)})",
        "median" => $"median({RecipeSql.Name(column)})",
        _ => $"(select {RecipeSql.Name(column)} from {step.From} where {RecipeSql.Name(column)} is not null group by 1 order by count(*) desc, 1 limit 1)",
    };

    /// <summary>Each group's own; where a group has none, that of all rows.</summary>
    private static string ByGroup(StepWriter step, IReadOnlyList<string> columns, IReadOnlyList<string> by, string of)
    {
        var replaced = new List<string>();
        var joins = new List<string>();
        foreach (var column in columns)
        {
            var (name, groups) = (RecipeSql.Name(column), RecipeSql.Names(by));
            var select = of == "mode"
                ? $"select {groups}, filler from (\n    select {groups}, {name} as filler, count(*) as times from {step.From} where {name} is not null group by all\n  )\n  qualify row_number() over (partition by {groups} order by times desc, filler) = 1"
                : $"select {groups}, {Statistic(step, of, column)} as filler\n  from {step.From}\n  group by all";
            var known = step.LearnTable(select);
            replaced.Add($"coalesce(s.{name}, {known}.filler, {step.Learn(Statistic(step, of, column))}) as {name}");
            joins.Add($"left join {known} on {string.Join(" and ", by.Select(group => $"s.{RecipeSql.Name(group)} is not distinct from {known}.{RecipeSql.Name(group)}"))}");
        }
        return $"select s.* replace ({string.Join(",\n    ", replaced)})\n  from {step.From} as s\n  {string.Join("\n  ", joins)}";
    }

    /// <summary>The last value before it. One row alone has none before it: it stays missing.</summary>
    private static string? Forward(StepWriter step, IReadOnlyList<string> columns)
    {
        var (by, order) = (step.Settings.Texts("by"), step.Settings.Texts("order"));
        var partition = by.Count == 0 ? "" : $"partition by {RecipeSql.Names(by)} ";
        var sort = order.Count == 0 ? RecipeSql.Row : RecipeSql.Names(order) + (step.HasRow ? ", " + RecipeSql.Row : "");
        return step.IsRow
            ? null
            : step.Replace(columns, column => $"last_value({RecipeSql.Name(column)} ignore nulls) over ({partition}order by {sort} rows between unbounded preceding and current row)");
    }
}
