using Escale.Learning.Persistence;
using Escale.Learning.Threads;

namespace Escale.Learning.Clustering;

/// <summary>Clusters that k-means found. Immutable and thread-safe.</summary>
public sealed class KMeansModel
{
    private const string Kind = "k-means";
    private const int BlockRows = 2048;

    private readonly double[] _centres;
    private readonly int[] _labels;
    private readonly int _stride;

    internal KMeansModel(IReadOnlyList<string> featureNames, double[] centres, int width, int[] labels, double inertia, int iterations) =>
        (FeatureNames, _centres, _stride, _labels, Inertia, Iterations) = (featureNames, centres, DenseRows.StrideOf(width), labels, inertia, iterations);

    /// <summary>Names of the features it was fitted on.</summary>
    public IReadOnlyList<string> FeatureNames { get; }

    /// <summary>How many clusters.</summary>
    public int ClusterCount => _centres.Length / _stride;

    /// <summary>The cluster of each row of the fit; empty when loaded from a file.</summary>
    public ReadOnlySpan<int> Labels => _labels;

    /// <summary>Sum over the rows of weight × squared distance to their centre.</summary>
    public double Inertia { get; }

    /// <summary>Iterations (or mini-batches) of the start that was kept.</summary>
    public int Iterations { get; }

    /// <summary>The centre of a cluster.</summary>
    public ReadOnlySpan<double> Centre(int cluster) => _centres.AsSpan(cluster * _stride, FeatureNames.Count);

    /// <summary>The cluster of each row.</summary>
    /// <param name="features">Rows with the features of the fit.</param>
    /// <param name="threads">Threads to work with; the result does not depend on it. Default 1.</param>
    /// <exception cref="LearningException">A feature is missing or infinite (<c>learning.feature-not-finite</c>).</exception>
    public int[] Predict(FeatureMatrix features, int threads = 1)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(features.FeatureCount, FeatureNames.Count, nameof(features));
        features.ThrowIfNotFinite();
        var labels = new int[features.RowCount];
        using var team = new WorkerTeam(threads);
        team.Run((labels.Length + BlockRows - 1) / BlockRows, block =>
        {
            var row = new float[_stride];
            for (var at = block * BlockRows; at < Math.Min(labels.Length, (block + 1) * BlockRows); at++)
            {
                features.CopyRow(at, row);
                labels[at] = KMeansRun.Nearest(row, _centres).Centre;
            }
        });
        return labels;
    }

    /// <summary>The cluster of one row, without allocating, and how far its centre is. The same as <see cref="Predict"/>.</summary>
    /// <param name="row">Its features, none missing.</param>
    public (int Cluster, double Distance) PredictRow(ReadOnlySpan<float> row)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(row.Length, FeatureNames.Count);
        Span<float> padded = _stride <= 256 ? stackalloc float[_stride] : new float[_stride];
        padded.Clear();
        row.CopyTo(padded);
        var (centre, square) = KMeansRun.Nearest(padded, _centres);
        return (centre, Math.Sqrt(square));
    }

    /// <summary>Reads clusters that <see cref="Save(Stream)"/> wrote.</summary>
    /// <exception cref="LearningException">The file is damaged (<c>learning.model-file-damaged</c>) or of a newer version (<c>learning.model-file-newer</c>).</exception>
    public static KMeansModel Load(Stream stream) => PartFile.Read(stream, Kind, Load);

    /// <summary>Writes it; see <see cref="Load(Stream)"/>.</summary>
    public void Save(Stream stream) => PartFile.Write(stream, Kind, Save);

    internal void Save(SavedNode node)
    {
        node.Set("features", FeatureNames);
        node.Set("inertia", Inertia);
        node.Set("iterations", (long)Iterations);
        node.SetArray<double>("centres", _centres);
    }

    internal static KMeansModel Load(SavedNode node)
    {
        var (names, centres) = (node.Texts("features"), node.Array<double>("centres"));
        var stride = DenseRows.StrideOf(names.Count);
        return names.Count > 0 && centres.Length > 0 && centres.Length % stride == 0 && centres.All(double.IsFinite)
            ? new KMeansModel(names, centres, names.Count, [], node.Double("inertia"), node.Int("iterations", 0, int.MaxValue))
            : throw SavedNode.Damaged($"{centres.Length} numbers are no centres of {names.Count} features");
    }
}
