using Escale.Learning.Calibration;
using Escale.Learning.Metrics;

namespace Escale.Learning.Tests.Calibration;

public sealed class DecisionTests
{
    [Fact]
    public void The_chosen_threshold_is_the_best_of_all()
    {
        var random = new Random(2);
        for (var experiment = 0; experiment < 20; experiment++)
        {
            var truth = Enumerable.Range(0, 40).Select(_ => random.Next(2)).ToArray();
            var positive = truth.Select(label => Math.Round(0.6 * random.NextDouble() + 0.3 * label, 1 + experiment % 2)).ToArray();
            var weights = truth.Select(_ => experiment % 3 == 0 ? 1 : random.NextDouble()).ToArray();
            var (target, outputs) = (Target.OfClasses(truth, ["no", "yes"]), Pairs(positive));
            var costs = CostMatrix.OfTwo(1, 3);
            var all = positive.Append(2).Select(threshold => Pairs([.. positive.Select(p => p >= threshold ? 1.0 : 0)])).ToArray();
            foreach (var metric in new[] { Metric.Accuracy, Metric.BalancedAccuracy, Metric.F1, Metric.MacroF1, Metric.Mcc })
            {
                var choice = Thresholds.ByMetric(metric, target, outputs, weights);
                Assert.Equal(all.Max(decided => metric.Score(target, decided, weights)), choice.Score, 1e-12);
                Assert.Equal(choice.Score, metric.Score(target, Decided(positive, choice), weights), 1e-12);
            }
            var cheapest = Thresholds.ByCost(costs, target, outputs, weights);
            Assert.Equal(all.Min(decided => costs.MeanCost(target, decided, weights)), cheapest.Score, 1e-12);
            Assert.Equal(cheapest.Score, costs.MeanCost(target, Decided(positive, cheapest), weights), 1e-12);
        }
    }

    [Fact]
    public void Of_equal_thresholds_one_half_is_taken()
    {
        var target = Target.OfClasses([0, 0, 1, 1], ["no", "yes"]);
        var choice = Thresholds.ByMetric(Metric.F1, target, Pairs([0.1, 0.2, 0.8, 0.9]));
        Assert.Equal(new ThresholdChoice(0.5, 1, 0.5), choice);
    }

    [Fact]
    public void Decisions_cost_least_and_agree_with_the_threshold()
    {
        var costs = CostMatrix.OfTwo(falsePositive: 1, falseNegative: 4);
        Assert.Equal(0.2, costs.Threshold, 1e-15);
        Assert.Equal(1, costs.Decide([0.79, 0.21]));
        Assert.Equal(0, costs.Decide([0.81, 0.19]));
        Assert.Equal(0, new CostMatrix(new double[,] { { 1, 0 }, { 2, -1 } }).Threshold);
        Assert.Equal(double.PositiveInfinity, new CostMatrix(new double[,] { { 0, 1 }, { 1, 2 } }).Threshold);
        var three = new CostMatrix(new double[,] { { 0, 1, 1 }, { 1, 0, 1 }, { 10, 10, 0 } });
        Assert.Equal(2, three.Decide([0.5, 0.3, 0.2]));
        Assert.Equal(0, three.Decide([0.9, 0.09, 0.01]));
    }

    [Fact]
    public void Senseless_costs_are_refused()
    {
        Assert.Equal("learning.bad-setting", Assert.Throws<LearningException>(() => new CostMatrix(new double[2, 3])).Code);
        Assert.Equal("learning.bad-setting", Assert.Throws<LearningException>(() => new CostMatrix(new[,] { { 0, double.NaN }, { 1, 0 } })).Code);
        Assert.Equal("learning.bad-setting", Assert.Throws<LearningException>(() => new CostMatrix(new double[,] { { 1, 0 }, { 0, 1 } }).Threshold).Code);
        Assert.Equal("learning.metric-not-supported", Assert.Throws<LearningException>(() => Thresholds.ByMetric(Metric.RocAuc, Target.OfClasses([0, 1], ["a", "b"]), [1, 0, 0, 1])).Code);
        Assert.Equal("learning.task-not-supported", Assert.Throws<LearningException>(() => Thresholds.ByMetric(Metric.F1, Target.OfNumbers([1]), [1])).Code);
    }

    private static double[] Decided(double[] positive, ThresholdChoice choice) => Pairs([.. positive.Select(p => p >= choice.Threshold ? 1.0 : 0)]);

    private static double[] Pairs(double[] positive) => [.. positive.SelectMany(p => new[] { 1 - p, p })];
}
