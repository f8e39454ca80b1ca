using Escale.Learning.Persistence;
using Escale.Learning.Threads;

namespace Escale.Learning.Clustering;

/// <summary>Clusters that HDBSCAN found. Immutable and thread-safe.</summary>
public sealed class HdbscanModel
{
    private const string Kind = "hdbscan";

    private readonly KdTree _tree;
    private readonly double[] _cores;
    private readonly int _samples;
    private readonly int[] _clusterAt;
    private readonly Clusters _clusters;
    private readonly int[] _labels;
    private readonly double[] _probabilities;
    private readonly double[] _outlierScores;

    private HdbscanModel(
        IReadOnlyList<string> featureNames, KdTree tree, double[] cores, int samples, int[] clusterAt, Clusters clusters, int[] labels, double[] probabilities, double[] outlierScores)
    {
        (FeatureNames, _tree, _cores, _samples, _clusterAt) = (featureNames, tree, cores, samples, clusterAt);
        (_clusters, _labels, _probabilities, _outlierScores) = (clusters, labels, probabilities, outlierScores);
    }

    /// <summary>Names of the features it was fitted on.</summary>
    public IReadOnlyList<string> FeatureNames { get; }

    /// <summary>How many clusters; 0 when all is noise.</summary>
    public int ClusterCount => _clusters.Label.Max() + 1;

    /// <summary>The cluster of each row of the fit, −1 for noise; clusters are numbered by their first row. Empty when loaded from a file.</summary>
    public ReadOnlySpan<int> Labels => _labels;

    /// <summary>How much each row of the fit belongs to its cluster: 1 in its dense middle, towards 0 at its edge; 0 for noise. Empty when loaded from a file.</summary>
    public ReadOnlySpan<double> Probabilities => _probabilities;

    /// <summary>How much each row of the fit is an outlier among its surroundings, 0 to 1 (GLOSH). Empty when loaded from a file.</summary>
    public ReadOnlySpan<double> OutlierScores => _outlierScores;

