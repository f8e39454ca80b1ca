namespace Escale.Learning.Automatic;

/// <summary>A feature that alone says nearly all about the target: often something that is known only after it.</summary>
/// <param name="Feature">Its name.</param>
/// <param name="Share">How much of the target it explains on rows not seen: 1 − errors ÷ errors of the most frequent class, or R².</param>
/// <param name="IsDropped">Whether it was left out.</param>
public sealed record LeakSuspicion(string Feature, double Share, bool IsDropped);

/// <summary>
/// Looks for features that give the target away. Each is cut into bins (levels, or 256 of equal weight); what a bin says is learned from one half of the rows and
/// judged on the other, and the other way round.
/// </summary>
internal static class LeakScreen
{
    /// <summary>From here a feature is named.</summary>
    public const double Suspicious = 0.98;

    /// <summary>From here it is left out, if that is wished.</summary>
    public const double Certain = 0.9995;

    private const int Bins = 256;

    /// <summary>How much each feature alone explains, on rows not seen.</summary>
    public static double[] Shares(FeatureMatrix features, Target target)
    {
        var shares = new double[features.FeatureCount];
        for (var feature = 0; feature < shares.Length; feature++)
        {
            var bins = BinsOf(features[feature], features.Features[feature]);
            shares[feature] = target.Task == LearningTask.Regression ? Explained(bins, target.Values) : Told(bins, target);
        }
        return shares;
    }

    private static int[] BinsOf(ReadOnlySpan<float> values, Feature feature)
    {
        var bins = new int[values.Length];
        if (feature.IsCategory)
        {
            for (var row = 0; row < bins.Length; row++)
            {
                bins[row] = float.IsNaN(values[row]) ? 0 : 1 + (int)values[row];
            }
            return bins;
        }
        var sorted = values.ToArray();
        Array.Sort(sorted); // NaN first
        var edges = Enumerable.Range(1, Bins - 1).Select(at => sorted[(int)((long)at * (sorted.Length - 1) / Bins)]).Distinct().ToArray();
        for (var row = 0; row < bins.Length; row++)
        {
            var at = Array.BinarySearch(edges, values[row]);
            bins[row] = at >= 0 ? at : ~at;
        }
        return bins;
    }

    private static double Explained(int[] bins, ReadOnlySpan<double> values)
    {
        var (mean, residual, total) = (Mean(values), 0.0, 0.0);
        for (var half = 0; half < 2; half++)
        {
            var (sums, counts) = (new Dictionary<int, double>(), new Dictionary<int, int>());
            for (var row = half; row < bins.Length; row += 2)
            {
                sums[bins[row]] = sums.GetValueOrDefault(bins[row]) + values[row];
                counts[bins[row]] = counts.GetValueOrDefault(bins[row]) + 1;
            }
            for (var row = 1 - half; row < bins.Length; row += 2)
            {
                var told = counts.TryGetValue(bins[row], out var count) ? sums[bins[row]] / count : mean;
                residual += (values[row] - told) * (values[row] - told);
                total += (values[row] - mean) * (values[row] - mean);
            }
        }
        return total > 0 ? 1 - residual / total : 0;
    }

    private static double Told(int[] bins, Target target)
    {
        var frequencies = new int[target.ClassCount];
        for (var row = 0; row < bins.Length; row++)
        {
            frequencies[target.ClassOf(row)]++;
        }
        var usual = Array.IndexOf(frequencies, frequencies.Max());
        var (errors, blind) = (0, 0);
        for (var half = 0; half < 2; half++)
        {
            var counts = new Dictionary<int, int[]>();
            for (var row = half; row < bins.Length; row += 2)
            {
                if (!counts.TryGetValue(bins[row], out var of))
                {
                    counts.Add(bins[row], of = new int[frequencies.Length]);
                }
                of[target.ClassOf(row)]++;
            }
            for (var row = 1 - half; row < bins.Length; row += 2)
            {
                var told = counts.TryGetValue(bins[row], out var of) ? Array.IndexOf(of, of.Max()) : usual;
                errors += told == target.ClassOf(row) ? 0 : 1;
                blind += usual == target.ClassOf(row) ? 0 : 1;
            }
        }
        return blind > 0 ? 1 - (double)errors / blind : 0;
    }

    private static double Mean(ReadOnlySpan<double> values)
    {
        var sum = 0.0;
        foreach (var value in values)
        {
            sum += value;
        }
        return sum / values.Length;
    }
}
