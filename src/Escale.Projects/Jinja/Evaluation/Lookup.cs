using System.Numerics;
using System.Text;

namespace Escale.Projects.Jinja;

/// <summary>Attributes, items and slices: the only ways from one value to another, so the sandbox is here.</summary>
internal static class Lookup
{
    /// <summary><c>value.name</c>: an attribute or method, then an item.</summary>
    public static object? Attribute(Evaluation evaluation, object? value, string name)
    {
        if (value is JinjaUndefined undefined)
        {
            Guard(evaluation, value, name);
            return undefined.Chain(evaluation);
        }
        if (TryAttribute(evaluation, value, name, out var result))
        {
            return result;
        }
        if (value is JinjaDict dict && dict.TryGet(name, out result))
        {
            return result;
        }
        Guard(evaluation, value, name);
        return Absent(evaluation, value, name);
    }

    /// <summary><c>value[key]</c>: an item, then an attribute.</summary>
    public static object? Item(Evaluation evaluation, object? value, object? key)
    {
        switch (value)
        {
            case JinjaUndefined undefined:
                return undefined.Chain(evaluation);
            case JinjaDict dict when JinjaKeyComparer.IsHashable(key):
                if (dict.TryGet(key, out var found))
                {
                    return found;
                }
                break;
            case string or JinjaMarkup or JinjaRange or IReadOnlyList<object?> when Operators.Whole(key) is { } index:
                return At(value, index, out var item) ? item : Absent(evaluation, value, key);
        }
        if (key is string name)
        {
            if (TryAttribute(evaluation, value, name, out var result))
            {
                return result;
            }
            Guard(evaluation, value, name);
        }
        return Absent(evaluation, value, key);
    }

    public static object? Slice(Evaluation evaluation, object? value, object? start, object? stop, object? step)
    {
        if (value is JinjaUndefined undefined)
        {
            return undefined.Chain(evaluation);
        }
        var items = Sliceable(value) ?? throw evaluation.Fail("type", $"'{Representation.TypeName(value)}' object is not subscriptable");
        var by = Bound(evaluation, step) ?? 1;
        if (by == 0)
        {
            throw evaluation.Fail("type", "slice step cannot be zero");
        }
        var (low, high) = by > 0 ? (0L, (long)items.Count) : (-1L, items.Count - 1L);
        var from = Clamp(Bound(evaluation, start), items.Count, low, high, by > 0 ? low : high);
        var to = Clamp(Bound(evaluation, stop), items.Count, low, high, by > 0 ? high : low);
        var chosen = new List<object?>();
        for (var index = from; by > 0 ? index < to : index > to; index += by)
        {
            chosen.Add(items[(int)index]);
        }
        evaluation.Allocate(chosen.Count);
        return value switch
        {
            string => string.Concat(chosen),
            JinjaMarkup => new JinjaMarkup(string.Concat(chosen)),
            JinjaTuple => new JinjaTuple(chosen),
            _ => new JinjaList(chosen),
        };
    }

    /// <summary>An attribute path of a filter: <c>a.b.0</c>.</summary>
    public static object? Path(Evaluation evaluation, object? value, object? path, object? fallback = null)
    {
        if (Operators.Whole(path) is not null)
        {
            return OrElse(Item(evaluation, value, path), fallback);
        }
        foreach (var part in Representation.Text(evaluation, path).Split('.'))
        {
            value = Item(evaluation, value, long.TryParse(part, out var index) && part.All(char.IsAsciiDigit) ? index : part);
            value = OrElse(value, fallback);
        }
        return value;
    }

    public static bool TryAttribute(Evaluation evaluation, object? value, string name, out object? result)
    {
        if (value is JinjaObject thing && thing.Attribute(name, out result))
        {
            return true;
        }
        if (Methods.Find(value, name) is { } method)
        {
            result = new BoundMethod(method, value);
            return true;
        }
        result = null;
        return false;
    }

    private static object? OrElse(object? value, object? fallback) => value is JinjaUndefined && fallback is not null ? fallback : value;

    private static void Guard(Evaluation evaluation, object? value, string name)
    {
        if (name.StartsWith("__", StringComparison.Ordinal))
        {
            throw evaluation.Fail(
                "security", $"access to attribute '{name}' of '{Representation.TypeName(value)}' object is unsafe",
                "Templates see only the values and functions given to them.");
        }
    }

    private static JinjaUndefined Absent(Evaluation evaluation, object? value, object? key) => evaluation.Undefined(key is string name
        ? value is null ? $"'None' has no attribute '{name}'" : $"'{TypeOf(value)} object' has no attribute '{name}'"
        : $"{TypeOf(value)} object has no element {Representation.Of(evaluation, key)}");

    private static string TypeOf(object? value) => Representation.TypeName(value);

    private static bool At(object? value, BigInteger index, out object? item)
    {
        item = null;
        var items = Sliceable(value)!;
        var position = index.Sign < 0 ? index + items.Count : index;
        if (position.Sign < 0 || position >= items.Count)
        {
            return false;
        }
        item = items[(int)position];
        return true;
    }

    private static IReadOnlyList<object?>? Sliceable(object? value) => value switch
    {
        string text => [.. text.EnumerateRunes().Select((Rune rune) => (object?)rune.ToString())],
        JinjaMarkup markup => [.. markup.Text.EnumerateRunes().Select((Rune rune) => (object?)rune.ToString())],
        JinjaRange range => [.. range.Items],
        IReadOnlyList<object?> items => items,
        _ => null,
    };

    private static long? Bound(Evaluation evaluation, object? value) => value is null
        ? null
        : (long)BigInteger.Clamp(
            Operators.Whole(value) ?? throw evaluation.Fail("type", "slice indices must be integers or None or have an __index__ method"),
            int.MinValue, int.MaxValue);

    private static long Clamp(long? value, int count, long low, long high, long absent) =>
        value is not { } given ? absent : Math.Clamp(given < 0 ? given + count : given, low, high);
}

/// <summary>A method with the value it belongs to.</summary>
internal sealed class BoundMethod(NativeFunction method, object? self) : JinjaCallable
{
    public override string TypeName => "builtin_function_or_method";

    public override object? Call(Evaluation evaluation, Arguments arguments) => method.Call(evaluation, arguments.Before(self));

    public override string Represent(Evaluation evaluation) => $"<built-in method {method.Name} of {Representation.TypeName(self)} object>";
}
