using Escale.Learning.Calibration;

namespace Escale.Learning.Onnx;

/// <summary>Exports what a <see cref="Calibrator"/> does to probabilities.</summary>
internal static class OnnxCalibration
{
    /// <summary>Adds a calibrator to a graph.</summary>
    /// <param name="graph">Where to.</param>
    /// <param name="calibrator">Which.</param>
    /// <param name="outputs">Doubles, N rows × classes.</param>
    /// <returns>The same, calibrated.</returns>
    public static OnnxValue Add(OnnxGraph graph, Calibrator calibrator, OnnxValue outputs) => calibrator switch
    {
        PlattCalibrator platt => AddPlatt(graph, platt, outputs),
        IsotonicCalibrator isotonic => AddIsotonic(graph, isotonic, outputs),
        TemperatureCalibrator temperature => AddTemperature(graph, temperature, outputs),
        _ => throw new LearningException(
            "learning.onnx-not-expressible", $"A calibration of the kind '{calibrator.Name}' cannot be said in ONNX.", "Export the model without it, or use the model's own file."),
    };

    private static OnnxValue AddPlatt(OnnxGraph graph, PlattCalibrator platt, OnnxValue outputs)
    {
        var isBinary = platt.OutputCount == 2;
        var own = isBinary ? graph.Columns(outputs, 1) : outputs;
        var rest = isBinary ? graph.Columns(outputs, 0) : graph.Subtract(graph.Number(1), outputs);
        var logit = graph.Subtract(LogOfAtLeast(graph, own, PlattCalibrator.Epsilon), LogOfAtLeast(graph, rest, PlattCalibrator.Epsilon));
        var score = graph.Add(graph.Multiply(logit, graph.Constant(platt.Slopes, 1, platt.Slopes.Length)), graph.Constant(platt.Intercepts, 1, platt.Intercepts.Length));
        var curved = graph.Node("Sigmoid", OnnxType.Double, [score]);
        return isBinary ? BothOf(graph, curved) : Normalised(graph, curved);
    }

    private static OnnxValue AddTemperature(OnnxGraph graph, TemperatureCalibrator temperature, OnnxValue outputs)
    {
        var logs = graph.Multiply(LogOfAtLeast(graph, outputs, TemperatureCalibrator.Epsilon), graph.Number(1 / temperature.Temperature));
        return graph.Node("Softmax", OnnxType.Double, [logs], OnnxAttribute.Of("axis", 1));
    }

    private static OnnxValue AddIsotonic(OnnxGraph graph, IsotonicCalibrator isotonic, OnnxValue outputs)
    {
        var isBinary = isotonic.OutputCount == 2;
        var curved = graph.Beside([.. isotonic.Curves.Select((curve, at) => AddCurve(graph, curve, graph.Columns(outputs, isBinary ? 1 : at)))]);
        var limited = graph.Node("Min", OnnxType.Double, [graph.Node("Max", OnnxType.Double, [curved, graph.Number(isotonic.Least)]), graph.Number(1 - isotonic.Least)]);
        return isBinary ? BothOf(graph, limited) : Normalised(graph, limited);
    }

    /// <summary>A tree finds the piece of the curve; from tables come where it begins and how it rises.</summary>
    private static OnnxValue AddCurve(OnnxGraph graph, IsotonicCurve curve, OnnxValue x)
    {
        var knots = curve.X.Length;
        double[] from = [0, .. curve.X], start = [curve.Y[0], .. curve.Y], width = new double[knots + 1], rise = new double[knots + 1];
        Array.Fill(width, 1);
        for (var piece = 1; piece < knots; piece++)
        {
            (width[piece], rise[piece]) = (curve.X[piece] - curve.X[piece - 1], curve.Y[piece] - curve.Y[piece - 1]);
        }
        var nodes = new OnnxTreeNodes();
        nodes.BeginTree(nodeCount: 1);
        AddSearch(nodes, curve.X, 0, 0, knots);
        var found = graph.Cast(nodes.Add(graph, x, [0]), OnnxType.Int64);
        OnnxValue Of(double[] table) => graph.Node("Gather", OnnxType.Double, [graph.Constant(table, table.Length), found], OnnxAttribute.Of("axis", 0));
        return graph.Add(Of(start), graph.Multiply(Of(rise), graph.Divide(graph.Subtract(x, Of(from)), Of(width))));
    }

    /// <summary>A node below which the pieces from <paramref name="first"/> to <paramref name="last"/> are told apart; piece p ends at knot p.</summary>
    private static void AddSearch(OnnxTreeNodes nodes, ReadOnlySpan<double> knots, int node, int first, int last)
    {
        if (first == last)
        {
            nodes.AddLeaf(node);
            nodes.AddWeight(node, 0, first);
            return;
        }
        var (middle, yes, no) = ((first + last) / 2, nodes.NewId(), nodes.NewId());
        nodes.AddBranch(node, 0, knots[middle], yes, no, isMissingYes: false);
        AddSearch(nodes, knots, yes, first, middle);
        AddSearch(nodes, knots, no, middle + 1, last);
    }

    private static OnnxValue LogOfAtLeast(OnnxGraph graph, OnnxValue value, double least) => graph.Node("Log", OnnxType.Double, [graph.Node("Max", OnnxType.Double, [value, graph.Number(least)])]);

    private static OnnxValue BothOf(OnnxGraph graph, OnnxValue positive) => graph.Beside([graph.Subtract(graph.Number(1), positive), positive]);

    private static OnnxValue Normalised(OnnxGraph graph, OnnxValue outputs)
    {
        var sum = graph.Node("ReduceSum", OnnxType.Double, [outputs, graph.Whole(1)], OnnxAttribute.Of("keepdims", 1));
        return graph.Divide(outputs, sum);
    }
}
