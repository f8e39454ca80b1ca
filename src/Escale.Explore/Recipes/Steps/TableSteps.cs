using Escale.Projects.Yaml;

namespace Escale.Explore.Recipes;

/// <summary>Steps that bring in another table, or make other rows of the rows.</summary>
internal static class TableSteps
{
    private static readonly string[] _functions = ["count", "count-distinct", "sum", "avg", "min", "max", "median"];

    /// <summary><c>join</c>: <c>columns</c> of another <c>table</c>, <c>on</c> columns of the same name or <c>{ours: theirs}</c>.</summary>
    public static string Join(StepWriter step)
    {
        var table = step.Relation("table");
        var how = step.Choice("how", "left", "left", "inner");
        var pairs = step.Settings.Node("on") switch
        {
            YamlMap map => map.Entries.Select(entry => (Ours: entry.Name, Theirs: entry.Value.AsText("a column"))).ToList(),
            { } => [.. step.Settings.Texts("on").Select(name => (name, name))],
            null => throw step.Wrong("on", "it needs 'on', the columns that must be equal."),
        };
        var prefix = step.Settings.Text("prefix", "");
        var columns = step.Settings.Texts("columns");
        step.NeedsAllRows();
        if (columns.Count == 0)
        {
            throw step.Wrong("columns", "it needs 'columns', those of the other table that are added.");
        }
        var added = columns.Select(column => $"t.{RecipeSql.Name(column)} as {RecipeSql.Name(prefix + column)}");
        var on = string.Join(" and ", pairs.Select(pair => $"s.{RecipeSql.Name(pair.Ours)} = t.{RecipeSql.Name(pair.Theirs)}"));
        return $"select s.*, {string.Join(", ", added)}\n  from {step.From} as s\n  {how} join {table} as t on {on}";
    }

    /// <summary><c>append</c>: the rows of another table below, columns by their names.</summary>
    public static string? Append(StepWriter step)
    {
        var table = step.Relation("table");
        return step.IsRow ? null : $"select * from {step.From}\n  union all by name\n  select * from {table}";
    }

    /// <summary><c>group</c>: one row for each value of <c>by</c>, with <c>measures</c>.</summary>
    public static string Group(StepWriter step)
    {
        var by = step.Settings.Texts("by");
        var measures = step.Settings.Maps("measures", "a measure").Select(measure =>
        {
            var (function, column) = (measure.Text("function"), measure.TextOrNull("column"));
            var name = measure.Text("name", column is null ? function : $"{function.Replace('-', '_')}_{column}");
            measure.Done();
            return $"{Aggregate(step, function, column is null ? null : RecipeSql.Name(column))} as {RecipeSql.Name(name)}";
        }).ToList();
        step.NeedsAllRows();
        step.HasRow = false;
        return by.Count + measures.Count == 0
            ? throw step.Wrong("by", "there is nothing to group by and nothing to measure.")
            : $"select {string.Join(", ", by.Select(RecipeSql.Name).Concat(measures))}\n  from {step.From}{(by.Count == 0 ? "" : "\n  group by all")}";
    }

    /// <summary><c>pivot</c>: a column for each of the <c>values</c> of <c>column</c>, one row for each of <c>by</c>.</summary>
    public static string Pivot(StepWriter step)
    {
        var (column, by, values) = (step.Column(), step.Settings.Texts("by"), step.Settings.Items("values"));
        var (function, of, prefix) = (step.Settings.Text("function", "sum"), step.Settings.TextOrNull("of"), step.Settings.Text("prefix", ""));
        step.NeedsAllRows();
        step.HasRow = false;
        if (values.Count == 0 || by.Count == 0)
        {
            throw step.Wrong("values", "it needs 'by', and 'values', those that get a column of their own.", "Refresh the step: it reads the values from the table.");
        }
        var columns = values.Select(value => value.AsText()).Select(value =>
            $"{Aggregate(step, of is null ? "count" : function, of is null ? null : RecipeSql.Name(of))} filter (where {RecipeSql.AsText(column)} = {RecipeSql.Text(value)}) as {RecipeSql.Name(prefix + ColumnSteps.Slug(value))}");
        return $"select {RecipeSql.Names(by)},\n    {string.Join(",\n    ", columns)}\n  from {step.From}\n  group by all";
    }

    /// <summary><c>unpivot</c>: a row for each of some <c>columns</c>: its name and its value.</summary>
    public static string Unpivot(StepWriter step)
    {
        var columns = step.Columns();
        var (name, value) = (step.Settings.Text("name", "name"), step.Settings.Text("value", "value"));
        step.NeedsAllRows();
        var rest = step.HasRow ? $"(select * exclude ({RecipeSql.Row}) from {step.From})" : step.From;
        step.HasRow = false;
        return $"select *\n  from {rest}\n  unpivot include nulls ({RecipeSql.Name(value)} for {RecipeSql.Name(name)} in ({RecipeSql.Names(columns)}))";
    }

    private static string Aggregate(StepWriter step, string function, string? column) => function switch
    {
        "count" => column is null ? "count(*)" : $"count({column})",
        _ when column is null => throw step.Wrong("measures", $"'{function}' needs a column."),
        "count-distinct" => $"count(distinct {column})",
        "sum" or "avg" or "min" or "max" or "median" => $"{function}({column})",
        _ => throw step.Wrong("measures", $"'{function}' is no way to sum up.", Projects.Nearest.Remedy(function, _functions, "It is one of " + string.Join(", ", _functions) + ".")),
    };
}
