using System.Buffers;
using Escale.Learning.Persistence;
using Escale.Learning.Threads;

namespace Escale.Learning.Neighbors;

/// <summary>Training rows, and how to predict from the nearest of them.</summary>
public sealed class NeighborsPredictor : Predictor
{
    private const int BlockRows = 32;
    private const int MaxStack = 128;

    private readonly NearestNeighbors _settings;
    private readonly float[] _columns;
    private readonly double[] _targets;
    private readonly double[] _weights;
    private readonly int _neighbors;

    internal NeighborsPredictor(NearestNeighbors settings, LearningTask task, int outputCount, int featureCount, float[] columns, double[] targets, double[] weights, bool? isTree = null)
        : base(task, outputCount, featureCount)
    {
        (_settings, _columns, _targets, _weights) = (settings, columns, targets, weights);
        _neighbors = Math.Min(settings.Neighbors, targets.Length);
        Index = new NeighborIndex(columns, targets.Length, featureCount, settings.Metric == NeighborMetric.Euclidean, isTree);
    }

    /// <summary>How many training rows it keeps.</summary>
    public int RowCount => _targets.Length;

    internal NeighborIndex Index { get; }

    internal NeighborMetric Metric => _settings.Metric;

    internal NeighborWeighting Weighting => _settings.Weighting;

    /// <summary>How many neighbours are taken.</summary>
    internal int NeighborCount => _neighbors;

    /// <summary>The targets of the training rows; of classes their indices.</summary>
    internal ReadOnlySpan<double> Targets => _targets;

    /// <summary>How much each training row counts; empty when all count the same.</summary>
    internal ReadOnlySpan<double> Weights => _weights;

    internal override string Kind => "neighbors";

    /// <inheritdoc/>
    public override void Predict(FeatureMatrix features, Span<double> outputs, int threads = 1)
    {
        if (Index.IsTree)
        {
            ParallelRows.Predict(this, features, outputs, threads);
            return;
        }
        ParallelRows.Run(features.RowCount, BlockRows, outputs, OutputCount, threads, (first, count, part) => PredictBlock(features, first, count, part));
    }

    /// <inheritdoc/>
    public override void PredictRow(ReadOnlySpan<float> row, Span<double> outputs)
    {
        if (_neighbors > MaxStack)
        {
            PredictFromPool(row, outputs);
            return;
        }
        var nearest = new NearestRows(stackalloc double[_neighbors], stackalloc int[_neighbors]);
        Index.Search(row, ref nearest);
        Combine(nearest, outputs);
    }

    /// <summary>The training rows nearest to a row, the nearest first, and how far they are.</summary>
    /// <param name="row">Its features.</param>
    public IReadOnlyList<(int Row, double Distance)> NeighborsOf(ReadOnlySpan<float> row)
    {
        var nearest = new NearestRows(new double[_neighbors], new int[_neighbors]);
        Index.Search(row, ref nearest);
        var found = new (int Row, double Distance)[nearest.Count];
        for (var at = 0; at < found.Length; at++)
        {
            found[at] = (nearest.Rows[at], Distance(nearest.Distances[at]));
        }
        return found;
    }

    /// <summary>A feature of all training rows.</summary>
    internal ReadOnlySpan<float> Column(int feature) => _columns.AsSpan(feature * RowCount, RowCount);

    internal override void Save(SavedNode node)
    {
        node.Set("task", Task);
        node.Set("outputs", OutputCount);
        node.Set("features", FeatureCount);
        node.Set("neighbors", _settings.Neighbors);
        node.Set("metric", _settings.Metric);
        node.Set("weighting", _settings.Weighting);
        node.SetArray<float>("columns", _columns);
        node.SetArray<double>("targets", _targets);
        node.SetArray<double>("weights", _weights);
    }

