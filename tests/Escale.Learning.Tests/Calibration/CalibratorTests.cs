using Escale.Learning.Calibration;
using Escale.Learning.Metrics;
using Escale.Learning.Tests.Fixtures;

namespace Escale.Learning.Tests.Calibration;

public sealed class CalibratorTests
{
    private static readonly Fixture _fixture = Fixture.Read("calibration");

    private static IEnumerable<(Fixture Expected, double[] Weights)> Cases(Fixture of) => [(of["plain"], []), (of["weighted"], of["weights"].Doubles)];

    private static Target TargetOf(Fixture of, int classes) => Target.OfClasses(of["truth"].Ints, new[] { "a", "b", "c" }[..classes]);

    private static double[] Pairs(double[] positive) => [.. positive.SelectMany(p => new[] { 1 - p, p })];

    [Fact]
    public void Curves_of_two_classes_are_those_of_scikit_learn()
    {
        var of = _fixture["binary"];
        var (target, outputs) = (TargetOf(of, 2), of["outputs"].Doubles);
        foreach (var (expected, weights) in Cases(of))
        {
            var platt = PlattCalibrator.Fit(target, outputs, weights);
            Assert.Equal(expected["slope"].Double, platt.Slopes[0], 2e-5);
            Assert.Equal(expected["intercept"].Double, platt.Intercepts[0], 2e-5);
            Assert.Equal(expected["temperature"].Double, TemperatureCalibrator.Fit(target, outputs, weights).Temperature, 1e-5);
            var calibrated = Pairs(of["new"].Doubles);
            IsotonicCalibrator.Fit(target, outputs, weights).ApplyAll(calibrated);
            foreach (var (at, value) in expected["isotonic"].Doubles.Index())
            {
                Assert.Equal(value, calibrated[2 * at + 1], 1e-12);
                Assert.Equal(1, calibrated[2 * at] + calibrated[2 * at + 1], 1e-15);
            }
        }
    }

    [Fact]
    public void Curves_of_three_classes_are_those_of_scikit_learn_one_against_the_rest()
    {
        var of = _fixture["multiclass"];
        var (target, outputs) = (TargetOf(of, 3), of["outputs"].Doubles);
        foreach (var (expected, weights) in Cases(of))
        {
            foreach (var calibrator in new Calibrator[] { PlattCalibrator.Fit(target, outputs, weights), IsotonicCalibrator.Fit(target, outputs, weights) })
            {
                var calibrated = of["new"].Doubles;
                calibrator.ApplyAll(calibrated);
                var wanted = expected[calibrator.Name].Doubles;
                Assert.All(calibrated.Index(), item => Assert.Equal(wanted[item.Index], item.Item, 1e-5));
            }
            Assert.Equal(expected["temperature"].Double, TemperatureCalibrator.Fit(target, outputs, weights).Temperature, 1e-5);
        }
    }

    [Fact]
    public void Calibrating_two_classes_does_not_touch_the_ranking()
    {
        var (labels, outputs) = Simulate(new Random(3), 3000, 2, sureness: 2);
        var target = Target.OfClasses(labels, ["no", "yes"]);
        var (_, fresh) = Simulate(new Random(4), 3000, 2, sureness: 2);
        foreach (var calibrator in new Calibrator[] { PlattCalibrator.Fit(target, outputs), IsotonicCalibrator.Fit(target, outputs), TemperatureCalibrator.Fit(target, outputs) })
        {
            var calibrated = fresh.ToArray();
            calibrator.ApplyAll(calibrated);
            Assert.Equal(Order(fresh), Order(calibrated));
        }
        static int[] Order(double[] pairs) => [.. Enumerable.Range(0, pairs.Length / 2).OrderBy(row => pairs[2 * row + 1])];
    }

    [Fact]
    public void A_saved_calibrator_gives_the_same_bits_and_no_row_allocates()
    {
        foreach (var (name, classes) in new[] { ("binary", 2), ("multiclass", 3) })
        {
            var of = _fixture[name];
            var (target, outputs) = (TargetOf(of, classes), of["outputs"].Doubles);
            foreach (var calibrator in new Calibrator[] { PlattCalibrator.Fit(target, outputs), IsotonicCalibrator.Fit(target, outputs), TemperatureCalibrator.Fit(target, outputs) })
            {
                var node = SavedPart.Of(calibrator.Name, calibrator.Save);
                var (one, two) = (outputs.ToArray(), outputs.ToArray());
                calibrator.ApplyAll(one);
                Calibrator.Load(node).ApplyAll(two);
                Assert.Equal(one, two);
                var before = GC.GetAllocatedBytesForCurrentThread();
                calibrator.ApplyAll(two);
                Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
            }
        }
    }

