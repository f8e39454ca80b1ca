using System.Numerics;

namespace Escale.Projects.Jinja;

/// <summary>Key equality of Python's dictionaries: numbers by value whatever their type, text by content, tuples by members.</summary>
internal sealed class JinjaKeyComparer : IEqualityComparer<object>
{
    public static readonly JinjaKeyComparer Instance = new();

    private static readonly object _none = new();

    public static object Wrap(object? key) => key ?? _none;

    public static object? Open(object key) => ReferenceEquals(key, _none) ? null : key;

    bool IEqualityComparer<object>.Equals(object? x, object? y) => Operators.AreEqual(Open(x!), Open(y!), depth: 0);

    public int GetHashCode(object key) => key switch
    {
        bool flag => flag ? 1.0.GetHashCode() : 0.0.GetHashCode(),
        long number => ((double)number).GetHashCode(),
        BigInteger big => ((double)big).GetHashCode(),
        double real => real.GetHashCode(),
        string text => text.GetHashCode(StringComparison.Ordinal),
        JinjaMarkup markup => markup.Text.GetHashCode(StringComparison.Ordinal),
        JinjaTuple tuple => tuple.Aggregate(17, (hash, item) => (hash * 31) + (item is null ? 0 : GetHashCode(item))),
        JinjaObject thing => thing.GetHashCode(),
        _ => System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(key),
    };

    /// <summary>Whether Python would take it as a key.</summary>
    public static bool IsHashable(object? key) =>
        key is not (JinjaList or JinjaDict or JinjaSet) && (key is not JinjaTuple tuple || tuple.All(IsHashable));
}
