using Escale.Projects.Yaml;

namespace Escale.Explore.Recipes;

/// <summary><c>deduplicate</c>: of rows that are the same as a whole, in their <c>keys</c>, or nearly so (<c>fuzzy</c>), one stays.</summary>
internal static class DeduplicateStep
{
    public static string? Write(StepWriter step)
    {
        var keys = step.Settings.Has("keys") ? step.Settings.Texts("keys") : step.Settings.Has("columns") ? step.Settings.Texts("columns") : [];
        var keep = step.Choice("keep", "first", "first", "last");
        var order = step.Settings.Has("order") ? RowSteps.Order(step, "order") : [];
        if (step.Settings.TextOrNull("fuzzy") is { } fuzzy)
        {
            var sql = Fuzzy(step, fuzzy, keys);
            return step.IsRow ? null : sql;
        }
        if (keys.Count == 0)
        {
            return step.IsRow ? null
                : step.HasRow ? $"select min({RecipeSql.Row}) as {RecipeSql.Row}, * exclude ({RecipeSql.Row})\n  from {step.From}\n  group by all\n  order by {RecipeSql.Row}"
                : $"select distinct *\n  from {step.From}";
        }
        var rank = string.Join(", ", order.Append(step.HasRow ? RecipeSql.Row : "").Where(part => part.Length > 0).Select(part => keep == "first" ? part : Turned(part)));
        var one = $"row_number() over (partition by {RecipeSql.Names(keys)} order by {rank}) = 1";
        return step.IsRow ? null : $"select *\n  from {step.From}\n  qualify {one}{(step.HasRow ? $"\n  order by {RecipeSql.Row}" : "")}";
    }

    public static bool IsByOrder(RecipeStep step) => step.Settings["order"] is null or YamlScalar { IsNull: true };

    private static string Turned(string part) => part.EndsWith(" desc", StringComparison.Ordinal) ? part[..^5] : part + " desc";

    /// <summary>A row goes when one before it has nearly the same text (and the same keys). Every pair is compared: for tables of some ten thousands.</summary>
    private static string Fuzzy(StepWriter step, string column, IReadOnlyList<string> keys)
    {
        var threshold = RecipeSql.Number(step.Settings.Number("threshold", 0.5, 1) ?? 0.9);
        var name = RecipeSql.Name(column);
        var same = string.Concat(keys.Select(key => $" and e.{RecipeSql.Name(key)} is not distinct from s.{RecipeSql.Name(key)}"));
        return $"select *\n  from {step.From} as s\n  where not exists (\n    from {step.From} as e\n    where e.{RecipeSql.Row} < s.{RecipeSql.Row}{same}\n      and jaro_winkler_similarity(lower(e.{name}::varchar), lower(s.{name}::varchar)) >= {threshold}\n  )";
    }
}
