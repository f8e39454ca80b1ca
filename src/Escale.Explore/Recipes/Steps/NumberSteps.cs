using System.Globalization;

namespace Escale.Explore.Recipes;

/// <summary>Steps on numbers: what is far out, classes, scales.</summary>
internal static class NumberSteps
{
    /// <summary><c>outliers</c>: beyond the limits of a <c>method</c> values are clipped, flagged, or their rows dropped.</summary>
    public static string? Outliers(StepWriter step)
    {
        var columns = step.Columns();
        var method = step.Choice("method", "iqr", "iqr", "zscore", "quantile");
        var action = step.Choice("action", "clip", "clip", "flag", "drop");
        var factor = RecipeSql.Number(step.Settings.Number("factor", 0) ?? (method == "zscore" ? 3 : 1.5));
        var (low, high) = (RecipeSql.Number(step.Settings.Number("low", 0, 1) ?? 0.01), RecipeSql.Number(step.Settings.Number("high", 0, 1) ?? 0.99));
        var limits = columns.ToDictionary(column => column, column =>
        {
            var name = RecipeSql.Name(column);
            var (from, to) = method switch
            {
                "zscore" => ($"avg({name}) - {factor} * stddev_samp({name})", $"avg({name}) + {factor} * stddev_samp({name})"),
                "quantile" => ($"quantile_cont({name}, {low})", $"quantile_cont({name}, {high})"),
                _ => (
                    $"quantile_cont({name}, 0.25) - {factor} * (quantile_cont({name}, 0.75) - quantile_cont({name}, 0.25))",
                    $"quantile_cont({name}, 0.75) + {factor} * (quantile_cont({name}, 0.75) - quantile_cont({name}, 0.25))"),
            };
            return (Low: step.Learn(from), High: step.Learn(to));
        }, StringComparer.Ordinal);
        string IsOut(string column) => $"coalesce({RecipeSql.Name(column)} < {limits[column].Low} or {RecipeSql.Name(column)} > {limits[column].High}, false)";
        switch (action)
        {
            case "flag":
                return step.Add(columns.Select(column => (column + "_outlier", IsOut(column))));
            case "drop":
                return step.IsRow ? null : $"select *\n  from {step.From}\n  where not ({string.Join("\n    or ", columns.Select(IsOut))})";
            default:
                return step.Replace(columns, column =>
                {
                    var name = RecipeSql.Name(column);
                    return $"case when {name} < {limits[column].Low} then {limits[column].Low} when {name} > {limits[column].High} then {limits[column].High} else {name} end";
                });
        }
    }

    /// <summary><c>bin</c>: classes of equal width, of equal size, or between <c>edges</c>.</summary>
    public static string Bin(StepWriter step)
    {
        var column = step.Column();
        var name = RecipeSql.Name(column);
        var method = step.Choice("method", step.Settings.Has("edges") ? "edges" : "width", "width", "quantile", "edges");
        var edges = method == "edges" ? [.. step.Settings.Items("edges").Select(edge => RecipeSql.Number(edge.AsNumber()))] : Learned(step, name, method);
        if (edges.Count == 0)
        {
            throw step.Wrong("edges", "it needs 'edges', the limits between the classes.");
        }
        var labels = step.Settings.Texts("labels");
        if (labels.Count > 0 && labels.Count != edges.Count + 1)
        {
            throw step.Wrong("labels", $"there are {edges.Count + 1} classes and {labels.Count} labels.");
        }
        string Label(int at) => labels.Count > 0 ? RecipeSql.Text(labels[at]) : (at + 1).ToString(CultureInfo.InvariantCulture);
        var whens = string.Concat(edges.Select((edge, at) => $"\n      when {name} < {edge} then {Label(at)}"));
        var into = step.Settings.Text("into", column + "_bin");
        var sql = $"case when {name} is null then null{whens}\n      else {Label(edges.Count)} end";
        return into == column ? step.Replace([column], _ => sql) : step.Add((into, sql));
    }

    private static List<string> Learned(StepWriter step, string name, string method)
    {
        var count = (int)(step.Settings.Integer("bins", 2, 100) ?? 5);
        return [.. Enumerable.Range(1, count - 1).Select(at =>
        {
            var part = RecipeSql.Number(at / (double)count);
            return step.Learn(method == "quantile" ? $"quantile_cont({name}, {part})" : $"min({name}) + {part} * (max({name}) - min({name}))");
        })];
    }

    /// <summary><c>scale</c>: to mean 0 and deviation 1, to 0…1, or by median and quartiles. A column of one value becomes 0.</summary>
    public static string Scale(StepWriter step)
    {
        var method = step.Choice("method", "standard", "standard", "minmax", "robust");
        return step.Replace(step.Columns(), column =>
        {
            var name = RecipeSql.Name(column);
            var (middle, width) = method switch
            {
                "minmax" => ($"min({name})", $"max({name}) - min({name})"),
                "robust" => ($"median({name})", $"quantile_cont({name}, 0.75) - quantile_cont({name}, 0.25)"),
                _ => ($"avg({name})", $"stddev_pop({name})"),
            };
            var learned = (Middle: step.Learn(middle), Width: step.Learn($"nullif({width}, 0)"));
            return $"case when {name} is null then null else coalesce(({name} - {learned.Middle}) / {learned.Width}, 0.0) end";
        });
    }
}
