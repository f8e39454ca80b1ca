using System.Collections;
using System.Numerics;
using Escale.Kernel;

namespace Escale.Projects.Jinja;

/// <summary>Between C# values and template values.</summary>
public static class JinjaValue
{
    /// <summary>
    /// The template value of a C# value: integers become <see cref="long"/> or <see cref="BigInteger"/>, <see cref="decimal"/> and
    /// <see cref="float"/> become <see cref="double"/>, dictionaries and sequences become <see cref="JinjaDict"/> and <see cref="JinjaList"/>.
    /// </summary>
    /// <exception cref="ArgumentException">The type has no place in a template.</exception>
    public static object? From(object? value) => value switch
    {
        null or bool or long or BigInteger or double or string or JinjaObject or JinjaMarkup => value,
        int or short or byte or sbyte or ushort or uint => Convert.ToInt64(value, System.Globalization.CultureInfo.InvariantCulture),
        ulong number => Operators.Shrink(number),
        decimal number => (double)number,
        float number => (double)number,
        char character => character.ToString(),
        TableName name => name.ToString(),
        IReadOnlyDictionary<string, object?> entries => new JinjaDict(entries.Select(entry => KeyValuePair.Create(entry.Key, From(entry.Value)))),
        IDictionary entries => new JinjaDict(entries.Keys.Cast<object>()
            .Select(key => KeyValuePair.Create(key.ToString() ?? "", From(entries[key])))),
        IEnumerable items => new JinjaList(items.Cast<object?>().Select(From)),
        _ => throw new ArgumentException($"A {value.GetType().Name} has no place in a template."),
    };

    /// <summary>
    /// The C# value of a template value: lists and tuples become <c>List&lt;object?&gt;</c>, dictionaries <c>Dictionary&lt;string, object?&gt;</c>,
    /// undefined becomes null.
    /// </summary>
    public static object? ToClr(object? value) => value switch
    {
        JinjaMarkup markup => markup.Text,
        JinjaUndefined => null,
        JinjaDict dict => dict.ToDictionary(entry => entry.Key?.ToString() ?? "", entry => ToClr(entry.Value), StringComparer.Ordinal),
        JinjaList or JinjaTuple or JinjaSet => ((IEnumerable<object?>)value).Select(ToClr).ToList(),
        JinjaRange range => range.Items.ToList(),
        JinjaGenerator generator => generator.Items.Select(ToClr).ToList(),
        JinjaView view => view.Items.Select(ToClr).ToList(),
        _ => value,
    };
}
