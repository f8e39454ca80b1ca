using System.Text.Json;
using System.Text.Json.Nodes;
using Escale.Learning.Persistence;
using Escale.Learning.Trees;

namespace Escale.Learning.Anomalies;

/// <summary>What an <see cref="IsolationForest"/> has learned. Immutable and thread-safe.</summary>
public sealed class IsolationDetector
{
    private const string Kind = "isolation-forest";

    private readonly TreePredictor _depths;
    private readonly int _sampleRows;

    internal IsolationDetector(TreeEnsemble ensemble, int sampleRows, double threshold)
    {
        (_sampleRows, Threshold) = (sampleRows, threshold);
        _depths = new TreePredictor(ensemble, LearningTask.Regression);
    }

    /// <summary>Above which score a row is unusual.</summary>
    public double Threshold { get; }

    /// <summary>How many features a row has.</summary>
    public int FeatureCount => _depths.FeatureCount;

    /// <summary>How deep rows come to lie, mean over the trees: lower is more unusual. Its contributions tell why a row is unusual.</summary>
    public TreePredictor Depths => _depths;

    /// <summary>Reads a detector that <see cref="Save(Stream)"/> wrote.</summary>
    /// <exception cref="LearningException">The file is damaged (<c>learning.model-file-damaged</c>) or of a newer version (<c>learning.model-file-newer</c>).</exception>
    public static IsolationDetector Load(Stream stream) => ModelFile.Read(
        stream, node => node.Kind == Kind ? Load(node) : throw SavedNode.Damaged($"it holds '{node.Kind}', not an isolation forest"));

    /// <summary>The scores of many rows: above 0 and at most 1, higher is more unusual, about 0.5 for rows without structure.</summary>
    /// <param name="features">The rows.</param>
    /// <param name="scores">Written; as long as there are rows.</param>
    /// <param name="threads">Threads; the result does not depend on it. Default 1.</param>
    public void Score(FeatureMatrix features, Span<double> scores, int threads = 1)
    {
        _depths.Predict(features, scores, threads);
        foreach (ref var score in scores)
        {
            score = OfDepth(score);
        }
    }

    /// <summary>The scores of many rows as a new array.</summary>
    public double[] Score(FeatureMatrix features, int threads = 1)
    {
        var scores = new double[features.RowCount];
        Score(features, scores, threads);
        return scores;
    }

    /// <summary>The score of one row, without allocating; the same bits as among many.</summary>
    public double ScoreRow(ReadOnlySpan<float> row)
    {
        Span<double> depth = stackalloc double[1];
        _depths.PredictRow(row, depth);
        return OfDepth(depth[0]);
    }

    /// <summary>Whether a score is that of an unusual row.</summary>
    public bool IsUnusual(double score) => score > Threshold;

    /// <summary>Writes the detector; see <see cref="Load(Stream)"/>.</summary>
    public void Save(Stream stream)
    {
        var (json, arrays) = (new JsonObject { ["kind"] = Kind }, new List<byte[]>());
        Save(new SavedNode(json, arrays));
        ModelFile.Write(JsonSerializer.SerializeToUtf8Bytes(json), arrays, stream);
    }

    internal void Save(SavedNode node)
    {
        node.Set("sample_rows", _sampleRows);
        node.Set("threshold", Threshold);
        _depths.Ensemble.Save(node);
    }

    internal static IsolationDetector Load(SavedNode node)
    {
        var ensemble = TreeEnsemble.Load(node);
        return ensemble.ScoreCount == 1 && ensemble.Link == ScoreLink.Identity
            ? new IsolationDetector(ensemble, node.Int("sample_rows", 1, int.MaxValue), node.Double("threshold"))
            : throw SavedNode.Damaged("an isolation forest has more than one score");
    }

    // Of a single row nothing is usual or unusual.
    private double OfDepth(double depth) => _sampleRows < 2 ? 0.5 : Math.Pow(2, -depth / IsolationTree.MeanDepth(_sampleRows));
}
