using System.Numerics;

namespace Escale.Projects.Jinja;

/// <summary>Equality, order, membership and iteration.</summary>
internal static partial class Operators
{
    public static bool AreEqual(object? left, object? right) => AreEqual(left, right, 0);

    public static bool AreEqual(object? left, object? right, int depth)
    {
        if (ReferenceEquals(left, right))
        {
            return true;
        }
        if (Number(left) is { } a && Number(right) is { } b)
        {
            return a is double || b is double ? CompareMixed(a, b) == 0 : Whole(a) == Whole(b);
        }
        if (Deep(depth))
        {
            return false;
        }
        return (left, right) switch
        {
            (string or JinjaMarkup, string or JinjaMarkup) => string.Equals(left!.ToString(), right!.ToString(), StringComparison.Ordinal),
            (JinjaList one, JinjaList two) => SameItems(one, two, depth),
            (JinjaTuple one, JinjaTuple two) => SameItems(one, two, depth),
            (JinjaDict one, JinjaDict two) => one.Count == two.Count
                && one.All(entry => two.TryGet(entry.Key, out var other) && AreEqual(entry.Value, other, depth + 1)),
            (JinjaSet one, JinjaSet two) => one.Count == two.Count && one.All(two.Contains),
            (JinjaUndefined, JinjaUndefined) => true,
            (JinjaRange one, JinjaRange two) => one.Items.SequenceEqual(two.Items),
            (JinjaObject one, _) => one.Equals(right),
            _ => false,
        };
    }

    /// <summary>Python's order; fails where Python refuses to compare.</summary>
    public static int Compare(Evaluation evaluation, object? left, object? right, string symbol = "<", int depth = 0)
    {
        Defined(evaluation, left);
        Defined(evaluation, right);
        evaluation.Charge(1);
        if (Number(left) is { } a && Number(right) is { } b)
        {
            return a is double || b is double ? CompareMixed(a, b) : Whole(a)!.Value.CompareTo(Whole(b)!.Value);
        }
        if (Deep(depth))
        {
            throw evaluation.TooDeep();
        }
        return (left, right) switch
        {
            (string or JinjaMarkup, string or JinjaMarkup) => CompareText(left!.ToString()!, right!.ToString()!),
            (JinjaList one, JinjaList two) => CompareItems(evaluation, one, two, symbol, depth),
            (JinjaTuple one, JinjaTuple two) => CompareItems(evaluation, one, two, symbol, depth),
            (JinjaObject and IComparable one, JinjaObject) when one.GetType() == right.GetType() => one.CompareTo(right),
            _ => throw Incomparable(evaluation, left, right, symbol),
        };
    }

    public static bool Holds(Evaluation evaluation, string symbol, object? left, object? right)
    {
        switch (symbol)
        {
            case "==" or "!=":
                RefuseStrict(evaluation, left);
                RefuseStrict(evaluation, right);
                return AreEqual(left, right) == (symbol == "==");
            case "in":
                return Contains(evaluation, right, left);
            case "not in":
                return !Contains(evaluation, right, left);
            default:
                if (Number(left) is double.NaN || Number(right) is double.NaN)
                {
                    return false;
                }
                var order = Compare(evaluation, left, right, symbol);
                return symbol switch { "<" => order < 0, "<=" => order <= 0, ">" => order > 0, _ => order >= 0 };
        }
    }

    public static bool Contains(Evaluation evaluation, object? container, object? item)
    {
        switch (container)
        {
            case string or JinjaMarkup:
                return item is string or JinjaMarkup
                    ? container.ToString()!.Contains(item.ToString()!, StringComparison.Ordinal)
                    : throw Refuse(evaluation, $"'in <string>' requires string as left operand, not {Representation.TypeName(Defined(evaluation, item))}");
            case JinjaDict dict:
                return dict.Contains(Key(evaluation, item));
            case JinjaSet set:
                return set.Contains(Key(evaluation, item));
            default:
                foreach (var candidate in Iterate(evaluation, container, "argument of type '{0}' is not iterable"))
                {
                    if (AreEqual(candidate, item))
                    {
                        return true;
                    }
                }
                return false;
        }
    }

    /// <summary>The value as a key, or a failure when it is one that can change.</summary>
    public static object? Key(Evaluation evaluation, object? value) => JinjaKeyComparer.IsHashable(value)
        ? value
        : throw Refuse(evaluation, $"unhashable type: '{Representation.TypeName(value)}'");

    /// <summary>The items of a value, each charged as a step.</summary>
    public static IEnumerable<object?> Iterate(Evaluation evaluation, object? value, string refusal = "'{0}' object is not iterable")
    {
        var items = Items(evaluation, value) ?? throw Refuse(
            evaluation, refusal.Replace("{0}", Representation.TypeName(value), StringComparison.Ordinal));
        return Charged(evaluation, items);
    }

