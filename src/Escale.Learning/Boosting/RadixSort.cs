using Escale.Learning.Memory;

namespace Escale.Learning.Boosting;

/// <summary>Sorts single precision numbers by their bits, eleven at a time: a fixed number of passes whatever the numbers.</summary>
internal static unsafe class RadixSort
{
    private const int Buckets = 1 << 11;

    /// <summary>Sorts numbers, none NaN, ascending.</summary>
    public static void Sort(Span<float> values)
    {
        using var first = new NativeArray<uint>(values.Length);
        using var second = new NativeArray<uint>(values.Length);
        Span<int> counts = stackalloc int[3 * Buckets];
        counts.Clear();
        for (var at = 0; at < values.Length; at++)
        {
            var bits = BitConverter.SingleToUInt32Bits(values[at]);
            bits ^= (uint)((int)bits >> 31) | 0x80000000u;
            first.Pointer[at] = bits;
            counts[(int)(bits & (Buckets - 1))]++;
            counts[Buckets + (int)((bits >> 11) & (Buckets - 1))]++;
            counts[2 * Buckets + (int)(bits >> 22)]++;
        }
        var (from, to) = (first, second);
        for (var pass = 0; pass < 3; pass++)
        {
            Scatter(from.Pointer, to.Pointer, values.Length, counts.Slice(pass * Buckets, Buckets), 11 * pass);
            (from, to) = (to, from);
        }
        for (var at = 0; at < values.Length; at++)
        {
            var bits = from.Pointer[at];
            values[at] = BitConverter.UInt32BitsToSingle(bits ^ (~(uint)((int)bits >> 31) | 0x80000000u));
        }
    }

    private static void Scatter(uint* from, uint* to, int length, Span<int> places, int shift)
    {
        var sum = 0;
        foreach (ref var place in places)
        {
            (place, sum) = (sum, sum + place);
        }
        for (var at = 0; at < length; at++)
        {
            to[places[(int)((from[at] >> shift) & (Buckets - 1))]++] = from[at];
        }
    }
}
