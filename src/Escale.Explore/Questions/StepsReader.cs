using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Escale.Explore.Questions;

/// <summary>What was read from a SELECT: the steps, or why it goes beyond them.</summary>
/// <param name="Steps">The steps; null when it cannot be said in steps.</param>
/// <param name="Beyond">What goes beyond, as a short word: <c>window</c>, <c>subquery</c>, …; null when nothing does.</param>
internal sealed record ReadSteps(IReadOnlyList<Step>? Steps, string? Beyond)
{
    /// <summary>Whether a join names its columns: it is one of steps only when they give the very same tree again.</summary>
    [JsonIgnore]
    public bool NeedsProof { get; init; }
}

/// <summary>
/// Reads DuckDB's tree of a SELECT (<c>json_serialize_sql</c>) as steps, as far as steps can say it: joins by equal columns, filters of columns with
/// values, computed columns, groups, order, limit. What cannot be said stops it: nothing is left out.
/// </summary>
internal sealed class StepsReader
{
    private readonly Func<JsonNode, string> _write;
    private readonly List<Step> _steps = [];
    private bool _needsProof;

    private StepsReader(Func<JsonNode, string> write) => _write = write;

    /// <summary>Reads.</summary>
    /// <param name="tree">The tree of the whole text.</param>
    /// <param name="write">Writes an expression's tree as SQL.</param>
    public static ReadSteps Read(JsonNode tree, Func<JsonNode, string> write)
    {
        var reader = new StepsReader(write);
        try
        {
            var statements = tree["statements"]?.AsArray() ?? throw new BeyondSteps("select");
            reader.Select(statements.Count == 1 ? statements[0]!["node"]! : throw new BeyondSteps("statements"));
            return new ReadSteps(reader._steps, null) { NeedsProof = reader._needsProof };
        }
        catch (BeyondSteps beyond)
        {
            return new ReadSteps(null, beyond.Message);
        }
    }

    private void Select(JsonNode node)
    {
        Need(Text(node, "type") == "SELECT_NODE", "union");
        Need(node["cte_map"]?["map"] is not JsonArray { Count: > 0 }, "with");
        Need(IsNone(node["having"]), "having");
        Need(IsNone(node["qualify"]) && IsNone(node["sample"]), "qualify");
        From(node["from_table"] ?? throw new BeyondSteps("from"));
        if (node["where_clause"] is { } where)
        {
            Filter(where);
        }
        Columns(node);
        foreach (var modifier in node["modifiers"]?.AsArray() ?? [])
        {
            Modifier(modifier!);
        }
    }

    private void From(JsonNode from)
    {
        switch (Text(from, "type"))
        {
            case "BASE_TABLE":
                Need(IsNone(from["sample"]) && IsNone(from["at_clause"]) && Text(from, "schema_name").Length > 0, "table");
                _steps.Add(new TableStep($"{Text(from, "schema_name")}.{Text(from, "table_name")}"));
                break;
            case "SUBQUERY" when from["subquery"] is { } inner && inner["node"] is { } joined && IsJoined(joined):
                _needsProof = true;
                From(joined["from_table"]!["left"]!);
                Join(joined["from_table"]!, isFilled: true);
                break;
            case "SUBQUERY":
                Select(from["subquery"]?["node"] ?? throw new BeyondSteps("subquery"));
                break;
            case "JOIN":
                From(from["left"]!);
                Join(from);
                break;
            default:
                throw new BeyondSteps("from");
        }
    }

    /// <summary>(select l.* …, r.* … from … as l join … as r on …): a join that says which columns it gives.</summary>
    private static bool IsJoined(JsonNode node) =>
        node["from_table"] is { } join && Text(join, "type") == "JOIN" && Text(join["left"]!, "alias") == "l" && Text(join["right"]!, "alias") == "r"
        && node["select_list"] is JsonArray { Count: 1 or 2 } list && list.All(column => Text(column!, "class") == "STAR") && Text(list[0]!, "relation_name") == "l";

