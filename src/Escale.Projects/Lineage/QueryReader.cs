using System.Text.Json;

namespace Escale.Projects.Lineage;

/// <summary>Walks DuckDB's parse tree. Whatever it does not know makes the answer open or incomplete, never wrong.</summary>
/// <param name="columnsOf">The columns of a stored table, or null.</param>
internal sealed partial class QueryReader(Func<string, string, IReadOnlyList<string>?> columnsOf)
{
    /// <summary>The result of a query node.</summary>
    public Relation Query(JsonElement node, Scope outer)
    {
        var scope = new Scope(outer);
        foreach (var cte in Items(node, "cte_map", "map"))
        {
            AddCte(cte, scope);
        }
        return Text(node, "type") switch
        {
            "SELECT_NODE" => Select(node, scope),
            "SET_OPERATION_NODE" => SetOperation(node, scope),
            "RECURSIVE_CTE_NODE" => Recursive(node, scope),
            "CTE_NODE" => CteNode(node, scope),
            _ => Relation.Opaque,
        };
    }

    private void AddCte(JsonElement cte, Scope scope)
    {
        var name = Text(cte, "key")!;
        if (!cte.TryGetProperty("value", out var value) || !value.TryGetProperty("query", out var query) || !query.TryGetProperty("node", out var node))
        {
            scope.AddCte(name, Relation.Opaque);
            return;
        }
        scope.AddCte(name, Query(node, scope).Renamed(Texts(value, "aliases")));
    }

    private Relation CteNode(JsonElement node, Scope scope)
    {
        if (Text(node, "ctename") is { } name && node.TryGetProperty("query", out var query))
        {
            scope.AddCte(name, Query(query, scope).Renamed(Texts(node, "aliases")));
        }
        return node.TryGetProperty("child", out var child) ? Query(child, scope) : Relation.Opaque;
    }

    /// <summary>The recursive part reads what the whole gives: repeated until nothing is added.</summary>
    private Relation Recursive(JsonElement node, Scope scope)
    {
        if (Text(node, "cte_name") is not { } name || !node.TryGetProperty("left", out var start) || !node.TryGetProperty("right", out var step))
        {
            return Relation.Opaque;
        }
        var names = Texts(node, "aliases");
        var all = Query(start, scope).Renamed(names);
        for (var previous = -1; all.IsClosed && previous != Size(all);)
        {
            previous = Size(all);
            scope.AddCte(name, all);
            all = ByPosition(all, Query(step, scope), keepsRight: true);
        }
        return all.IsClosed ? all : Relation.Opaque;

        static int Size(Relation relation) => relation.Columns.Sum(column => column.Origins.Set.Count + (column.Origins.IsComplete ? 0 : 1));
    }

    private Relation SetOperation(JsonElement node, Scope scope)
    {
        List<JsonElement> sides = node.TryGetProperty("children", out var children)
            ? [.. children.EnumerateArray()]
            : [.. new[] { "left", "right" }.Where(side => node.TryGetProperty(side, out _)).Select(side => node.GetProperty(side))];
        if (sides.Count == 0)
        {
            return Relation.Opaque;
        }
        var type = Text(node, "setop_type");
        var result = Query(sides[0], scope);
        foreach (var side in sides.Skip(1))
        {
            var other = Query(side, scope);
            result = type switch
            {
                "UNION_BY_NAME" => ByName(result, other),
                "UNION" or "INTERSECT" => ByPosition(result, other, keepsRight: true),
                "EXCEPT" => ByPosition(result, other, keepsRight: false),
                _ => Relation.Opaque,
            };
        }
        return result;
    }

    private static Relation ByPosition(Relation left, Relation right, bool keepsRight)
    {
        if (!keepsRight)
        {
            return left;
        }
        return left.IsClosed && right.IsClosed && left.Columns.Count == right.Columns.Count
            ? new Relation([.. left.Columns.Zip(right.Columns, (one, other) => one with { Origins = one.Origins.And(other.Origins) })])
            : Relation.Opaque;
    }

    private static Relation ByName(Relation left, Relation right)
    {
        Origins Both(string name)
        {
            left.Has(name, out var one);
            right.Has(name, out var other);
            return one.And(other);
        }
        var columns = left.Columns.Concat(right.Columns.Where(column => column.Name.Length == 0 || left.Has(column.Name, out _) == Found.No))
            .Select(column => column.Name.Length == 0 ? column : column with { Origins = Both(column.Name) });
        return new Relation([.. columns], left.IsClosed && right.IsClosed ? null : Both);
    }

