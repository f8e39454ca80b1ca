using Escale.Engines.DuckDb;

namespace Escale.Engines.Postgres.Copy;

/// <summary>
/// DECIMAL and the integers beyond 64 bits as <c>numeric</c>: number of digits, weight of the first, sign, digits after the point, then
/// digits in base 10,000, without zeros at either end.
/// </summary>
internal abstract unsafe class NumericEncoder(VectorNode node) : ValueEncoder(node, 4 + 8 + (2 * MaxDigits))
{
    private const int MaxDigits = 12; // 39 decimal digits, cut by the point at most once: 10 groups, and 2 to spare.
    private const short Negative = 0x4000;
    private readonly int _scale = node.Type.Id == DuckTypeId.Decimal ? node.Type.Scale : 0;

    public static NumericEncoder Create(VectorNode node) => (node.Type.Id, node.Type.SizeBytes) switch
    {
        (DuckTypeId.UBigInt, _) => new WideNumericEncoder<ulong>(node),
        (DuckTypeId.UHugeInt, _) => new WideNumericEncoder<UInt128>(node),
        (DuckTypeId.HugeInt, _) or (_, 16) => new WideNumericEncoder<Int128>(node),
        (_, 2) => new NarrowNumericEncoder<short>(node),
        (_, 4) => new NarrowNumericEncoder<int>(node),
        _ => new NarrowNumericEncoder<long>(node),
    };

    /// <summary>Writes a number of up to 64 bits; <paramref name="magnitude"/> is its digits without sign and point.</summary>
    protected byte* WriteNarrow(byte* at, ulong magnitude, bool isNegative)
    {
        var digits = stackalloc short[MaxDigits];
        var count = 0;
        var rest = magnitude;
        // The point must stand between two groups: the last group after it is filled up with zeros.
        var partial = _scale % 4;
        if (partial > 0)
        {
            var power = Power(partial);
            (rest, var low) = Math.DivRem(rest, power);
            digits[count++] = (short)(low * Power(4 - partial));
        }
        while (rest != 0)
        {
            (rest, var low) = Math.DivRem(rest, 10_000UL);
            digits[count++] = (short)low;
        }
        return Finish(at, digits, count, isNegative);
    }

    /// <summary>Writes a number of up to 128 bits.</summary>
    protected byte* WriteWide(byte* at, UInt128 magnitude, bool isNegative)
    {
        if (magnitude <= ulong.MaxValue)
        {
            return WriteNarrow(at, (ulong)magnitude, isNegative);
        }
        var digits = stackalloc short[MaxDigits];
        var count = 0;
        var rest = magnitude;
        var partial = _scale % 4;
        if (partial > 0)
        {
            (rest, var low) = UInt128.DivRem(rest, Power(partial));
            digits[count++] = (short)((ulong)low * Power(4 - partial));
        }
        while (rest != 0)
        {
            (rest, var low) = UInt128.DivRem(rest, 10_000);
            digits[count++] = (short)(ulong)low;
        }
        return Finish(at, digits, count, isNegative);
    }

    private byte* Finish(byte* at, short* digits, int count, bool isNegative)
    {
        var weight = count - 1 - ((_scale + 3) / 4);
        var last = 0;
        while (last < count && digits[last] == 0)
        {
            last++;
        }
        while (count > last && digits[count - 1] == 0)
        {
            count--;
            weight--;
        }
        var written = count - last;
        at = Put(at, 8 + (2 * written));
        at = Put(Put(at, (short)written), (short)(written == 0 ? 0 : weight));
        at = Put(Put(at, isNegative && written > 0 ? Negative : (short)0), (short)_scale);
        for (var index = count - 1; index >= last; index--)
        {
            at = Put(at, digits[index]);
        }
        return at;
    }

    private static ulong Power(int exponent) => exponent switch { 1 => 10, 2 => 100, 3 => 1_000, _ => 1 };
}

internal sealed unsafe class NarrowNumericEncoder<T>(VectorNode node) : NumericEncoder(node)
    where T : unmanaged, System.Numerics.IBinaryInteger<T>
{
    protected override byte* WriteValue(byte* at, int row)
    {
        var value = long.CreateTruncating(((T*)Node.Data)[row]);
        return WriteNarrow(at, value < 0 ? (ulong)-value : (ulong)value, value < 0);
    }
}

internal sealed unsafe class WideNumericEncoder<T>(VectorNode node) : NumericEncoder(node)
    where T : unmanaged, System.Numerics.IBinaryInteger<T>
{
    protected override byte* WriteValue(byte* at, int row)
    {
        var value = ((T*)Node.Data)[row];
        var isNegative = T.IsNegative(value);
        var bits = UInt128.CreateTruncating(value);
        return WriteWide(at, isNegative ? UInt128.Zero - bits : bits, isNegative);
    }
}
