using Escale.Learning.Metrics;
using FsCheck;
using FsCheck.Fluent;

namespace Escale.Learning.Tests.Metrics;

public sealed class MetricPropertyTests
{
    [Fact]
    public void The_order_of_rows_does_not_matter_and_a_loss_is_a_number_not_below_zero()
    {
        ForTables((target, outputs, random) =>
        {
            var order = Enumerable.Range(0, target.RowCount).ToArray();
            random.Shuffle(order);
            var weights = order.Select(_ => random.NextDouble() + 0.1).ToArray();
            var width = target.OutputCount;
            var shuffled = order.SelectMany(row => outputs.AsSpan(row * width, width).ToArray()).ToArray();
            foreach (var metric in Metric.All.Where(metric => metric.Supports(target.Task)))
            {
                if (metric.TryScore(target, outputs, weights, out var score))
                {
                    // A root turns the last bit of a sum that should be nothing (1e-17) into 4e-9: metrics with one are equal to the root of what sums are.
                    Assert.Equal(score, metric.Score(target.Rows(order), shuffled, [.. order.Select(row => weights[row])]), 1e-7);
                    Assert.True(metric.ToLoss(score) >= 0 && double.IsFinite(score), metric.Name);
                }
            }
        });
    }

    [Fact]
    public void Ranking_is_by_order_alone_and_turning_it_round_turns_the_area_round()
    {
        ForTables((target, outputs, _) =>
        {
            if (target.Task == LearningTask.Binary && Metric.RocAuc.TryScore(target, outputs, default, out var area))
            {
                var cubed = Enumerable.Range(0, target.RowCount).SelectMany(row => Math.Pow(outputs[2 * row + 1], 3) is var p ? new[] { 1 - p, p } : []).ToArray();
                Assert.Equal(area, Metric.RocAuc.Score(target, cubed), 1e-12);
                Assert.Equal(Metric.AveragePrecision.Score(target, outputs), Metric.AveragePrecision.Score(target, cubed), 1e-12);
                Assert.Equal(1 - area, Metric.RocAuc.Score(target, [.. Enumerable.Range(0, outputs.Length).Select(at => outputs[at ^ 1])]), 1e-12);
            }
        });
    }

    [Fact]
    public void Scaling_all_weights_changes_nothing()
    {
        ForTables((target, outputs, random) =>
        {
            var weights = Enumerable.Range(0, target.RowCount).Select(_ => random.NextDouble()).ToArray();
            foreach (var metric in Metric.All.Where(metric => metric.Supports(target.Task)))
            {
                if (metric.TryScore(target, outputs, weights, out var score))
                {
                    Assert.Equal(score, metric.Score(target, outputs, [.. weights.Select(weight => 1024 * weight)]), 1e-9);
                }
            }
        });
    }

    private static void ForTables(Action<Target, double[], Random> check) => Prop.ForAll(Gen.Choose(0, 1_000_000).Zip(Gen.Choose(0, 3)).ToArbitrary(), choice =>
    {
        var random = new Random(choice.Item1);
        var (rows, classes) = (random.Next(1, 40), choice.Item2 is 0 or 1 ? 0 : choice.Item2);
        var digits = random.Next(1, 4); // few digits make ties
        double[] Row()
        {
            var parts = Enumerable.Range(0, classes).Select(_ => Math.Round(random.NextDouble(), digits) + 0.01).ToArray();
            return [.. parts.Select(part => part / parts.Sum())];
        }
        if (classes == 0)
        {
            check(Target.OfNumbers([.. Enumerable.Range(0, rows).Select(_ => Math.Round(random.NextDouble(), digits) + 1)]), [.. Enumerable.Range(0, rows).Select(_ => 3 * random.NextDouble())], random);
            return;
        }
        var outputs = Enumerable.Range(0, rows).SelectMany(_ => Row()).ToArray();
        check(Target.OfClasses([.. Enumerable.Range(0, rows).Select(_ => random.Next(classes))], new[] { "a", "b", "c" }[..classes]), outputs, random);
    }).AlwaysHolds();
}