    public static bool IsIterable(object? value) => value is string or JinjaMarkup or JinjaList or JinjaTuple or JinjaDict or JinjaSet
        or JinjaRange or JinjaGenerator or JinjaView or JinjaUndefined { Mode: not UndefinedMode.Strict } or IEnumerable<object?>;

    public static long? Length(Evaluation evaluation, object? value) => value switch
    {
        string text => CountRunes(text),
        JinjaMarkup markup => CountRunes(markup.Text),
        JinjaDict dict => dict.Count,
        JinjaSet set => set.Count,
        JinjaRange range => range.Count,
        JinjaView view => view.Count,
        JinjaUndefined { Mode: UndefinedMode.Strict } undefined => throw undefined.Failure(evaluation),
        JinjaUndefined => 0,
        IReadOnlyCollection<object?> items => items.Count,
        _ => null,
    };

    private static IEnumerable<object?>? Items(Evaluation evaluation, object? value) => value switch
    {
        string text => Runes(text),
        JinjaMarkup markup => Runes(markup.Text),
        JinjaDict dict => dict.Keys,
        JinjaRange range => range.Items,
        JinjaGenerator generator => generator.Items,
        JinjaView view => view.Items,
        JinjaUndefined { Mode: UndefinedMode.Strict } undefined => throw undefined.Failure(evaluation),
        JinjaUndefined => [],
        IEnumerable<object?> items => items,
        _ => null,
    };

    private static IEnumerable<object?> Charged(Evaluation evaluation, IEnumerable<object?> items)
    {
        foreach (var item in items)
        {
            evaluation.Charge(1);
            yield return item;
        }
    }

    private static int CountRunes(string text)
    {
        var pairs = 0;
        foreach (var character in text)
        {
            pairs += char.IsLowSurrogate(character) ? 1 : 0;
        }
        return text.Length - pairs;
    }

    private static IEnumerable<object?> Runes(string text)
    {
        foreach (var rune in text.EnumerateRunes())
        {
            yield return rune.ToString();
        }
    }

    private static void RefuseStrict(Evaluation evaluation, object? value)
    {
        if (value is JinjaUndefined { Mode: UndefinedMode.Strict } undefined)
        {
            throw undefined.Failure(evaluation);
        }
    }

    private static bool SameItems(IReadOnlyList<object?> left, IReadOnlyList<object?> right, int depth)
    {
        if (left.Count != right.Count)
        {
            return false;
        }
        for (var index = 0; index < left.Count; index++)
        {
            if (!AreEqual(left[index], right[index], depth + 1))
            {
                return false;
            }
        }
        return true;
    }

    private static int CompareItems(Evaluation evaluation, IReadOnlyList<object?> left, IReadOnlyList<object?> right, string symbol, int depth)
    {
        for (var index = 0; index < Math.Min(left.Count, right.Count); index++)
        {
            if (!AreEqual(left[index], right[index], depth + 1))
            {
                return Compare(evaluation, left[index], right[index], symbol, depth + 1);
            }
        }
        return left.Count.CompareTo(right.Count);
    }

    private static int CompareMixed(object left, object right)
    {
        if (left is double a && right is double b)
        {
            return a == b ? 0 : a < b ? -1 : 1;
        }
        var real = left is double first ? first : (double)right;
        if (double.IsNaN(real) || double.IsInfinity(real))
        {
            return (real > 0 ? 1 : -1) * (left is double ? 1 : -1);
        }
        var whole = Whole(left is double ? right : left)!.Value;
        var floor = new BigInteger(Math.Floor(real));
        var order = floor == whole ? (real > Math.Floor(real) ? 1 : 0) : floor.CompareTo(whole);
        return left is double ? order : -order;
    }

    /// <summary>By code point, as Python compares text.</summary>
    private static int CompareText(string left, string right)
    {
        for (var index = 0; index < Math.Min(left.Length, right.Length); index++)
        {
            var (a, b) = (left[index], right[index]);
            if (a != b)
            {
                return char.IsSurrogate(a) == char.IsSurrogate(b) ? a.CompareTo(b) : char.IsSurrogate(a) ? 1 : -1;
            }
        }
        return left.Length.CompareTo(right.Length);
    }

    private static Kernel.EscaleException Incomparable(Evaluation evaluation, object? left, object? right, string symbol) => Refuse(
        evaluation, $"'{symbol}' not supported between instances of '{Representation.TypeName(left)}' and '{Representation.TypeName(right)}'");
}
