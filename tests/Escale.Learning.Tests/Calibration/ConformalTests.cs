using Escale.Learning.Calibration;
using Escale.Learning.Tests.Fixtures;

namespace Escale.Learning.Tests.Calibration;

public sealed class ConformalTests
{
    private const int Repetitions = 300;

    [Theory]
    [InlineData(0.5, true)]
    [InlineData(0.9, true)]
    [InlineData(0.9, false)]
    [InlineData(0.95, true)]
    public void Split_conformal_intervals_cover_what_they_promise(double level, bool isSymmetric)
    {
        var covered = Coverage(random =>
        {
            var (target, outputs) = Skewed(random, 99);
            var intervals = ResidualIntervals.Fit(target, outputs, default, isSymmetric);
            var (test, predicted) = Skewed(random, 50);
            return Held(test, row => intervals.Interval(predicted[row], level));
        });
        Assert.InRange(covered, level - 0.012, level + 0.03);
    }

    [Fact]
    public void Intervals_scaled_by_difficulty_cover_easy_and_hard_rows_alike()
    {
        var (easy, hard) = (0.0, 0.0);
        for (var repetition = 0; repetition < Repetitions; repetition++)
        {
            var random = new Random(repetition);
            double[] difficulty = [.. Enumerable.Range(0, 200).Select(row => row % 2 == 0 ? 1.0 : 10)];
            var target = Target.OfNumbers([.. difficulty.Select(scale => scale * Gauss(random))]);
            var intervals = ResidualIntervals.Fit(target, new double[200], difficulty);
            for (var draw = 0; draw < 20; draw++)
            {
                easy += Holds(intervals.Interval(0, 0.8, 1), Gauss(random)) / (Repetitions * 20.0);
                hard += Holds(intervals.Interval(0, 0.8, 10), 10 * Gauss(random)) / (Repetitions * 20.0);
            }
        }
        Assert.InRange(easy, 0.78, 0.83);
        Assert.InRange(hard, 0.78, 0.83);
    }

    [Theory]
    [InlineData(0.4)]
    [InlineData(3.0)]
    public void Conformalised_quantiles_cover_what_they_promise_whether_they_were_too_narrow_or_too_wide(double halfWidth)
    {
        var covered = Coverage(random =>
        {
            var (target, outputs) = Skewed(random, 99);
            var intervals = QuantileIntervals.Fit(target, [.. outputs.Select(output => output - halfWidth)], [.. outputs.Select(output => output + halfWidth)]);
            var (test, predicted) = Skewed(random, 50);
            return Held(test, row => intervals.Interval(predicted[row] - halfWidth, predicted[row] + halfWidth, 0.9));
        });
        Assert.InRange(covered, 0.888, 0.92);
    }

    [Fact]
    public void Cross_intervals_cover_about_what_they_promise_and_are_those_of_the_definition()
    {
        var covered = Coverage(random =>
        {
            // The model of a fold is the mean of the other folds' rows.
            var truth = Enumerable.Range(0, 60).Select(_ => Gauss(random)).ToArray();
            var foldOf = Enumerable.Range(0, 60).Select(row => row % 5).ToArray();
            var means = Enumerable.Range(0, 5).Select(fold => truth.Where((_, row) => foldOf[row] != fold).Average()).ToArray();
            var target = Target.OfNumbers(truth);
            var intervals = CrossIntervals.Fit(target, [.. foldOf.Select(fold => means[fold])], foldOf);
            var interval = intervals.Interval(means, 0.9);
            var rank = (int)Math.Ceiling(61 * 0.9) - 1;
            Assert.Equal(truth.Select((y, row) => means[foldOf[row]] + Math.Abs(y - means[foldOf[row]])).Order().ElementAt(rank), interval.Upper, 1e-12);
            Assert.Equal(truth.Select((y, row) => means[foldOf[row]] - Math.Abs(y - means[foldOf[row]])).OrderDescending().ElementAt(rank), interval.Lower, 1e-12);
            return Enumerable.Range(0, 50).Average(_ => Holds(interval, Gauss(random)));
        });
        Assert.InRange(covered, 0.875, 0.93);
    }

