using Escale.Learning.Threads;

namespace Escale.Learning.Clustering;

/// <summary>
/// Clusters of any shape: rows with enough rows near them are cores, cores near each other are one cluster, what is near a core belongs to it, and the rest is noise. M. Ester, H.-P. Kriegel, J. Sander,
/// X. Xu (1996); a row near cores of several clusters belongs to the one that comes first in the table, as in scikit-learn. Features must be numbers without missing values; put them on one scale first.
/// With few features O(rows · (log rows + rows nearby)), with many O(rows²).
/// </summary>
public sealed record Dbscan
{
    private const int FirstWaveRows = 512;
    private const int LastWaveRows = 1 << 14;
    private const int BlockRows = 128;

    /// <summary>How far rows may be apart that are near each other, above 0. Default 0.5.</summary>
    public double Eps { get; init; } = 0.5;

    /// <summary>How many rows near it, itself included, make a row a core. Default 5.</summary>
    public int MinSamples { get; init; } = 5;

    /// <summary>Finds the clusters.</summary>
    /// <param name="features">Numbers.</param>
    /// <param name="options">Threads, cancellation; nothing is random.</param>
    /// <exception cref="LearningException">A feature is missing or infinite (<c>learning.feature-not-finite</c>), or a setting is out of range (<c>learning.bad-setting</c>).</exception>
    public DbscanModel Fit(FeatureMatrix features, FitOptions? options = null)
    {
        options ??= FitOptions.Default;
        if (!(Eps > 0) || double.IsInfinity(Eps) || MinSamples < 1)
        {
            throw new LearningException("learning.bad-setting", "The settings of DBSCAN are out of range.", "Set Eps above 0 and MinSamples to 1 or more.");
        }
        var tree = new KdTree(DenseRows.Of(features));
        var (rows, square) = (tree.Rows, Eps * Eps);
        using var team = new WorkerTeam(options.Threads);
        var isCore = new bool[rows.Count];
        ForBlocks(team, rows.Count, options.CancellationToken, place => isCore[tree.RowAt[place]] = tree.CountWithin(rows.Row(place), square, MinSamples) >= MinSamples);
        var sets = Join(tree, isCore, team, options.CancellationToken);
        var labels = Number(sets, isCore);
        var border = new int[rows.Count];
        ForBlocks(team, rows.Count, options.CancellationToken, place => border[tree.RowAt[place]] = isCore[tree.RowAt[place]] ? -1 : FirstNear(tree, place, isCore, labels));
        for (var row = 0; row < labels.Length; row++)
        {
            labels[row] = isCore[row] ? labels[row] : border[row];
        }
        return DbscanModel.Of([.. features.Features.Select(feature => feature.Name)], features, labels, isCore, Eps);
    }

    /// <summary>
    /// Joins cores that are near each other, in waves: threads look for pairs that are not joined yet, then one thread joins them. The first wave is small, so that most pairs of the later
    /// ones are joined already. The sets do not depend on the order.
    /// </summary>
    private DisjointSets Join(KdTree tree, bool[] isCore, WorkerTeam team, CancellationToken token)
    {
        var (rows, sets, square) = (tree.Rows, new DisjointSets(isCore.Length), Eps * Eps);
        for (var (from, size) = (0, FirstWaveRows); from < rows.Count; from += size, size = Math.Min(LastWaveRows, 2 * size))
        {
            var pairs = new List<(int One, int Two)>[(Math.Min(size, rows.Count - from) + BlockRows - 1) / BlockRows];
            var start = from;
            var end = Math.Min(rows.Count, from + size);
            team.Run(pairs.Length, block =>
            {
                var (near, found) = (new List<int>(), new List<(int, int)>());
                for (var place = start + block * BlockRows; place < Math.Min(end, start + (block + 1) * BlockRows) && !token.IsCancellationRequested; place++)
                {
                    var row = tree.RowAt[place];
                    if (isCore[row])
                    {
                        near.Clear();
                        tree.FindWithin(rows.Row(place), square, near);
                        var root = sets.PeekRootOf(row);
                        found.AddRange(near.Select(other => tree.RowAt[other]).Where(other => other < row && isCore[other] && sets.PeekRootOf(other) != root).Select(other => (row, other)));
                    }
                }
                pairs[block] = found;
            });
            token.ThrowIfCancellationRequested();
            foreach (var (one, two) in pairs.SelectMany(found => found))
            {
                sets.Join(one, two);
            }
        }
        return sets;
    }

    /// <summary>Clusters in the order of their first core.</summary>
    private static int[] Number(DisjointSets sets, bool[] isCore)
    {
        var (labels, next) = (new int[isCore.Length], 0);
        for (var row = 0; row < labels.Length; row++)
        {
            var root = sets.RootOf(row);
            labels[row] = !isCore[row] ? -1 : root == row ? next++ : labels[root];
        }
        return labels;
    }

    private int FirstNear(KdTree tree, int place, bool[] isCore, int[] labels)
    {
        var near = new List<int>();
        tree.FindWithin(tree.Rows.Row(place), Eps * Eps, near);
        return near.Select(other => tree.RowAt[other]).Where(other => isCore[other]).Select(other => labels[other]).DefaultIfEmpty(-1).Min();
    }

    internal static void ForBlocks(WorkerTeam team, int rows, CancellationToken token, Action<int> work)
    {
        team.Run((rows + BlockRows - 1) / BlockRows, block =>
        {
            for (var place = block * BlockRows; place < Math.Min(rows, (block + 1) * BlockRows) && !token.IsCancellationRequested; place++)
            {
                work(place);
            }
        });
        token.ThrowIfCancellationRequested();
    }
}
