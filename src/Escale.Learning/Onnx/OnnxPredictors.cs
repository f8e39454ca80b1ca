using Escale.Learning.Baselines;
using Escale.Learning.Bayes;
using Escale.Learning.Calibration;
using Escale.Learning.Linear;
using Escale.Learning.Neighbors;
using Escale.Learning.Networks;
using Escale.Learning.Transforms;
using Escale.Learning.Trees;

namespace Escale.Learning.Onnx;

/// <summary>How each kind of predictor is said in ONNX.</summary>
internal static class OnnxPredictors
{
    /// <summary>Adds a predictor to a graph.</summary>
    /// <param name="graph">Where to.</param>
    /// <param name="predictor">What has been learned.</param>
    /// <param name="features">Singles, N rows × features; NaN is missing.</param>
    /// <returns>Doubles, N rows × outputs.</returns>
    /// <exception cref="LearningException">The kind of predictor has no form in ONNX (<c>learning.onnx-not-expressible</c>).</exception>
    public static OnnxValue Add(OnnxGraph graph, Predictor predictor, OnnxValue features)
    {
        if (predictor.FeatureCount == 0)
        {
            var outputs = new double[predictor.OutputCount];
            predictor.PredictRow([], outputs);
            return graph.Repeated(outputs);
        }
        return predictor switch
        {
            TreePredictor trees => OnnxTrees.Add(graph, trees.Ensemble, features),
            LinearPredictor linear => OnnxLinear.Add(graph, linear, features),
            ConstantPredictor constant => graph.Repeated(constant.Outputs),
            NaiveBayesPredictor bayes => OnnxNaiveBayes.Add(graph, bayes, features),
            NetworkPredictor networks => OnnxNetworks.Add(graph, networks, features),
            NeighborsPredictor neighbors => OnnxNeighbors.Add(graph, neighbors, features),
            CalibratedPredictor calibrated => OnnxCalibration.Add(graph, calibrated.Calibrator, Add(graph, calibrated.Inner, features)),
            LogTargetPredictor logarithm => OnnxLogTarget.Add(graph, logarithm, features),
            _ => throw NotExpressible(predictor),
        };
    }

    private static LearningException NotExpressible(Predictor predictor) => new(
        "learning.onnx-not-expressible", $"A model of the kind '{predictor.Kind}' cannot be said in ONNX.", "Export a model of trees or a linear one, or use the model's own file.");
}
