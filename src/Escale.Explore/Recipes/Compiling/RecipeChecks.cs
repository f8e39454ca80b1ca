using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Escale.Kernel;
using Escale.Projects;
using Escale.Projects.Yaml;

namespace Escale.Explore.Recipes;

/// <summary>What is wrong with a step when its table is known.</summary>
internal static partial class RecipeChecks
{
    /// <summary>A new column may not have the name of one that is there.</summary>
    /// <exception cref="EscaleException"><c>explore.recipe-column-exists</c>.</exception>
    public static void NewNames(RecipeStep step, IEnumerable<string> columns)
    {
        if (step.IsDisabled || step.Type is "map" or "bin" || step.Settings["into"] is not { IsNull: false } into)
        {
            return;
        }
        var names = into is YamlList list ? list.Items.Select(item => item.AsText()) : [into.AsText()];
        if (names.FirstOrDefault(name => columns.Contains(name, StringComparer.OrdinalIgnoreCase)) is { } twice)
        {
            throw into.Error("explore.recipe-column-exists", $"Step {step.Number} ({step.Type}): there is a column '{twice}' already.", "Choose another name under 'into'.");
        }
    }

    /// <summary>A formula may be nothing but one value of a row.</summary>
    /// <exception cref="EscaleException"><c>explore.recipe-formula</c>.</exception>
    public static void Formula(RecipeStep step, YamlNode node, JsonNode tree)
    {
        if (Recipes.Formula.Check(tree) is { } wrong)
        {
            throw node.Error("explore.recipe-formula", $"Step {step.Number} ({step.Type}): {wrong}", "A formula is made of the row's columns, values, operators and functions.");
        }
    }

    /// <summary>DuckDB's error, with the step that it belongs to.</summary>
    /// <param name="step">The step.</param>
    /// <param name="error">The error.</param>
    /// <param name="columns">The columns before the step.</param>
    public static EscaleException Explain(RecipeStep step, EscaleException error, IEnumerable<string> columns)
    {
        var message = error.Message.Split("\n\nLINE ")[0].Split("\n\n^")[0].Trim();
        var known = columns.ToList();
        var missing = Missing().Match(message) is { Success: true } match && !known.Contains(match.Groups[1].Value, StringComparer.OrdinalIgnoreCase) ? match.Groups[1].Value : null;
        var remedy = missing is null ? "Correct the step." : Nearest.Remedy(missing, known, "Its columns are " + string.Join(", ", known.Take(50)) + ".");
        return new EscaleException("explore.recipe-step", $"Step {step.Number} ({step.Type}): {message}", remedy, step.Settings.Place with { Column = null }, error);
    }

    [GeneratedRegex("[Cc]olumn \"([^\"]+)\"")]
    private static partial Regex Missing();
}
