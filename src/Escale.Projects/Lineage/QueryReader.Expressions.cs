using System.Text.Json;

namespace Escale.Projects.Lineage;

/// <content>Expressions.</content>
internal sealed partial class QueryReader
{
    /// <summary>All that enters the value of an expression.</summary>
    private Origins Expression(JsonElement expression, Scope scope)
    {
        switch (expression.ValueKind)
        {
            case JsonValueKind.Array:
                return Origins.Union(expression.EnumerateArray().Select(item => Expression(item, scope)));
            case JsonValueKind.Object:
                break;
            default:
                return Origins.None;
        }
        return Text(expression, "class") switch
        {
            "COLUMN_REF" => scope.Resolve(Texts(expression, "column_names")),
            "CONSTANT" => Origins.None,
            "CAST" when expression.TryGetProperty("child", out var cast) => Expression(cast, scope),
            "SUBQUERY" => SubqueryValue(expression, scope),
            "LAMBDA" => Lambda(expression, scope),
            "STAR" => scope.From.Relations.Aggregate(Origins.Unknown, (all, relation) => all.And(relation.Row())),
            "POSITIONAL_REFERENCE" => Positional(expression, scope),
            _ => Origins.Union(expression.EnumerateObject().Select(property => Expression(property.Value, scope))),
        };
    }

    /// <summary>A scalar subquery's value; IN and ANY compare with its values too; EXISTS has none.</summary>
    private Origins SubqueryValue(JsonElement expression, Scope scope)
    {
        if (!expression.TryGetProperty("subquery", out var subquery) || !subquery.TryGetProperty("node", out var node))
        {
            return Origins.Unknown;
        }
        if (Text(expression, "subquery_type") is "EXISTS" or "NOT_EXISTS")
        {
            return Origins.None;
        }
        var compared = expression.TryGetProperty("child", out var child) ? Expression(child, scope) : Origins.None;
        return Query(node, scope).Row().And(compared);
    }

    private Origins Lambda(JsonElement lambda, Scope scope)
    {
        var inner = new Scope(scope);
        foreach (var parameter in Parameters(lambda.TryGetProperty("lhs", out var lhs) ? lhs : default))
        {
            inner.AddParameter(parameter);
        }
        return lambda.TryGetProperty("expr", out var body) ? Expression(body, inner) : Origins.Unknown;
    }

    private static IEnumerable<string> Parameters(JsonElement lhs)
    {
        if (lhs.ValueKind == JsonValueKind.String)
        {
            return [lhs.GetString()!];
        }
        return Text(lhs, "type") == "COLUMN_REF" ? Texts(lhs, "column_names") : Items(lhs, "children").SelectMany(Parameters);
    }

    private static Origins Positional(JsonElement reference, Scope scope)
    {
        var columns = scope.From.Relations.SelectMany(relation => relation.Columns).ToList();
        var isKnown = scope.From.IsStarKnown && scope.From.Shared.Count == 0 && scope.From.Relations.All(relation => relation.IsClosed);
        return isKnown && reference.TryGetProperty("index", out var index) && index.TryGetInt32(out var at) && at >= 1 && at <= columns.Count
            ? columns[at - 1].Origins
            : Origins.Unknown;
    }

    /// <summary>Whether an expression holds a <c>COLUMNS(…)</c> or <c>*</c>, and so becomes several columns. What is inside a subquery is its own.</summary>
    private static bool HoldsStar(JsonElement expression) => expression.ValueKind switch
    {
        JsonValueKind.Array => expression.EnumerateArray().Any(HoldsStar),
        JsonValueKind.Object => Text(expression, "class") switch
        {
            "STAR" => true,
            "SUBQUERY" or "COLUMN_REF" or "CONSTANT" => false,
            _ => expression.EnumerateObject().Any(property => HoldsStar(property.Value)),
        },
        _ => false,
    };
}
