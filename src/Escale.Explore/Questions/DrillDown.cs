using System.Text.Json;
using Escale.Engines.DuckDb;
using Escale.Kernel;

namespace Escale.Explore.Questions;

/// <summary>A value that a mark of a chart stands for.</summary>
internal sealed record PickedValue(string Column, JsonElement? Value);

/// <summary>The rows behind a mark of a chart.</summary>
internal static class DrillDown
{
    /// <summary>
    /// The steps that give them: those before the last summary, and the groups of the mark as conditions. Null when the question is not in steps or
    /// sums nothing up.
    /// </summary>
    public static IReadOnlyList<Step>? Steps(IReadOnlyList<Step>? steps, IReadOnlyList<PickedValue> picked)
    {
        var at = steps is null ? -1 : steps.ToList().FindLastIndex(step => step is SummariseStep);
        if (at < 0)
        {
            return null;
        }
        var summary = (SummariseStep)steps![at];
        var conditions = picked.SelectMany(value => summary.By.Where(by => by.As == value.Column).Select(by => Condition(by.Column, by.Bucket, value.Value))).ToList();
        return conditions.Count == 0 ? null : [.. steps.Take(at), new FilterStep(conditions)];
    }

    /// <summary>The rows of a question's own result that a mark stands for, and the values to bind.</summary>
    public static (string Sql, IReadOnlyDictionary<string, object?> Values) Sql(string sql, IReadOnlyList<PickedValue> picked)
    {
        var values = new Dictionary<string, object?>(StringComparer.Ordinal);
        var conditions = picked.Select(value =>
        {
            var column = DuckSql.Name(value.Column);
            if (value.Value is null or { ValueKind: JsonValueKind.Null })
            {
                return $"{column} is null";
            }
            if (value.Value is { ValueKind: JsonValueKind.Object } range && range.TryGetProperty("from", out var from) && range.TryGetProperty("to", out var to))
            {
                return $"{column} >= {from.GetDouble():R} and {column} < {to.GetDouble():R}"; // a step of a histogram
            }
            var name = $"picked{values.Count + 1}";
            values[name] = value.Value!.Value.ValueKind == JsonValueKind.String ? value.Value.Value.GetString() : value.Value.Value.GetRawText();
            return $"{column}::varchar = ${name}";
        }).ToList();
        return conditions.Count == 0
            ? throw new EscaleException("explore.drill", "The mark says nothing about its rows.", "Choose another mark.")
            : ($"select * from (\n{sql}\n) as question where {string.Join(" and ", conditions)}", values);
    }

    private static Condition Condition(string column, string? bucket, JsonElement? value) => value is null or { ValueKind: JsonValueKind.Null }
        ? new Condition(column, "null")
        : new Condition(column, "=", value, bucket);
}
