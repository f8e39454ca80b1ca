namespace Escale.Projects.Jinja;

/// <summary>The methods of Python's built-in types that templates may call.</summary>
internal static partial class Methods
{
    private static readonly Dictionary<string, NativeFunction> _text = Table(Text());
    private static readonly Dictionary<string, NativeFunction> _list = Table(List());
    private static readonly Dictionary<string, NativeFunction> _dict = Table(Dict());
    private static readonly Dictionary<string, NativeFunction> _set = Table(Set());
    private static readonly Dictionary<string, NativeFunction> _tuple = Table([
        new("count", "self item", (_, a) => (long)((JinjaTuple)a[0]!).Count(item => Operators.AreEqual(item, a[1]))),
        new("index", "self item", (e, a) => IndexOf(e, (JinjaTuple)a[0]!, a[1])),
    ]);

    private static readonly Dictionary<string, NativeFunction> _number = Table([
        new("is_integer", "self", (_, a) => a[0] is not double real || Math.Floor(real) == real),
        new("bit_length", "self", (_, a) => (long)System.Numerics.BigInteger.Abs(Operators.Whole(a[0]) ?? 0).GetBitLength()),
    ]);

    public static NativeFunction? Find(object? value, string name) => (value switch
    {
        string or JinjaMarkup => _text,
        JinjaList => _list,
        JinjaDict => _dict,
        JinjaSet => _set,
        JinjaTuple => _tuple,
        long or double or System.Numerics.BigInteger => _number,
        _ => null,
    })?.GetValueOrDefault(name);

    private static Dictionary<string, NativeFunction> Table(IEnumerable<NativeFunction> functions) =>
        functions.ToDictionary(function => function.Name, StringComparer.Ordinal);

    private static object? IndexOf(Evaluation evaluation, IReadOnlyList<object?> items, object? item)
    {
        for (var index = 0; index < items.Count; index++)
        {
            if (Operators.AreEqual(items[index], item))
            {
                return (long)index;
            }
        }
        throw evaluation.Fail("value", $"{Representation.Of(evaluation, item)} is not in the sequence");
    }

    private static IEnumerable<NativeFunction> List() =>
    [
        new("append", "self item", (e, a) => Change(e, a, list => list.Items.Add(a[1]))),
        new("extend", "self items", (e, a) => Change(e, a, list => list.Items.AddRange(Operators.Iterate(e, a[1]).ToArray()))),
        new("insert", "self index item", (e, a) => Change(e, a, list => list.Items.Insert(Position(e, list.Count, a[1]), a[2]))),
        new("remove", "self item", (e, a) => Change(e, a, list => list.Items.RemoveAt((int)(long)IndexOf(e, list, a[1])!))),
        new("clear", "self", (e, a) => Change(e, a, list => list.Items.Clear())),
        new("reverse", "self", (e, a) => Change(e, a, list => list.Items.Reverse())),
        new("copy", "self", (e, a) => Copy(e, (JinjaList)a[0]!)),
        new("count", "self item", (_, a) => (long)((JinjaList)a[0]!).Count(item => Operators.AreEqual(item, a[1]))),
        new("index", "self item", (e, a) => IndexOf(e, (JinjaList)a[0]!, a[1])),
        new("pop", "self index=-1", PopItem),
        new("sort", "self key=None reverse=False", (e, a) => Change(e, a, list =>
        {
            var sorted = SelectionFilters.Sort(e, list, item => a[1] is null ? item : e.Call(a[1], Arguments.Of(item)), Operators.IsTrue(e, a[2]));
            list.Items.Clear();
            list.Items.AddRange(sorted);
        })),
    ];

    private static object? PopItem(Evaluation evaluation, object?[] arguments)
    {
        var list = (JinjaList)arguments[0]!;
        var index = (int)(long)System.Numerics.BigInteger.Clamp(Whole(evaluation, arguments[1]), int.MinValue, int.MaxValue);
        index = index < 0 ? index + list.Count : index;
        if (index < 0 || index >= list.Count)
        {
            throw evaluation.Fail("value", list.Count == 0 ? "pop from empty list" : "pop index out of range");
        }
        var item = list.Items[index];
        list.Items.RemoveAt(index);
        return item;
    }

