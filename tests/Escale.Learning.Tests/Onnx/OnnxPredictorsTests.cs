using Escale.Learning.Onnx;
using Escale.Learning.Tests.Conformance;

namespace Escale.Learning.Tests.Onnx;

/// <summary>Every estimator of the conformance suite, exported and run by ONNX Runtime.</summary>
public sealed class OnnxPredictorsTests
{
    public static TheoryData<string, LearningTask> Cases
    {
        get
        {
            var cases = new TheoryData<string, LearningTask>();
            foreach (var subject in Subject.All)
            {
                foreach (var task in Enum.GetValues<LearningTask>().Where(subject.Estimator.Supports))
                {
                    cases.Add(subject.Name, task);
                }
            }
            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void The_exported_predictor_answers_as_ours(string name, LearningTask task)
    {
        var subject = Subject.Of(name);
        var (features, target) = Samples.Table(task, subject.Estimator.Style, isAmount: subject.IsForAmounts);
        var (others, _) = Samples.Table(task, subject.Estimator.Style, rows: 500, seed: 2, isAmount: subject.IsForAmounts);
        var predictor = subject.Estimator.Fit(features, target);
        AssertSame(predictor, features);
        AssertSame(predictor, others);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_predictor_without_features_is_exported_too(string name, LearningTask task)
    {
        var subject = Subject.Of(name);
        var (_, target) = Samples.Table(task, subject.Estimator.Style, isAmount: subject.IsForAmounts);
        AssertSame(subject.Estimator.Fit(new FeatureMatrix([], [], target.RowCount), target), new FeatureMatrix([], [], 3));
    }

    private static void AssertSame(Predictor predictor, FeatureMatrix features)
    {
        Assert.SkipUnless(OnnxRuntime.IsThere, "ONNX Runtime's package has no library for this platform.");
        var (graph, width) = (new OnnxGraph(), Math.Max(1, features.FeatureCount));
        graph.Output("outputs", OnnxPredictors.Add(graph, predictor, graph.Input("features", OnnxType.Single, width)), predictor.OutputCount);
        using var stream = new MemoryStream();
        graph.Save(stream, "predictor", "", []);
        using var session = new OnnxSession(stream.ToArray());
        var rows = new float[features.RowCount * width];
        for (var row = 0; row < features.RowCount; row++)
        {
            features.CopyRow(row, rows.AsSpan(row * width, features.FeatureCount));
        }
        var inputs = new Dictionary<string, OnnxTensorData> { ["features"] = new(rows, features.RowCount, width) };
        var outputs = session.Run(inputs, "outputs")[0].Doubles;
        var expected = predictor.Predict(features);
        Assert.Equal(expected.Length, outputs.Count);
        for (var at = 0; at < expected.Length; at++)
        {
            Assert.Equal(expected[at], outputs[at], 1e-6 * Math.Max(1, Math.Abs(expected[at])));
        }
    }
}
