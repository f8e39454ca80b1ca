using Escale.Learning.Metrics;
using Escale.Learning.Tests.Fixtures;

namespace Escale.Learning.Tests.Metrics;

public sealed class CurveTests
{
    private static readonly Fixture _fixture = Fixture.Read("metrics");
    private static readonly Fixture _binary = _fixture["binary"];

    private static void AssertClose(double[] expected, IEnumerable<double> actual)
    {
        var values = actual.ToArray();
        Assert.Equal(expected.Length, values.Length);
        Assert.All(values.Index(), item => Assert.Equal(expected[item.Index], item.Item, 1e-12));
    }

    [Theory]
    [InlineData("plain")]
    [InlineData("weighted")]
    public void Curves_are_those_of_scikit_learn(string key)
    {
        var (target, weights) = (MetricTests.TargetOf(_binary, 2), key == "plain" ? [] : _binary["weights"].Doubles);
        var curve = RankingCurve.Of(target, _binary["outputs"].Doubles, null, weights);
        var (roc, pr) = (_binary[key + "_roc"], _binary[key + "_pr"]);
        AssertClose(roc["fpr"].Doubles, curve.Points.Skip(1).Select(point => point.FalsePositiveRate));
        AssertClose(roc["tpr"].Doubles, curve.Points.Skip(1).Select(point => point.TruePositiveRate));
        AssertClose(roc["threshold"].Doubles, curve.Points.Skip(1).Select(point => point.Threshold));
        AssertClose(pr["precision"].Doubles, curve.Points.Reverse().Select(point => point.Precision));
        AssertClose(pr["recall"].Doubles, curve.Points.Reverse().Select(point => point.TruePositiveRate));
        Assert.Equal(_binary[key]["ROC AUC"].Double, curve.Area, 1e-12);
        Assert.Equal(_binary[key]["average precision"].Double, curve.AveragePrecision, 1e-12);
    }

    [Theory]
    [InlineData("binary", 2)]
    [InlineData("multiclass", 4)]
    public void Confusion_is_that_of_scikit_learn(string name, int classes)
    {
        var of = _fixture[name];
        foreach (var (key, weights) in new[] { ("plain", []), ("weighted", of["weights"].Doubles) })
        {
            var target = MetricTests.TargetOf(of, classes);
            var matrix = ConfusionMatrix.Of(target, of["outputs"].Doubles, weights);
            AssertClose(of[key + "_confusion"].Doubles, Enumerable.Range(0, classes * classes).Select(at => matrix[at / classes, at % classes]));
            Assert.Equal(of[key]["macro F1"].Double, matrix.Report().Average(report => report.F1), 1e-12);
        }
    }

    [Theory]
    [InlineData(BinKind.Uniform)]
    [InlineData(BinKind.Quantile)]
    public void Reliability_is_that_of_scikit_learn(BinKind kind)
    {
        var expected = _binary["reliability_" + (kind == BinKind.Uniform ? "uniform" : "quantile")];
        var curve = ReliabilityCurve.Of(MetricTests.TargetOf(_binary, 2), _binary["outputs"].Doubles, bins: 5, kind: kind);
        AssertClose(expected["true"].Doubles, curve.Bins.Select(bin => bin.Observed));
        AssertClose(expected["predicted"].Doubles, curve.Bins.Select(bin => bin.Predicted));
        Assert.Equal(80, curve.Bins.Sum(bin => bin.Weight));
        Assert.Equal(curve.Bins.Sum(bin => bin.Weight * Math.Abs(bin.Observed - bin.Predicted)) / 80, curve.ExpectedError, 1e-12);
    }

    [Fact]
    public void A_gain_table_counts_what_the_likeliest_rows_hold()
    {
        var target = Target.OfClasses([1, 1, 0, 1, 0, 0, 0, 1, 0, 0], ["no", "yes"]);
        double[] outputs = [.. Enumerable.Range(0, 10).SelectMany(row => new[] { row / 10.0, 1 - row / 10.0 })];
        var steps = GainTable.Of(target, outputs, parts: 5).Steps;
        Assert.Equal([0.2, 0.4, 0.6, 0.8, 1], steps.Select(step => Math.Round(step.RowShare, 12)));
        Assert.Equal([1, 0.5, 0, 0.5, 0], steps.Select(step => step.PositiveRate));
        Assert.Equal([0.5, 0.75, 0.75, 1, 1], steps.Select(step => step.FoundShare));
        Assert.Equal(2.5, steps[0].Lift, 1e-12);
        Assert.Equal(1, steps[^1].Lift, 1e-12);
        var tied = Assert.Single(GainTable.Of(target, [.. Enumerable.Repeat(0.5, 20)]).Steps);
        Assert.Equal((1, 0.4), (tied.RowShare, tied.PositiveRate));
    }

    [Fact]
    public void A_curve_for_drawing_keeps_its_ends_and_its_area()
    {
        var random = new Random(1);
        var target = Target.OfClasses([.. Enumerable.Range(0, 5000).Select(row => row % 2)], ["no", "yes"]);
        double[] outputs = [.. Enumerable.Range(0, 5000).SelectMany(row => (1 - 0.5 * random.NextDouble() - 0.3 * (row % 2)) is var no ? new[] { no, 1 - no } : [])];
        var (all, few) = (RankingCurve.Of(target, outputs), RankingCurve.Of(target, outputs, mostPoints: 100));
        Assert.InRange(few.Points.Count, 50, 101);
        Assert.Equal((all.Points[0], all.Points[^1], all.Area), (few.Points[0], few.Points[^1], few.Area));
    }
}
