using System.Globalization;
using System.Text.RegularExpressions;

namespace Escale.Explore.Recipes;

/// <summary>Steps that change which columns there are, or their type.</summary>
internal static partial class ColumnSteps
{
    private static readonly Dictionary<string, string> _types = new(StringComparer.OrdinalIgnoreCase)
    {
        ["text"] = "varchar", ["string"] = "varchar", ["integer"] = "bigint", ["whole"] = "bigint", ["number"] = "double", ["boolean"] = "boolean", ["date"] = "date", ["timestamp"] = "timestamp", ["time"] = "time",
    };

    /// <summary><c>rename</c>: <c>names: {old: new}</c>.</summary>
    public static string Rename(StepWriter step)
    {
        var names = step.Settings.TextMap("names");
        return names.Count == 0
            ? throw step.Wrong("names", "it needs 'names', old names with their new ones.")
            : $"select * rename ({string.Join(", ", names.Select(name => $"{RecipeSql.Name(name.Key)} as {RecipeSql.Name(name.Value)}"))})\n  from {step.From}";
    }

    /// <summary><c>drop_columns</c>.</summary>
    public static string Drop(StepWriter step) => $"select * exclude ({RecipeSql.Names(step.Columns())})\n  from {step.From}";

    /// <summary><c>keep_columns</c>, in the order given.</summary>
    public static string Keep(StepWriter step) => $"select {step.RowFirst}{RecipeSql.Names(step.Columns())}\n  from {step.From}";

    /// <summary><c>cast</c>: <c>to</c> a type; what does not fit becomes null, or fails with <c>on_error: fail</c>.</summary>
    public static string Cast(StepWriter step)
    {
        var type = TypeOf(step);
        var cast = step.Choice("on_error", "null", "null", "fail") == "fail" ? "cast" : "try_cast";
        return step.Replace(step.Columns(), column => $"{cast}({RecipeSql.Name(column)} as {type})");
    }

    /// <summary><c>derive</c>: a <c>formula</c> into a new column, or in place of an old one.</summary>
    public static string Derive(StepWriter step)
    {
        var formula = Formula.Read(step.Settings.Need("formula"), step);
        return step.Settings.Has("column") ? step.Replace([step.Column()], _ => formula) : step.Add((step.Settings.Text("into"), formula));
    }

    /// <summary><c>one_hot</c>: a column of 0 and 1 for each of its <c>levels</c>.</summary>
    public static string OneHot(StepWriter step)
    {
        var column = step.Column();
        var prefix = step.Settings.Text("prefix", column + "_");
        var levels = step.Settings.Items("levels");
        if (levels.Count == 0)
        {
            throw step.Wrong("levels", "it needs 'levels', the values that get a column of their own.", "Refresh the step: it reads them from the table.");
        }
        var keep = step.Settings.Bool("keep", false);
        var columns = levels.Select(level => level.AsText()).Select(level =>
            $"case when {RecipeSql.AsText(column)} = {RecipeSql.Text(level)} then 1 else 0 end as {RecipeSql.Name(prefix + Slug(level))}");
        return $"select *{(keep ? "" : $" exclude ({RecipeSql.Name(column)})")},\n    {string.Join(",\n    ", columns)}\n  from {step.From}";
    }

    /// <summary>A type of the setting <c>to</c> as DuckDB knows it.</summary>
    public static string TypeOf(StepWriter step, string? fallback = null)
    {
        var text = fallback is null ? step.Settings.Text("to") : step.Settings.Text("to", fallback);
        return _types.TryGetValue(text, out var type) ? type
            : TypePattern().IsMatch(text) ? text.ToLowerInvariant()
            : throw step.Wrong("to", $"'{text}' is no type.", "Write text, integer, number, boolean, date, timestamp, or a SQL type such as decimal(10,2).");
    }

    /// <summary>A value as a part of a column's name.</summary>
    public static string Slug(string value)
    {
        var slug = string.Concat(value.Normalize().Select(letter => char.IsLetterOrDigit(letter) ? char.ToLower(letter, CultureInfo.InvariantCulture) : '_')).Trim('_');
        return slug.Length is > 0 and <= 60 ? slug : slug.Length == 0 ? "blank" : slug[..60];
    }

    [GeneratedRegex(@"^(bigint|integer|int|smallint|tinyint|hugeint|ubigint|uinteger|double|float|real|varchar|boolean|date|time|timestamp|timestamptz|timestamp with time zone|uuid|json|decimal\(\d{1,2}, ?\d{1,2}\))$", RegexOptions.IgnoreCase)]
    private static partial Regex TypePattern();
}
