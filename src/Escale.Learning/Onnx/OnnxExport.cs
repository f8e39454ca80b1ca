using Escale.Learning.Calibration;

namespace Escale.Learning.Onnx;

/// <summary>Writes a whole fitted model, from raw columns to predictions, as an ONNX file.</summary>
internal static class OnnxExport
{
    /// <summary>Writes a model.</summary>
    /// <exception cref="LearningException">A part of the model has no form in ONNX (<c>learning.onnx-not-expressible</c>), or it is too large (<c>learning.onnx-too-large</c>).</exception>
    public static void Write(Model model, Stream stream)
    {
        var graph = new OnnxGraph { KeepsDoubles = model.Calibrator is IsotonicCalibrator };
        var preparation = new OnnxPreparation(graph, model.Schema.Columns, [.. model.Members.Select(member => member.Preparation)]);
        var (label, probabilities, variable) = (graph.Free("label"), graph.Free("probabilities"), graph.Free("variable"));
        var outputs = Outputs(graph, preparation, model);
        if (model.Task == LearningTask.Regression)
        {
            graph.Output(variable, graph.Cast(outputs, OnnxType.Single), 1);
        }
        else
        {
            var best = graph.Node("ArgMax", OnnxType.Int64, [outputs], OnnxAttribute.Of("axis", 1), OnnxAttribute.Of("keepdims", 0));
            graph.Output(label, graph.Node("Gather", OnnxType.Text, [graph.Constant(model.Classes, model.Classes.Count), best]), 0);
            graph.Output(probabilities, graph.Cast(outputs, OnnxType.Single), model.OutputCount);
        }
        graph.Save(stream, "model", $"Predicts {model.TargetName}.", Metadata(model));
    }

    /// <summary>The weighted mean of the members' outputs, calibrated.</summary>
    private static OnnxValue Outputs(OnnxGraph graph, OnnxPreparation preparation, Model model)
    {
        var weightSum = model.Members.Sum(member => member.Weight);
        OnnxValue? sum = null;
        foreach (var member in model.Members)
        {
            var own = OnnxPredictors.Add(graph, member.Predictor, preparation.Add(member.Preparation));
            var weighted = model.Members.Count == 1 ? own : graph.Multiply(own, graph.Number(member.Weight / weightSum));
            sum = sum is { } others ? graph.Add(others, weighted) : weighted;
        }
        return model.Calibrator is { } calibrator ? OnnxCalibration.Add(graph, calibrator, sum!.Value) : sum!.Value;
    }

    private static IEnumerable<KeyValuePair<string, string>> Metadata(Model model) =>
    [
        new("target", model.TargetName),
        new("task", model.Task.ToString().ToLowerInvariant()),
        new("classes", System.Text.Json.JsonSerializer.Serialize(model.Classes)),
        new("estimator", model.Info.Estimator),
        new("data_fingerprint", model.Info.DataFingerprint),
    ];
}
