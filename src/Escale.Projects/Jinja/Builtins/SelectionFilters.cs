namespace Escale.Projects.Jinja;

/// <summary>Jinja's filters that sort, group, choose and map.</summary>
internal static class SelectionFilters
{
    public static void Register(JinjaEnvironment environment)
    {
        void Add(string name, string signature, Func<Evaluation, object?[], object?> body) => environment.AddFilter(new(name, signature, body));
        Add("sort", "value reverse=False case_sensitive=False attribute=None", (e, a) => new JinjaList(
            Sort(e, Operators.Iterate(e, a[0]), Keys(e, a[3], Operators.IsTrue(e, a[2])), Operators.IsTrue(e, a[1]))));
        Add("unique", "value case_sensitive=False attribute=None", Unique);
        Add("min", "value case_sensitive=False attribute=None", (e, a) => Extreme(e, a, -1));
        Add("max", "value case_sensitive=False attribute=None", (e, a) => Extreme(e, a, 1));
        Add("sum", "iterable attribute=None start=0", (e, a) => Operators.Iterate(e, a[0])
            .Select(item => a[1] is null ? item : Lookup.Path(e, item, a[1])).Aggregate(a[2], (sum, item) => Operators.Binary(e, "+", sum, item)));
        Add("groupby", "value attribute default=None case_sensitive=False", GroupBy);
        Add("map", "value *args **kwargs", Map);
        Add("select", "value *args **kwargs", (e, a) => Choose(e, a, true, false));
        Add("reject", "value *args **kwargs", (e, a) => Choose(e, a, false, false));
        Add("selectattr", "value *args **kwargs", (e, a) => Choose(e, a, true, true));
        Add("rejectattr", "value *args **kwargs", (e, a) => Choose(e, a, false, true));
    }

    /// <summary>A stable sort in Python's order.</summary>
    public static List<object?> Sort(Evaluation evaluation, IEnumerable<object?> items, Func<object?, object?> key, bool reverse)
    {
        var comparer = Comparer<object?>.Create((left, right) => Operators.Compare(evaluation, left, right));
        try
        {
            var keyed = items.Select(item => (Item: item, Key: key(item))).ToArray();
            return [.. (reverse ? keyed.OrderByDescending(pair => pair.Key, comparer) : keyed.OrderBy(pair => pair.Key, comparer)).Select(pair => pair.Item)];
        }
        catch (InvalidOperationException wrapped) when (wrapped.InnerException is Kernel.EscaleException cause)
        {
            // The framework wraps what a comparer throws; the user must see the comparison that failed.
            throw cause;
        }
    }

    public static object? Fold(object? value, bool caseSensitive) => caseSensitive ? value : value switch
    {
        string text => text.ToLowerInvariant(),
        JinjaMarkup markup => markup.Text.ToLowerInvariant(),
        _ => value,
    };

    private static Func<object?, object?> Keys(Evaluation evaluation, object? attribute, bool caseSensitive)
    {
        if (attribute is string text && text.Contains(',', StringComparison.Ordinal))
        {
            var paths = text.Split(',');
            return item => new JinjaList(paths.Select(path => Fold(Lookup.Path(evaluation, item, path), caseSensitive)));
        }
        return Key(evaluation, attribute, caseSensitive);
    }

    private static Func<object?, object?> Key(Evaluation evaluation, object? attribute, bool caseSensitive, object? fallback = null) => attribute is null
        ? item => Fold(item, caseSensitive)
        : item => Fold(Lookup.Path(evaluation, item, attribute, fallback), caseSensitive);

    private static object? Unique(Evaluation evaluation, object?[] arguments)
    {
        var key = Key(evaluation, arguments[2], Operators.IsTrue(evaluation, arguments[1]));
        var seen = new JinjaDict();
        var kept = new List<object?>();
        foreach (var item in Operators.Iterate(evaluation, arguments[0]))
        {
            var value = Operators.Key(evaluation, key(item));
            if (!seen.Contains(value))
            {
                seen[value] = true;
                kept.Add(item);
            }
        }
        return new JinjaGenerator(kept, "do_unique");
    }

