using Escale.Learning.Threads;

namespace Escale.Learning.Clustering;

/// <summary>
/// How much nearer rows are to their own cluster than to the next one, −1 (wrong) to 1 (far apart): (b − a) ÷ max(a, b), where a is the mean distance to the other rows of the row's cluster and b that to
/// the rows of the nearest other one. P. Rousseeuw (1987). A row alone in its cluster has 0.
/// </summary>
public sealed class Silhouette
{
    private const int BlockRows = 64;

    private readonly double[] _values;
    private readonly int[] _rows;

    private Silhouette(double[] values, int[] rows, IReadOnlyList<double> clusterMeans) =>
        (_values, _rows, ClusterMeans, Mean) = (values, rows, clusterMeans, values.Average());

    /// <summary>Mean over the rows.</summary>
    public double Mean { get; }

    /// <summary>Mean over the rows of each cluster; 0 for one of which no row was looked at.</summary>
    public IReadOnlyList<double> ClusterMeans { get; }

    /// <summary>Which rows were looked at: all that are in a cluster, or the sample of them.</summary>
    public ReadOnlySpan<int> Rows => _rows;

    /// <summary>The value of each of <see cref="Rows"/>.</summary>
    public ReadOnlySpan<double> Values => _values;

    /// <summary>Measures. O(rows² · features), of the sampled rows.</summary>
    /// <param name="features">The rows, as they were clustered.</param>
    /// <param name="labels">Cluster of each row, from 0; negative for none (noise), which are left out.</param>
    /// <param name="sampleRows">How many rows at most to measure among, chosen at random; null for all. Default null.</param>
    /// <param name="options">Seed (of the sample), threads, cancellation.</param>
    /// <exception cref="LearningException">Fewer than two clusters have rows (<c>learning.metric-undefined</c>), or a feature is missing or infinite (<c>learning.feature-not-finite</c>).</exception>
    public static Silhouette Of(FeatureMatrix features, ReadOnlySpan<int> labels, int? sampleRows = null, FitOptions? options = null)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(labels.Length, features.RowCount, nameof(labels));
        options ??= FitOptions.Default;
        var all = labels.ToArray();
        var chosen = Enumerable.Range(0, all.Length).Where(row => all[row] >= 0).ToArray();
        if (sampleRows is { } most && most < chosen.Length)
        {
            new Random(options.Seed).Shuffle(chosen);
            chosen = [.. chosen.Take(most).Order()];
        }
        var clusters = chosen.Length == 0 ? 0 : chosen.Max(row => all[row]) + 1;
        int[] labelOf = [.. chosen.Select(row => all[row])];
        if (labelOf.Distinct().Count() < 2)
        {
            throw new LearningException("learning.metric-undefined", "These rows have no silhouette: fewer than two clusters have rows.", "Ask for more clusters, or for another way to find them.");
        }
        var values = Measure(DenseRows.Of(features).Chosen(chosen), labelOf, clusters, options);
        var means = Enumerable.Range(0, clusters).Select(cluster => values.Where((_, at) => labelOf[at] == cluster).DefaultIfEmpty(0).Average());
        return new Silhouette(values, chosen, [.. means]);
    }

    private static double[] Measure(DenseRows rows, int[] labels, int clusters, FitOptions options)
    {
        var (values, sizes) = (new double[rows.Count], new int[clusters]);
        foreach (var label in labels)
        {
            sizes[label]++;
        }
        using var team = new WorkerTeam(options.Threads);
        team.Run((rows.Count + BlockRows - 1) / BlockRows, block =>
        {
            var sums = new double[clusters];
            for (var row = block * BlockRows; row < Math.Min(rows.Count, (block + 1) * BlockRows) && !options.CancellationToken.IsCancellationRequested; row++)
            {
                Array.Clear(sums);
                for (var other = 0; other < rows.Count; other++)
                {
                    sums[labels[other]] += Math.Sqrt(rows.SquaredDistance(row, other));
                }
                values[row] = Value(sums, sizes, labels[row]);
            }
        });
        options.CancellationToken.ThrowIfCancellationRequested();
        return values;
    }

    private static double Value(double[] sums, int[] sizes, int own)
    {
        if (sizes[own] < 2)
        {
            return 0;
        }
        var (within, next) = (sums[own] / (sizes[own] - 1), double.PositiveInfinity);
        for (var cluster = 0; cluster < sums.Length; cluster++)
        {
            next = cluster != own && sizes[cluster] > 0 ? Math.Min(next, sums[cluster] / sizes[cluster]) : next;
        }
        var larger = Math.Max(within, next);
        return larger > 0 ? (next - within) / larger : 0;
    }
}
