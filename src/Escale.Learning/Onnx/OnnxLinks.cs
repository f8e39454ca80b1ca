using Escale.Learning.Trees;

namespace Escale.Learning.Onnx;

/// <summary>Makes outputs of scores, as <see cref="TreeEnsemble.Apply"/> does.</summary>
internal static class OnnxLinks
{
    /// <summary>Adds a link to a graph.</summary>
    /// <param name="graph">Where to.</param>
    /// <param name="link">Which.</param>
    /// <param name="scores">Doubles, N rows × scores.</param>
    /// <returns>Doubles, N rows × outputs.</returns>
    public static OnnxValue Apply(OnnxGraph graph, ScoreLink link, OnnxValue scores) => link switch
    {
        ScoreLink.Logistic => graph.Beside([graph.Node("Sigmoid", OnnxType.Double, [graph.Node("Neg", OnnxType.Double, [scores])]), graph.Node("Sigmoid", OnnxType.Double, [scores])]),
        ScoreLink.Softmax => graph.Node("Softmax", OnnxType.Double, [scores], OnnxAttribute.Of("axis", 1)),
        ScoreLink.Exponential => graph.Node("Exp", OnnxType.Double, [scores]),
        _ => scores,
    };
}
