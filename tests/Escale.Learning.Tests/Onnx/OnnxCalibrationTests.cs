using Escale.Learning.Calibration;
using Escale.Learning.Onnx;

namespace Escale.Learning.Tests.Onnx;

public sealed class OnnxCalibrationTests
{
    [Theory]
    [InlineData("platt", 2)]
    [InlineData("platt", 4)]
    [InlineData("isotonic", 2)]
    [InlineData("isotonic", 3)]
    [InlineData("temperature", 2)]
    [InlineData("temperature", 5)]
    public void Exported_calibrators_answer_as_ours(string name, int classes)
    {
        for (var seed = 0; seed < 6; seed++)
        {
            var (target, outputs) = Rows(classes, rows: seed == 0 ? 3 : 400, new Random(seed));
            Calibrator calibrator = name switch
            {
                "platt" => PlattCalibrator.Fit(target, outputs),
                "isotonic" => IsotonicCalibrator.Fit(target, outputs),
                _ => TemperatureCalibrator.Fit(target, outputs),
            };
            AssertSame(calibrator, outputs);
            AssertSame(calibrator, Rows(classes, 300, new Random(100 + seed)).Outputs);
            AssertSame(calibrator, [.. Enumerable.Range(0, classes * classes).Select(at => at / classes == at % classes ? 1.0 : 0.0)]);
        }
    }

    private static (Target Target, double[] Outputs) Rows(int classes, int rows, Random random)
    {
        var outputs = new double[rows * classes];
        var truths = new int[rows];
        for (var row = 0; row < rows; row++)
        {
            var own = outputs.AsSpan(row * classes, classes);
            for (var at = 0; at < classes; at++)
            {
                own[at] = Math.Pow(random.NextDouble(), 3) + 1e-6;
            }
            var sum = own[0];
            for (var at = 1; at < classes; at++)
            {
                sum += own[at];
            }
            for (var at = 0; at < classes; at++)
            {
                own[at] = Math.Round(own[at] / sum, 3);
            }
            truths[row] = random.NextDouble() < own[0] ? 0 : random.Next(classes);
        }
        return (Target.OfClasses(truths, [.. Enumerable.Range(0, classes).Select(at => "class " + at)]), outputs);
    }

    private static void AssertSame(Calibrator calibrator, double[] outputs)
    {
        Assert.SkipUnless(OnnxRuntime.IsThere, "ONNX Runtime's package has no library for this platform.");
        var graph = new OnnxGraph();
        graph.Output("calibrated", OnnxCalibration.Add(graph, calibrator, graph.Input("outputs", OnnxType.Double, calibrator.OutputCount)), calibrator.OutputCount);
        using var stream = new MemoryStream();
        graph.Save(stream, "calibrator", "", []);
        using var session = new OnnxSession(stream.ToArray());
        var inputs = new Dictionary<string, OnnxTensorData> { ["outputs"] = new(outputs, outputs.Length / calibrator.OutputCount, calibrator.OutputCount) };
        var theirs = session.Run(inputs, "calibrated")[0].Doubles;
        var ours = outputs.ToArray();
        calibrator.ApplyAll(ours);
        for (var at = 0; at < ours.Length; at++)
        {
            Assert.Equal(ours[at], theirs[at], 1e-9);
        }
    }
}
