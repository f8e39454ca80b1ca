using System.Numerics;
using Escale.Learning.Persistence;
using Escale.Learning.Threads;

namespace Escale.Learning.Decomposition;

/// <summary>Principal components that were found. Immutable and thread-safe.</summary>
public sealed class PcaModel
{
    private const string Kind = "pca";
    private const int BlockRows = 1024;

    private readonly double[][] _directions;
    private readonly double[] _variances;
    private readonly double[] _means;
    private readonly double[] _scales;

    internal PcaModel(IReadOnlyList<string> featureNames, double[] means, double[][] directions, double[] variances, double totalVariance, bool isWhitened)
    {
        (FeatureNames, _means, _directions, _variances, TotalVariance, IsWhitened) = (featureNames, means, directions, variances, totalVariance, isWhitened);
        // A component without variance is 0 for every row; whitened it stays so.
        _scales = [.. variances.Select(variance => !isWhitened ? 1 : variance > variances[0] * 1e-14 ? Math.Sqrt(variance) : double.PositiveInfinity)];
    }

    /// <summary>Names of the features it was fitted on.</summary>
    public IReadOnlyList<string> FeatureNames { get; }

    /// <summary>How many components.</summary>
    public int ComponentCount => _directions.Length;

    /// <summary>Mean of each feature, taken away first.</summary>
    public ReadOnlySpan<double> Means => _means;

    /// <summary>Variance along each component, from the largest on (rows − 1 in the denominator).</summary>
    public ReadOnlySpan<double> ExplainedVariance => _variances;

    /// <summary>Variance of all features together.</summary>
    public double TotalVariance { get; }

    /// <summary>Whether components are divided by their standard deviation.</summary>
    public bool IsWhitened { get; }

    /// <summary>Share of the variance along each component; all 0 when the features are constant.</summary>
    public IReadOnlyList<double> ExplainedShare => [.. _variances.Select(variance => TotalVariance > 0 ? variance / TotalVariance : 0)];

    /// <summary>How each feature weighs in a component; a vector of length 1.</summary>
    public ReadOnlySpan<double> Loadings(int component) => _directions[component];

    /// <summary>The components of rows, named pc1, pc2, …</summary>
    /// <param name="features">Rows with the features of the fit; none missing.</param>
    /// <param name="threads">Threads to work with; the result does not depend on it. Default 1.</param>
    /// <exception cref="LearningException">A feature is missing or infinite (<c>learning.feature-not-finite</c>).</exception>
    public FeatureMatrix Transform(FeatureMatrix features, int threads = 1)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(features.FeatureCount, _means.Length, nameof(features));
        features.ThrowIfNotFinite();
        var columns = _directions.Select(_ => new float[features.RowCount]).ToArray();
        using var team = new WorkerTeam(threads);
        team.Run((features.RowCount + BlockRows - 1) / BlockRows, block =>
        {
            var (start, sums) = (block * BlockRows, new double[Math.Min(BlockRows, features.RowCount - block * BlockRows)]);
            for (var component = 0; component < columns.Length; component++)
            {
                Array.Clear(sums);
                for (var feature = 0; feature < _means.Length; feature++)
                {
                    AddCentred(features[feature].Slice(start, sums.Length), _means[feature], _directions[component][feature], sums);
                }
                for (var at = 0; at < sums.Length; at++)
                {
                    columns[component][start + at] = (float)(sums[at] / _scales[component]);
                }
            }
        });
        return new FeatureMatrix([.. columns.Select((_, at) => new Feature($"pc{at + 1}"))], [.. columns.Select(column => (ReadOnlyMemory<float>)column)], features.RowCount);
    }

    /// <summary>The components of one row, without allocating; the same bits as <see cref="Transform"/>.</summary>
    /// <param name="row">Its features.</param>
    /// <param name="components">Written; <see cref="ComponentCount"/> long.</param>
    public void TransformRow(ReadOnlySpan<float> row, Span<float> components)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(row.Length, _means.Length);
        for (var component = 0; component < _directions.Length; component++)
        {
            var sum = 0.0;
            for (var feature = 0; feature < row.Length; feature++)
            {
                sum += (row[feature] - _means[feature]) * _directions[component][feature];
            }
            components[component] = (float)(sum / _scales[component]);
        }
    }

    /// <summary>The features nearest to components; those of the fit again when no component was left out.</summary>
    public FeatureMatrix InverseTransform(FeatureMatrix components)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(components.FeatureCount, ComponentCount, nameof(components));
        var columns = _means.Select(_ => new float[components.RowCount]).ToArray();
        for (var feature = 0; feature < columns.Length; feature++)
        {
            for (var row = 0; row < components.RowCount; row++)
            {
                var sum = 0.0;
                for (var component = 0; component < _directions.Length; component++)
                {
                    sum += double.IsFinite(_scales[component]) ? components[component][row] * _scales[component] * _directions[component][feature] : 0;
                }
                columns[feature][row] = (float)(_means[feature] + sum);
            }
        }
        return new FeatureMatrix([.. FeatureNames.Select(name => new Feature(name))], [.. columns.Select(column => (ReadOnlyMemory<float>)column)], components.RowCount);
    }

    /// <summary>sums += (values − mean) · factor, rounded after each operation in vectors as for single numbers.</summary>
    internal static void AddCentred(ReadOnlySpan<float> values, double mean, double factor, Span<double> sums)
    {
        var (at, wide) = (0, Vector<float>.Count);
        var (means, factors) = (new Vector<double>(mean), new Vector<double>(factor));
        for (; at <= values.Length - wide; at += wide)
        {
            Vector.Widen(new Vector<float>(values[at..]), out var low, out var high);
            (new Vector<double>(sums[at..]) + (low - means) * factors).CopyTo(sums[at..]);
            var upper = sums[(at + Vector<double>.Count)..];
            (new Vector<double>(upper) + (high - means) * factors).CopyTo(upper);
        }
        for (; at < values.Length; at++)
        {
            sums[at] += (values[at] - mean) * factor;
        }
    }

    /// <summary>Reads components that <see cref="Save(Stream)"/> wrote.</summary>
    /// <exception cref="LearningException">The file is damaged (<c>learning.model-file-damaged</c>) or of a newer version (<c>learning.model-file-newer</c>).</exception>
    public static PcaModel Load(Stream stream) => PartFile.Read(stream, Kind, Load);

    /// <summary>Writes it; see <see cref="Load(Stream)"/>.</summary>
    public void Save(Stream stream) => PartFile.Write(stream, Kind, Save);

    internal void Save(SavedNode node)
    {
        node.Set("features", FeatureNames);
        node.Set("components", (long)ComponentCount);
        node.Set("total_variance", TotalVariance);
        node.Set("whitened", IsWhitened);
        node.SetArray<double>("means", _means);
        node.SetArray<double>("variances", _variances);
        node.SetArray<double>("directions", [.. _directions.SelectMany(direction => direction)]);
    }

    internal static PcaModel Load(SavedNode node)
    {
        var names = node.Texts("features");
        var components = node.Int("components", 1, Math.Max(1, names.Count));
        var directions = node.Numbers("directions", components, names.Count).Chunk(Math.Max(1, names.Count)).ToArray();
        var variances = node.Numbers("variances", components);
        return directions.Length == components && variances.All(variance => variance >= 0)
            ? new PcaModel(names, node.Numbers("means", names.Count), directions, variances, node.Double("total_variance"), node.Flag("whitened"))
            : throw SavedNode.Damaged("principal components have no features or a negative variance");
    }
}
