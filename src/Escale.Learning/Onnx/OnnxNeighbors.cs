using Escale.Learning.Neighbors;

namespace Escale.Learning.Onnx;

/// <summary>
/// Exports a <see cref="NeighborsPredictor"/>: every training row is measured, feature by feature in the order that ours adds up in, so that ties are broken alike; then the nearest are taken.
/// A run needs memory for rows × training rows: predict in batches.
/// </summary>
internal static class OnnxNeighbors
{
    /// <summary>Adds nearest neighbours to a graph.</summary>
    /// <param name="graph">Where to.</param>
    /// <param name="predictor">What has been learned.</param>
    /// <param name="features">N rows × features, none missing.</param>
    /// <returns>Doubles, N rows × outputs.</returns>
    public static OnnxValue Add(OnnxGraph graph, NeighborsPredictor predictor, OnnxValue features)
    {
        var (nearest, rows) = graph.Pair(
            "TopK",
            OnnxType.Double,
            OnnxType.Int64,
            [Measured(graph, predictor, graph.Cast(features, OnnxType.Double)), graph.Whole(predictor.NeighborCount)],
            OnnxAttribute.Of("axis", 1),
            OnnxAttribute.Of("largest", 0),
            OnnxAttribute.Of("sorted", 1));
        var weights = Weights(graph, predictor, nearest, rows);
        var sum = SumOver(graph, weights, axis: 1, keepDimension: true);
        if (predictor.Task == LearningTask.Regression)
        {
            return graph.Divide(SumOver(graph, graph.Multiply(weights, Of(graph, predictor.Targets, rows)), axis: 1, keepDimension: true), sum);
        }
        var shares = new double[predictor.RowCount * predictor.OutputCount];
        for (var row = 0; row < predictor.RowCount; row++)
        {
            shares[row * predictor.OutputCount + (int)predictor.Targets[row]] = 1;
        }
        var classes = graph.Node("Gather", OnnxType.Double, [graph.Constant(shares, predictor.RowCount, predictor.OutputCount), rows], OnnxAttribute.Of("axis", 0));
        var weighted = graph.Multiply(classes, graph.Node("Unsqueeze", OnnxType.Double, [weights, graph.Whole(2)]));
        return graph.Divide(SumOver(graph, weighted, axis: 1, keepDimension: false), sum);
    }

    /// <summary>How far every training row is: N × training rows, squared for the Euclidean metric.</summary>
    private static OnnxValue Measured(OnnxGraph graph, NeighborsPredictor predictor, OnnxValue features)
    {
        OnnxValue? sum = null;
        var column = new double[predictor.RowCount];
        for (var feature = 0; feature < predictor.FeatureCount; feature++)
        {
            for (var row = 0; row < column.Length; row++)
            {
                column[row] = predictor.Column(feature)[row];
            }
            var away = graph.Subtract(graph.Columns(features, feature), graph.Constant(column, 1, column.Length));
            var own = predictor.Metric == NeighborMetric.Euclidean ? graph.Multiply(away, away) : graph.Node("Abs", OnnxType.Double, [away]);
            sum = sum is { } others ? graph.Add(others, own) : own;
        }
        return sum!.Value;
    }

    /// <summary>How much each of the nearest counts.</summary>
    private static OnnxValue Weights(OnnxGraph graph, NeighborsPredictor predictor, OnnxValue nearest, OnnxValue rows)
    {
        double[] ones = [.. Enumerable.Repeat(1.0, predictor.RowCount)];
        var weights = Of(graph, predictor.Weights.IsEmpty ? ones : predictor.Weights, rows);
        if (predictor.Weighting == NeighborWeighting.Uniform)
        {
            return weights;
        }
        var distances = predictor.Metric == NeighborMetric.Euclidean ? graph.Node("Sqrt", OnnxType.Double, [nearest]) : nearest;
        var first = graph.Columns(distances, 0);
        OnnxValue IsZero(OnnxValue value) => graph.Node("Equal", OnnxType.Boolean, [value, graph.Number(0)]);
        var share = graph.Where(IsZero(first), graph.Cast(IsZero(distances), OnnxType.Double), graph.Divide(first, distances));
        return graph.Multiply(weights, share);
    }

    /// <summary>What a table says of each row chosen.</summary>
    private static OnnxValue Of(OnnxGraph graph, ReadOnlySpan<double> table, OnnxValue rows) =>
        graph.Node("Gather", OnnxType.Double, [graph.Constant(table, table.Length), rows], OnnxAttribute.Of("axis", 0));

    private static OnnxValue SumOver(OnnxGraph graph, OnnxValue value, long axis, bool keepDimension) =>
        graph.Node("ReduceSum", OnnxType.Double, [value, graph.Whole(axis)], OnnxAttribute.Of("keepdims", keepDimension ? 1 : 0));
}
