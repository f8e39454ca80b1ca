using System.Text.Json;
using System.Text.Json.Nodes;
using static Escale.Explore.Questions.StepsReader;

namespace Escale.Explore.Questions;

/// <summary>One condition of a WHERE, read from its tree.</summary>
internal static class ConditionReader
{
    /// <summary>Reads.</summary>
    /// <exception cref="BeyondSteps">It is none that steps know.</exception>
    public static Condition Read(JsonNode node)
    {
        switch (Text(node, "type"))
        {
            case "COMPARE_EQUAL" or "COMPARE_NOTEQUAL" or "COMPARE_LESSTHAN" or "COMPARE_GREATERTHAN" or "COMPARE_LESSTHANOREQUALTO" or "COMPARE_GREATERTHANOREQUALTO":
                return Comparison(node);
            case "COMPARE_IN" or "COMPARE_NOT_IN":
                var children = node["children"]!.AsArray();
                var (column, bucket) = Bucketed(children[0]!);
                return new Condition(column, Text(node, "type") == "COMPARE_IN" ? "in" : "not-in", Element(new JsonArray([.. children.Skip(1).Select(child => Value(child!))])), bucket);
            case "COMPARE_BETWEEN":
                var (between, cut) = Bucketed(node["input"]!);
                return new Condition(between, "between", Element(new JsonArray(Value(node["lower"]!), Value(node["upper"]!))), cut);
            case "OPERATOR_IS_NULL" or "OPERATOR_IS_NOT_NULL":
                return new Condition(Column(node["children"]![0]!), Text(node, "type") == "OPERATOR_IS_NULL" ? "null" : "not-null");
            case "FUNCTION":
                return Function(node);
            default:
                throw new BeyondSteps("condition");
        }
    }

    /// <summary>A column, or a date cut to a part.</summary>
    public static (string Column, string? Bucket) Bucketed(JsonNode node)
    {
        if (Text(node, "class") == "FUNCTION" && Text(node, "function_name") == "date_trunc" && node["children"] is JsonArray { Count: 2 } parts && parts[0]!["value"]?["value"] is JsonValue part)
        {
            var bucket = part.GetValue<string>();
            Need(bucket is "year" or "quarter" or "month" or "week" or "day" or "hour", "expression");
            return (Column(parts[1]!), bucket);
        }
        return (Column(node), null);
    }

    private static Condition Comparison(JsonNode node)
    {
        var op = Text(node, "type") switch
        {
            "COMPARE_EQUAL" => "=", "COMPARE_NOTEQUAL" => "!=", "COMPARE_LESSTHAN" => "<", "COMPARE_GREATERTHAN" => ">", "COMPARE_LESSTHANOREQUALTO" => "<=", _ => ">=",
        };
        var (column, bucket) = Bucketed(node["left"]!);
        return IsLastDays(node["right"]!, op) is { } days ? new Condition(column, "last", Element(JsonValue.Create(days))) : new Condition(column, op, Element(Value(node["right"]!)), bucket);
    }

    // current_date - 30
    private static int? IsLastDays(JsonNode node, string op) =>
        op == ">=" && Text(node, "function_name") == "-" && node["children"] is JsonArray { Count: 2 } parts
        && (Text(parts[0]!, "function_name") is "current_date" or "get_current_date" || (Text(parts[0]!, "class") == "COLUMN_REF" && Column(parts[0]!) == "current_date"))
        && parts[1]!["value"]?["value"] is JsonValue days && days.TryGetValue<int>(out var count) ? count : null;

    private static Condition Function(JsonNode node)
    {
        var parts = node["children"]!.AsArray();
        Need(parts.Count == 2 && Text(node, "function_name") is "contains" or "starts_with" or "ends_with", "condition");
        if (Text(node, "function_name") != "contains")
        {
            return new Condition(Column(parts[0]!), Text(node, "function_name") == "starts_with" ? "starts" : "ends", Element(Value(parts[1]!)));
        }
        var (column, value) = (parts[0]!, parts[1]!);
        Need(Text(column, "function_name") == "lower" && Text(value, "function_name") == "lower", "condition");
        return new Condition(Column(column["children"]![0]!), "contains", Element(Value(value["children"]![0]!)));
    }

    private static JsonNode? Value(JsonNode node)
    {
        if (Text(node, "class") == "CAST" && node["child"] is { } child && Text(child, "class") == "CONSTANT")
        {
            return Value(child); // DATE '2026-01-01'
        }
        Need(Text(node, "class") == "CONSTANT" && node["value"] is not null, "value");
        if (node["value"]!["is_null"]?.GetValue<bool>() == true)
        {
            return null;
        }
        var value = node["value"]!["value"]!.DeepClone();
        // A decimal is kept as its digits and a scale.
        return node["value"]!["type"]?["id"]?.GetValue<string>() == "DECIMAL" && node["value"]!["type"]?["type_info"]?["scale"] is JsonValue scale && value is JsonValue digits && digits.TryGetValue<long>(out var whole)
            ? JsonValue.Create(whole / (decimal)Math.Pow(10, scale.GetValue<int>()))
            : value;
    }

    private static JsonElement? Element(JsonNode? node) => node is null ? null : JsonSerializer.SerializeToElement(node);
}

/// <summary>One measure of a summary, read from its tree.</summary>
internal static class MeasureReader
{
    public static bool IsMeasure(JsonNode node) =>
        Text(node, "class") == "FUNCTION" && Text(node, "function_name") is "count" or "count_star" or "sum" or "avg" or "mean" or "min" or "max" or "median";

    /// <exception cref="BeyondSteps">It is more than a function of a column.</exception>
    public static Measure Read(JsonNode node)
    {
        Need(node["filter"] is null && node["order_bys"]?["orders"] is not JsonArray { Count: > 0 }, "filter");
        var name = Text(node, "alias") is { Length: > 0 } alias ? alias : null;
        var function = Text(node, "function_name") switch { "count_star" => "count", "mean" => "avg", var other => other };
        var isDistinct = node["distinct"]?.GetValue<bool>() == true;
        Need(!isDistinct || function == "count", "distinct");
        var children = node["children"]!.AsArray();
        Need(children.Count <= 1, "expression");
        var column = children.Count == 0 ? null : Column(children[0]!);
        var measure = new Measure(isDistinct ? "count-distinct" : function, column);
        return name is null || name == measure.As ? measure : measure with { Name = name };
    }
}