    internal static NeighborsPredictor Load(SavedNode node)
    {
        var (task, outputs, features) = (node.Enum<LearningTask>("task"), node.Int("outputs", 1, 1 << 20), node.Int("features", 0, 1 << 24));
        var (targets, weights) = (node.Array<double>("targets"), node.Array<double>("weights"));
        var settings = new NearestNeighbors
        {
            Neighbors = node.Int("neighbors", 1, int.MaxValue),
            Metric = node.Enum<NeighborMetric>("metric"),
            Weighting = node.Enum<NeighborWeighting>("weighting"),
        };
        var columns = node.Array<float>("columns");
        var isClass = task != LearningTask.Regression;
        if (!SavedTasks.Fits(task, outputs) || targets.Length == 0 || columns.Length != (long)targets.Length * features || (weights.Length != 0 && weights.Length != targets.Length)
            || (isClass && targets.Any(target => !(target >= 0 && target < outputs))) || !columns.All(float.IsFinite))
        {
            throw SavedNode.Damaged("the rows of nearest neighbours do not fit together");
        }
        return new NeighborsPredictor(settings, task, outputs, features, columns, targets, weights);
    }

    /// <summary>Several rows at once measure each leaf while it is in cache; each sees the leaves in the order of <see cref="PredictRow"/>.</summary>
    private void PredictBlock(FeatureMatrix features, int first, int count, Span<double> outputs)
    {
        var rows = new float[count * FeatureCount];
        var (distances, numbers, found) = (new double[count * _neighbors], new int[count * _neighbors], new int[count]);
        for (var at = 0; at < count; at++)
        {
            features.CopyRow(first + at, rows.AsSpan(at * FeatureCount, FeatureCount));
        }
        for (var leaf = 0; leaf < Index.LeafCount; leaf++)
        {
            for (var at = 0; at < count; at++)
            {
                var nearest = new NearestRows(distances.AsSpan(at * _neighbors, _neighbors), numbers.AsSpan(at * _neighbors, _neighbors), found[at]);
                Index.Measure(leaf, rows.AsSpan(at * FeatureCount, FeatureCount), ref nearest);
                found[at] = nearest.Count;
            }
        }
        for (var at = 0; at < count; at++)
        {
            Combine(new NearestRows(distances.AsSpan(at * _neighbors, _neighbors), numbers.AsSpan(at * _neighbors, _neighbors), found[at]), outputs.Slice(at * OutputCount, OutputCount));
        }
    }

    private void PredictFromPool(ReadOnlySpan<float> row, Span<double> outputs)
    {
        var (distances, numbers) = (ArrayPool<double>.Shared.Rent(_neighbors), ArrayPool<int>.Shared.Rent(_neighbors));
        var nearest = new NearestRows(distances.AsSpan(0, _neighbors), numbers.AsSpan(0, _neighbors));
        Index.Search(row, ref nearest);
        Combine(nearest, outputs);
        ArrayPool<double>.Shared.Return(distances);
        ArrayPool<int>.Shared.Return(numbers);
    }

    private double Distance(double measured) => _settings.Metric == NeighborMetric.Euclidean ? Math.Sqrt(measured) : measured;

    private void Combine(in NearestRows nearest, Span<double> outputs)
    {
        outputs = outputs[..OutputCount];
        outputs.Clear();
        var (sum, isExact) = (0.0, nearest.Count > 0 && nearest.Distances[0] == 0);
        for (var at = 0; at < nearest.Count; at++)
        {
            var weight = _weights.Length == 0 ? 1 : _weights[nearest.Rows[at]];
            if (_settings.Weighting == NeighborWeighting.Distance)
            {
                weight *= isExact ? (nearest.Distances[at] == 0 ? 1 : 0) : Distance(nearest.Distances[0]) / Distance(nearest.Distances[at]); // relative to the nearest: never infinite
            }
            var target = _targets[nearest.Rows[at]];
            outputs[Task == LearningTask.Regression ? 0 : (int)target] += Task == LearningTask.Regression ? weight * target : weight;
            sum += weight;
        }
        foreach (ref var output in outputs)
        {
            output /= sum;
        }
    }
}
