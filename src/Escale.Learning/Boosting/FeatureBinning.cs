using Escale.Learning.Threads;

namespace Escale.Learning.Boosting;

/// <summary>Chooses the bins of all columns, from a sample of rows that depends on their number only.</summary>
internal static class FeatureBinning
{
    /// <summary>Bins of each column.</summary>
    /// <param name="columns">The columns.</param>
    /// <param name="maxBins">Bins for the values of a number, 2 to 255.</param>
    /// <param name="sampleRows">About how many rows to look at for thresholds.</param>
    /// <param name="team">Who works.</param>
    public static FeatureBins[] Choose(IReadOnlyList<BoostingColumn> columns, int maxBins, int sampleRows, WorkerTeam team)
    {
        var bins = new FeatureBins[columns.Count];
        team.Run(columns.Count, at => bins[at] = columns[at].IsCategorical ? OfLevels(columns[at]) : OfNumbers(columns[at], maxBins, sampleRows));
        return bins;
    }

    private static FeatureBins OfNumbers(BoostingColumn column, int maxBins, int sampleRows)
    {
        var hasMissing = false;
        for (var row = 0; row < column.Length && !hasMissing; row++)
        {
            hasMissing = double.IsNaN(column.Number(row));
        }
        var step = Math.Max(1, column.Length / sampleRows);
        var sample = new double[(column.Length + step - 1) / step];
        for (var at = 0; at < sample.Length; at++)
        {
            // One row of each stretch, at a place that is the same in every run but follows no pattern of the data.
            var offset = step == 1 ? 0 : (int)(((uint)at * 2654435761u >> 8) % (uint)step);
            sample[at] = column.Number(Math.Min(column.Length - 1, at * step + offset));
        }
        return FeatureBins.OfNumbers(sample, maxBins, hasMissing);
    }

    private static FeatureBins OfLevels(BoostingColumn column)
    {
        var counts = new int[column.LevelCount];
        var hasMissing = false;
        for (var row = 0; row < column.Length; row++)
        {
            var level = column.Level(row);
            if ((uint)level < (uint)counts.Length)
            {
                counts[level]++;
            }
            else
            {
                hasMissing = true;
            }
        }
        return FeatureBins.OfLevels(counts, ushort.MaxValue - 1, hasMissing);
    }
}
