using Escale.Learning.Preparation.Encoders;

namespace Escale.Learning.Onnx;

/// <summary>Exports what a <see cref="NumberStep"/> does to each of some numbers, all side by side.</summary>
internal static class OnnxNumberSteps
{
    /// <summary>Adds the steps to a graph.</summary>
    /// <param name="graph">Where to.</param>
    /// <param name="numbers">Each N rows × 1, singles or doubles; NaN is missing.</param>
    /// <param name="steps">One for each.</param>
    /// <returns>Singles, N rows × numbers.</returns>
    public static OnnxValue Add(OnnxGraph graph, IReadOnlyList<OnnxValue> numbers, IReadOnlyList<NumberStep> steps)
    {
        var raw = graph.Beside([.. numbers.Select(number => graph.Cast(number, OnnxType.Double))]);
        var isMissing = graph.Node("IsNaN", OnnxType.Boolean, [raw]);

        // What is missing is 0 on its way, so that no operator meets a NaN, and gets its value at the end.
        var value = graph.Where(isMissing, graph.Number(0), raw);
        value = Replace(graph, value, double.PositiveInfinity, [.. steps.Select(step => step.Most)]);
        value = Replace(graph, value, double.NegativeInfinity, [.. steps.Select(step => step.Least)]);
        if (steps.Any(step => step.Center != 0))
        {
            value = graph.Subtract(value, Row(graph, steps, step => step.Center));
        }
        if (steps.Any(step => step.Factor != 1))
        {
            value = graph.Multiply(value, Row(graph, steps, step => step.Factor));
        }
        value = graph.Node("Min", OnnxType.Double, [value, Row(graph, steps, step => step.Limit)]);
        value = graph.Node("Max", OnnxType.Double, [value, Row(graph, steps, step => -step.Limit)]);
        return graph.Cast(graph.Where(isMissing, Row(graph, steps, step => step.Apply(double.NaN)), value), OnnxType.Single);
    }

    private static OnnxValue Replace(OnnxGraph graph, OnnxValue value, double what, double[] by) => by.All(other => other == what)
        ? value
        : graph.Where(graph.Node("Equal", OnnxType.Boolean, [value, graph.Number(what)]), graph.Constant(by, 1, by.Length), value);

    private static OnnxValue Row(OnnxGraph graph, IReadOnlyList<NumberStep> steps, Func<NumberStep, double> of) => graph.Constant([.. steps.Select(of)], 1, steps.Count);
}
