using Escale.Learning.Memory;

namespace Escale.Learning.Trees.Growing;

/// <summary>
/// A feature as ranks: each row holds the rank of its value among the distinct ones, or <see cref="MissingCode"/>. A split between two ranks is a split between
/// two values, so nothing is lost while there are at most <c>maxCodes</c> distinct values; above, neighbours of about equal number of rows share a rank.
/// </summary>
internal sealed class RankedColumn : IDisposable
{
    /// <summary>Most ranks there can be.</summary>
    public const int MostCodes = 65_535;

    private RankedColumn(NativeArray<ushort> codes, float[] low, float[] high, int count, bool isCategory, bool hasMissing) =>
        (Codes, Bytes, Low, High, Count, IsCategory, HasMissing) = (codes, count <= byte.MaxValue ? ToBytes(codes) : null, low, high, count, isCategory, hasMissing);

    /// <summary>The rank of each row.</summary>
    public NativeArray<ushort> Codes { get; }

    /// <summary>The same in half the memory, where they fit: nodes far from the root have rows from everywhere, and wait for the cache.</summary>
    public NativeArray<byte>? Bytes { get; }

    /// <summary>Of a number: the smallest value of each rank.</summary>
    public float[] Low { get; }

    /// <summary>Of a number: the largest value of each rank.</summary>
    public float[] High { get; }

    /// <summary>How many ranks; of a category, how many levels.</summary>
    public int Count { get; }

    public bool IsCategory { get; }

    public bool HasMissing { get; }

    /// <summary>What stands for the missing value: one above the last rank.</summary>
    public int MissingCode => Count;

    public static RankedColumn Make(Feature feature, ReadOnlySpan<float> values, int maxCodes) =>
        feature.IsCategory ? OfLevels(values, feature.LevelCount) : OfNumbers(values, maxCodes);

    public void Dispose()
    {
        Codes.Dispose();
        Bytes?.Dispose();
    }

    private static NativeArray<byte> ToBytes(NativeArray<ushort> codes)
    {
        var bytes = new NativeArray<byte>(codes.Length);
        var from = codes.Span;
        var to = bytes.Span;
        for (var row = 0; row < to.Length; row++)
        {
            to[row] = (byte)from[row];
        }
        return bytes;
    }

    private static RankedColumn OfLevels(ReadOnlySpan<float> values, int levelCount)
    {
        var count = Math.Min(levelCount, MostCodes);
        var codes = new NativeArray<ushort>(values.Length);
        var to = codes.Span;
        var hasMissing = false;
        for (var row = 0; row < values.Length; row++)
        {
            var isLevel = values[row] >= 0 && values[row] < count;
            to[row] = (ushort)(isLevel ? (int)values[row] : count);
            hasMissing |= !isLevel;
        }
        return new RankedColumn(codes, [], [], count, isCategory: true, hasMissing);
    }

    private static RankedColumn OfNumbers(ReadOnlySpan<float> values, int maxCodes)
    {
        var sorted = GC.AllocateUninitializedArray<float>(values.Length);
        var known = 0;
        foreach (var value in values)
        {
            if (!float.IsNaN(value))
            {
                sorted[known++] = value;
            }
        }
        Array.Sort(sorted, 0, known);
        var (low, high) = Ranks(sorted.AsSpan(0, known), Math.Min(maxCodes, MostCodes));
        var codes = new NativeArray<ushort>(values.Length);
        var to = codes.Span;
        for (var row = 0; row < values.Length; row++)
        {
            to[row] = (ushort)(float.IsNaN(values[row]) ? high.Length : RankOf(high, values[row]));
        }
        return new RankedColumn(codes, low, high, high.Length, isCategory: false, known < values.Length);
    }

    private static (float[] Low, float[] High) Ranks(ReadOnlySpan<float> sorted, int maxCodes)
    {
        var distinct = 0;
        for (var at = 0; at < sorted.Length; at++)
        {
            distinct += at == 0 || sorted[at] != sorted[at - 1] ? 1 : 0;
        }
        var (low, high) = (new List<float>(), new List<float>());
        var (left, rest, begin) = (maxCodes, sorted.Length, 0);
        for (var at = 0; at < sorted.Length; at++)
        {
            var isLastOfValue = at == sorted.Length - 1 || sorted[at + 1] != sorted[at];
            var isFull = distinct <= maxCodes || (left > 1 && at + 1 - begin >= (double)rest / left) || at == sorted.Length - 1;
            if (isLastOfValue && isFull)
            {
                low.Add(sorted[begin]);
                high.Add(sorted[at]);
                (left, rest, begin) = (left - 1, sorted.Length - at - 1, at + 1);
            }
        }
        return ([.. low], [.. high]);
    }

    // The first rank whose largest value is not below the value.
    private static int RankOf(float[] high, float value)
    {
        var (low, size) = (0, high.Length - 1);
        while (size > 0)
        {
            var half = size >> 1;
            var isAbove = value > high[low + half];
            low = isAbove ? low + half + 1 : low;
            size = isAbove ? size - half - 1 : half;
        }
        return low;
    }
}
