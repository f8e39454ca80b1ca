using System.Globalization;
using Escale.Collect.Definitions;
using Escale.Collect.Loading;

namespace Escale.Collect.Files;

/// <summary>
/// Infers a column's type from its texts without bending any: leading zeros, plus signs, twenty-digit numbers, <c>12e4</c> and dates in
/// any order but ISO's stay text, because reading them as numbers or dates would be a guess that cannot be undone.
/// </summary>
internal sealed class CsvInference(CsvDialect dialect)
{
    private string? _type;
    private bool _isText;

    /// <summary>The type that fits all texts seen; text when none was.</summary>
    public string Type => _isText ? SqlTypes.Text : _type ?? SqlTypes.Text;

    public void Add(string text)
    {
        if (_isText || dialect.NullValues.Contains(text))
        {
            return;
        }
        var type = TypeOf(text, dialect);
        _type = _type is null ? type : type is null ? null : SqlTypes.Widen(_type, type);
        _isText = _type is null;
    }

    /// <summary>The type of one text, or null for text.</summary>
    internal static string? TypeOf(ReadOnlySpan<char> text, CsvDialect dialect)
    {
        if (text.Equals("true", StringComparison.OrdinalIgnoreCase) || text.Equals("false", StringComparison.OrdinalIgnoreCase))
        {
            return SqlTypes.Boolean;
        }
        if (NumberType(text, dialect.Decimal) is { } number)
        {
            return number;
        }
        if (dialect.DateFormat is not null || dialect.TimestampFormat is not null)
        {
            return Formatted(text, dialect);
        }
        return IsoTimes.TypeOf(text);
    }

    private static string? NumberType(ReadOnlySpan<char> text, char mark)
    {
        var rest = text.StartsWith("-") ? text[1..] : text;
        var whole = rest.IndexOfAnyExceptInRange('0', '9');
        whole = whole < 0 ? rest.Length : whole;
        if (whole == 0 || (whole > 1 && rest[0] == '0'))
        {
            return null;
        }
        if (whole == rest.Length)
        {
            return whole <= 18 && text is not "-0" ? SqlTypes.Integer : null;
        }
        var digits = whole;
        var at = whole;
        var hasMark = rest[at] == mark;
        if (hasMark)
        {
            var fraction = rest[(at + 1)..].IndexOfAnyExceptInRange('0', '9');
            fraction = fraction < 0 ? rest.Length - at - 1 : fraction;
            digits += fraction;
            at += 1 + fraction;
            if (fraction == 0)
            {
                return null;
            }
        }
        if (digits > 17)
        {
            return null;
        }
        return at == rest.Length || (mark == '.' && IsExponent(rest[at..], hasMark)) ? SqlTypes.Number : null;
    }

    /// <summary><c>1e-05</c> and <c>1.5e3</c> are numbers; <c>12e4</c> may as well be a code.</summary>
    private static bool IsExponent(ReadOnlySpan<char> text, bool hasMark)
    {
        if (text[0] is not ('e' or 'E'))
        {
            return false;
        }
        var rest = text[1..];
        var signed = rest.Length > 0 && rest[0] is '+' or '-';
        rest = signed ? rest[1..] : rest;
        return (signed || hasMark) && rest.Length is > 0 and <= 3 && rest.IndexOfAnyExceptInRange('0', '9') < 0;
    }

    private static string? Formatted(ReadOnlySpan<char> text, CsvDialect dialect)
    {
        if (dialect.TimestampFormat is { } timestamp && Strptime.Matches(text, timestamp))
        {
            return SqlTypes.Timestamp;
        }
        return dialect.DateFormat is { } date ? (Strptime.Matches(text, date) ? SqlTypes.Date : null) : IsoTimes.TypeOf(text) is SqlTypes.Date ? SqlTypes.Date : null;
    }
}

/// <summary>Judges whether a text looks like a strptime format, well enough to infer a type; the engine reads it for good.</summary>
internal static class Strptime
{
    public static bool Matches(ReadOnlySpan<char> text, string format)
    {
        var at = 0;
        for (var i = 0; i < format.Length; i++)
        {
            if (format[i] != '%' || i + 1 == format.Length)
            {
                if (at >= text.Length || text[at++] != format[i])
                {
                    return false;
                }
                continue;
            }
            var code = format[++i] == '-' && i + 1 < format.Length ? format[++i] : format[i];
            var taken = Take(text[at..], code);
            if (taken <= 0)
            {
                return false;
            }
            at += taken;
        }
        return at == text.Length;
    }

    private static int Take(ReadOnlySpan<char> text, char code)
    {
        var most = code switch { 'Y' => 4, 'f' => 6, 'g' => 3, 'n' => 9, 'j' => 3, 'd' or 'm' or 'y' or 'H' or 'I' or 'M' or 'S' => 2, _ => 0 };
        if (most > 0)
        {
            var digits = text.IndexOfAnyExceptInRange('0', '9');
            return Math.Min(digits < 0 ? text.Length : digits, most);
        }
        var letters = 0;
        while (letters < text.Length && (char.IsLetter(text[letters]) || (code == 'z' && text[letters] is '+' or '-' or ':') || (code == 'z' && char.IsAsciiDigit(text[letters]))))
        {
            letters++;
        }
        return letters;
    }

    /// <summary>Formats that DuckDB knows.</summary>
    public static string Check(Projects.Yaml.YamlNode node) => node.AsText().Contains('%', StringComparison.Ordinal)
        ? node.AsText()
        : throw node.Error("projects.unknown-value", $"'{node.AsText()}' is not a date format.", string.Create(CultureInfo.InvariantCulture, $"Write it with % codes, such as %d/%m/%Y."));
}
