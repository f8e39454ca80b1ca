using Escale.Learning.Persistence;
using Escale.Learning.Threads;

namespace Escale.Learning.Clustering;

/// <summary>Clusters that DBSCAN found. Immutable and thread-safe.</summary>
public sealed class DbscanModel
{
    private const string Kind = "dbscan";

    private readonly KdTree? _cores;
    private readonly int[] _coreLabels;
    private readonly int[] _labels;
    private readonly bool[] _isCore;

    private DbscanModel(IReadOnlyList<string> featureNames, KdTree? cores, int[] coreLabels, int[] labels, bool[] isCore, double eps) =>
        (FeatureNames, _cores, _coreLabels, _labels, _isCore, Eps, ClusterCount) = (featureNames, cores, coreLabels, labels, isCore, eps, coreLabels.Length == 0 ? 0 : coreLabels.Max() + 1);

    /// <summary>Names of the features it was fitted on.</summary>
    public IReadOnlyList<string> FeatureNames { get; }

    /// <summary>How many clusters; 0 when all is noise.</summary>
    public int ClusterCount { get; }

    /// <summary>How far rows may be apart that are near each other.</summary>
    public double Eps { get; }

    /// <summary>The cluster of each row of the fit, −1 for noise; empty when loaded from a file.</summary>
    public ReadOnlySpan<int> Labels => _labels;

    /// <summary>Whether each row of the fit is a core; empty when loaded from a file.</summary>
    public ReadOnlySpan<bool> IsCore => _isCore;

    /// <summary>The cluster of the nearest core of each new row, −1 when none is near.</summary>
    /// <param name="features">Rows with the features of the fit.</param>
    /// <param name="threads">Threads to work with; the result does not depend on it. Default 1.</param>
    /// <exception cref="LearningException">A feature is missing or infinite (<c>learning.feature-not-finite</c>).</exception>
    public int[] Predict(FeatureMatrix features, int threads = 1)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(features.FeatureCount, FeatureNames.Count, nameof(features));
        features.ThrowIfNotFinite();
        var labels = new int[features.RowCount];
        Array.Fill(labels, -1);
        if (_cores is null)
        {
            return labels;
        }
        using var team = new WorkerTeam(threads);
        Dbscan.ForBlocks(team, labels.Length, default, row =>
        {
            var (point, near, least) = (new float[_cores.Rows.Stride], new List<int>(), double.PositiveInfinity);
            features.CopyRow(row, point);
            _cores.FindWithin(point, Eps * Eps, near);
            foreach (var place in near)
            {
                var (distance, label) = (DenseRows.SquaredDistance(point, _cores.Rows.Row(place)), _coreLabels[_cores.RowAt[place]]);
                if (distance < least || (distance == least && label < labels[row]))
                {
                    (least, labels[row]) = (distance, label);
                }
            }
        });
        return labels;
    }

    internal static DbscanModel Of(IReadOnlyList<string> names, FeatureMatrix features, int[] labels, bool[] isCore, double eps)
    {
        var cores = Enumerable.Range(0, labels.Length).Where(row => isCore[row]).ToArray();
        return new DbscanModel(names, cores.Length > 0 ? new KdTree(DenseRows.Of(features.Rows(cores))) : null, [.. cores.Select(row => labels[row])], labels, isCore, eps);
    }

    /// <summary>Reads clusters that <see cref="Save(Stream)"/> wrote.</summary>
    /// <exception cref="LearningException">The file is damaged (<c>learning.model-file-damaged</c>) or of a newer version (<c>learning.model-file-newer</c>).</exception>
    public static DbscanModel Load(Stream stream) => PartFile.Read(stream, Kind, Load);

    /// <summary>Writes it; see <see cref="Load(Stream)"/>.</summary>
    public void Save(Stream stream) => PartFile.Write(stream, Kind, Save);

    internal void Save(SavedNode node)
    {
        node.Set("features", FeatureNames);
        node.Set("eps", Eps);
        // In the order of the tree; it does not matter which.
        node.SetArray<float>("cores", _cores is null ? [] : _cores.Rows.Packed());
        node.SetArray<int>("labels", _cores is null ? [] : [.. _cores.RowAt.Select(row => _coreLabels[row])]);
    }

    internal static DbscanModel Load(SavedNode node)
    {
        var (names, labels, eps) = (node.Texts("features"), node.Array<int>("labels"), node.Double("eps"));
        var values = node.Floats("cores", labels.Length, names.Count);
        if (names.Count == 0 || !(eps > 0) || labels.Any(label => label < 0 || label >= labels.Length))
        {
            throw SavedNode.Damaged("the cores of clusters are not whole");
        }
        return new DbscanModel(names, labels.Length > 0 ? new KdTree(DenseRows.Of(values, names.Count)) : null, labels, [], [], eps);
    }
}
