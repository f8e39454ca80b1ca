using Escale.Learning.Bayes;
using Escale.Learning.Trees;

namespace Escale.Learning.Onnx;

/// <summary>Exports a <see cref="NaiveBayesPredictor"/>: for each class the sum of weighted squared distances from its means, then softmax.</summary>
internal static class OnnxNaiveBayes
{
    /// <summary>Adds naive Bayes to a graph.</summary>
    /// <param name="graph">Where to.</param>
    /// <param name="predictor">What has been learned.</param>
    /// <param name="features">N rows × features, none missing.</param>
    /// <returns>Doubles, N rows × classes.</returns>
    public static OnnxValue Add(OnnxGraph graph, NaiveBayesPredictor predictor, OnnxValue features)
    {
        var (count, doubles) = (predictor.FeatureCount, graph.Cast(features, OnnxType.Double));
        var scores = new OnnxValue[predictor.OutputCount];
        for (var label = 0; label < scores.Length; label++)
        {
            var distances = graph.Subtract(doubles, graph.Constant(predictor.Means(label), 1, count));
            double[] halves = [.. predictor.Halves(label)];
            scores[label] = graph.Node("MatMul", OnnxType.Double, [graph.Multiply(distances, distances), graph.Constant(halves, count, 1)]);
        }
        var starts = graph.Constant(predictor.Starts, 1, scores.Length);
        return OnnxLinks.Apply(graph, ScoreLink.Softmax, graph.Subtract(starts, graph.Beside(scores)));
    }
}
