using Escale.Engines.DuckDb;
using Escale.Engines.Tables;
using Escale.Kernel;
using Escale.Learning;
using Escale.Modeling.Endpoints;
using Escale.Modeling.Watching;

namespace Escale.Modeling.Truth;

/// <summary>The SQL by which a prediction that was logged meets its truth.</summary>
internal static class TruthSql
{
    /// <summary>The table of what was told by uploads.</summary>
    public static readonly TableName Table = new("ops", "truth");

    /// <summary>A value by its meaning: 4.6 and "4.60" are the same, and so are the two ways to write a moment.</summary>
    public static string Plain(string text) =>
        $"coalesce(CAST(try_cast({text} AS DOUBLE) AS VARCHAR), CAST(try_cast({text} AS TIMESTAMP) AS VARCHAR), lower(trim({text})))";

    /// <summary>The value of a field of a logged row.</summary>
    public static string Field(string name) => $"json_extract_string(p.inputs, {DuckSql.Literal("$.\"" + name.Replace("\"", "\\\"", StringComparison.Ordinal) + "\"")})";

    /// <summary>The logged rows of an endpoint (p) whose truth is known, once each, with <c>told</c> and <c>size</c>, the size of the error; null when there is no truth anywhere.</summary>
    /// <param name="session">Where the tables are mounted.</param>
    /// <param name="endpoint">The endpoint.</param>
    /// <param name="model">Its model.</param>
    /// <param name="joined">The table with the truth and its keys, or null.</param>
    /// <param name="since">From when on, as SQL writes a moment.</param>
    public static string? Judged(LakeSession session, ModelEndpoint endpoint, Model model, TruthSource? joined, string since)
    {
        var parts = new List<string>();
        var of = $"p.endpoint = {DuckSql.Literal(endpoint.Name)} AND p.asked_at >= TIMESTAMP '{since}'";
        if (session.Catalog.Exists(Table))
        {
            session.Mount(Table);
            parts.Add($"SELECT p.*, t.truth AS told, 1 AS rank FROM {PredictionLog.Table.ToSql()} p JOIN {Table.ToSql()} t ON t.prediction_id = p.id AND t.row_index = p.row_index WHERE {of}");
        }
        if (joined is not null)
        {
            session.Mount(joined.Table);
            var same = string.Join(" AND ", joined.Keys.Select(key => $"{Plain(Field(key))} = {Plain($"CAST(t.{DuckSql.Name(key)} AS VARCHAR)")}"));
            var target = $"CAST(t.{DuckSql.Name(model.TargetName)} AS VARCHAR)";
            parts.Add($"SELECT p.*, {target} AS told, 2 AS rank FROM {PredictionLog.Table.ToSql()} p JOIN {joined.Table.ToSql()} t ON {same} WHERE {of} AND {target} IS NOT NULL");
        }
        var size = model.Task == LearningTask.Regression ? "abs(CAST(value AS DOUBLE) - try_cast(told AS DOUBLE))" : $"CASE WHEN {Plain("prediction")} = {Plain("told")} THEN 0.0 ELSE 1.0 END";
        return parts.Count == 0 ? null : $"SELECT *, {size} AS size FROM ({string.Join(" UNION ALL ", parts)}) AS known QUALIFY row_number() OVER (PARTITION BY id, row_index ORDER BY rank) = 1";
    }
}

/// <summary>A table that has the truth once it is known, and the columns by which a row of it is the row that was asked about.</summary>
/// <param name="Table">The table; it has the target too.</param>
/// <param name="Keys">The columns.</param>
public sealed record TruthSource(TableName Table, IReadOnlyList<string> Keys);
