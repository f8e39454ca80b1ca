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

    /// <summary>The settings that a step learns, to be put into the file.</summary>
    /// <param name="recipe">The recipe; the steps before count.</param>
    /// <param name="type">The step's type.</param>
    /// <param name="column">The column that it works on.</param>
    /// <param name="settings">Its other settings.</param>
    /// <param name="caller">Who asks.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public async Task<JsonObject> LearnAsync(Recipe recipe, string type, string column, JsonObject settings, Caller caller, CancellationToken cancellationToken)
    {
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
                throw new EscaleException("explore.recipe-step", $"A step '{type}' keeps nothing of the table in its file.", "Learn from the table with cluster, one_hot or pivot.");
        }
    }

    /// <summary>The clusters of a column's values.</summary>
    public async Task<IReadOnlyList<ValueCluster>> ClustersAsync(Recipe recipe, string column, string method, double? threshold, int? size, Caller caller, CancellationToken cancellationToken) =>
        ValueClusters.Of(await ValuesAsync(recipe, column, MostValues, caller, cancellationToken), method, threshold, size);

    /// <summary>The values of a column after a recipe's steps, the commonest first.</summary>
    private async Task<IReadOnlyList<CountedValue>> ValuesAsync(Recipe recipe, string column, int most, Caller caller, CancellationToken cancellationToken)
    {
        var (compiled, _, _) = await preview.CompileAsync(recipe, recipe.Steps.Count, caller, cancellationToken);
        var ask = new Asking(runner, compiled, caller, cancellationToken);
        var columns = await ask.ColumnsAsync(compiled.After[^1]);
        if (!columns.Any(known => known.Name.Equals(column, StringComparison.OrdinalIgnoreCase)))
        {
            throw new EscaleException("explore.recipe-column", $"There is no column '{column}' here.", Nearest.Remedy(column, columns.Select(known => known.Name), "Its columns are " + string.Join(", ", columns.Select(known => known.Name)) + "."));
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