    private Relation Select(JsonElement node, Scope scope)
    {
        if (node.TryGetProperty("from_table", out var from))
        {
            scope.From = From(from, scope);
        }
        var columns = new List<RelationColumn>();
        var stars = new List<Func<string, Origins>>();
        foreach (var item in Items(node, "select_list"))
        {
            if (Text(item, "type") == "STAR")
            {
                Star(item, scope, columns, stars);
                continue;
            }
            var origins = Expression(item, scope);
            if (HoldsStar(item) || Text(item, "function_name") == "unnest")
            {
                // Several columns may come of it, with names that only DuckDB knows.
                stars.Add(_ => Origins.Unknown);
            }
            var name = Text(item, "alias") ?? (Text(item, "type") == "COLUMN_REF" ? Texts(item, "column_names")[^1] : "");
            columns.Add(new RelationColumn(name, origins));
            if (name.Length > 0)
            {
                scope.Aliases.TryAdd(name, origins);
            }
        }
        return new Relation(columns, stars.Count switch { 0 => null, 1 => stars[0], _ => _ => Origins.Unknown });
    }

    private void Star(JsonElement star, Scope scope, List<RelationColumn> columns, List<Func<string, Origins>> stars)
    {
        if (star.TryGetProperty("columns", out var isColumns) && isColumns.ValueKind == JsonValueKind.True)
        {
            stars.Add(_ => Origins.Unknown);
            return;
        }
        var qualifier = Text(star, "relation_name");
        var from = qualifier is null ? scope.From
            : scope.RelationOf(qualifier) is { } one ? FromClause.Of(one) : FromClause.Of(Relation.Opaque);
        var excluded = Items(star, "exclude_list").Concat(Items(star, "qualified_exclude_list")).Select(ColumnName).ToHashSet(StringComparer.OrdinalIgnoreCase);
        var replaced = Items(star, "replace_list").ToDictionary(
            item => Text(item, "key")!, item => Expression(item.GetProperty("value"), scope), StringComparer.OrdinalIgnoreCase);
        var renamed = Items(star, "rename_list").ToDictionary(item => ColumnName(item.GetProperty("key")), item => Text(item, "value")!, StringComparer.OrdinalIgnoreCase);

        foreach (var column in StarColumns(from))
        {
            if (!excluded.Contains(column.Name))
            {
                var origins = replaced.TryGetValue(column.Name, out var other) ? other : column.Origins;
                columns.Add(new RelationColumn(renamed.TryGetValue(column.Name, out var name) ? name : column.Name, origins));
            }
        }
        if (!from.IsStarKnown)
        {
            stars.Add(_ => Origins.Unknown);
        }
        foreach (var open in from.Relations.Where(relation => !relation.IsClosed))
        {
            stars.Add(name =>
            {
                if (excluded.Contains(name) || renamed.ContainsValue(name) || renamed.ContainsKey(name))
                {
                    return Origins.Unknown;
                }
                open.Has(name, out var origins);
                return replaced.TryGetValue(name, out var other) ? other : origins;
            });
        }
    }

    /// <summary>What <c>*</c> gives: relation by relation, a column shared by a join once, at its first place.</summary>
    private static IEnumerable<RelationColumn> StarColumns(FromClause from)
    {
        if (!from.IsStarKnown)
        {
            return [];
        }
        var shown = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        return from.Relations.SelectMany(relation => relation.Columns).Select(column => from.Shared.TryGetValue(column.Name, out var shared)
            ? shown.Add(column.Name) ? column with { Origins = shared } : (RelationColumn?)null
            : column).OfType<RelationColumn>();
    }

    private static string ColumnName(JsonElement column) => column.ValueKind == JsonValueKind.String ? column.GetString()! : Text(column, "column") ?? "";

    private static string? Text(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 } text ? text : null;

    private static List<string> Texts(JsonElement element, string name) =>
        [.. Items(element, name).Where(item => item.ValueKind == JsonValueKind.String).Select(item => item.GetString()!)];

    private static IEnumerable<JsonElement> Items(JsonElement element, params ReadOnlySpan<string> path)
    {
        foreach (var name in path)
        {
            if (element.ValueKind != JsonValueKind.Object || !element.TryGetProperty(name, out element))
            {
                return [];
            }
        }
        return element.ValueKind == JsonValueKind.Array ? element.EnumerateArray().ToArray() : [];
    }
}
