using System.Globalization;

namespace Escale.Learning.Frames;

/// <summary>What texts mean: numbers, truth values and moments, in the invariant culture.</summary>
internal static class CellText
{
    private static readonly string[] _dates = ["yyyy-MM-dd", "yyyy/MM/dd", "yyyy-M-d"];

    public static bool IsNumber(ReadOnlySpan<char> text, out double number)
    {
        text = text.Trim();
        if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out number))
        {
            return true;
        }
        var isNegative = text.StartsWith("-");
        if (text.TrimStart("+-").Equals("inf", StringComparison.OrdinalIgnoreCase))
        {
            number = isNegative ? double.NegativeInfinity : double.PositiveInfinity;
            return true;
        }
        return false;
    }

    /// <summary>Refuses half characters (lone surrogates), which no file could keep.</summary>
    public static void CheckUnicode(string text, string column)
    {
        for (var at = 0; at < text.Length; at++)
        {
            if (char.IsSurrogate(text[at]) && !(at + 1 < text.Length && char.IsSurrogatePair(text[at], text[++at])))
            {
                throw new LearningException("learning.text-not-unicode", $"Column '{column}' holds a text with half a character (a lone surrogate).", "Mend the text where it was read.", column);
            }
        }
    }

    public static bool IsInteger(ReadOnlySpan<char> text, out long number) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out number);

    public static bool IsBoolean(ReadOnlySpan<char> text, out bool value) => bool.TryParse(text, out value);

    /// <summary>
    /// Whether a text is a date or a moment of ISO 8601 (a space for the T and slashes allowed). What stands in a zone is kept as the clock showed it there.
    /// </summary>
    public static bool IsMoment(ReadOnlySpan<char> text, out DateTime moment)
    {
        text = text.Trim();
        moment = default;
        if (text.Length is < 8 or > 40 || !char.IsAsciiDigit(text[0]) || !char.IsAsciiDigit(text[3]) || text[4] is not ('-' or '/'))
        {
            return false;
        }
        var split = text.IndexOfAny('T', ' ');
        if (split < 0)
        {
            return DateTime.TryParseExact(text, _dates, CultureInfo.InvariantCulture, DateTimeStyles.None, out moment);
        }
        var time = text[(split + 1)..].TrimEnd('Z');
        var zone = time.LastIndexOfAny('+', '-');
        time = zone > 0 ? time[..zone].Trim() : time.Trim();
        if (!DateTime.TryParseExact(text[..split], _dates, CultureInfo.InvariantCulture, DateTimeStyles.None, out var day)
            || !TimeOnly.TryParse(time, CultureInfo.InvariantCulture, out var clock))
        {
            return false;
        }
        moment = day + clock.ToTimeSpan();
        return true;
    }
}
