using System.Globalization;
using System.Numerics;
using System.Text;

namespace Escale.Projects.Jinja;

/// <summary>How values print: Python's <c>str()</c> and <c>repr()</c>.</summary>
internal static class Representation
{
    /// <summary><c>str(value)</c>.</summary>
    public static string Text(Evaluation evaluation, object? value) => value switch
    {
        string text => text,
        JinjaMarkup markup => markup.Text,
        JinjaObject thing => thing.Show(evaluation),
        _ => Of(evaluation, value),
    };

    /// <summary><c>repr(value)</c>.</summary>
    public static string Of(Evaluation evaluation, object? value) => value switch
    {
        null => "None",
        bool flag => flag ? "True" : "False",
        long number => number.ToString(CultureInfo.InvariantCulture),
        BigInteger big => BigText(evaluation, big),
        double real => Real(real),
        string text => Quote(text),
        JinjaMarkup markup => $"Markup({Quote(markup.Text)})",
        JinjaObject thing => thing.Represent(evaluation),
        _ => throw evaluation.Fail("type", $"a value of an unknown type ({value.GetType().Name}) reached the template"),
    };

    public static string TypeName(object? value) => value switch
    {
        null => "NoneType",
        bool => "bool",
        long or BigInteger => "int",
        double => "float",
        string => "str",
        JinjaMarkup => "Markup",
        JinjaObject thing => thing.TypeName,
        _ => value.GetType().Name,
    };

    /// <summary>The shortest text that reads back as the same number, laid out as Python does.</summary>
    public static string Real(double value)
    {
        if (double.IsNaN(value))
        {
            return "nan";
        }
        if (double.IsInfinity(value))
        {
            return value > 0 ? "inf" : "-inf";
        }
        if (value == 0)
        {
            return double.IsNegative(value) ? "-0.0" : "0.0";
        }
        var shortest = value.ToString("R", CultureInfo.InvariantCulture);
        var (digits, exponent) = Decompose(shortest);
        var sign = value < 0 ? "-" : "";
        if (exponent is < -4 or >= 16)
        {
            var mantissa = digits.Length == 1 ? digits : $"{digits[0]}.{digits[1..]}";
            return $"{sign}{mantissa}e{(exponent < 0 ? '-' : '+')}{Math.Abs(exponent):00}";
        }
        if (exponent < 0)
        {
            return $"{sign}0.{new string('0', -exponent - 1)}{digits}";
        }
        return exponent + 1 >= digits.Length
            ? $"{sign}{digits.PadRight(exponent + 1, '0')}.0"
            : $"{sign}{digits[..(exponent + 1)]}.{digits[(exponent + 1)..]}";
    }

    public static string Quote(string text)
    {
        var quote = text.Contains('\'', StringComparison.Ordinal) && !text.Contains('"', StringComparison.Ordinal) ? '"' : '\'';
        var result = new StringBuilder(text.Length + 2).Append(quote);
        foreach (var rune in text.EnumerateRunes())
        {
            _ = rune.Value switch
            {
                '\n' => result.Append("\\n"),
                '\r' => result.Append("\\r"),
                '\t' => result.Append("\\t"),
                '\\' => result.Append("\\\\"),
                var value when value == quote => result.Append('\\').Append(quote),
                < 0x20 or 0x7f => result.Append(CultureInfo.InvariantCulture, $"\\x{rune.Value:x2}"),
                _ when IsPrintable(rune) => result.Append(rune.ToString()),
                <= 0xff => result.Append(CultureInfo.InvariantCulture, $"\\x{rune.Value:x2}"),
                <= 0xffff => result.Append(CultureInfo.InvariantCulture, $"\\u{rune.Value:x4}"),
                _ => result.Append(CultureInfo.InvariantCulture, $"\\U{rune.Value:x8}"),
            };
        }
        return result.Append(quote).ToString();
    }

    public static string Sequence(Evaluation evaluation, JinjaObject owner, IReadOnlyList<object?> items, string open, string close)
    {
        using var nesting = evaluation.Nest(owner, out var again);
        if (again)
        {
            return open + "..." + close;
        }
        var text = new StringBuilder(open);
        for (var index = 0; index < items.Count; index++)
        {
            var item = Of(evaluation, items[index]);
            evaluation.Charge(1 + item.Length);
            text.Append(index > 0 ? ", " : "").Append(item);
        }
        return text.Append(close).ToString();
    }

    private static string BigText(Evaluation evaluation, BigInteger value)
    {
        evaluation.Charge(value.GetBitLength());
        return value.ToString(CultureInfo.InvariantCulture);
    }

    private static (string Digits, int Exponent) Decompose(string shortest)
    {
        var text = shortest.TrimStart('-');
        var power = 0;
        if (text.IndexOf('E', StringComparison.Ordinal) is >= 0 and var at)
        {
            power = int.Parse(text[(at + 1)..], CultureInfo.InvariantCulture);
            text = text[..at];
        }
        var point = text.IndexOf('.', StringComparison.Ordinal);
        var whole = point < 0 ? text : text[..point];
        var digits = whole + (point < 0 ? "" : text[(point + 1)..]);
        var leading = digits.Length - digits.TrimStart('0').Length;
        return (digits.Trim('0'), whole.Length - 1 - leading + power);
    }

    private static bool IsPrintable(Rune rune) => Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Control or UnicodeCategory.Format
        or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned or UnicodeCategory.LineSeparator
        or UnicodeCategory.ParagraphSeparator) && (Rune.GetUnicodeCategory(rune) != UnicodeCategory.SpaceSeparator || rune.Value == ' ');
}
