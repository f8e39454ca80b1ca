namespace Escale.Learning.Boosting;

/// <summary>
/// How the values of one feature become bins: thresholds for a number, a bin per level for a category. Bin 0 is the lowest; the missing
/// value has the last bin when the feature has one.
/// </summary>
internal sealed class FeatureBins
{
    private FeatureBins(float[] thresholds, int[]? levelToBin, int binCount, bool hasMissing)
    {
        Thresholds = thresholds;
        LevelToBin = levelToBin;
        BinCount = binCount;
        HasMissing = hasMissing;
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
    /// <param name="sample">Values, in any order; not kept. NaN is missing.</param>
    /// <param name="maxBins">Bins for values, the missing one not counted.</param>
    /// <param name="hasMissing">Whether any value of the feature, in the sample or out of it, is missing.</param>
    public static FeatureBins OfNumbers(Span<float> sample, int maxBins, bool hasMissing)
    {
        sample.Sort(); // NaN sorts first.
        var values = sample[FirstNumber(sample)..];
        var (distinct, counts) = Distinct(values);
        var thresholds = distinct.Count <= maxBins ? Midpoints(distinct) : Quantiles(distinct, counts, values.Length, maxBins);
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

    /// <summary>The bin of a number; NaN is missing, or the first bin when nothing was missing in training.</summary>
    public int BinOf(float value)
    {
        if (float.IsNaN(value))
        {
            return HasMissing ? BinCount - 1 : 0;
        }
        var (low, size) = (0, Thresholds.Length);
        while (size > 0)
        {
            var half = size >> 1;
            var isAbove = value > Thresholds[low + half];
            low = isAbove ? low + half + 1 : low;
            size = isAbove ? size - half - 1 : half;
        }
        return low;
    }

    /// <summary>The bin of a level; NaN and levels never seen are missing.</summary>
    public int BinOfLevel(float level) => level >= 0 && (int)level < LevelToBin!.Length ? LevelToBin[(int)level] : HasMissing ? BinCount - 1 : 0;

    private static int FirstNumber(ReadOnlySpan<float> sorted)
    {
        var at = 0;
        while (at < sorted.Length && float.IsNaN(sorted[at]))
        {
            at++;
        }
        return at;
    }

    private static (List<float> Values, List<int> Counts) Distinct(ReadOnlySpan<float> sorted)
    {
        var (values, counts) = (new List<float>(), new List<int>());
        foreach (var value in sorted)
        {
            if (values.Count > 0 && values[^1] == value)
            {
                counts[^1]++;
            }
            else
            {
                values.Add(value);
                counts.Add(1);
            }
        }
        return (values, counts);
    }

    private static float[] Midpoints(List<float> distinct)
    {
        var thresholds = new float[Math.Max(0, distinct.Count - 1)];
        for (var at = 0; at < thresholds.Length; at++)
        {
            thresholds[at] = Between(distinct[at], distinct[at + 1]);
        }
        return thresholds;
    }

    // Greedy: a value heavier than a bin gets its own; the others are put together until they weigh what is left for each bin.
    private static float[] Quantiles(List<float> distinct, List<int> counts, int total, int maxBins)
    {
        var thresholds = new List<float>(maxBins - 1);
        var (left, rest, filled) = (maxBins, (double)total, 0);
        for (var at = 0; at < distinct.Count - 1 && left > 1; at++)
        {
            filled += counts[at];
            var wanted = rest / left;
            if (filled >= wanted || (counts[at + 1] >= wanted && filled >= wanted / 2))
            {
                thresholds.Add(Between(distinct[at], distinct[at + 1]));
                rest -= filled;
                filled = 0;
                left--;
            }
        }
        return [.. thresholds];
    }

    private static float Between(float low, float high)
    {
        var middle = low / 2 + high / 2;
        return middle >= low && middle < high ? middle : low;
    }
}
