using Escale.Learning.Boosting;

namespace Escale.Learning.Tests.Boosting;

public sealed class ObjectiveTests
{
    public static TheoryData<string> Names => [.. All.Select(objective => objective.Name)];

    private static Objective[] All =>
    [
        new SquaredObjective(), new AbsoluteObjective(), new QuantileObjective(0.3), new HuberObjective(1.5), new PoissonObjective(), new TweedieObjective(1.4), new LogisticObjective(),
    ];

    [Theory]
    [MemberData(nameof(Names))]
    public void First_derivatives_are_those_of_the_loss(string name)
    {
        var objective = All.Single(objective => objective.Name == name);
        var (random, gradient, hessian) = (new Random(1), new float[1], objective.HasConstantHessian ? [] : new float[1]);
        for (var repeat = 0; repeat < 200; repeat++)
        {
            var (score, target) = (random.NextDouble() * 4 - 2, objective is LogisticObjective ? random.Next(2) : random.NextDouble() * 5);
            objective.Derive([score], [target], [], gradient, hessian);
            const double Step = 1e-5;
            var slope = (objective.Loss([score + Step], target) - objective.Loss([score - Step], target)) / (2 * Step);
            Assert.Equal(slope, gradient[0], 1e-3);
            Assert.True(Math.Abs(gradient[0]) <= objective.GradientBound * 1.0001);
            Assert.All(hessian, value => Assert.InRange(value, 0, objective.HessianBound * 1.0001));
        }
    }

    [Fact]
    public void Derivatives_of_softmax_are_those_of_the_loss_and_sum_to_nothing()
    {
        var (objective, random, gradients, hessians) = (new SoftmaxObjective(), new Random(2), new float[4], new float[4]);
        for (var repeat = 0; repeat < 100; repeat++)
        {
            var (scores, target) = (Enumerable.Range(0, 4).Select(_ => random.NextDouble() * 6 - 3).ToArray(), random.Next(4));
            objective.Derive(scores, [target], [], gradients, hessians);
            Assert.Equal(0, gradients.Sum(), 1e-5);
            for (var at = 0; at < 4; at++)
            {
                var (more, less) = ((double[])scores.Clone(), (double[])scores.Clone());
                (more[at], less[at]) = (more[at] + 1e-5, less[at] - 1e-5);
                Assert.Equal((objective.Loss(more, target) - objective.Loss(less, target)) / 2e-5, gradients[at], 1e-3);
                Assert.InRange(hessians[at], 0, objective.HessianBound);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_loss_is_lowered_on_the_rows_it_learns_from(string name)
    {
        var objective = All.Single(objective => objective.Name == name);
        var random = new Random(3);
        var x = Enumerable.Range(0, 800).Select(_ => (float)random.NextDouble() * 6).ToArray();
        var y = x.Select(value => objective is LogisticObjective ? (value > 3 ? 1.0 : 0) : Math.Floor(value + 3 * random.NextDouble())).ToArray();
        var target = objective is LogisticObjective ? Target.OfClasses([.. y.Select(value => (int)value)], ["0", "1"]) : Target.OfNumbers(y);
        var options = new FitOptions { Validation = new ValidationRows(FeatureMatrix.OfNumbers(x), target) };
        var fit = new GradientBoosting { Objective = objective, Trees = 40 }.Train(FeatureMatrix.OfNumbers(x), target, options: options);
        for (var round = 1; round < fit.ValidationLosses.Count; round++)
        {
            Assert.True(fit.ValidationLosses[round] <= fit.ValidationLosses[round - 1] + 1e-3);
        }
        Assert.True(fit.ValidationLosses[^1] < fit.ValidationLosses[0]);
        Assert.All(fit.Predictor.Predict(FeatureMatrix.OfNumbers(x)), output => Assert.True(double.IsFinite(output)));
    }

    [Fact]
    public void A_quantile_is_above_its_share_of_targets()
    {
        var random = new Random(4);
        var x = Enumerable.Range(0, 5_000).Select(_ => (float)random.NextDouble()).ToArray();
        var y = x.Select(value => value * 10 + (1 + value) * random.NextDouble()).ToArray();
        foreach (var level in new[] { 0.1, 0.5, 0.9 })
        {
            var outputs = new GradientBoosting { Objective = new QuantileObjective(level), MinLeafRows = 50 }.Fit(FeatureMatrix.OfNumbers(x), Target.OfNumbers(y)).Predict(FeatureMatrix.OfNumbers(x));
            Assert.InRange(y.Zip(outputs).Average(pair => pair.First <= pair.Second ? 1.0 : 0), level - 0.03, level + 0.03);
        }
    }

    [Fact]
    public void Counts_cannot_be_negative()
    {
        var boosting = new GradientBoosting { Objective = new PoissonObjective() };
        var exception = Assert.Throws<LearningException>(() => boosting.Fit(FeatureMatrix.OfNumbers([1, 2f]), Target.OfNumbers([1, -1.0])));
        Assert.Equal("learning.target-out-of-range", exception.Code);
        Assert.Contains("row 2", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_loss_of_ones_own_works_like_those_that_are_here()
    {
        var random = new Random(5);
        var x = Enumerable.Range(0, 500).Select(_ => (float)random.NextDouble()).ToArray();
        var target = Target.OfNumbers([.. x.Select(value => Math.Sin(6 * value))]);
        var boosting = new GradientBoosting { Trees = 20, MinLeafRows = 5, MinLeafHessian = 0 };
        var own = (boosting with { Objective = new OwnSquared() }).Fit(FeatureMatrix.OfNumbers(x), target).Predict(FeatureMatrix.OfNumbers(x));
        var ours = boosting.Fit(FeatureMatrix.OfNumbers(x), target).Predict(FeatureMatrix.OfNumbers(x));
        Assert.True(own.Zip(ours).Average(pair => Math.Abs(pair.First - pair.Second)) < 0.01);
    }

    [Fact]
    public void Weighted_quantiles_lie_where_the_weight_does()
    {
        Assert.Equal(2.5, WeightedQuantile.Of([4, 1, 3, 2], [], 0.5));
        Assert.Equal(3, WeightedQuantile.Of([5, 1, 3], [], 0.5));
        Assert.Equal(9, WeightedQuantile.Of([9, 1, 2], [5, 1, 1], 0.5));
        Assert.Equal(1.5, WeightedQuantile.Of([1, 2, 7], [2, 2, 0], 0.5));
        Assert.Equal(1, WeightedQuantile.Of([1, 2], [], 0));
        Assert.Equal(2, WeightedQuantile.Of([1, 2], [], 1));
    }

    private sealed record OwnSquared : Objective
    {
        public override string Name => "own";

        public override void Start(ReadOnlySpan<double> targets, ReadOnlySpan<double> weights, Span<double> start)
        {
            start.Clear();
            foreach (var target in targets)
            {
                start[0] += target / targets.Length;
            }
        }

        public override void Derive(ReadOnlySpan<double> scores, ReadOnlySpan<double> targets, ReadOnlySpan<double> weights, Span<float> gradients, Span<float> hessians)
        {
            for (var row = 0; row < targets.Length; row++)
            {
                (gradients[row], hessians[row]) = ((float)(scores[row] - targets[row]), 1);
            }
        }

        public override double Loss(ReadOnlySpan<double> scores, double target) => (scores[0] - target) * (scores[0] - target) / 2;
    }
}
