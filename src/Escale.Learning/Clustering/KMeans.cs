using Escale.Learning.Metrics;
using Escale.Learning.Threads;

namespace Escale.Learning.Clustering;

/// <summary>
/// Puts each row to the nearest of k centres, each the mean of its rows. Starts are k-means++ with several trials a centre (D. Arthur, S. Vassilvitskii, 2007); iterations are Lloyd's with the
/// bounds of G. Hamerly (2010), which give the same result with fewer distances; or, for tables too large for that, mini-batches (D. Sculley, 2010). Features must be numbers without missing
/// values; put them on one scale first. O(rows · clusters · features) an iteration at most.
/// </summary>
public sealed record KMeans
{
    /// <summary>How many clusters, at least 1. Default 8. Fewer come out when there are fewer rows that differ.</summary>
    public int Clusters { get; init; } = 8;

    /// <summary>From how many sets of first centres to start; the result of the least inertia is kept. Default 10; 1 when <see cref="InitialCentres"/> are given.</summary>
    public int Starts { get; init; } = 10;

    /// <summary>Most iterations of each start (passes over the rows, for mini-batches). Default 300.</summary>
    public int MaxIterations { get; init; } = 300;

    /// <summary>Stops when the centres move by less than this share of the mean variance of the features, squared. Default 1e-4.</summary>
    public double Tolerance { get; init; } = 1e-4;

    /// <summary>Rows of each mini-batch; null to use all rows in every iteration. Default null.</summary>
    public int? BatchRows { get; init; }

    /// <summary>First centres, one array of features each; null to choose them. Default null.</summary>
    public IReadOnlyList<double[]>? InitialCentres { get; init; }

    /// <summary>Finds the clusters.</summary>
    /// <param name="features">Numbers.</param>
    /// <param name="weights">How much each row counts, none negative; empty when all count the same.</param>
    /// <param name="options">Seed, threads, cancellation.</param>
    /// <exception cref="LearningException">A feature is missing or infinite (<c>learning.feature-not-finite</c>), a setting is out of range (<c>learning.bad-setting</c>), or there are fewer rows than
    /// clusters (<c>learning.too-few-rows</c>).</exception>
    public KMeansModel Fit(FeatureMatrix features, ReadOnlySpan<double> weights = default, FitOptions? options = null)
    {
        options ??= FitOptions.Default;
        var rows = DenseRows.Of(features);
        Check(rows);
        var rowWeights = MetricInput.Weights(weights, rows.Count);
        using var team = new WorkerTeam(options.Threads);
        var run = new KMeansRun(this, rows, rowWeights, team, options.CancellationToken);
        var best = (KMeansModel?)null;
        var starts = InitialCentres is null ? Starts : 1;
        for (var start = 0; start < starts; start++)
        {
            var model = run.From(new Random(PartSeed.Of(options.Seed, start)), [.. features.Features.Select(feature => feature.Name)]);
            best = best is null || model.Inertia < best.Inertia ? model : best;
            options.Progress?.Report((start + 1.0) / starts);
        }
        return best!;
    }

    private void Check(DenseRows rows)
    {
        foreach (var (setting, isRight) in new[]
        {
            (nameof(Clusters), Clusters >= 1), (nameof(Starts), Starts >= 1), (nameof(MaxIterations), MaxIterations >= 1), (nameof(Tolerance), Tolerance >= 0),
            (nameof(BatchRows), BatchRows is null or >= 1), (nameof(InitialCentres), InitialCentres is null || (InitialCentres.Count == Clusters && InitialCentres.All(centre => centre.Length == rows.Width))),
        })
        {
            if (!isRight)
            {
                throw new LearningException(
                    "learning.bad-setting", $"The setting {setting} of k-means is out of range.", "Ask for at least one of each, and give as many first centres as clusters.");
            }
        }
        if (rows.Count < Clusters)
        {
            throw new LearningException("learning.too-few-rows", $"{rows.Count} rows cannot make {Clusters} clusters.", "Give more rows, or ask for fewer clusters.");
        }
    }
}
