using System.Text.Json.Nodes;
using Escale.Engines.DuckDb;
using Escale.Projects.Yaml;

namespace Escale.Explore.Recipes;

/// <summary>
/// Formulas and conditions in SQL: one value made of a row's columns. Reading looks at signs only, since reading a project starts no engine; before a
/// recipe is saved, shown or used for predictions its formulas are parsed as well, and nothing but scalar expressions passes (see <see cref="Check"/>).
/// </summary>
internal static class Formula
{
    private const int Longest = 10_000;

    private static readonly HashSet<string> _classes = new(StringComparer.Ordinal) { "CONSTANT", "COLUMN_REF", "FUNCTION", "OPERATOR", "COMPARISON", "CONJUNCTION", "CAST", "CASE", "BETWEEN", "LAMBDA", "LAMBDA_REF", "COLLATE" };

    // What looks beyond the row: at the process, its files and settings, or at chance and time.
    private static readonly string[] _refused = ["getenv", "current_setting", "set_config", "nextval", "currval", "read_text", "read_blob", "glob", "getvariable", "txid_current", "pg_", "current_database", "current_schema", "current_user", "current_query", "random", "setseed", "uuid", "gen_random_uuid", "json_execute", "json_serialize_plan", "add_parquet_key", "write_log", "version", "sleep"];

    /// <summary>The formula, when it may be one expression.</summary>
    /// <exception cref="FormatException">It cannot be.</exception>
    public static string Read(YamlNode node, StepWriter step)
    {
        var text = node.AsText("a formula").Trim();
        var mask = DuckSql.Mask(text, '"');
        var depth = 0;
        foreach (var letter in mask)
        {
            depth += letter is '(' or '[' or '{' ? 1 : letter is ')' or ']' or '}' ? -1 : 0;
            if (depth < 0 || letter is ';' or '$' || (depth == 0 && letter is ','))
            {
                throw new FormatException("the formula is not one value.");
            }
        }
        return depth != 0 || text.Length is 0 or > Longest || text.Contains("--", StringComparison.Ordinal) || text.Contains("/*", StringComparison.Ordinal) || text.Any(letter => char.IsControl(letter) && letter is not ('\n' or '\r' or '\t'))
            ? throw new FormatException("the formula is empty, too long, has a comment, or its brackets do not match.")
            : $"({text})";
    }

    /// <summary>The formulas of a recipe's steps that are switched on, with their step.</summary>
    public static IEnumerable<(RecipeStep Step, YamlNode Node)> All(Recipe recipe) =>
        recipe.Steps.Where(step => !step.IsDisabled && step.Type is "derive" or "filter" or "drop_rows")
            .Select(step => (step, Node: step.Settings[step.Type == "derive" ? "formula" : "where"])).Where(found => found.Node is { IsNull: false }).Select(found => (found.step, found.Node!));

    /// <summary>What is wrong with a formula whose tree DuckDB gave (<c>json_serialize_sql('select (…)')</c>), or null when nothing is.</summary>
    public static string? Check(JsonNode tree)
    {
        if (tree["error"]?.GetValue<bool>() == true)
        {
            return "it cannot be read: " + tree["error_message"];
        }
        var node = tree["statements"] is JsonArray { Count: 1 } statements ? statements[0]!["node"] : null;
        return node?["select_list"] is JsonArray { Count: 1 } list && node["from_table"]?["type"]?.GetValue<string>() == "EMPTY" ? Expression(list[0]!) : "it is not one value.";
    }

    private static string? Expression(JsonNode node)
    {
        switch (node)
        {
            case JsonArray array:
                return array.OfType<JsonNode>().Select(Expression).FirstOrDefault(wrong => wrong is not null);
            case JsonObject map:
                if (map["class"] is JsonValue value && value.TryGetValue<string>(out var kind) && map.ContainsKey("query_location"))
                {
                    if (!_classes.Contains(kind))
                    {
                        return $"it holds {(kind is "SUBQUERY" ? "a query of its own" : kind is "WINDOW" ? "a window over other rows" : kind is "STAR" ? "all columns" : "what no formula may hold")}.";
                    }
                    if (kind == "FUNCTION" && map["function_name"]?.GetValue<string>() is { } function && Array.Exists(_refused, refused => function.StartsWith(refused, StringComparison.OrdinalIgnoreCase)))
                    {
                        return $"the function {function} may not be used.";
                    }
                }
                return map.Select(entry => entry.Value).OfType<JsonNode>().Where(child => child is not JsonValue).Select(Expression).FirstOrDefault(wrong => wrong is not null);
            default:
                return null;
        }
    }
}
