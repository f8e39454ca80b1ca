using Escale.Learning.Metrics;
using Escale.Learning.Tests.Fixtures;

namespace Escale.Learning.Tests.Metrics;

public sealed class MetricIntervalTests
{
    [Fact]
    public void The_same_seed_gives_the_same_interval_for_any_number_of_threads()
    {
        var of = Fixture.Read("metrics")["binary"];
        var (target, outputs) = (MetricTests.TargetOf(of, 2), of["outputs"].Doubles);
        var options = new IntervalOptions { Seed = 5, Resamples = 200 };
        var one = Metric.RocAuc.Interval(target, outputs, default, options);
        Assert.Equal(one, Metric.RocAuc.Interval(target, outputs, default, options with { Threads = 3 }));
        Assert.NotEqual(one, Metric.RocAuc.Interval(target, outputs, default, options with { Seed = 6 }));
        Assert.Equal(Metric.RocAuc.Score(target, outputs), one.Estimate);
        Assert.InRange(one.Estimate, one.Lower, one.Upper);
    }

    [Theory]
    [InlineData(BootstrapMethod.Percentile)]
    [InlineData(BootstrapMethod.Bca)]
    public void An_interval_holds_the_true_mean_error_about_as_often_as_it_says(BootstrapMethod method)
    {
        // Absolute errors are exponential with mean 1.
        var (random, held) = (new Random(1), 0);
        for (var experiment = 0; experiment < 200; experiment++)
        {
            var errors = Enumerable.Range(0, 60).Select(_ => -Math.Log(1 - random.NextDouble())).ToArray();
            var interval = Metric.Mae.Interval(Target.OfNumbers(errors), new double[60], default, new() { Method = method, Resamples = 200, Seed = experiment, Level = 0.9 });
            held += interval.Lower <= 1 && interval.Upper >= 1 ? 1 : 0;
        }
        Assert.InRange(held, 165, 195);
    }

    [Fact]
    public void Whole_groups_are_drawn_when_rows_come_in_groups()
    {
        // Ten rows of a group are all alike: as many groups as independent rows, so the interval must be wider than that of 200 independent rows.
        var random = new Random(2);
        var values = Enumerable.Range(0, 20).Select(_ => random.NextDouble()).SelectMany(value => Enumerable.Repeat(value, 10)).ToArray();
        var groups = Enumerable.Range(0, 200).Select(row => row / 10).ToArray();
        var alone = Metric.Mae.Interval(Target.OfNumbers(values), new double[200]);
        var together = Metric.Mae.Interval(Target.OfNumbers(values), new double[200], default, new() { Groups = groups });
        Assert.InRange((together.Upper - together.Lower) / (alone.Upper - alone.Lower), 2, 4.5);
    }

    [Fact]
    public void Delong_areas_and_variances_are_those_of_the_definition()
    {
        var (of, delong) = (Fixture.Read("metrics")["binary"], Fixture.Read("metrics")["delong"]);
        var target = MetricTests.TargetOf(of, 2);
        var second = delong["second"].Doubles.SelectMany(p => new[] { 1 - p, p }).ToArray();
        var (areas, covariance) = (delong["areas"].Doubles, delong["covariance"].Doubles);
        var result = DeLong.Compare(target, of["outputs"].Doubles, second);
        Assert.Equal(areas[0], result.First, 1e-12);
        Assert.Equal(areas[1], result.Second, 1e-12);
        var deviation = Math.Sqrt(covariance[0] + covariance[3] - 2 * covariance[1]);
        Assert.Equal(areas[0] - areas[1] + 1.959963984540054 * deviation, result.Difference.Upper, 1e-9);
        var alone = DeLong.Interval(target, of["outputs"].Doubles);
        Assert.Equal(areas[0] - 1.959963984540054 * Math.Sqrt(covariance[0]), alone.Lower, 1e-9);
    }

    [Fact]
    public void Comparing_a_model_with_itself_finds_no_difference_and_with_a_worse_one_finds_it()
    {
        var random = new Random(4);
        var truth = Enumerable.Range(0, 300).Select(_ => random.NextDouble()).ToArray();
        var (good, bad) = (truth.Select(value => value + 0.1 * random.NextDouble()).ToArray(), truth.Select(value => value + 0.5 * random.NextDouble()).ToArray());
        var target = Target.OfNumbers(truth);
        var same = Metric.Rmse.Compare(target, good, good);
        Assert.Equal((0, 0, 0, 1), (same.Difference.Estimate, same.Difference.Lower, same.Difference.Upper, same.PValue));
        var other = Metric.Rmse.Compare(target, good, bad);
        Assert.True(other.Difference.Upper < 0);
        Assert.True(other.PValue < 0.01);
        Assert.Equal(other.First - other.Second, other.Difference.Estimate, 1e-12);
    }

    [Fact]
    public void The_normal_distribution_is_right_in_the_middle_and_the_tails()
    {
        Assert.Equal(0.9750021048517795, Normal.Below(1.96), 1e-14);
        Assert.Equal(-3.090232306167813, Normal.Quantile(0.001), 1e-10);
        Assert.Equal(1.2815515655446004, Normal.Quantile(0.9), 1e-12);
    }
}