    [Fact]
    public void A_damaged_calibrator_is_not_loaded()
    {
        var (target, outputs) = (TargetOf(_fixture["binary"], 2), _fixture["binary"]["outputs"].Doubles);
        var isotonic = SavedPart.Of("isotonic", IsotonicCalibrator.Fit(target, outputs).Save);
        isotonic.Children("curves")[0].SetArray<double>("x", [0.5, 0.2]);
        Assert.Equal("learning.model-file-damaged", Assert.Throws<LearningException>(() => Calibrator.Load(isotonic)).Code);
        Assert.Equal("learning.model-file-damaged", Assert.Throws<LearningException>(() => Calibrator.Load(SavedPart.Of("platt", _ => { }))).Code);
        Assert.Equal("learning.model-file-newer", Assert.Throws<LearningException>(() => Calibrator.Load(SavedPart.Of("unheard of", _ => { }))).Code);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public void Overconfident_probabilities_are_calibrated_and_good_ones_left_alone(int classes)
    {
        var random = new Random(8);
        foreach (var sureness in new[] { 1.0, 3.0 })
        {
            var (labels, outputs) = Simulate(random, 1500, classes, sureness);
            var target = Target.OfClasses(labels, new[] { "a", "b", "c" }[..classes]);
            var choice = CalibrationChoice.Choose(target, outputs);
            Assert.Equal(["none", "temperature", "platt", "isotonic"], choice.Candidates.Select(candidate => candidate.Name));
            if (sureness == 1)
            {
                Assert.Null(choice.Best);
                continue;
            }
            var (others, fresh) = Simulate(random, 4000, classes, sureness);
            var calibrated = fresh.ToArray();
            choice.Best!.ApplyAll(calibrated);
            var test = Target.OfClasses(others, target.Classes);
            Assert.True(Metric.LogLoss.Score(test, calibrated) < Metric.LogLoss.Score(test, fresh) - 0.1);
        }
    }

    [Fact]
    public void Sure_and_right_rows_stay_finite()
    {
        var target = Target.OfClasses([0, 1, 0, 1, 0, 1], ["no", "yes"]);
        double[] outputs = [1, 0, 0, 1, 1, 0, 0, 1, 1, 0, 0, 1];
        foreach (var calibrator in new Calibrator[] { PlattCalibrator.Fit(target, outputs), IsotonicCalibrator.Fit(target, outputs), TemperatureCalibrator.Fit(target, outputs) })
        {
            double[] row = [0, 1];
            calibrator.Apply(row);
            Assert.True(row[1] is > 0.7 and <= 1, $"{calibrator.Name} {row[1]}");
            row = [0.5, 0.5];
            calibrator.Apply(row);
            Assert.InRange(row[0], 0, 1);
        }
        Assert.Null(CalibrationChoice.Choose(target, outputs).Best);
        Assert.Equal("learning.task-not-supported", Assert.Throws<LearningException>(() => PlattCalibrator.Fit(Target.OfNumbers([1]), [1])).Code);
    }

    private static (int[] Labels, double[] Outputs) Simulate(Random random, int rows, int classes, double sureness)
    {
        var (labels, outputs) = (new int[rows], new double[rows * classes]);
        for (var row = 0; row < rows; row++)
        {
            var scores = Enumerable.Range(0, classes).Select(_ => 2 * (random.NextDouble() + random.NextDouble() - 1)).ToArray();
            var draw = random.NextDouble() * scores.Sum(Math.Exp);
            while (labels[row] < classes - 1 && (draw -= Math.Exp(scores[labels[row]])) > 0)
            {
                labels[row]++;
            }
            var sum = scores.Sum(score => Math.Exp(sureness * score));
            for (var at = 0; at < classes; at++)
            {
                outputs[row * classes + at] = Math.Exp(sureness * scores[at]) / sum;
            }
        }
        return (labels, outputs);
    }
}