    /// <summary>
    /// The cluster of each new row and how much it belongs to it; −1 and 0 for noise. Approximate: the clusters stay as they are, a new row joins the row that it reaches first.
    /// </summary>
    /// <param name="features">Rows with the features of the fit.</param>
    /// <param name="threads">Threads to work with; the result does not depend on it. Default 1.</param>
    /// <exception cref="LearningException">A feature is missing or infinite (<c>learning.feature-not-finite</c>).</exception>
    public (int[] Labels, double[] Probabilities) Predict(FeatureMatrix features, int threads = 1)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(features.FeatureCount, FeatureNames.Count, nameof(features));
        features.ThrowIfNotFinite();
        var (labels, probabilities) = (new int[features.RowCount], new double[features.RowCount]);
        using var team = new WorkerTeam(threads);
        Dbscan.ForBlocks(team, labels.Length, default, row =>
        {
            var point = new float[_tree.Rows.Stride];
            features.CopyRow(row, point);
            (labels[row], probabilities[row]) = PredictPoint(point);
        });
        return (labels, probabilities);
    }

    internal static HdbscanModel Of(IReadOnlyList<string> names, KdTree tree, double[] cores, int samples, CondensedTree condensed, int[] taken)
    {
        var clusters = new Clusters(
            [.. Enumerable.Range(0, condensed.Count).Select(condensed.Parent)], [.. Enumerable.Range(0, condensed.Count).Select(condensed.Birth)],
            [.. Enumerable.Range(0, condensed.Count).Select(condensed.End)], taken);
        var (labels, probabilities) = (new int[cores.Length], new double[cores.Length]);
        for (var row = 0; row < labels.Length; row++)
        {
            (labels[row], probabilities[row]) = clusters.Membership(condensed.ClusterOf[row], condensed.FallDensity[row]);
        }
        return new HdbscanModel(names, tree, cores, samples, [.. tree.RowAt.Select(row => condensed.ClusterOf[row])], clusters, labels, probabilities, condensed.OutlierScores());
    }

    /// <summary>Reads clusters that <see cref="Save(Stream)"/> wrote.</summary>
    /// <exception cref="LearningException">The file is damaged (<c>learning.model-file-damaged</c>) or of a newer version (<c>learning.model-file-newer</c>).</exception>
    public static HdbscanModel Load(Stream stream) => PartFile.Read(stream, Kind, Load);

    /// <summary>Writes it; see <see cref="Load(Stream)"/>.</summary>
    public void Save(Stream stream) => PartFile.Write(stream, Kind, Save);

    internal void Save(SavedNode node)
    {
        node.Set("features", FeatureNames);
        node.Set("samples", (long)_samples);
        node.SetArray<float>("rows", _tree.Rows.Packed());
        node.SetArray<double>("cores", _cores);
        node.SetArray<int>("cluster_at", _clusterAt);
        node.SetArray<int>("parents", _clusters.Parent);
        node.SetArray<double>("births", _clusters.Birth);
        node.SetArray<double>("ends", _clusters.End);
        node.SetArray<int>("labels", _clusters.Label);
    }

    internal static HdbscanModel Load(SavedNode node)
    {
        var (names, at, parents) = (node.Texts("features"), node.Array<int>("cluster_at"), node.Array<int>("parents"));
        var (values, cores) = (node.Floats("rows", at.Length, names.Count), node.Numbers("cores", at.Length));
        var clusters = new Clusters(parents, node.Numbers("births", parents.Length), node.Numbers("ends", parents.Length), node.Array<int>("labels", parents.Length));
        var isWhole = names.Count > 0 && cores.Length > 0 && parents.Length > 0 && cores.All(core => core >= 0)
            && at.All(cluster => cluster >= 0 && cluster < parents.Length) && parents.Index().All(item => item.Item >= -1 && item.Item < item.Index)
            && clusters.Label.All(label => label >= -1 && label < parents.Length) && clusters.Birth.All(birth => birth >= 0) && clusters.End.All(end => end > 0);
        if (!isWhole)
        {
            throw SavedNode.Damaged("the clusters are not whole");
        }
        // The tree is grown again, in an order of its own.
        var tree = new KdTree(DenseRows.Of(values, names.Count));
        return new HdbscanModel(
            names, tree, [.. tree.RowAt.Select(row => cores[row])], node.Int("samples", 1, cores.Length), [.. tree.RowAt.Select(row => at[row])], clusters, [], [], []);
    }

    /// <summary>The row is joined at the density at which it reaches another; the cluster is the one around that row that is there at this density.</summary>
    private (int Label, double Probability) PredictPoint(float[] point)
    {
        var core = 0.0;
        if (_samples > 1)
        {
            var nearest = new double[_samples - 1]; // the row itself is one of the samples
            _tree.FindNearest(point, nearest);
            core = nearest[^1];
        }
        var (best, least, nearestOne) = (-1, double.PositiveInfinity, double.PositiveInfinity);
        Reach(0, point, core, ref best, ref least, ref nearestOne);
        var density = least > 0 ? 1 / Math.Sqrt(least) : double.PositiveInfinity;
        var cluster = _clusterAt[best];
        while (_clusters.Parent[cluster] >= 0 && _clusters.Birth[cluster] > density)
        {
            cluster = _clusters.Parent[cluster];
        }
        return _clusters.Membership(cluster, density);
    }

    /// <summary>The place reached first, of several the nearest, of those the row with the lowest label of the tree's rows.</summary>
    private void Reach(int node, float[] point, double core, ref int best, ref double least, ref double nearest)
    {
        if (Math.Max(core, _tree.SquaredDistanceToBox(node, point)) > least)
        {
            return;
        }
        var (from, until, right) = _tree.Nodes[node];
        if (right > 0)
        {
            var isLeftNearer = _tree.SquaredDistanceToBox(node + 1, point) <= _tree.SquaredDistanceToBox(right, point);
            Reach(isLeftNearer ? node + 1 : right, point, core, ref best, ref least, ref nearest);
            Reach(isLeftNearer ? right : node + 1, point, core, ref best, ref least, ref nearest);
            return;
        }
        for (var place = from; place < until; place++)
        {
            var distance = DenseRows.SquaredDistance(point, _tree.Rows.Row(place));
            var weight = Math.Max(Math.Max(core, _cores[place]), distance);
            var isTie = weight == least && distance == nearest;
            if (weight < least || (weight == least && distance < nearest) || (isTie && _clusterAt[place] < _clusterAt[best]))
            {
                (best, least, nearest) = (place, weight, distance);
            }
        }
    }

    /// <summary>The condensed clusters, the one of all rows first.</summary>
    private sealed record Clusters(int[] Parent, double[] Birth, double[] End, int[] Label)
    {
        /// <summary>The taken cluster around a cluster, and how much a row belongs to it that is in it up to a density.</summary>
        public (int Label, double Probability) Membership(int cluster, double density)
        {
            while (cluster >= 0 && Label[cluster] < 0)
            {
                (cluster, density) = (Parent[cluster], double.PositiveInfinity);
            }
            // All rows as one cluster: only those that stay to its end, or it would have no noise.
            return cluster < 0 || (cluster == 0 && density < End[0]) ? (-1, 0) : (Label[cluster], Math.Min(1, density / End[cluster]));
        }
    }
}
