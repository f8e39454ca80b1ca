using System.Text.RegularExpressions;
using Escale.Explore.Profiles.Meanings;

namespace Escale.Explore.Profiles.Alerts;

/// <summary>The formats in which the dates of a text column are written, as DuckDB reads them.</summary>
internal static partial class DateFormats
{
    /// <summary>The formats of all values that were seen.</summary>
    public static string[] Of(ColumnProfile column, string? order) =>
    [
        .. Values(column).Select(value => Of(value, order)).OfType<string>().Distinct(StringComparer.Ordinal).Take(8),
    ];

    /// <summary><c>timestamp</c> when a time of day is there, else <c>date</c>.</summary>
    public static string TypeOf(ColumnProfile column) => Values(column).Any(value => value.Contains(':', StringComparison.Ordinal)) ? "timestamp" : "date";

    private static IEnumerable<string> Values(ColumnProfile column) =>
        column.Top.Select(value => value.Value.Trim()).Concat(column.Patterns.Select(pattern => pattern.Example.Trim())).Where(value => TextShapes.DateOrder(value) is not null);

    private static string? Of(string value, string? order)
    {
        if (TextShapes.DateOrder(value) == "ymd")
        {
            return "%Y" + value[4] + "%m" + value[4] + "%d" + TimeOf(value[8..].TrimStart('0', '1', '2', '3', '4', '5', '6', '7', '8', '9'));
        }
        var match = Parts().Match(value);
        if (!match.Success)
        {
            return null;
        }
        var (first, second) = order == "mdy" ? ("%m", "%d") : ("%d", "%m");
        return first + match.Groups[1].Value + second + match.Groups[2].Value + (match.Groups[3].Length == 4 ? "%Y" : "%y") + TimeOf(match.Groups[4].Value);
    }

    private static string TimeOf(string rest) => rest.Length == 0 ? "" : Digits().Replace(rest, "§") switch
    {
        var shape when shape.Count(letter => letter == '§') == 2 => $"{shape[..shape.IndexOf('§', StringComparison.Ordinal)]}%H{shape[shape.IndexOf('§', StringComparison.Ordinal) + 1]}%M",
        var shape when shape.Count(letter => letter == '§') >= 3 => $"{shape[..shape.IndexOf('§', StringComparison.Ordinal)]}%H:%M:%S" + (rest.Contains('.', StringComparison.Ordinal) ? ".%f" : "") + (rest.EndsWith('Z') ? "Z" : ""),
        _ => "",
    };

    [GeneratedRegex(@"^\d{1,2}([-/. ])\d{1,2}([-/. ])(\d{4}|\d{2})(.*)$", RegexOptions.NonBacktracking)]
    private static partial Regex Parts();

    [GeneratedRegex(@"\d+", RegexOptions.NonBacktracking)]
    private static partial Regex Digits();
}
