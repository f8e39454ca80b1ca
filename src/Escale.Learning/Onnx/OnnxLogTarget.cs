using Escale.Learning.Transforms;

namespace Escale.Learning.Onnx;

/// <summary>Exports what follows the inner model of a <see cref="LogTargetPredictor"/>.</summary>
internal static class OnnxLogTarget
{
    /// <summary>Adds max(0, exp(min(log, most)) − 1) · ratio to a graph.</summary>
    public static OnnxValue Add(OnnxGraph graph, LogTargetPredictor predictor, OnnxValue features)
    {
        var log = graph.Node("Min", OnnxType.Double, [OnnxPredictors.Add(graph, predictor.Inner, features), graph.Number(predictor.MostLog)]);
        var amount = graph.Subtract(graph.Node("Exp", OnnxType.Double, [log]), graph.Number(1));
        return graph.Multiply(graph.Node("Max", OnnxType.Double, [amount, graph.Number(0)]), graph.Number(predictor.Ratio));
    }
}
