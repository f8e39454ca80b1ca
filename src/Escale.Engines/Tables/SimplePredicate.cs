using System.Globalization;
using System.Text.RegularExpressions;

namespace Escale.Engines.Tables;

/// <summary>
/// Reads conditions of the form <c>column = literal AND column &lt; literal …</c> as bounds, so that statistics can rule out files. Anything
/// else says nothing: DuckDB then looks into the files.
/// </summary>
internal static partial class SimplePredicate
{
    /// <summary>Bounds that hold for every row that matches, or null when the condition is not of the simple form.</summary>
    public static IReadOnlyList<ColumnBound>? Bounds(string predicate)
    {
        var bounds = new List<ColumnBound>();
        foreach (var part in And().Split(predicate))
        {
            if (Comparison().Match(part) is not { Success: true } match)
            {
                return null;
            }
            var column = match.Groups["quoted"].Success ? match.Groups["quoted"].Value.Replace("\"\"", "\"", StringComparison.Ordinal) : match.Groups["plain"].Value;
            if (Literal(match.Groups["literal"].Value) is not { } value)
            {
                return null;
            }
            bounds.Add(match.Groups["op"].Value switch
            {
                "=" or "==" => new ColumnBound(column, value, value),
                "<" or "<=" => new ColumnBound(column, null, value),
                _ => new ColumnBound(column, value, null),
            });
        }
        return bounds;
    }

    private static object? Literal(string text)
    {
        if (Dated().Match(text) is { Success: true } dated)
        {
            var value = dated.Groups["value"].Value;
            return dated.Groups["type"].Value.Equals("date", StringComparison.OrdinalIgnoreCase)
                ? DateOnly.TryParseExact(value, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date) ? date : null
                : DateTimeOffset.TryParse(value, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var moment) ? moment : null;
        }
        if (text[0] == '\'')
        {
            return text[1..^1].Replace("''", "'", StringComparison.Ordinal);
        }
        return long.TryParse(text, CultureInfo.InvariantCulture, out var whole) ? whole
            : decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : null;
    }

    // A text with " and " in it splits wrongly, and then does not match: nothing is concluded, nothing is wrong.
    [GeneratedRegex(@"\s+and\s+", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex And();

    [GeneratedRegex("""^\s*(?:"(?<quoted>(?:[^"]|"")+)"|(?<plain>[A-Za-z_][A-Za-z0-9_]*))\s*(?<op><=|>=|==|=|<|>)\s*(?<literal>-?\d+(?:\.\d+)?|(?:(?:date|timestamp|timestamptz)\s+)?'(?:[^']|'')*')\s*$""", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Comparison();

    [GeneratedRegex("""^(?<type>date|timestamp|timestamptz)\s+'(?<value>[^']*)'$""", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Dated();
}
