using Escale.Learning.Linear;

namespace Escale.Learning.Onnx;

/// <summary>Exports a <see cref="LinearPredictor"/> as a product of matrices in double precision.</summary>
internal static class OnnxLinear
{
    /// <summary>Adds a linear model to a graph.</summary>
    /// <param name="graph">Where to.</param>
    /// <param name="predictor">What has been learned.</param>
    /// <param name="features">N rows × features, none missing.</param>
    /// <returns>Doubles, N rows × outputs.</returns>
    public static OnnxValue Add(OnnxGraph graph, LinearPredictor predictor, OnnxValue features)
    {
        var (featureCount, scoreCount) = (predictor.FeatureCount, predictor.ScoreCount);
        var coefficients = new double[featureCount * scoreCount];
        for (var score = 0; score < scoreCount; score++)
        {
            for (var feature = 0; feature < featureCount; feature++)
            {
                coefficients[feature * scoreCount + score] = predictor.Coefficients(score)[feature];
            }
        }
        var sums = graph.Node("MatMul", OnnxType.Double, [graph.Cast(features, OnnxType.Double), graph.Constant(coefficients, featureCount, scoreCount)]);
        return OnnxLinks.Apply(graph, predictor.Link, graph.Add(sums, graph.Constant(predictor.Intercepts, 1, scoreCount)));
    }
}
