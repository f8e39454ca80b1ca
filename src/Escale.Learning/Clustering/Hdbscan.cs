using Escale.Learning.Threads;

namespace Escale.Learning.Clustering;

/// <summary>How HDBSCAN takes clusters from its hierarchy.</summary>
public enum HdbscanSelection
{
    /// <summary>Those that together hold the most rows over the widest range of densities.</summary>
    ExcessOfMass,

    /// <summary>The smallest: those that do not break any more.</summary>
    Leaf,
}

/// <summary>
/// Clusters of any shape and of differing density, without a distance to choose: DBSCAN at every distance at once, of which the clusters that last longest are kept. R. Campello, D. Moulavi, J. Sander
/// (2013), "Density-based clustering based on hierarchical density estimates"; L. McInnes, J. Healy (2017) for the k-d tree. Parts that break off at the same distance do so at once, so the result does not
/// depend on the order of rows. Features must be numbers without missing values; put them on one scale first. O(rows · log² rows) with few features, O(rows²) and more with many.
/// </summary>
public sealed record Hdbscan
{
    /// <summary>Rows that a cluster has at least, 2 or more. Default 5.</summary>
    public int MinClusterSize { get; init; } = 5;

    /// <summary>How many rows near it, itself included, measure the density at a row; more make for smoother, fewer clusters and more noise. Null for <see cref="MinClusterSize"/>. Default null.</summary>
    public int? MinSamples { get; init; }

    /// <summary>How clusters are taken. Default the longest-lived.</summary>
    public HdbscanSelection Selection { get; init; }

    /// <summary>Whether all rows may be one cluster. Default false.</summary>
    public bool AllowSingleCluster { get; init; }

    /// <summary>Finds the clusters.</summary>
    /// <param name="features">Numbers.</param>
    /// <param name="options">Threads, cancellation; nothing is random.</param>
    /// <exception cref="LearningException">A feature is missing or infinite (<c>learning.feature-not-finite</c>), a setting is out of range (<c>learning.bad-setting</c>), or there are fewer rows than
    /// <see cref="MinSamples"/> or than two (<c>learning.too-few-rows</c>).</exception>
    public HdbscanModel Fit(FeatureMatrix features, FitOptions? options = null)
    {
        options ??= FitOptions.Default;
        var samples = MinSamples ?? MinClusterSize;
        if (MinClusterSize < 2 || samples < 1)
        {
            throw new LearningException("learning.bad-setting", "The settings of HDBSCAN are out of range.", "Set MinClusterSize to 2 or more and MinSamples to 1 or more.");
        }
        var rows = DenseRows.Of(features);
        if (rows.Count < Math.Max(2, samples))
        {
            throw new LearningException("learning.too-few-rows", $"{rows.Count} rows are too few to look at {samples} of them at once.", "Give more rows, or lower MinSamples and MinClusterSize.");
        }
        var tree = new KdTree(rows);
        using var team = new WorkerTeam(options.Threads);
        var cores = new double[rows.Count];
        Dbscan.ForBlocks(team, cores.Length, options.CancellationToken, place =>
        {
            var nearest = samples <= 128 ? stackalloc double[samples] : new double[samples];
            tree.FindNearest(tree.Rows.Row(place), nearest);
            cores[place] = nearest[^1];
        });
        var edges = new ReachabilityTree(tree, cores).Edges(team, options.CancellationToken);
        var condensed = new CondensedTree(new DensityHierarchy(edges, rows.Count), rows.Count, MinClusterSize);
        return HdbscanModel.Of([.. features.Features.Select(feature => feature.Name)], tree, cores, samples, condensed, condensed.Select(Selection == HdbscanSelection.Leaf, AllowSingleCluster));
    }
}
