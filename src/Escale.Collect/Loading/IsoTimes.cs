using Escale.Collect.Definitions;

namespace Escale.Collect.Loading;

/// <summary>Recognises ISO 8601 dates and times, and nothing that only might be one.</summary>
internal static class IsoTimes
{
    /// <summary>DATE, TIMESTAMP or TIMESTAMP WITH TIME ZONE when the text is one and exists in the calendar; else null.</summary>
    public static string? TypeOf(ReadOnlySpan<char> text)
    {
        if (text.Length < 10 || text[4] != '-' || text[7] != '-' || !Digits(text, 0, 4, out var year) || !Digits(text, 5, 2, out var month)
            || !Digits(text, 8, 2, out var day) || year < 1 || month is < 1 or > 12 || day < 1 || day > DateTime.DaysInMonth(year, month))
        {
            return null;
        }
        if (text.Length == 10)
        {
            return SqlTypes.Date;
        }
        if (text[10] is not ('T' or ' ') || text.Length < 16 || text[13] != ':' || !Digits(text, 11, 2, out var hour) || !Digits(text, 14, 2, out var minute) || hour > 23 || minute > 59)
        {
            return null;
        }
        var at = 16;
        if (text.Length > at && text[at] == ':')
        {
            if (!Digits(text, 17, 2, out var second) || second > 59)
            {
                return null;
            }
            at = 19;
            if (text.Length > at && text[at] == '.')
            {
                var digits = text[(at + 1)..].IndexOfAnyExceptInRange('0', '9');
                digits = digits < 0 ? text.Length - at - 1 : digits;
                if (digits is 0 or > 6)
                {
                    // Nanoseconds do not fit a timestamp: cutting them would be a lie.
                    return null;
                }
                at += 1 + digits;
            }
        }
        return at == text.Length ? SqlTypes.Timestamp : IsOffset(text[at..]) ? SqlTypes.TimestampTz : null;
    }

    private static bool IsOffset(ReadOnlySpan<char> text) => text switch
    {
        "Z" => true,
        ['+' or '-', _, _] => Digits(text, 1, 2, out var hours) && hours <= 14,
        ['+' or '-', _, _, ':', _, _] => Digits(text, 1, 2, out var hours) && hours <= 14 && Digits(text, 4, 2, out var minutes) && minutes <= 59,
        ['+' or '-', _, _, _, _] => false,
        _ => false,
    };

    private static bool Digits(ReadOnlySpan<char> text, int start, int count, out int value)
    {
        value = 0;
        if (text.Length < start + count)
        {
            return false;
        }
        foreach (var letter in text.Slice(start, count))
        {
            if (!char.IsAsciiDigit(letter))
            {
                return false;
            }
            value = value * 10 + (letter - '0');
        }
        return true;
    }
}
