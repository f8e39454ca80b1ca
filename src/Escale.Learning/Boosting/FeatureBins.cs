using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Escale.Learning.Boosting;

/// <summary>
/// How the values of one feature become bins: thresholds for a number, a bin per level for a category. Bin 0 is the lowest; the missing
/// value has the last bin when the feature has one.
/// </summary>
internal sealed class FeatureBins
{
    private const int SearchLength = 256;

    // The thresholds as whole numbers in the same order, filled up to 255 with what no value is above: eight halvings find any bin.
    private readonly int[] _search;

    private FeatureBins(float[] thresholds, int[]? levelToBin, int binCount, bool hasMissing)
    {
        (Thresholds, LevelToBin, BinCount, HasMissing) = (thresholds, levelToBin, binCount, hasMissing);
        _search = levelToBin is null ? new int[SearchLength] : [];
        for (var at = 0; at < _search.Length; at++)
        {
            _search[at] = at < thresholds.Length ? InOrder(BitConverter.SingleToInt32Bits(thresholds[at])) : int.MaxValue;
        }
    }

    /// <summary>Upper bounds (inclusive) of every bin but the last, ascending; empty for a category.</summary>
    public float[] Thresholds { get; }

    /// <summary>Bin of each level of a category; null for a number.</summary>
    public int[]? LevelToBin { get; }

    /// <summary>Bins, that of the missing value included.</summary>
    public int BinCount { get; }

    /// <summary>Whether the last bin is that of the missing value.</summary>
    public bool HasMissing { get; }

    /// <summary>Whether the feature is a category.</summary>
    public bool IsCategorical => LevelToBin is not null;

    /// <summary>Bin of the missing value (and of levels never seen), or −1.</summary>
    public int MissingBin => HasMissing ? BinCount - 1 : -1;

    /// <summary>Bins of a number: at most <paramref name="maxBins"/> of about equal weight, each distinct value its own while there are few.</summary>
    /// <param name="sorted">Values, ascending, none missing.</param>
    /// <param name="maxBins">Bins for values, the missing one not counted; 2 to 255.</param>
    /// <param name="hasMissing">Whether any value of the feature, in the sample or out of it, is missing.</param>
    public static FeatureBins OfNumbers(ReadOnlySpan<float> sorted, int maxBins, bool hasMissing)
    {
        var distinct = 0;
        for (var at = 0; at < sorted.Length && distinct <= maxBins; at = EndOfRun(sorted, at))
        {
            distinct++;
        }
        var thresholds = ThresholdsOf(sorted, maxBins, distinct <= maxBins);
        return new FeatureBins(thresholds, null, thresholds.Length + 1 + (hasMissing ? 1 : 0), hasMissing);
    }

    /// <summary>Bins of a category: the most frequent levels get one each, the others share the last but that of the missing value.</summary>
    /// <param name="levelCounts">Rows of each level.</param>
    /// <param name="maxBins">Bins for levels.</param>
    /// <param name="hasMissing">Whether the value is missing anywhere.</param>
    public static FeatureBins OfLevels(ReadOnlySpan<int> levelCounts, int maxBins, bool hasMissing)
    {
        var levelToBin = new int[levelCounts.Length];
        var counts = levelCounts.ToArray();
        var order = Enumerable.Range(0, counts.Length).OrderByDescending(level => counts[level]).ThenBy(level => level).ToArray();
        var bins = Math.Max(1, Math.Min(maxBins, counts.Length));
        for (var rank = 0; rank < order.Length; rank++)
        {
            levelToBin[order[rank]] = Math.Min(rank, bins - 1);
        }
        return new FeatureBins([], levelToBin, bins + (hasMissing ? 1 : 0), hasMissing);
    }

    /// <summary>The bin of a level; NaN and levels never seen are missing.</summary>
    public int BinOfLevel(float level) => level >= 0 && (int)level < LevelToBin!.Length ? LevelToBin[(int)level] : HasMissing ? BinCount - 1 : 0;

