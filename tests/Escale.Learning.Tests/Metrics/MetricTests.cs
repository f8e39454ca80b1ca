using Escale.Learning.Metrics;
using Escale.Learning.Tests.Fixtures;

namespace Escale.Learning.Tests.Metrics;

public sealed class MetricTests
{
    private static readonly Fixture _fixture = Fixture.Read("metrics");

    internal static Target TargetOf(Fixture of, int classes) => classes == 0
        ? Target.OfNumbers(of["truth"].Doubles)
        : Target.OfClasses(of["truth"].Ints, [.. Enumerable.Range(0, classes).Select(at => "c" + at)]);

    [Theory]
    [InlineData("binary", 2)]
    [InlineData("extreme", 2)]
    [InlineData("multiclass", 4)]
    [InlineData("regression", 0)]
    public void Scores_are_those_of_scikit_learn(string name, int classes)
    {
        var of = _fixture[name];
        var (target, outputs) = (TargetOf(of, classes), of["outputs"].Doubles);
        foreach (var (key, weights) in new[] { ("plain", []), ("weighted", of["weights"].Doubles) })
        {
            foreach (var (metricName, expected) in of[key].Members)
            {
                var metric = metricName.StartsWith("pinball", StringComparison.Ordinal) ? Metric.Pinball(metricName == "pinball 0.5" ? 0.5 : 0.9) : Metric.ByName(metricName);
                var score = metric.Score(target, outputs, weights);
                Assert.True(Math.Abs(expected.Double - score) < 1e-12 * Math.Max(1, Math.Abs(score)), $"{key} {metricName}: {score} where {expected.Double} belongs");
            }
        }
    }

    [Fact]
    public void Every_metric_without_parameters_is_checked()
    {
        var known = new[] { "binary", "regression" }.SelectMany(name => _fixture[name]["plain"].Members.Select(member => member.Name));
        Assert.Empty(Metric.All.Select(metric => metric.Name).Except(known));
    }

    [Fact]
    public void Weights_that_are_whole_numbers_are_rows_repeated()
    {
        var random = new Random(3);
        foreach (var classes in new[] { 0, 2, 3 })
        {
            var truth = Enumerable.Range(0, 40).Select(_ => random.Next(Math.Max(2, classes))).ToArray();
            var times = truth.Select(_ => random.Next(4)).ToArray();
            var width = Math.Max(1, classes);
            var outputs = Enumerable.Range(0, 40 * width).Select(_ => Math.Round(random.NextDouble(), 1)).ToArray();
            var rows = Enumerable.Range(0, 40).SelectMany(row => Enumerable.Repeat(row, times[row])).ToArray();
            var target = classes == 0 ? Target.OfNumbers([.. truth.Select(value => value + 1.0)]) : Target.OfClasses(truth, new[] { "a", "b", "c" }[..classes]);
            var repeated = rows.SelectMany(row => outputs.AsSpan(row * width, width).ToArray()).ToArray();
            foreach (var metric in Metric.All.Where(metric => metric.Supports(target.Task)))
            {
                Assert.Equal(metric.Score(target.Rows(rows), repeated), metric.Score(target, outputs, [.. times.Select(count => (double)count)]), 1e-12);
            }
        }
    }

    [Fact]
    public void A_perfect_model_has_no_loss_and_a_loss_is_never_below_zero()
    {
        var classes = Target.OfClasses([0, 1, 2, 1], ["a", "b", "c"]);
        double[] perfect = [1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 1, 0];
        double[] worst = [0, 1, 0, 1, 0, 0, 1, 0, 0, 0, 0, 1];
        Assert.All(Metric.All.Where(metric => metric.Supports(LearningTask.Multiclass)), metric =>
        {
            Assert.Equal(0, metric.Loss(classes, perfect), 1e-12);
            Assert.True(metric.Loss(classes, worst) > 0.3, metric.Name);
        });
        var numbers = Target.OfNumbers([1, 2, 4]);
        Assert.All(Metric.All.Where(metric => metric.Supports(LearningTask.Regression)), metric => Assert.Equal(0, metric.Loss(numbers, [1, 2, 4]), 1e-12));
    }

    [Fact]
    public void Rows_of_one_class_have_no_area_under_the_curve_and_it_is_said()
    {
        var target = Target.OfClasses([1, 1], ["no", "yes"]);
        Assert.Equal("learning.metric-undefined", Assert.Throws<LearningException>(() => Metric.RocAuc.Score(target, [0.2, 0.8, 0.4, 0.6])).Code);
        Assert.False(Metric.RocAuc.TryScore(target, [0.2, 0.8, 0.4, 0.6], default, out _));
        Assert.Equal("learning.metric-undefined", Assert.Throws<LearningException>(() => Metric.Rmsle.Score(Target.OfNumbers([-1]), [2])).Code);
    }

    [Fact]
    public void Classes_without_rows_do_not_count_for_the_mean_area()
    {
        var three = Target.OfClasses([0, 1, 0, 1], ["a", "b", "c"]);
        Assert.Equal(1, Metric.RocAuc.Score(three, [.8, .1, .1, .2, .7, .1, .6, .3, .1, .1, .8, .1]));
    }

    [Fact]
    public void A_constant_target_has_an_r_squared_of_one_or_zero()
    {
        var target = Target.OfNumbers([3, 3, 3]);
        Assert.Equal(1, Metric.R2.Score(target, [3, 3, 3]));
        Assert.Equal(0, Metric.R2.Score(target, [3, 3, 4]));
    }

    [Fact]
    public void Wrong_input_is_named()
    {
        var target = Target.OfNumbers([1, 2]);
        Assert.Equal("learning.output-not-finite", Assert.Throws<LearningException>(() => Metric.Rmse.Score(target, [1, double.NaN])).Code);
        Assert.Equal("learning.bad-weight", Assert.Throws<LearningException>(() => Metric.Rmse.Score(target, [1, 2], [1, -1])).Code);
        Assert.Equal("learning.bad-weight", Assert.Throws<LearningException>(() => Metric.Rmse.Score(target, [1, 2], [0, 0])).Code);
        Assert.Equal("learning.metric-not-supported", Assert.Throws<LearningException>(() => Metric.RocAuc.Score(target, [1, 2])).Code);
        Assert.Equal("learning.metric-unknown", Assert.Throws<LearningException>(() => Metric.ByName("nonsense")).Code);
        Assert.Throws<ArgumentOutOfRangeException>(() => Metric.Rmse.Score(target, [1]));
        Assert.Same(Metric.RocAuc, Metric.ByName("roc_auc"));
    }
}
