using System.Text;
using Escale.Kernel;

namespace Escale.Explore.Recipes;

/// <summary>A part of a compiled recipe.</summary>
/// <param name="Name">The relation.</param>
/// <param name="Sql">Its SELECT.</param>
/// <param name="Step">The step that it belongs to; null for the table that is read.</param>
/// <param name="IsFit">Whether it is what the step learns from the data.</param>
internal sealed record RecipePart(string Name, string Sql, RecipeStep? Step, bool IsFit);

/// <summary>A recipe as SQL.</summary>
/// <param name="Parts">Its parts in order.</param>
/// <param name="After">The relation before the first step, after the first, after the second, …</param>
/// <param name="HasRow">For each of these, whether rows carry their number.</param>
internal sealed record CompiledRecipe(IReadOnlyList<RecipePart> Parts, IReadOnlyList<string> After, IReadOnlyList<bool> HasRow)
{
    /// <summary>The SELECT of the rows after the last step.</summary>
    public string Rows => HasRow[^1] ? $"select * exclude ({RecipeSql.Row}) from {After[^1]}" : $"select * from {After[^1]}";

    /// <summary>A query that sees all parts up to a relation.</summary>
    /// <param name="upTo">The relation; null: all.</param>
    /// <param name="select">The SELECT.</param>
    public string Query(string? upTo, string select)
    {
        var count = upTo is null ? Parts.Count : Parts.ToList().FindIndex(part => part.Name == upTo) + 1;
        return $"with {string.Join(",\n", Parts.Take(count).Select(part => $"{part.Name} as (\n  {part.Sql}\n)"))}\n{select}";
    }
}

/// <summary>Writes recipes as SQL: one common table expression for each step, and one for what a step learns. Reads no data; the SQL does not depend on the table's columns.</summary>
internal static class RecipeCompiler
{
    /// <summary>What the rows of the table are called in the SQL.</summary>
    public const string Input = "input";

    private static readonly Dictionary<string, Fitted> _nothing = [];

    /// <summary>Compiles.</summary>
    /// <param name="recipe">The recipe.</param>
    /// <param name="use">What for.</param>
    /// <param name="relationOf">How a table is written in SQL.</param>
    /// <param name="fitted">For single rows: what the steps have learned, by the relation's name.</param>
    /// <param name="inputSql">The SELECT of the rows; null: the recipe's table.</param>
    /// <exception cref="EscaleException">A step is wrong, with its place.</exception>
    /// <exception cref="NotByRow">For single rows: the recipe needs all of them.</exception>
    public static CompiledRecipe Compile(Recipe recipe, RecipeUse use, Func<string, string> relationOf, IReadOnlyDictionary<string, Fitted>? fitted = null, string? inputSql = null)
    {
        var parts = new List<RecipePart>();
        var hasRow = use != RecipeUse.Table || recipe.Steps.Any(step => !step.IsDisabled && StepTypes.All[step.Type].NeedsOrder(step));
        var (from, after, rows) = (Input, new List<string> { Input }, new List<bool> { hasRow });
        if (use != RecipeUse.Row)
        {
            var source = inputSql is null ? relationOf(recipe.Table) : $"(\n{inputSql}\n)";
            parts.Add(new RecipePart(Input, hasRow ? $"select row_number() over () as {RecipeSql.Row}, *\n  from {source}" : $"select *\n  from {source}", null, false));
        }
        foreach (var step in recipe.Steps)
        {
            var writer = new StepWriter(step, from, use, hasRow, relationOf, fitted ?? _nothing);
            if (!step.IsDisabled && Write(writer) is { } sql)
            {
                parts.AddRange(writer.Fits.Select(fit => new RecipePart(fit.Name, fit.Sql, step, true)).Where(fit => use != RecipeUse.Row || sql.Contains(fit.Name, StringComparison.Ordinal)));
                parts.Add(new RecipePart(step.Relation, sql, step, false));
                (from, hasRow) = (step.Relation, writer.HasRow);
            }
            after.Add(from);
            rows.Add(hasRow);
        }
        return new CompiledRecipe(parts, after, rows);
    }

    /// <summary>The text of the SQL model that a recipe is.</summary>
    public static Projects.Dbt.GeneratedText Model(Recipe recipe, Func<string, string> relationOf)
    {
        // Names of tables become calls of Jinja; whatever else looks like Jinja is the author's text and stays text.
        var calls = new List<string>();
        string Mark(string table)
        {
            calls.Add(relationOf(table));
            return $"\u0001{calls.Count - 1}\u0001";
        }
        var compiled = Compile(recipe, RecipeUse.Table, Mark);
        var text = new StringBuilder();
        var lines = new List<Place>();
        var top = recipe.TablePlace with { Column = null };
        Append($"{{{{ config(materialized='table', schema='{recipe.Makes.Schema}', alias='{recipe.Makes.Name}', tags=[{string.Join(", ", recipe.Tags.Prepend("recipe").Distinct().Select(tag => $"'{tag}'"))}]) }}}}", top, isOurs: true);
        Append($"-- Made from {recipe.Path}: change the steps there.\nwith", top);
        foreach (var part in compiled.Parts)
        {
            var place = part.Step is { } step ? step.Settings.Place with { Column = null } : top;
            if (part.Step is { } said)
            {
                Append($"-- {said.Number}. {said.Type}{(part.IsFit ? ": what it learns from the data" : said.Note.Length > 0 ? ": " + OneLine(said.Note) : "")}", place);
            }
            Append($"{part.Name} as (\n  {part.Sql}\n){(part == compiled.Parts[^1] ? "" : ",")}", place);
        }
        Append(compiled.Rows, top);
        for (var at = 0; at < calls.Count; at++)
        {
            text.Replace($"\u0001{at}\u0001", calls[at]);
        }
        return new Projects.Dbt.GeneratedText(text.ToString(), lines);

        void Append(string part, Place place, bool isOurs = false)
        {
            text.Append(isOurs ? part : AsJinjaText(part)).Append('\n');
            lines.AddRange(Enumerable.Repeat(place, part.Count(letter => letter == '\n') + 1));
        }
    }

    /// <summary>Jinja that writes this text.</summary>
    internal static string AsJinjaText(string text)
    {
        if (!text.Contains('{', StringComparison.Ordinal))
        {
            return text;
        }
        var written = new StringBuilder();
        for (var at = 0; at < text.Length; at++)
        {
            _ = text[at] == '{' && at + 1 < text.Length && text[at + 1] is '{' or '%' or '#' ? written.Append("{{ '{' }}") : written.Append(text[at]);
        }
        return written.ToString();
    }

    private static string? Write(StepWriter writer)
    {
        try
        {
            var sql = StepTypes.All[writer.Step.Type].Write(writer);
            writer.Settings.Done();
            return sql;
        }
        catch (FormatException error)
        {
            throw new EscaleException("explore.recipe-step", $"Step {writer.Step.Number} ({writer.Step.Type}): {error.Message}", "Correct the step.", writer.Step.Settings.Place);
        }
    }

    private static string OneLine(string text) => string.Join(' ', text.Split((char[])['\n', '\r', '\t'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
}
