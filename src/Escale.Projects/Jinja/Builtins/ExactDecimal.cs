using System.Globalization;
using System.Numerics;

namespace Escale.Projects.Jinja;

/// <summary>Decimal digits of a double, exactly rounded half to even as C and Python do.</summary>
internal static class ExactDecimal
{
    private const int MaxDigits = 400;

    /// <summary><c>%.nf</c>.</summary>
    public static string Fixed(double value, int digits)
    {
        if (!double.IsFinite(value))
        {
            return double.IsNaN(value) ? "nan" : value > 0 ? "inf" : "-inf";
        }
        digits = Math.Min(digits, MaxDigits);
        var scaled = Scale(Math.Abs(value), digits).ToString(CultureInfo.InvariantCulture).PadLeft(digits + 1, '0');
        var sign = double.IsNegative(value) ? "-" : "";
        return digits == 0 ? sign + scaled : $"{sign}{scaled[..^digits]}.{scaled[^digits..]}";
    }

    /// <summary><c>%.ne</c>.</summary>
    public static string Scientific(double value, int digits)
    {
        if (!double.IsFinite(value))
        {
            return Fixed(value, 0);
        }
        var (text, exponent) = Digits(Math.Abs(value), Math.Min(digits, MaxDigits));
        var sign = double.IsNegative(value) ? "-" : "";
        return $"{sign}{text[0]}{(text.Length > 1 ? "." + text[1..] : "")}e{(exponent < 0 ? '-' : '+')}{Math.Abs(exponent):00}";
    }

    /// <summary><c>%.ng</c>: significant digits, fixed or scientific by size.</summary>
    public static string General(double value, int digits, bool keepZeros)
    {
        if (!double.IsFinite(value))
        {
            return Fixed(value, 0);
        }
        digits = Math.Clamp(digits, 1, MaxDigits);
        var (_, exponent) = Digits(Math.Abs(value), digits - 1);
        var isFixed = exponent >= -4 && exponent < digits;
        var text = isFixed ? Fixed(value, digits - 1 - exponent) : Scientific(value, digits - 1);
        if (keepZeros || !text.Contains('.', StringComparison.Ordinal))
        {
            return text;
        }
        var mark = text.IndexOf('e', StringComparison.Ordinal);
        var (mantissa, tail) = mark < 0 ? (text, "") : (text[..mark], text[mark..]);
        return mantissa.TrimEnd('0').TrimEnd('.') + tail;
    }

    /// <summary><c>round(value, digits)</c>.</summary>
    public static double Round(double value, int digits)
    {
        if (!double.IsFinite(value) || digits > 320)
        {
            return value;
        }
        if (digits >= 0)
        {
            return double.Parse(Fixed(value, digits), CultureInfo.InvariantCulture);
        }
        if (digits < -310)
        {
            return 0;
        }
        var power = BigInteger.Pow(10, -digits);
        var (numerator, denominator) = Fraction(Math.Abs(value));
        var rounded = (double)(DivideHalfEven(numerator, denominator * power) * power);
        return value < 0 ? -rounded : rounded;
    }

    private static (string Text, int Exponent) Digits(double value, int digits)
    {
        if (value == 0)
        {
            return (new string('0', digits + 1), 0);
        }
        var exponent = (int)Math.Floor(Math.Log10(value));
        while (true)
        {
            var text = Scale(value, digits - exponent).ToString(CultureInfo.InvariantCulture);
            if (text.Length == digits + 1)
            {
                return (text, exponent);
            }
            exponent += text.Length > digits + 1 ? 1 : -1;
        }
    }

    private static BigInteger Scale(double value, int power)
    {
        var (numerator, denominator) = Fraction(value);
        return power >= 0
            ? DivideHalfEven(numerator * BigInteger.Pow(10, power), denominator)
            : DivideHalfEven(numerator, denominator * BigInteger.Pow(10, -power));
    }

    private static (BigInteger Numerator, BigInteger Denominator) Fraction(double value)
    {
        var bits = BitConverter.DoubleToInt64Bits(value);
        var exponent = (int)((bits >> 52) & 0x7ff);
        var mantissa = bits & 0xfffffffffffffL;
        (mantissa, exponent) = exponent == 0 ? (mantissa, -1074) : (mantissa | (1L << 52), exponent - 1075);
        return exponent >= 0
            ? (new BigInteger(mantissa) << exponent, BigInteger.One)
            : (mantissa, BigInteger.One << -exponent);
    }

    private static BigInteger DivideHalfEven(BigInteger numerator, BigInteger denominator)
    {
        var quotient = BigInteger.DivRem(numerator, denominator, out var remainder);
        var order = (remainder * 2).CompareTo(denominator);
        return order > 0 || (order == 0 && !quotient.IsEven) ? quotient + 1 : quotient;
    }
}
