using System.Text.RegularExpressions;

namespace Escale.Collect.Loading;

/// <summary>Dates in French words, whole or cut: <c>12 janvier 2024</c>, <c>3 févr. 2024</c>, <c>jeudi 1er août 2024 à 14h30</c>. The day of the week is not looked at.</summary>
internal static partial class FrenchDates
{
    private const string Weekday = @"^(?:lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|lun|mar|mer|jeu|ven|sam|dim)\.?,?\s+";

    private static readonly string[][] _words =
    [
        ["janvier", "janv", "jan"], ["fevrier", "fevr", "fev"], ["mars", "mar"], ["avril", "avr"], ["mai"], ["juin"], ["juillet", "juil"], ["aout", "aou"], ["septembre", "sept", "sep"],
        ["octobre", "oct"], ["novembre", "nov"], ["decembre", "dec"],
    ];

    private static readonly Dictionary<string, string> _months = _words
        .SelectMany((words, month) => words.Select(word => (word, Number: (month + 1).ToString("00", System.Globalization.CultureInfo.InvariantCulture)))).ToDictionary(pair => pair.word, pair => pair.Number, StringComparer.Ordinal);

    /// <summary>The format of the same dates with the month as a number.</summary>
    public static string InNumbers(string format) => format.Replace("%B", "%m", StringComparison.Ordinal).Replace("%b", "%m", StringComparison.Ordinal).Replace('à', 'a');

    /// <summary>A date with its month as a number and without accents, or null where there is no month.</summary>
    public static string? Plain(string date)
    {
        var text = string.Concat(date.Trim().ToLowerInvariant().Select(letter => letter switch { 'é' or 'è' or 'ê' => 'e', 'û' or 'ù' => 'u', 'à' => 'a', _ => letter }));
        text = OfWeekday().Replace(text, "");
        text = text.StartsWith("1er", StringComparison.Ordinal) ? "1" + text[3..] : text;
        var start = 0;
        while (start < text.Length && !char.IsAsciiLetterLower(text[start]))
        {
            start++;
        }
        var end = start;
        while (end < text.Length && char.IsAsciiLetterLower(text[end]))
        {
            end++;
        }
        return _months.TryGetValue(text[start..end], out var month) ? text[..start] + month + (end < text.Length && text[end] == '.' ? text[(end + 1)..] : text[end..]) : null;
    }

    /// <summary>The same in SQL.</summary>
    public static string PlainSql(string raw)
    {
        var text = $"regexp_replace(regexp_replace(strip_accents(lower(trim({raw}))), '{Weekday}', ''), '^1er', '1')";
        var month = string.Concat(_months.Select(pair => $" WHEN '{pair.Key}' THEN '{pair.Value}'"));
        return $@"replace({text}, regexp_extract({text}, '[a-z]+\.?'), CASE regexp_extract({text}, '([a-z]+)', 1){month} END)";
    }

    [GeneratedRegex(Weekday, RegexOptions.NonBacktracking)]
    private static partial Regex OfWeekday();
}
