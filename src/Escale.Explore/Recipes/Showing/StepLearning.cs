using System.Text.Json.Nodes;
using Escale.Explore.Sql;
using Escale.Kernel;
using Escale.Projects;

namespace Escale.Explore.Recipes;

/// <summary>Values that are probably the same, written in different ways.</summary>
/// <param name="Value">The commonest way.</param>
/// <param name="Values">All ways, the commonest first, with the rows that have them.</param>
internal sealed record ValueCluster(string Value, IReadOnlyList<CountedValue> Values);

/// <summary>A value and the rows that have it.</summary>
internal sealed record CountedValue(string Value, long Count);

/// <summary>
/// What steps take from the table when they are added or refreshed, and keep in the file: the levels of <c>one_hot</c>, the values of <c>pivot</c>, the map of
/// <c>cluster</c>. Thread-safe.
/// </summary>
internal sealed class StepLearning(SqlRunner runner, RecipePreview preview)
{
    private const int MostValues = 5_000;
    private const int MostLevels = 100;
    private const int MostColumns = 60;

    /// <summary>The settings that a step learns, to be put into the file.</summary>
    /// <param name="recipe">The recipe; the steps before count.</param>
    /// <param name="type">The step's type.</param>
    /// <param name="column">The column that it works on.</param>
    /// <param name="settings">Its other settings.</param>
    /// <param name="caller">Who asks.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async Task<JsonObject> LearnAsync(Recipe recipe, string type, string column, JsonObject settings, Caller caller, CancellationToken cancellationToken)
    {
        if (type == "fill")
        {
            return new JsonObject { ["tree"] = (await FillAsync(recipe, column, caller, cancellationToken)).Tree };
        }
        var values = await ValuesAsync(recipe, column, type == "cluster" ? MostValues : MostLevels, caller, cancellationToken);
        switch (type)
        {
            case "one_hot":
                return new JsonObject { ["levels"] = new JsonArray([.. values.Select(value => (JsonNode)value.Value)]) };
            case "pivot":
                return new JsonObject { ["values"] = new JsonArray([.. values.Select(value => (JsonNode)value.Value)]) };
            case "cluster":
                var map = new JsonObject();
                foreach (var cluster in ValueClusters.Of(values, Text(settings, "method") ?? "fingerprint", Number(settings, "threshold"), (int?)Number(settings, "size")))
                {
                    foreach (var other in cluster.Values.Skip(1))
                    {
                        map[other.Value] = cluster.Value;
                    }
                }
                return new JsonObject { ["values"] = map };
            default:
                throw new EscaleException("explore.recipe-step", $"A step '{type}' keeps nothing of the table in its file.", "Learn from the table with cluster, fill, one_hot or pivot.");
        }
    }

    /// <summary>The clusters of a column's values.</summary>
    public async Task<IReadOnlyList<ValueCluster>> ClustersAsync(Recipe recipe, string column, string method, double? threshold, int? size, Caller caller, CancellationToken cancellationToken) =>
        ValueClusters.Of(await ValuesAsync(recipe, column, MostValues, caller, cancellationToken), method, threshold, size);

    /// <summary>The tree that fills a column from the others, after a recipe's steps; learned from at most ten thousand rows, the same at every look.</summary>
    /// <exception cref="EscaleException"><c>explore.recipe-fill-model</c>: there is too little to learn from.</exception>
    public async Task<LearnedFill> FillAsync(Recipe recipe, string column, Caller caller, CancellationToken cancellationToken)
    {
        var (compiled, _, _) = await preview.CompileAsync(recipe, recipe.Steps.Count, caller, cancellationToken);
        var ask = new Asking(runner, compiled, caller, cancellationToken);
        var all = await ask.ColumnsAsync(compiled.After[^1]);
        var target = all.FirstOrDefault(known => known.Name.Equals(column, StringComparison.OrdinalIgnoreCase)) ?? throw NoColumn(column, all);
        if (target.Kind is not ("number" or "text" or "boolean"))
        {
            throw new EscaleException("explore.recipe-fill-model", $"No model can be learned to fill '{column}': it holds neither numbers, texts nor yes or no.", "Fill it with the value before, or leave it.");
        }
        List<AskedColumn> columns = [target, .. all.Where(known => known != target && known.Kind is "number" or "text" or "boolean").Take(MostColumns)];
        var cells = columns.Select(one => one.Kind == "number" ? $"case when isfinite({RecipeSql.Name(one.Name)}::double) then {RecipeSql.Name(one.Name)}::double end" : $"{RecipeSql.Name(one.Name)}::varchar");
        var order = compiled.HasRow[^1] ? $" order by hash({RecipeSql.Row}), {RecipeSql.Row}" : "";
        var rows = await ask.RowsAsync(compiled.After[^1], $"select {string.Join(", ", cells)} from {compiled.After[^1]} where {RecipeSql.Name(target.Name)} is not null{order} limit {SqlRunner.DefaultRows}");
        return FillTreeLearning.Learn(
            [.. columns.Select(one => new TreeColumn(one.Name, one.Kind == "number"))], [.. rows.Select(row => row!.AsArray().Select(Cell).ToArray())], 0, target.Kind == "boolean" ? value => value == "true" : null);
    }

    private static object? Cell(JsonNode? cell) => cell is not JsonValue value ? null : value.TryGetValue<double>(out var number) ? number : value.ToString();

    private static EscaleException NoColumn(string column, IReadOnlyList<AskedColumn> columns) => new(
        "explore.recipe-column", $"There is no column '{column}' here.", Nearest.Remedy(column, columns.Select(known => known.Name), "Its columns are " + string.Join(", ", columns.Select(known => known.Name)) + "."));

    /// <summary>The values of a column after a recipe's steps, the commonest first.</summary>
    private async Task<IReadOnlyList<CountedValue>> ValuesAsync(Recipe recipe, string column, int most, Caller caller, CancellationToken cancellationToken)
    {
        var (compiled, _, _) = await preview.CompileAsync(recipe, recipe.Steps.Count, caller, cancellationToken);
        var ask = new Asking(runner, compiled, caller, cancellationToken);
        var columns = await ask.ColumnsAsync(compiled.After[^1]);
        if (!columns.Any(known => known.Name.Equals(column, StringComparison.OrdinalIgnoreCase)))
        {
            throw NoColumn(column, columns);
        }
        var name = RecipeSql.AsText(column);
        var rows = await ask.RowsAsync(compiled.After[^1], $"select {name} as value, count(*) as n from {compiled.After[^1]} where {name} is not null group by 1 order by n desc, value limit {most + 1}");
        return rows.Count > most
            ? throw new EscaleException("explore.recipe-values", $"The column '{column}' has more than {most} values.", "Choose a column of categories, or bring its values down first.")
            : [.. rows.Select(row => new CountedValue(row![0]!.GetValue<string>(), row[1]!.GetValue<long>()))];
    }

    private static string? Text(JsonObject settings, string key) => settings[key] is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;

    private static double? Number(JsonObject settings, string key) => settings[key] is JsonValue value && value.TryGetValue<double>(out var number) ? number : null;
}
