using System.Globalization;

namespace Escale.Explore.Recipes;

/// <summary>Steps that take columns apart and put them together.</summary>
internal static class PartSteps
{
    /// <summary><c>split</c>: <c>by</c> a sign, <c>into</c> columns.</summary>
    public static string Split(StepWriter step)
    {
        var column = step.Column();
        var (by, regex, keep) = (step.Settings.Text("by"), step.Settings.Bool("regex", false), step.Settings.Bool("keep", true));
        var into = step.Settings.Texts("into");
        if (by.Length == 0 || into.Count == 0)
        {
            throw step.Wrong("into", "it needs 'by', a sign, and 'into', the new columns.");
        }
        var parts = $"{(regex ? "string_split_regex" : "string_split")}({RecipeSql.AsText(column)}, {RecipeSql.Text(by)})";
        var columns = into.Select((name, at) => $"nullif(trim({parts}[{(at + 1).ToString(CultureInfo.InvariantCulture)}]), '') as {RecipeSql.Name(name)}");
        return $"select *{(keep ? "" : $" exclude ({RecipeSql.Name(column)})")},\n    {string.Join(",\n    ", columns)}\n  from {step.From}";
    }

    /// <summary><c>merge</c>: several columns <c>into</c> one, <c>with</c> something between; missing values are passed over.</summary>
    public static string Merge(StepWriter step)
    {
        var columns = step.Columns();
        var (with, into, keep) = (step.Settings.Text("with", " "), step.Settings.Text("into"), step.Settings.Bool("keep", true));
        var merged = $"nullif(concat_ws({RecipeSql.Text(with)}, {string.Join(", ", columns.Select(RecipeSql.AsText))}), '')";
        return keep
            ? step.Add((into, merged))
            : $"select * exclude ({RecipeSql.Names(columns)}), {merged} as {RecipeSql.Name(into)}\n  from {step.From}";
    }

    /// <summary><c>extract</c>: what a <c>pattern</c> finds, its groups <c>into</c> columns.</summary>
    public static string Extract(StepWriter step)
    {
        var column = step.Column();
        var pattern = step.Settings.Text("pattern");
        var into = step.Settings.Texts("into");
        if (into.Count == 0)
        {
            throw step.Wrong("into", "it needs 'into', the new columns.");
        }
        var hasGroups = HasGroup(pattern);
        return step.Add(into.Select((name, at) =>
            (name, $"nullif(regexp_extract({RecipeSql.AsText(column)}, {RecipeSql.Text(pattern)}, {(hasGroups ? at + 1 : 0).ToString(CultureInfo.InvariantCulture)}), '')")));
    }

    private static bool HasGroup(string pattern)
    {
        for (var at = 0; at < pattern.Length; at++)
        {
            if (pattern[at] == '\\')
            {
                at++;
            }
            else if (pattern[at] == '(' && !(at + 1 < pattern.Length && pattern[at + 1] == '?' && !pattern.AsSpan(at).StartsWith("(?P<")))
            {
                return true;
            }
        }
        return false;
    }
}
