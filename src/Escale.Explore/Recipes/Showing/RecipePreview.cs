using System.Text.Json.Nodes;
using Escale.Explore.Sql;
using Escale.Kernel;
using Escale.Lake;
using Escale.Projects;

namespace Escale.Explore.Recipes;

/// <summary>A column of a step's rows.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">Its SQL type.</param>
/// <param name="Kind">What it holds, as for grids.</param>
/// <param name="IsNew">Whether the step made it.</param>
/// <param name="ChangedCount">Rows in which the step changed it; null where rows cannot be compared.</param>
internal sealed record PreviewColumn(string Name, string Type, string Kind, bool IsNew, long? ChangedCount);

/// <summary>A row before and after a step.</summary>
/// <param name="Row">Its number in the table; null where steps made rows of their own.</param>
/// <param name="State"><c>same</c>, <c>changed</c>, <c>added</c> or <c>removed</c>.</param>
/// <param name="Cells">Its values, after the step; of a removed row, before it.</param>
/// <param name="Before">Of a changed row, the values that its columns had; else null.</param>
/// <param name="Changed">The columns that changed, by their place.</param>
internal sealed record PreviewRow(long? Row, string State, JsonArray Cells, JsonArray? Before, IReadOnlyList<int> Changed);

/// <summary>What a step does, seen on rows.</summary>
/// <param name="Columns">The columns after it.</param>
/// <param name="Removed">The columns that it took away.</param>
/// <param name="Rows">The first rows.</param>
/// <param name="Counts">Rows before the first step, after the first, after the second, …</param>
/// <param name="ChangedRowCount">Rows that the step changed; null where they cannot be compared.</param>
/// <param name="RowCount">Rows of the table.</param>
/// <param name="IsSample">Whether only a part of them was looked at.</param>
internal sealed record Preview(
    IReadOnlyList<PreviewColumn> Columns, IReadOnlyList<string> Removed, IReadOnlyList<PreviewRow> Rows, IReadOnlyList<long> Counts, long? ChangedRowCount, long RowCount, bool IsSample);

/// <summary>Shows what steps do, on the rows of a table or on a sample of a large one, in the sandbox. Thread-safe.</summary>
internal sealed class RecipePreview(SqlRunner runner, LiveProject live, LakeCatalog catalog)
{
    /// <summary>Rows of a table up to which all are looked at.</summary>
    public const long MostWholeRows = 200_000;

    private const int SampleRows = 100_000;
    private static readonly Dictionary<string, object?> _none = [];

    /// <summary>Shows a step.</summary>
    /// <param name="recipe">The recipe, as it is so far.</param>
    /// <param name="step">The step, from 1; 0 is the table.</param>
    /// <param name="rows">Rows at most.</param>
    /// <param name="onlyChanged">Whether only rows that the step changed are wanted.</param>
    /// <param name="caller">Who asks.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="EscaleException">A step is wrong: it says which.</exception>
    public async Task<Preview> ShowAsync(Recipe recipe, int step, int rows, bool onlyChanged, Caller caller, CancellationToken cancellationToken)
    {
        var (compiled, rowCount, isSample) = await CompileAsync(recipe, step, caller, cancellationToken);
        var ask = new Asking(runner, compiled, caller, cancellationToken);
        try
        {
            var (before, after) = (compiled.After[Math.Max(0, step - 1)], compiled.After[step]);
            var old = await ask.ColumnsAsync(before);
            if (step > 0)
            {
                RecipeChecks.NewNames(recipe.Steps[step - 1], old.Select(column => column.Name));
            }
            var columns = await ask.ColumnsAsync(after);
            var counts = await ask.NumbersAsync(compiled.After[^1], string.Join(", ", compiled.After.Select(relation => $"(select count(*) from {relation})")));
            var isSame = compiled.HasRow[Math.Max(0, step - 1)] && compiled.HasRow[step];
            var removed = old.Select(column => column.Name).Except(columns.Select(column => column.Name), StringComparer.OrdinalIgnoreCase).ToList();
            if (!isSame)
            {
                var made = await ask.RowsAsync(after, $"select * {(compiled.HasRow[step] ? $"exclude ({RecipeSql.Row}) " : "")}from {after} limit {rows}");
                return new Preview([.. columns.Select(column => column.AsColumn(old, null))], removed, [.. made.Select(row => new PreviewRow(null, "same", (JsonArray)row!.DeepClone(), null, []))], counts, null, rowCount, isSample);
            }
            var laid = new SideBySide(ask, before, after, old, columns);
            var changes = await laid.CountAsync();
            return new Preview(
                [.. columns.Select((column, at) => column.AsColumn(old, changes.ByColumn[at]))], removed, await laid.RowsAsync(rows, onlyChanged && step > 0), counts, changes.Rows, rowCount, isSample);
        }
        catch (EscaleException error) when (error.Code.StartsWith("engines.duckdb.", StringComparison.Ordinal))
        {
            throw await ask.ExplainAsync(recipe, error);
        }
    }

    /// <summary>Whether all formulas are of one row, and every step can be bound to its columns.</summary>
    /// <exception cref="EscaleException">One is not, with its step.</exception>
    public async Task CheckAsync(Recipe recipe, Caller caller, CancellationToken cancellationToken)
    {
        foreach (var (step, node) in Formula.All(recipe))
        {
            var text = new Dictionary<string, object?> { ["text"] = $"select ({node.AsText()})" };
            var result = await Asking.RunAsync(runner, "select json_serialize_sql($text::varchar)", text, caller, cancellationToken);
            var cell = result["rows"]![0]![0]!;
            RecipeChecks.Formula(step, node, cell is JsonValue value && value.TryGetValue<string>(out var json) ? JsonNode.Parse(json)! : cell);
        }
    }

    /// <summary>The parts of a recipe over the rows that are looked at.</summary>
    public async Task<(CompiledRecipe Compiled, long RowCount, bool IsSample)> CompileAsync(Recipe recipe, int step, Caller caller, CancellationToken cancellationToken)
    {
        if (step < 0 || step > recipe.Steps.Count)
        {
            throw new EscaleException("explore.recipe-step", $"There is no step {step}.", $"The recipe has {recipe.Steps.Count}.");
        }
        await CheckAsync(recipe, caller, cancellationToken);
        var graph = live.Now().Graph;
        var table = RecipeTables.Find(recipe.Table, graph, catalog, recipe.TablePlace).ToSql();
        var count = (await Asking.RunAsync(runner, $"select count(*) from {table}", _none, caller, cancellationToken))["rows"]![0]![0]!.GetValue<long>();
        var isSample = count > MostWholeRows;
        // Blocks from all over the table, the same at every look.
        var rows = isSample ? $"select * from {table} using sample {RecipeSql.Number(Math.Max(0.0001, 100.0 * SampleRows / count))}% (system, 42)" : $"select * from {table}";
        return (RecipeCompiler.Compile(recipe, RecipeUse.Preview, name => RecipeTables.Find(name, graph, catalog).ToSql(), inputSql: rows), count, isSample);
    }
}
