using System.Text;

namespace Escale.Projects.Jinja;

/// <summary>Jinja's filters on sequences and mappings.</summary>
internal static class SequenceFilters
{
    public static void Register(JinjaEnvironment environment)
    {
        void Add(string name, string signature, Func<Evaluation, object?[], object?> body) => environment.AddFilter(new(name, signature, body));
        foreach (var name in new[] { "length", "count" })
        {
            Add(name, "obj", (e, a) => Operators.Length(e, a[0])
                ?? throw e.Fail("type", $"object of type '{Representation.TypeName(a[0])}' has no len()"));
        }
        Add("list", "value", (e, a) => new JinjaList(Operators.Iterate(e, a[0])));
        Add("first", "seq", (e, a) => Operators.Iterate(e, a[0]).Cast<object?>().DefaultIfEmpty(e.Undefined("No first item, sequence was empty.")).First());
        Add("last", "seq", (e, a) => Operators.Iterate(e, a[0]).DefaultIfEmpty(e.Undefined("No last item, sequence was empty.")).Last());
        Add("random", "seq", Random);
        Add("join", "value d='' attribute=None", Join);
        Add("reverse", "value", Reverse);
        Add("batch", "value linecount fill_with=None", Batch);
        Add("slice", "value slices fill_with=None", Slice);
        Add("items", "value", (e, a) => a[0] switch
        {
            JinjaUndefined => new JinjaGenerator([], "do_items"),
            JinjaDict dict => new JinjaGenerator(dict.Select(entry => (object?)new JinjaTuple([entry.Key, entry.Value])).ToArray(), "do_items"),
            _ => throw e.Fail("type", "Can only get item pairs from a mapping."),
        });
        Add("dictsort", "value case_sensitive=False by='key' reverse=False", DictSort);
        foreach (var name in new[] { "default", "d" })
        {
            Add(name, "value default_value='' boolean=False", (e, a) =>
                a[0] is JinjaUndefined || (Operators.IsTrue(e, a[2]) && !Operators.IsTrue(e, a[0])) ? a[1] : a[0]);
        }
        Add("attr", "obj name", (e, a) =>
        {
            var name = Representation.Text(e, a[1]);
            if (name.StartsWith('_'))
            {
                throw e.Fail("security", $"access to attribute '{name}' of '{Representation.TypeName(a[0])}' object is unsafe");
            }
            return Lookup.TryAttribute(e, a[0], name, out var value)
                ? value
                : e.Undefined($"'{Representation.TypeName(a[0])} object' has no attribute '{name}'");
        });
    }

    private static object? Random(Evaluation evaluation, object?[] arguments)
    {
        var items = Operators.Iterate(evaluation, arguments[0]).ToArray();
        return items.Length == 0 ? evaluation.Undefined("No random item, sequence was empty.") : items[evaluation.Random.Next(items.Length)];
    }

    private static object? Join(Evaluation evaluation, object?[] arguments)
    {
        var items = Operators.Iterate(evaluation, arguments[0]).Select(item => arguments[2] is null ? item : Lookup.Path(evaluation, item, arguments[2])).ToArray();
        var isMarkup = evaluation.Autoescape && (arguments[1] is JinjaMarkup || items.Any(item => item is JinjaMarkup));
        string Text(object? value) => isMarkup ? Html.Escape(evaluation, value) : Representation.Text(evaluation, value);
        var separator = Text(arguments[1]);
        var result = new StringBuilder();
        for (var index = 0; index < items.Length; index++)
        {
            var text = Text(items[index]);
            evaluation.Allocate(text.Length + separator.Length);
            result.Append(index > 0 ? separator : "").Append(text);
        }
        return isMarkup ? new JinjaMarkup(result.ToString()) : result.ToString();
    }

    private static object? Reverse(Evaluation evaluation, object?[] arguments)
    {
        if (arguments[0] is string or JinjaMarkup)
        {
            return string.Concat(Operators.Iterate(evaluation, arguments[0]).Reverse());
        }
        return new JinjaGenerator(Operators.Iterate(evaluation, arguments[0]).Reverse().ToArray(), "reversed");
    }

    private static object? Batch(Evaluation evaluation, object?[] arguments)
    {
        var size = Size(evaluation, arguments[1]);
        var batches = Operators.Iterate(evaluation, arguments[0]).Chunk(size).Select(items => new JinjaList(items)).ToArray();
        if (arguments[2] is not null && batches.Length > 0)
        {
            evaluation.Allocate(size);
            batches[^1].Items.AddRange(Enumerable.Repeat(arguments[2], size - batches[^1].Count));
        }
        return new JinjaGenerator(batches, "do_batch");
    }

    private static object? Slice(Evaluation evaluation, object?[] arguments)
    {
        var items = Operators.Iterate(evaluation, arguments[0]).ToArray();
        var count = Size(evaluation, arguments[1]);
        evaluation.Allocate(count);
        var (length, extra) = (items.Length / count, items.Length % count);
        var slices = new List<object?>(count);
        var at = 0;
        for (var index = 0; index < count; index++)
        {
            var take = length + (index < extra ? 1 : 0);
            var slice = new JinjaList(items.Skip(at).Take(take));
            at += take;
            if (arguments[2] is not null && index >= extra)
            {
                slice.Items.Add(arguments[2]);
            }
            slices.Add(slice);
        }
        return new JinjaGenerator(slices, "do_slice");
    }

    private static object? DictSort(Evaluation evaluation, object?[] arguments)
    {
        var dict = arguments[0] as JinjaDict ?? throw evaluation.Fail("type", "dictsort needs a mapping");
        var position = Representation.Text(evaluation, arguments[2]) switch
        {
            "key" => 0,
            "value" => 1,
            _ => throw evaluation.Fail("value", "You can only sort by either \"key\" or \"value\""),
        };
        var isSensitive = Operators.IsTrue(evaluation, arguments[1]);
        var pairs = dict.Select(entry => (object?)new JinjaTuple([entry.Key, entry.Value]));
        return new JinjaList(SelectionFilters.Sort(
            evaluation, pairs, pair => SelectionFilters.Fold(((JinjaTuple)pair!)[position], isSensitive), Operators.IsTrue(evaluation, arguments[3])));
    }

    private static int Size(Evaluation evaluation, object? value)
    {
        if (Operators.Whole(value) is not { } size || size <= 0)
        {
            throw evaluation.Fail("value", "a positive number of items is required");
        }
        return size < 10_000_000 ? (int)size : throw evaluation.TooLarge("a list");
    }
}
