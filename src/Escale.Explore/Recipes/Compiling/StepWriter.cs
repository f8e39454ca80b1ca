using Escale.Kernel;
using Escale.Projects.Yaml;

namespace Escale.Explore.Recipes;

/// <summary>What a compiled recipe is for.</summary>
internal enum RecipeUse
{
    /// <summary>The table that it makes.</summary>
    Table,

    /// <summary>A look at its steps: rows keep their number, so that before and after can be laid side by side.</summary>
    Preview,

    /// <summary>Single rows before a prediction: none is left out, and what was learned is given.</summary>
    Row,
}

/// <summary>What a step learned from the data: a small table as SQL literals.</summary>
/// <param name="Columns">Names and types.</param>
/// <param name="Rows">Values as text; null is null.</param>
internal sealed record Fitted(IReadOnlyList<(string Name, string Type)> Columns, IReadOnlyList<IReadOnlyList<string?>> Rows);

/// <summary>Thrown where a recipe cannot be applied to one row alone.</summary>
internal sealed class NotByRow : Exception;

/// <summary>Writes the SQL of one step: its settings, what it reads, and what it learns from the rows before it.</summary>
internal sealed class StepWriter(RecipeStep step, string from, RecipeUse use, bool hasRow, Func<string, string> relationOf, IReadOnlyDictionary<string, Fitted> fitted)
{
    private readonly List<(string Name, string Sql)> _scalars = [];
    private readonly List<(string Name, string Sql)> _tables = [];

    /// <summary>The step.</summary>
    public RecipeStep Step => step;

    /// <summary>Its settings.</summary>
    public YamlReader Settings { get; } = step.Settings.Reader($"step {step.Number} ({step.Type})").Allow("id", "type", "disabled", "note");

    /// <summary>The relation of the rows before it.</summary>
    public string From => from;

    /// <summary>Whether single rows go through it.</summary>
    public bool IsRow => use == RecipeUse.Row;

    /// <summary>Whether rows carry their number.</summary>
    public bool HasRow { get; set; } = hasRow;

    /// <summary>The number's column with a comma after it, where rows carry it.</summary>
    public string RowFirst => HasRow ? RecipeSql.Row + ", " : "";

    /// <summary>What it learns, in CTEs of their own.</summary>
    public IEnumerable<(string Name, string Sql)> Fits =>
        _scalars.Count == 0 ? _tables : [(FitName, $"select {string.Join(",\n    ", _scalars.Select(scalar => $"{scalar.Sql} as {scalar.Name}"))}{(_scalars.All(IsQuery) ? "" : $"\n  from {from}")}"), .. _tables];

    // Queries of their own need no rows to be summed up.
    private static bool IsQuery((string Name, string Sql) scalar) => scalar.Sql.StartsWith("(select ", StringComparison.Ordinal);

    private string FitName => $"fit_{step.Number}";

    /// <summary>The columns that it works on: <c>columns</c>, or <c>column</c>.</summary>
    public IReadOnlyList<string> Columns()
    {
        var (one, many) = (Settings.Node("column"), Settings.Node("columns"));
        return one is not null ? [one.AsText("a column")]
            : many is null ? throw Settings.Map.Error("projects.missing-key", $"Step {step.Number} ({step.Type}) needs 'columns'.", "Add 'columns: [name]'.")
            : Settings.Texts("columns") is { Count: > 0 } names ? names
            : throw many.WrongType("a list of columns");
    }

    /// <summary>The one column that it works on.</summary>
    public string Column() => Columns() is [var one] ? one : throw Wrong("columns", "it works on one column.");

    /// <summary>A value of all rows before it, such as a median; where it is known already, that value.</summary>
    public string Learn(string aggregate)
    {
        var name = $"v{_scalars.Count + 1}";
        _scalars.Add((name, aggregate));
        return IsRow && fitted.TryGetValue(FitName, out var known) && known.Rows.Count == 1
            ? Literal(known.Rows[0][_scalars.Count - 1], known.Columns[_scalars.Count - 1].Type)
            : $"(select {name} from {FitName})";
    }

    /// <summary>A small table of all rows before it, such as a median for each group.</summary>
    /// <returns>Its relation.</returns>
    public string LearnTable(string select)
    {
        var name = $"{FitName}_{(char)('a' + (_tables.Count % 26))}{(_tables.Count < 26 ? "" : _tables.Count)}";
        _tables.Add((name, IsRow && fitted.TryGetValue(name, out var known) ? Values(known) : select));
        return name;
    }

    /// <summary>Another table of the project, as SQL.</summary>
    public string Relation(string key)
    {
        var node = Settings.Need(key);
        try
        {
            return relationOf(TableName.Parse(node.AsText("a table").Trim()).ToString());
        }
        catch (EscaleException error)
        {
            throw error.At(node.Place);
        }
    }

    /// <summary>All columns, some with another value.</summary>
    public string Replace(IEnumerable<string> columns, Func<string, string> value)
    {
        var parts = columns.Select(column => $"{value(column)} as {RecipeSql.Name(column)}").ToList();
        return $"select * replace ({string.Join(",\n    ", parts)})\n  from {from}";
    }

    /// <summary>All columns and further ones.</summary>
    public string Add(params IEnumerable<(string Name, string Sql)> columns) =>
        $"select *, {string.Join(",\n    ", columns.Select(column => $"{column.Sql} as {RecipeSql.Name(column.Name)}"))}\n  from {from}";

    /// <summary>The value into a new column where the step names one (<c>into</c>), else in place.</summary>
    public string PutColumn(string column, string sql) => Settings.TextOrNull("into") is { } into && into != column ? Add((into, sql)) : Replace([column], _ => sql);

    /// <summary>One of some words.</summary>
    public string Choice(string key, string fallback, params string[] words)
    {
        var word = Settings.Text(key, fallback);
        return words.Contains(word)
            ? word
            : throw Settings.Need(key).Error(
                "projects.unknown-value", $"Step {step.Number}: '{key}' cannot be '{word}'.", Projects.Nearest.Remedy(word, words, "It is one of " + string.Join(", ", words) + "."));
    }

    /// <summary>The step cannot be applied to a row alone.</summary>
    public void NeedsAllRows()
    {
        if (IsRow)
        {
            throw new NotByRow();
        }
    }

    /// <summary>What is wrong with a setting.</summary>
    public EscaleException Wrong(string key, string what, string remedy = "Correct the step.") =>
        new("explore.recipe-step", $"Step {step.Number} ({step.Type}): {what}", remedy, (Settings.Node(key) ?? step.Settings).Place);

    /// <summary>A fitted value as a literal of its type.</summary>
    public static string Literal(string? value, string type) => value is null ? $"null::{type}" : $"{RecipeSql.Text(value)}::{type}";

    private static string Values(Fitted fitted)
    {
        var names = string.Join(", ", fitted.Columns.Select(column => Engines.DuckDb.DuckSql.Name(column.Name)));
        return fitted.Rows.Count == 0
            ? $"select {string.Join(", ", fitted.Columns.Select(column => $"null::{column.Type} as {Engines.DuckDb.DuckSql.Name(column.Name)}"))} where false"
            : $"select * from (values {string.Join(", ", fitted.Rows.Select(row => $"({string.Join(", ", row.Select((cell, at) => Literal(cell, fitted.Columns[at].Type)))})"))}) as known ({names})";
    }
}
