using System.Text.Json;

namespace Escale.Projects.Lineage;

/// <content>The FROM clause.</content>
internal sealed partial class QueryReader
{
    private FromClause From(JsonElement table, Scope scope) => Text(table, "type") switch
    {
        "EMPTY" => FromClause.Empty,
        "BASE_TABLE" => FromClause.Of(BaseTable(table, scope)),
        "SUBQUERY" => FromClause.Of(Subquery(table, scope)),
        "JOIN" => Join(table, scope),
        "TABLE_FUNCTION" => FromClause.Of(TableFunction(table, scope)),
        "EXPRESSION_LIST" => FromClause.Of(Values(table, scope)),
        _ => FromClause.Of(Relation.Opaque.As(Text(table, "alias"))),
    };

    private Relation BaseTable(JsonElement table, Scope scope)
    {
        var name = Text(table, "table_name") ?? "";
        var schema = Text(table, "schema_name") ?? "";
        var alias = Text(table, "alias") ?? name;
        var relation = (schema.Length == 0 ? scope.Cte(name) : null) ?? Stored(schema, name);
        return relation.As(alias).Renamed(Texts(table, "column_name_alias"));
    }

    private Relation Stored(string schema, string name)
    {
        Origins Column(string column) => Origins.Of(new ColumnOrigin(schema, name, column));
        return columnsOf(schema, name) is { } columns
            ? new Relation([.. columns.Select(column => new RelationColumn(column, Column(column)))])
            : new Relation([], Column);
    }

    private Relation Subquery(JsonElement table, Scope scope)
    {
        if (!table.TryGetProperty("subquery", out var subquery) || !subquery.TryGetProperty("node", out var node))
        {
            return Relation.Opaque;
        }
        return Query(node, scope).As(Text(table, "alias")).Renamed(Texts(table, "column_name_alias"));
    }

    private Relation Values(JsonElement table, Scope scope)
    {
        var rows = Items(table, "values").Select(row => row.EnumerateArray().Select(value => Expression(value, scope)).ToList()).ToList();
        if (rows.Count == 0)
        {
            return Relation.Opaque;
        }
        var columns = Enumerable.Range(0, rows[0].Count).Select(at => new RelationColumn($"col{at}", Origins.Union(rows.Select(row => row[at]))));
        return new Relation([.. columns], null, Text(table, "alias")).Renamed(Texts(table, "column_name_alias"));
    }

    /// <summary>Functions with one column of values made from their arguments are known; all others are opaque.</summary>
    private Relation TableFunction(JsonElement table, Scope scope)
    {
        var alias = Text(table, "alias");
        var names = Texts(table, "column_name_alias");
        if (!table.TryGetProperty("function", out var function) || Text(function, "function_name") is not { } name)
        {
            return Relation.Opaque.As(alias);
        }
        if (name is "range" or "generate_series" or "unnest")
        {
            var column = new RelationColumn(names.FirstOrDefault() ?? name, Expression(function, scope));
            // unnest(struct) gives the struct's fields, and WITH ORDINALITY a second column.
            return new Relation([column], name == "unnest" || names.Count > 1 ? _ => Origins.Unknown : null, alias ?? name);
        }
        return Relation.Opaque.As(alias ?? name).Renamed(names);
    }

    private FromClause Join(JsonElement join, Scope scope)
    {
        var left = From(join.GetProperty("left"), scope);
        // The right side may use the left's columns (lateral).
        var right = From(join.GetProperty("right"), new Scope(scope) { From = left });
        var type = Text(join, "join_type") ?? "INNER";
        if (type is "SEMI" or "ANTI")
        {
            return left;
        }
        var shared = new Dictionary<string, Origins>(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, origins) in left.Shared.Concat(right.Shared))
        {
            shared[name] = origins;
        }
        var isStarKnown = left.IsStarKnown && right.IsStarKnown;
        var columns = Texts(join, "using_columns");
        if (Text(join, "ref_type") == "NATURAL")
        {
            var areKnown = left.Relations.Concat(right.Relations).All(relation => relation.IsClosed);
            isStarKnown &= areKnown;
            columns = areKnown ? [.. Names(left).Intersect(Names(right), StringComparer.OrdinalIgnoreCase)] : [];
        }
        foreach (var column in columns)
        {
            left.Find(column, out var fromLeft);
            right.Find(column, out var fromRight);
            shared[column] = type switch { "RIGHT" => fromRight, "INNER" or "LEFT" => fromLeft, _ => fromLeft.And(fromRight) };
        }
        return new FromClause([.. left.Relations, .. right.Relations], shared, isStarKnown);
    }

    private static IEnumerable<string> Names(FromClause from) =>
        from.Relations.SelectMany(relation => relation.Columns).Select(column => column.Name).Where(name => name.Length > 0);
}
