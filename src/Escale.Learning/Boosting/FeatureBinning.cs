using Escale.Learning.Memory;
using Escale.Learning.Threads;

namespace Escale.Learning.Boosting;

/// <summary>Chooses the bins of all features, from a sample of rows that depends on their number only.</summary>
internal static class FeatureBinning
{
    /// <summary>About how many rows are looked at for thresholds; LightGBM's number.</summary>
    public const int SampleRows = 200_000;

    /// <summary>Bins of each feature.</summary>
    /// <param name="features">The features.</param>
    /// <param name="maxBins">Bins for the values of a number, 2 to 255.</param>
    /// <param name="team">Who works.</param>
    public static FeatureBins[] Choose(FeatureMatrix features, int maxBins, WorkerTeam team)
    {
        var bins = new FeatureBins[features.FeatureCount];
        team.Run(bins.Length, at => bins[at] = features.Features[at].IsCategory ? OfLevels(features[at], features.Features[at].LevelCount) : OfNumbers(features, at, maxBins));
        return bins;
    }

    private static FeatureBins OfNumbers(FeatureMatrix features, int feature, int maxBins)
    {
        var column = features[feature];
        var hasMissing = false;
        foreach (var value in column)
        {
            if (float.IsInfinity(value))
            {
                var name = features.Features[feature].Name;
                throw new LearningException("learning.infinite-feature", $"The feature '{name}' has an infinite value.", "Remove such rows, or make the value missing.", name);
            }
            hasMissing |= float.IsNaN(value);
        }
        var step = Math.Max(1, column.Length / SampleRows);
        using var sample = new NativeArray<float>((column.Length + step - 1) / step);
        var count = 0;
        for (var at = 0; at < sample.Length; at++)
        {
            // One row of each stretch, at a place that is the same in every run but follows no pattern of the data.
            var offset = step == 1 ? 0 : (int)(((uint)at * 2654435761u >> 8) % (uint)step);
            var value = column[Math.Min(column.Length - 1, at * step + offset)];
            if (!float.IsNaN(value))
            {
                sample.Span[count++] = value + 0f; // −0 becomes 0.
            }
        }
        RadixSort.Sort(sample.Span[..count]);
        return FeatureBins.OfNumbers(sample.Span[..count], maxBins, hasMissing);
    }

    private static FeatureBins OfLevels(ReadOnlySpan<float> column, int levelCount)
    {
        var counts = new int[Math.Max(1, levelCount)];
        var hasMissing = false;
        foreach (var level in column)
        {
            if (level >= 0 && level < counts.Length)
            {
                counts[(int)level]++;
            }
            else
            {
                hasMissing = true;
            }
        }
        return FeatureBins.OfLevels(counts, ushort.MaxValue - 1, hasMissing);
    }
}
