using System.Globalization;
using System.Runtime.InteropServices;

namespace Escale.Engines.DuckDb;

/// <summary>INTERVAL as DuckDB keeps it: three parts that do not add up to one length. 16 bytes, readable as a span.</summary>
/// <param name="Months">Whole months.</param>
/// <param name="Days">Whole days.</param>
/// <param name="Micros">Microseconds.</param>
[StructLayout(LayoutKind.Sequential)]
public readonly record struct DuckInterval(int Months, int Days, long Micros)
{
    /// <summary>As DuckDB shows it, such as <c>1 year 2 months 3 days 04:05:06</c>.</summary>
    public override string ToString() => DuckText.Interval(this);
}

/// <summary>TIME WITH TIME ZONE.</summary>
/// <param name="Micros">Microseconds since midnight, local.</param>
/// <param name="OffsetSeconds">Seconds east of UTC.</param>
public readonly record struct DuckTimeTz(long Micros, int OffsetSeconds)
{
    private const int MaxOffsetSeconds = (16 * 60 * 60) - 1;

    /// <summary>As DuckDB packs it: 40 bits of time, 24 of an offset that sorts the other way.</summary>
    public static DuckTimeTz FromBits(ulong bits) => new((long)(bits >> 24), MaxOffsetSeconds - (int)(bits & 0xFFFFFF));

    /// <summary>As DuckDB packs it.</summary>
    public ulong Bits => ((ulong)Micros << 24) | (uint)(MaxOffsetSeconds - OffsetSeconds);

    /// <summary>As DuckDB shows it, such as <c>12:30:00+02</c>.</summary>
    public override string ToString() => DuckText.TimeTz(this);
}

/// <summary>A DECIMAL of up to 38 digits, exact: <c>Unscaled / 10^Scale</c>. <see cref="decimal"/> holds only 28.</summary>
/// <param name="Unscaled">The digits as a whole number.</param>
/// <param name="Scale">How many of them stand after the point.</param>
public readonly record struct DuckDecimal(Int128 Unscaled, int Scale)
{
    /// <summary>The same number as a <see cref="decimal"/>.</summary>
    /// <exception cref="OverflowException">It has more than 28 or 29 digits.</exception>
    public decimal ToDecimal()
    {
        var negative = Unscaled < 0;
        var magnitude = negative ? -(UInt128)Unscaled : (UInt128)Unscaled;
        var scale = Scale;
        while (scale > 28 || ((magnitude >> 96) != 0 && scale > 0))
        {
            var (quotient, rest) = UInt128.DivRem(magnitude, 10);
            if (rest != 0)
            {
                throw new OverflowException($"{this} has too many digits for a decimal.");
            }
            magnitude = quotient;
            scale--;
        }
        return (magnitude >> 96) == 0
            ? new decimal((int)(uint)magnitude, (int)(uint)(magnitude >> 32), (int)(uint)(magnitude >> 64), negative, (byte)scale)
            : throw new OverflowException($"{this} has too many digits for a decimal.");
    }

    /// <summary>All digits, such as <c>-12.500</c>.</summary>
    public override string ToString()
    {
        var negative = Unscaled < 0;
        var digits = (negative ? -(UInt128)Unscaled : (UInt128)Unscaled).ToString(CultureInfo.InvariantCulture).PadLeft(Scale + 1, '0');
        var point = digits.Length - Scale;
        return (negative ? "-" : "") + (Scale == 0 ? digits : $"{digits[..point]}.{digits[point..]}");
    }

    internal static Int128 PowerOfTen(int exponent)
    {
        Int128 power = 1;
        for (; exponent > 0; exponent--)
        {
            power *= 10;
        }
        return power;
    }
}