    private static IEnumerable<NativeFunction> Dict() =>
    [
        new("items", "self", (_, a) => View("dict_items", (JinjaDict)a[0]!, entry => new JinjaTuple([entry.Key, entry.Value]))),
        new("keys", "self", (_, a) => View("dict_keys", (JinjaDict)a[0]!, entry => entry.Key)),
        new("values", "self", (_, a) => View("dict_values", (JinjaDict)a[0]!, entry => entry.Value)),
        new("get", "self key default=None", (e, a) => ((JinjaDict)a[0]!).TryGet(Operators.Key(e, a[1]), out var value) ? value : a[2]),
        new("copy", "self", (e, a) => Merge(e, [], a[0], null)),
        new("update", "self other=? **named", (e, a) =>
        {
            Merge(e, (JinjaDict)a[0]!, a[1], (JinjaDict)a[2]!);
            return null;
        }),
        new("setdefault", "self key default=None", (e, a) =>
        {
            var dict = (JinjaDict)a[0]!;
            if (!dict.Contains(Operators.Key(e, a[1])))
            {
                e.Allocate(1);
                dict[a[1]] = a[2];
            }
            return dict[a[1]];
        }),
        new("pop", "self key default=?", (e, a) =>
        {
            var dict = (JinjaDict)a[0]!;
            if (!dict.TryGet(Operators.Key(e, a[1]), out var value))
            {
                return ReferenceEquals(a[2], NativeFunction.Missing)
                    ? throw e.Fail("value", $"there is no key {Representation.Of(e, a[1])} to pop")
                    : a[2];
            }
            dict.Remove(a[1]);
            return value;
        }),
        new("popitem", "self", (e, a) =>
        {
            var dict = (JinjaDict)a[0]!;
            var last = dict.Count == 0 ? throw e.Fail("value", "popitem(): dictionary is empty") : dict.Last();
            dict.Remove(last.Key);
            return new JinjaTuple([last.Key, last.Value]);
        }),
        new("clear", "self", (_, a) =>
        {
            ((JinjaDict)a[0]!).Clear();
            return null;
        }),
    ];

    private static IEnumerable<NativeFunction> Set() =>
    [
        new("add", "self item", (e, a) =>
        {
            e.Allocate(1);
            ((JinjaSet)a[0]!).Add(Operators.Key(e, a[1]));
            return null;
        }),
        new("update", "self items", (e, a) =>
        {
            foreach (var item in Operators.Iterate(e, a[1]).ToArray())
            {
                ((JinjaSet)a[0]!).Add(Operators.Key(e, item));
            }
            return null;
        }),
        new("discard", "self item", (_, a) =>
        {
            ((JinjaSet)a[0]!).Remove(a[1]);
            return null;
        }),
        new("remove", "self item", (e, a) => ((JinjaSet)a[0]!).Remove(a[1]) ? null : throw e.Fail("value", $"{Representation.Of(e, a[1])} is not in the set")),
        new("copy", "self", (_, a) => new JinjaSet((JinjaSet)a[0]!)),
        new("union", "self other", (e, a) => new JinjaSet(((JinjaSet)a[0]!).Concat(Operators.Iterate(e, a[1])))),
        new("intersection", "self other", (e, a) => Against(e, a, true)),
        new("difference", "self other", (e, a) => Against(e, a, false)),
        new("issubset", "self other", (e, a) => ((JinjaSet)a[0]!).All(new JinjaSet(Operators.Iterate(e, a[1])).Contains)),
        new("issuperset", "self other", (e, a) => Operators.Iterate(e, a[1]).All(((JinjaSet)a[0]!).Contains)),
    ];

    private static JinjaSet Against(Evaluation evaluation, object?[] arguments, bool keep)
    {
        var other = new JinjaSet(Operators.Iterate(evaluation, arguments[1]));
        return new JinjaSet(((JinjaSet)arguments[0]!).Where(item => other.Contains(item) == keep));
    }

    /// <summary>Adds the entries of a mapping or of pairs, then the named ones.</summary>
    public static JinjaDict Merge(Evaluation evaluation, JinjaDict target, object? other, JinjaDict? named)
    {
        if (other is JinjaDict entries)
        {
            evaluation.Allocate(entries.Count);
            foreach (var (key, value) in entries.ToArray())
            {
                target[key] = value;
            }
        }
        else if (!ReferenceEquals(other, NativeFunction.Missing))
        {
            foreach (var pair in Operators.Iterate(evaluation, other))
            {
                var parts = Operators.Iterate(evaluation, pair).ToArray();
                target[Operators.Key(evaluation, parts.Length == 2
                    ? parts[0]
                    : throw evaluation.Fail("value", $"a dictionary is made of pairs; one of these has {parts.Length} items"))] = parts[1];
            }
        }
        foreach (var (key, value) in named ?? [])
        {
            target[key] = value;
        }
        return target;
    }

    private static JinjaView View(string name, JinjaDict dict, Func<KeyValuePair<object?, object?>, object?> select) =>
        new(name, () => dict.Select(select).ToArray(), () => dict.Count);

    private static JinjaList Copy(Evaluation evaluation, JinjaList list)
    {
        evaluation.Allocate(list.Count);
        return new JinjaList(list);
    }

    private static object? Change(Evaluation evaluation, object?[] arguments, Action<JinjaList> change)
    {
        evaluation.Allocate(1);
        change((JinjaList)arguments[0]!);
        return null;
    }

    private static int Position(Evaluation evaluation, int count, object? value)
    {
        var index = Whole(evaluation, value);
        return (int)System.Numerics.BigInteger.Clamp(index.Sign < 0 ? index + count : index, 0, count);
    }

    private static System.Numerics.BigInteger Whole(Evaluation evaluation, object? value) => Operators.Whole(value)
        ?? throw evaluation.Fail("type", $"'{Representation.TypeName(value)}' object cannot be interpreted as an integer");
}