    private void Join(JsonNode join, bool isFilled = false)
    {
        var right = join["right"]!;
        Need(Text(right, "type") == "BASE_TABLE" && Text(join, "ref_type") == "REGULAR", "join");
        var how = Text(join, "join_type") switch { "INNER" => "inner", "LEFT" => "left", "RIGHT" => "right", "OUTER" or "FULL" => "full", _ => throw new BeyondSteps("join") };
        List<JoinPair> pairs = join["using_columns"] is JsonArray { Count: > 0 } names ? [.. names.Select(name => new JoinPair(name!.GetValue<string>(), name.GetValue<string>()))] : [];
        // Steps fill the keys of rows that only the right side has; so does USING, but no other join by itself.
        Need(isFilled || pairs.Count > 0 || how is "inner" or "left", "join");
        foreach (var equal in join["condition"] is { } condition ? All(condition) : [])
        {
            Need(Text(equal, "type") == "COMPARE_EQUAL", "join");
            var (one, other) = (equal["left"]!, equal["right"]!);
            var alias = Text(right, "alias") is { Length: > 0 } given ? given : Text(right, "table_name");
            var isSwapped = Qualifier(one) == alias;
            Need(isSwapped || Qualifier(other) == alias, "join");
            pairs.Add(isSwapped ? new JoinPair(Column(other), Column(one)) : new JoinPair(Column(one), Column(other)));
        }
        _steps.Add(new JoinStep($"{Text(right, "schema_name")}.{Text(right, "table_name")}", pairs, how));
    }

    private void Filter(JsonNode where)
    {
        if (Text(where, "type") == "CONJUNCTION_OR")
        {
            _steps.Add(new FilterStep([.. where["children"]!.AsArray().Select(child => ConditionReader.Read(child!))], "any"));
            return;
        }
        var all = All(where).ToList();
        _steps.AddRange(all.Where(part => Text(part, "type") == "CONJUNCTION_OR").Select(part => new FilterStep([.. part["children"]!.AsArray().Select(child => ConditionReader.Read(child!))], "any")));
        if (all.Where(part => Text(part, "type") != "CONJUNCTION_OR").ToList() is { Count: > 0 } plain)
        {
            _steps.Add(new FilterStep([.. plain.Select(ConditionReader.Read)]));
        }
    }

    private void Columns(JsonNode node)
    {
        var list = node["select_list"]!.AsArray().Select(column => column!).ToList();
        var groups = node["group_expressions"]?.AsArray().Select(group => group!).ToList() ?? [];
        var isAll = Text(node, "aggregate_handling") == "FORCE_AGGREGATES";
        Need(node["group_sets"] is not JsonArray { Count: > 1 }, "grouping sets");
        if (groups.Count > 0 || isAll || list.Any(MeasureReader.IsMeasure))
        {
            Summarise(list, groups, isAll);
            return;
        }
        var star = list.Count > 0 && Text(list[0], "class") == "STAR";
        Need(star && IsEmpty(list[0]["exclude_list"]) && IsEmpty(list[0]["qualified_exclude_list"]) && IsEmpty(list[0]["replace_list"]) && IsNone(list[0]["expr"]) && Text(list[0], "relation_name").Length == 0, "columns");
        foreach (var column in list.Skip(1))
        {
            Need(Text(column, "alias").Length > 0 && Text(column, "class") is not ("WINDOW" or "SUBQUERY" or "STAR"), Text(column, "class") == "WINDOW" ? "window" : "columns");
            _steps.Add(new ComputeStep(Text(column, "alias"), _write(column)));
        }
    }

    private void Summarise(List<JsonNode> list, List<JsonNode> groups, bool isAll)
    {
        var by = new List<GroupBy>();
        var measures = new List<Measure>();
        foreach (var (column, at) in list.Select((column, at) => (column, at)))
        {
            if (MeasureReader.IsMeasure(column))
            {
                measures.Add(MeasureReader.Read(column));
                continue;
            }
            Need(measures.Count == 0, "columns"); // steps put the groups first
            var (name, bucket) = ConditionReader.Bucketed(column);
            Need(isAll || groups.Any(group => Names(group, column, at + 1)), "group");
            by.Add(new GroupBy(name, bucket, Text(column, "alias") is { Length: > 0 } alias && alias != name ? alias : null));
        }
        Need(isAll || groups.Count == by.Count, "group");
        _steps.Add(new SummariseStep(by, measures));
    }