    /// <summary>The bins of numbers, or of levels; at most 256 bins.</summary>
    public unsafe void BinAll(ReadOnlySpan<float> values, Span<byte> bins)
    {
        if (IsCategorical)
        {
            for (var at = 0; at < values.Length; at++)
            {
                bins[at] = (byte)BinOfLevel(values[at]);
            }
            return;
        }
        fixed (float* value = values)
        fixed (byte* bin = bins)
        fixed (int* search = _search)
        {
            var missing = (byte)(HasMissing ? BinCount - 1 : 0);
            var done = Avx2.IsSupported ? BinMany(value, bin, values.Length, search, missing) : 0;
            for (var at = done; at < values.Length; at++)
            {
                bin[at] = float.IsNaN(value[at]) ? missing : (byte)BinOne(InOrder(BitConverter.SingleToInt32Bits(value[at] + 0f)), search);
            }
        }
    }

    private static unsafe int BinOne(int value, int* search)
    {
        var low = 0;
        for (var half = SearchLength / 2; half > 0; half >>= 1)
        {
            low += search[low + half - 1] < value ? half : 0;
        }
        return low;
    }

    // Eight values at once: the same halvings, with gathers for look-ups.
    private static unsafe int BinMany(float* values, byte* bins, int count, int* search, byte missing)
    {
        var at = 0;
        var shuffle = Vector256.Create((byte)0, 4, 8, 12, 0, 4, 8, 12, 0, 4, 8, 12, 0, 4, 8, 12, 0, 4, 8, 12, 0, 4, 8, 12, 0, 4, 8, 12, 0, 4, 8, 12);
        for (; at <= count - 8; at += 8)
        {
            var number = Vector256.Load(values + at) + Vector256<float>.Zero; // −0 becomes 0.
            var isNumber = Vector256.Equals(number, number).AsInt32();
            var bits = number.AsInt32();
            var value = bits ^ ((bits >> 31) & Vector256.Create(int.MaxValue));
            var low = Vector256<int>.Zero;
            for (var half = SearchLength / 2; half > 0; half >>= 1)
            {
                var threshold = Avx2.GatherVector256(search + (half - 1), low, 4);
                low += Vector256.GreaterThan(value, threshold) & Vector256.Create(half);
            }
            low = Vector256.ConditionalSelect(isNumber, low, Vector256.Create((int)missing));
            var bytes = Avx2.Shuffle(low.AsByte(), shuffle).AsUInt32();
            *(ulong*)(bins + at) = bytes[0] | ((ulong)bytes[4] << 32);
        }
        return at;
    }

    // Bits of numbers as whole numbers that are in the same order.
    private static int InOrder(int bits) => bits ^ ((bits >> 31) & int.MaxValue);

    private static int EndOfRun(ReadOnlySpan<float> sorted, int from)
    {
        var at = from + 1;
        while (at < sorted.Length && sorted[at] == sorted[from])
        {
            at++;
        }
        return at;
    }

    // Greedy: a value heavier than a bin gets its own; the others are put together until they weigh what is left for each bin.
    private static float[] ThresholdsOf(ReadOnlySpan<float> sorted, int maxBins, bool isEach)
    {
        var thresholds = new List<float>(maxBins);
        var (left, rest, filled) = (maxBins, (double)sorted.Length, 0);
        var (from, end) = (0, sorted.Length == 0 ? 0 : EndOfRun(sorted, 0));
        while (end < sorted.Length && (isEach || left > 1))
        {
            var next = EndOfRun(sorted, end);
            filled += end - from;
            var wanted = rest / left;
            if (isEach || filled >= wanted || (next - end >= wanted && filled >= wanted / 2))
            {
                thresholds.Add(Between(sorted[from], sorted[end]));
                rest -= filled;
                filled = 0;
                left--;
            }
            (from, end) = (end, next);
        }
        return [.. thresholds];
    }

    private static float Between(float low, float high)
    {
        var middle = low / 2 + high / 2;
        return middle >= low && middle < high ? middle : low;
    }
}
