using System.Globalization;
using System.Numerics;

namespace Escale.Projects.Jinja;

/// <summary>Jinja's filters on numbers.</summary>
internal static class NumberFilters
{
    public static void Register(JinjaEnvironment environment)
    {
        void Add(string name, string signature, Func<Evaluation, object?[], object?> body) => environment.AddFilter(new(name, signature, body));
        Add("abs", "x", (e, a) => Operators.Number(a[0]) switch
        {
            double real => Math.Abs(real),
            null => throw (a[0] is JinjaUndefined undefined ? undefined.Failure(e) : e.Fail("type", $"bad operand type for abs(): '{Representation.TypeName(a[0])}'")),
            var whole => Operators.Shrink(BigInteger.Abs(Operators.Whole(whole)!.Value)),
        });
        Add("int", "value default=0 base=10", (e, a) => ToInt(e, a[0], a[2]) ?? a[1]);
        Add("float", "value default=0.0", (e, a) => ToFloat(e, a[0]) ?? a[1]);
        Add("round", "value precision=0 method='common'", Round);
        Add("filesizeformat", "value binary=False", FileSize);
    }

    public static object? ToInt(Evaluation evaluation, object? value, object? radix)
    {
        switch (value)
        {
            case double real:
                return double.IsFinite(real) ? Operators.Shrink(new BigInteger(Math.Truncate(real))) : null;
            case bool or long or BigInteger:
                return Operators.Shrink(Operators.Whole(value)!.Value);
            case string or JinjaMarkup:
                var text = value.ToString()!;
                evaluation.Charge(text.Length);
                return text.Length < 5000 && ReadWhole(text, (int)(Operators.Whole(radix) ?? 10)) is { } whole
                    ? Operators.Shrink(whole)
                    : ToFloat(evaluation, text) is double parsed ? ToInt(evaluation, parsed, radix) : null;
            default:
                return null;
        }
    }

    public static object? ToFloat(Evaluation evaluation, object? value) => value switch
    {
        bool or long or BigInteger or double => Operators.Real(evaluation, value),
        string or JinjaMarkup => ReadReal(value.ToString()!),
        _ => null,
    };

    private static double? ReadReal(string text)
    {
        var plain = text.Trim();
        if (plain.TrimStart('+', '-').ToLowerInvariant() is var word && word is "inf" or "infinity" or "nan")
        {
            return word == "nan" ? double.NaN : plain[0] == '-' ? double.NegativeInfinity : double.PositiveInfinity;
        }
        return plain.Length > 0 && plain[^1] != '_' && plain[0] != '_'
            && double.TryParse(plain.Replace("_", "", StringComparison.Ordinal), NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            ? number
            : null;
    }

    private static BigInteger? ReadWhole(string text, int radix)
    {
        var plain = text.Trim().Replace("_", "", StringComparison.Ordinal);
        var negative = plain.StartsWith('-');
        plain = plain.Length > 0 && plain[0] is '-' or '+' ? plain[1..] : plain;
        var prefix = plain.Length > 1 && plain[0] == '0' ? char.ToLowerInvariant(plain[1]) switch { 'x' => 16, 'o' => 8, 'b' => 2, _ => 0 } : 0;
        if (prefix != 0 && (prefix == radix || radix == 0))
        {
            plain = plain[2..];
        }
        radix = radix == 0 ? (prefix == 0 ? 10 : prefix) : radix;
        if (plain.Length == 0)
        {
            return null;
        }
        var sum = BigInteger.Zero;
        foreach (var character in plain)
        {
            var digit = char.IsAsciiDigit(character) ? character - '0' : char.IsAsciiLetter(character) ? char.ToLowerInvariant(character) - 'a' + 10 : 99;
            if (digit >= radix)
            {
                return null;
            }
            sum = (sum * radix) + digit;
        }
        return negative ? -sum : sum;
    }

    private static object? Round(Evaluation evaluation, object?[] arguments)
    {
        var digits = (int)BigInteger.Clamp(Operators.Whole(arguments[1]) ?? 0, -400, 400);
        var method = Representation.Text(evaluation, arguments[2]);
        if (arguments[0] is JinjaUndefined undefined)
        {
            throw undefined.Failure(evaluation);
        }
        if (method is not ("common" or "ceil" or "floor"))
        {
            throw evaluation.Fail("value", "method must be common, ceil or floor");
        }
        var value = Operators.Real(evaluation, arguments[0]);
        if (method == "common")
        {
            return arguments[0] is double ? ExactDecimal.Round(value, digits) : RoundWhole(arguments[0], value, digits);
        }
        var scale = Math.Pow(10, digits);
        var scaled = method == "ceil" ? Math.Ceiling(value * scale) : Math.Floor(value * scale);
        return scaled / scale;
    }

    /// <summary>Python rounds an integer to an integer.</summary>
    private static object RoundWhole(object? original, double value, int digits) => digits >= 0
        ? Operators.Shrink(Operators.Whole(original)!.Value)
        : Operators.Shrink(new BigInteger(ExactDecimal.Round(value, digits)));

    private static object? FileSize(Evaluation evaluation, object?[] arguments)
    {
        var size = ToFloat(evaluation, arguments[0]) is double number ? number : throw evaluation.Fail("value", "filesizeformat needs a number");
        var isBinary = Operators.IsTrue(evaluation, arguments[1]);
        var step = isBinary ? 1024.0 : 1000.0;
        if (size == 1)
        {
            return "1 Byte";
        }
        if (size < step)
        {
            return $"{Representation.Text(evaluation, Operators.Shrink(new BigInteger(Math.Truncate(size))))} Bytes";
        }
        var units = "kMGTPEZY";
        var index = 0;
        while (index < units.Length - 1 && size >= Math.Pow(step, index + 2))
        {
            index++;
        }
        var unit = isBinary ? char.ToUpperInvariant(units[index]) + "iB" : units[index] + "B";
        return $"{ExactDecimal.Fixed(step * size / Math.Pow(step, index + 2), 1)} {unit}";
    }
}