    // GROUP BY 1, by the name of the result, or by the same expression.
    private static bool Names(JsonNode group, JsonNode column, int place) => Text(group, "class") switch
    {
        "CONSTANT" => group["value"]?["value"] is JsonValue number && number.TryGetValue<int>(out var at) && at == place,
        "COLUMN_REF" when Column(group) == Text(column, "alias") => true,
        _ => Plain(group) == Plain(column),
    };

    private void Modifier(JsonNode modifier)
    {
        switch (Text(modifier, "type"))
        {
            case "ORDER_MODIFIER":
                _steps.Add(new SortStep([.. modifier["orders"]!.AsArray().Select(order => Order(order!))]));
                break;
            case "LIMIT_MODIFIER":
                Need(IsNone(modifier["offset"]) && modifier["limit"]?["value"]?["value"] is JsonValue, "limit");
                _steps.Add(new LimitStep(modifier["limit"]!["value"]!["value"]!.GetValue<long>()));
                break;
            default:
                throw new BeyondSteps("distinct");
        }
    }

    private SortBy Order(JsonNode order)
    {
        Need(Text(order, "null_order") is "ORDER_DEFAULT", "order");
        var what = order["expression"]!;
        var descending = Text(order, "type") == "DESCENDING";
        if (Text(what, "class") == "CONSTANT" && what["value"]?["value"] is JsonValue number && number.TryGetValue<int>(out var place) && _steps.OfType<SummariseStep>().LastOrDefault() is { } summary)
        {
            var names = summary.By.Select(by => by.As).Concat(summary.Measures.Select(measure => measure.As)).ToList();
            Need(place >= 1 && place <= names.Count, "order");
            return new SortBy(names[place - 1], descending);
        }
        return new SortBy(Column(what), descending);
    }

    private static IEnumerable<JsonNode> All(JsonNode condition) => Text(condition, "type") == "CONJUNCTION_AND" ? condition["children"]!.AsArray().SelectMany(child => All(child!)) : [condition];

    private static string Qualifier(JsonNode column) => column["column_names"] is JsonArray { Count: > 1 } names ? names[^2]!.GetValue<string>() : "";

    internal static string Column(JsonNode column) => Text(column, "class") == "COLUMN_REF" && column["column_names"] is JsonArray { Count: > 0 } names ? names[^1]!.GetValue<string>() : throw new BeyondSteps("expression");

    internal static string Text(JsonNode node, string key) => node[key] is JsonValue value && value.TryGetValue<string>(out var text) ? text : "";

    /// <summary>A tree without the places and names that say nothing about what it gives.</summary>
    internal static string Plain(JsonNode node)
    {
        var copy = node.DeepClone();
        Strip(copy);
        return copy.ToJsonString();
    }

    private static void Strip(JsonNode? node)
    {
        if (node is JsonObject map)
        {
            map.Remove("query_location");
            map.Remove("alias");
            foreach (var (_, value) in map)
            {
                Strip(value);
            }
        }
        else if (node is JsonArray list)
        {
            foreach (var item in list)
            {
                Strip(item);
            }
        }
    }

    private static bool IsNone(JsonNode? node) => node is null || node.GetValueKind() == JsonValueKind.Null;

    private static bool IsEmpty(JsonNode? node) => node is null or JsonArray { Count: 0 } || node.GetValueKind() == JsonValueKind.Null;

    internal static void Need(bool holds, string word)
    {
        if (!holds)
        {
            throw new BeyondSteps(word);
        }
    }
}

/// <summary>Stops the reading: the word says what steps cannot say.</summary>
internal sealed class BeyondSteps(string word) : Exception(word);
