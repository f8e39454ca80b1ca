using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Escale.Projects.Dbt;

/// <summary>The names that dbt gives to generic tests (<c>synthesize_generic_test_names</c>), so that selections and reports stay the same.</summary>
internal static class TestNaming
{
    /// <summary><c>unique_orders_order_id</c>; from 64 characters on, 30 of them and an MD5 of the whole name.</summary>
    /// <param name="test">The test's name, with its package before it (<c>dbt_utils_recency</c>) and <c>source_</c> before that for a source.</param>
    /// <param name="target">The tested model, or <c>source_table</c>.</param>
    /// <param name="arguments">The arguments, <c>column_name</c> included.</param>
    public static string Of(string test, string target, IReadOnlyDictionary<string, object?> arguments)
    {
        var flat = arguments.Keys.Where(name => name != "model").Order(StringComparer.Ordinal)
            .SelectMany(name => Parts(arguments[name])).Select(Clean);
        var identifier = $"{test}_{target}";
        var full = $"{identifier}_{string.Join("__", flat)}";
        if (full.Length < 64)
        {
            return full;
        }
#pragma warning disable CA5351 // dbt's own naming uses MD5; nothing is secured by it.
        var hash = MD5.HashData(Encoding.UTF8.GetBytes(full));
#pragma warning restore CA5351
        return $"{identifier[..Math.Min(30, identifier.Length)]}_{Convert.ToHexStringLower(hash)}";
    }

    private static IEnumerable<string> Parts(object? value) => value switch
    {
        IReadOnlyDictionary<string, object?> map => map.Values.Select(Python),
        IEnumerable<object?> list => list.Select(Python),
        _ => [Python(value)],
    };

    /// <summary>As Python's <c>str()</c>, for what the names keep of it.</summary>
    private static string Python(object? value) => value switch
    {
        null => "None",
        bool truth => truth ? "True" : "False",
        double number => number == Math.Floor(number) && Math.Abs(number) < 1e16
            ? number.ToString("0.0", CultureInfo.InvariantCulture)
            : number.ToString("R", CultureInfo.InvariantCulture),
        IReadOnlyDictionary<string, object?> map => "{" + string.Join(", ", map.Select(pair => $"'{pair.Key}': {Inner(pair.Value)}")) + "}",
        string text => text,
        IEnumerable<object?> list => "[" + string.Join(", ", list.Select(Inner)) + "]",
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };

    private static string Inner(object? value) => value is string text ? $"'{text}'" : Python(value);

    private static string Clean(string text)
    {
        // As re.sub("[^0-9a-zA-Z_]+", "_"): a run of other letters becomes one '_'; a '_' of the text itself stays.
        var clean = new StringBuilder(text.Length);
        var inRun = false;
        foreach (var letter in text)
        {
            var keep = char.IsAsciiLetterOrDigit(letter) || letter == '_';
            if (keep || !inRun)
            {
                clean.Append(keep ? letter : '_');
            }
            inRun = !keep;
        }
        return clean.ToString();
    }
}