    [Theory]
    [InlineData(SetKind.LeastAmbiguous)]
    [InlineData(SetKind.Adaptive)]
    public void Prediction_sets_hold_the_true_class_as_often_as_promised(SetKind kind)
    {
        var covered = Coverage(random =>
        {
            var (labels, outputs) = Classes(random, 99);
            var sets = PredictionSets.Fit(Target.OfClasses(labels, ["a", "b", "c"]), outputs, kind);
            var (others, fresh) = Classes(random, 50);
            var isIn = new bool[3];
            return others.Index().Average(item =>
            {
                sets.Set(fresh.AsSpan(item.Index * 3, 3), isIn, 0.9);
                return isIn[item.Item] ? 1.0 : 0;
            });
        });
        Assert.InRange(covered, 0.888, kind == SetKind.Adaptive ? 0.97 : 0.92);
    }

    [Fact]
    public void Too_few_rows_for_a_level_are_said()
    {
        var target = Target.OfNumbers([1, 2, 3, 4, 5, 6, 7, 8]);
        var intervals = ResidualIntervals.Fit(target, new double[8]);
        Assert.Equal("learning.too-few-rows", Assert.Throws<LearningException>(() => intervals.Interval(0, 0.9)).Code);
        Assert.Equal(new PredictionInterval(-8, 8), intervals.Interval(0, 8.0 / 9));
        Assert.Equal("learning.too-few-rows", Assert.Throws<LearningException>(() => CrossIntervals.Fit(target, new double[8], new int[8]).Interval([0], 0.9)).Code);
        Assert.Equal("learning.task-not-supported", Assert.Throws<LearningException>(() => ResidualIntervals.Fit(Target.OfClasses([0, 1], ["a", "b"]), new double[4])).Code);
    }

    [Fact]
    public void Saved_intervals_are_the_same_and_a_million_rows_are_thinned_without_breaking_the_promise()
    {
        var errors = Enumerable.Range(1, 250_000).Select(at => (double)at).ToArray();
        var intervals = ResidualIntervals.Fit(Target.OfNumbers(errors), new double[errors.Length], default, isSymmetric: false);
        var loaded = ResidualIntervals.Load(SavedPart.Of("intervals", intervals.Save));
        foreach (var level in new[] { 0.1, 0.5, 0.9, 0.99, 0.999 })
        {
            Assert.Equal(intervals.Interval(3, level), loaded.Interval(3, level));
            Assert.InRange(loaded.Interval(0, level).Upper, Math.Ceiling(250_001 * (1 + level) / 2 - 1e-6), 250_001 * (1 + level) / 2 + 26);
        }
    }

    private static double Coverage(Func<Random, double> once) => Enumerable.Range(0, Repetitions).Average(seed => once(new Random(seed)));

    private static double Held(Target target, Func<int, PredictionInterval> interval)
    {
        var held = 0.0;
        for (var row = 0; row < target.RowCount; row++)
        {
            held += Holds(interval(row), target.Values[row]);
        }
        return held / target.RowCount;
    }

    private static double Holds(PredictionInterval interval, double value) => value >= interval.Lower && value <= interval.Upper ? 1 : 0;

    private static double Gauss(Random random) => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());

    private static (Target Target, double[] Outputs) Skewed(Random random, int rows)
    {
        var outputs = Enumerable.Range(0, rows).Select(_ => 5 * random.NextDouble()).ToArray();
        return (Target.OfNumbers([.. outputs.Select(output => output - Math.Log(1 - random.NextDouble()))]), outputs);
    }

    private static (int[] Labels, double[] Outputs) Classes(Random random, int rows)
    {
        var (labels, outputs) = (new int[rows], new double[rows * 3]);
        for (var row = 0; row < rows; row++)
        {
            var (a, b, c) = (random.NextDouble(), random.NextDouble(), random.NextDouble());
            var draw = random.NextDouble() * (a + b + c);
            labels[row] = draw < a ? 0 : draw < a + b ? 1 : 2;
            (outputs[3 * row], outputs[3 * row + 1], outputs[3 * row + 2]) = (a / (a + b + c), b / (a + b + c), c / (a + b + c));
        }
        return (labels, outputs);
    }
}
