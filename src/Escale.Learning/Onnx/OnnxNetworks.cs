using Escale.Learning.Networks;
using Escale.Learning.Trees;

namespace Escale.Learning.Onnx;

/// <summary>Exports a <see cref="NetworkPredictor"/>: inputs by arithmetic on columns, then products of matrices, in double precision.</summary>
internal static class OnnxNetworks
{
    /// <summary>Adds networks to a graph.</summary>
    /// <param name="graph">Where to.</param>
    /// <param name="predictor">What has been learned.</param>
    /// <param name="features">N rows × features, none missing.</param>
    /// <returns>Doubles, N rows × outputs.</returns>
    public static OnnxValue Add(OnnxGraph graph, NetworkPredictor predictor, OnnxValue features)
    {
        var inputs = Inputs(graph, predictor.Encoder, graph.Cast(features, OnnxType.Double));
        OnnxValue? sum = null;
        for (var network = 0; network < predictor.NetworkCount; network++)
        {
            var scores = Scores(graph, predictor, network, inputs);
            var own = predictor.Task switch
            {
                LearningTask.Regression => graph.Add(graph.Multiply(scores, graph.Number(predictor.Scale.Deviation)), graph.Number(predictor.Scale.Mean)),
                LearningTask.Binary => OnnxLinks.Apply(graph, ScoreLink.Logistic, scores),
                _ => OnnxLinks.Apply(graph, ScoreLink.Softmax, scores),
            };
            sum = sum is { } others ? graph.Add(others, own) : own;
        }
        return graph.Divide(sum!.Value, graph.Number(predictor.NetworkCount));
    }

    /// <summary>N × inputs; null when no feature is of use.</summary>
    private static OnnxValue? Inputs(OnnxGraph graph, InputEncoder encoder, OnnxValue features)
    {
        var parts = new List<OnnxValue>();
        OnnxValue Stretched(int[] columns, double[] from, double[] factors) => graph.Multiply(
            graph.Subtract(graph.Columns(features, Array.ConvertAll(columns, column => (long)column)), graph.Constant(from, 1, from.Length)), graph.Constant(factors, 1, factors.Length));
        if (encoder.Smooth.Length > 0)
        {
            var scaled = Stretched(encoder.Smooth, encoder.Centers, encoder.Factors);
            var square = graph.Multiply(graph.Multiply(scaled, scaled), graph.Number(InputEncoder.Bend));
            parts.Add(graph.Divide(scaled, graph.Node("Sqrt", OnnxType.Double, [graph.Add(square, graph.Number(1))])));
        }
        if (encoder.Pieces.Length > 0)
        {
            parts.Add(graph.Node("Max", OnnxType.Double, [graph.Node("Min", OnnxType.Double, [Stretched(encoder.Pieces, encoder.Starts, encoder.Slopes), graph.Number(1)]), graph.Number(0)]));
        }
        return parts.Count == 0 ? null : graph.Beside(parts);
    }

    private static OnnxValue Scores(OnnxGraph graph, NetworkPredictor predictor, int network, OnnxValue? inputs)
    {
        var (shape, values) = (predictor.Shape, inputs);
        for (var layer = 0; layer < shape.Layers; layer++)
        {
            double[] biases = predictor.Biases(network, layer);
            // Weights have the digits of single precision: half the file.
            float[] weights = Array.ConvertAll(predictor.Weights(network, layer), weight => (float)weight);
            values = values is { } given
                ? graph.Add(graph.Node("MatMul", OnnxType.Double, [given, graph.Cast(graph.Constant(weights, shape.In(layer), shape.Out(layer)), OnnxType.Double)]), graph.Constant(biases, 1, biases.Length))
                : graph.Repeated(biases);
            if (layer < shape.Layers - 1)
            {
                var own = values.Value;
                values = predictor.Activation == Activation.Relu
                    ? graph.Node("Relu", OnnxType.Double, [own])
                    : Silu(graph, own);
            }
        }
        return values!.Value;
    }

    // Not x · Sigmoid(x): ONNX Runtime fuses that into an operator that it has in single precision only.
    private static OnnxValue Silu(OnnxGraph graph, OnnxValue value)
    {
        var tail = graph.Node("Exp", OnnxType.Double, [graph.Node("Neg", OnnxType.Double, [value])]);
        return graph.Divide(value, graph.Add(tail, graph.Number(1)));
    }
}