    private static object? Extreme(Evaluation evaluation, object?[] arguments, int sign)
    {
        var key = Key(evaluation, arguments[2], Operators.IsTrue(evaluation, arguments[1]));
        object? best = null;
        object? bestKey = null;
        var any = false;
        foreach (var item in Operators.Iterate(evaluation, arguments[0]))
        {
            var value = key(item);
            if (!any || Operators.Compare(evaluation, value, bestKey) * sign > 0)
            {
                (best, bestKey, any) = (item, value, true);
            }
        }
        return any ? best : evaluation.Undefined("No aggregated item, sequence was empty.");
    }

    private static object? GroupBy(Evaluation evaluation, object?[] arguments)
    {
        var isSensitive = Operators.IsTrue(evaluation, arguments[3]);
        var key = Key(evaluation, arguments[1], isSensitive, arguments[2]);
        var plain = Key(evaluation, arguments[1], true, arguments[2]);
        var groups = new JinjaList();
        JinjaList? current = null;
        object? currentKey = null;
        foreach (var item in Sort(evaluation, Operators.Iterate(evaluation, arguments[0]), key, false))
        {
            var value = key(item);
            if (current is null || !Operators.AreEqual(value, currentKey))
            {
                (current, currentKey) = (new JinjaList(), value);
                groups.Items.Add(new JinjaTuple([plain(item), current]) { Fields = ["grouper", "list"] });
            }
            current.Items.Add(item);
        }
        return groups;
    }

    private static object? Map(Evaluation evaluation, object?[] arguments)
    {
        var (rest, named) = ((JinjaTuple)arguments[1]!, (JinjaDict)arguments[2]!);
        Func<object?, object?> function;
        if (rest.Count == 0 && named.TryGet("attribute", out var attribute))
        {
            named.TryGet("default", out var fallback);
            var unexpected = named.Keys.FirstOrDefault(key => key is not ("attribute" or "default"));
            function = unexpected is null
                ? item => Lookup.Path(evaluation, item, attribute, fallback)
                : throw evaluation.Fail("type", $"Unexpected keyword argument '{unexpected}'");
        }
        else
        {
            var name = rest.Count > 0 ? Representation.Text(evaluation, rest[0]) : throw evaluation.Fail("type", "map requires a filter argument");
            var filter = evaluation.Environment.Filter(name) ?? throw evaluation.Fail("no-filter", $"No filter named '{name}'");
            var others = Others(rest, 1, named);
            function = item => filter.Call(evaluation, others.Before(item));
        }
        return new JinjaGenerator(Operators.Iterate(evaluation, arguments[0]).Select(function), "sync_do_map");
    }

    private static object? Choose(Evaluation evaluation, object?[] arguments, bool keep, bool byAttribute)
    {
        var (rest, named) = ((JinjaTuple)arguments[1]!, (JinjaDict)arguments[2]!);
        var offset = byAttribute ? 1 : 0;
        if (byAttribute && rest.Count == 0)
        {
            throw evaluation.Fail("type", "Missing parameter for attribute name");
        }
        Func<object?, object?> value = byAttribute ? item => Lookup.Path(evaluation, item, rest[0]) : item => item;
        Func<object?, bool> holds = item => Operators.IsTrue(evaluation, item);
        if (rest.Count > offset)
        {
            var name = Representation.Text(evaluation, rest[offset]);
            var test = evaluation.Environment.Test(name) ?? throw evaluation.Fail("no-test", $"No test named '{name}'");
            var others = Others(rest, offset + 1, named);
            holds = item => Operators.IsTrue(evaluation, test.Call(evaluation, others.Before(item)));
        }
        return new JinjaGenerator(
            Operators.Iterate(evaluation, arguments[0]).Where(item => holds(value(item)) == keep), "select_or_reject");
    }

    private static Arguments Others(JinjaTuple rest, int skip, JinjaDict named) =>
        new([.. rest.Skip(skip)], [.. named.Select(entry => KeyValuePair.Create((string)entry.Key!, entry.Value))]);
}
