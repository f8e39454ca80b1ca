using Escale.Learning.Boosting;
using FsCheck;
using FsCheck.Fluent;

namespace Escale.Learning.Tests.Boosting;

public sealed class GradientBoostingTests
{
    private static readonly GradientBoosting _boosting = new() { Trees = 30, MaxLeaves = 8 };

    [Fact]
    public void A_constant_target_is_predicted_as_it_is()
    {
        var features = FeatureMatrix.OfNumbers([1, 2, 3, 4, 5f], [3, 3, 3, float.NaN, 1f]);
        foreach (var value in new[] { 0, 0.1, -1e9, 12345.678901 })
        {
            Assert.All(_boosting.Fit(features, Target.OfNumbers([value, value, value, value, value])).Predict(features), output => Assert.Equal(value, output));
        }
    }

    [Fact]
    public void Tables_that_say_nothing_give_the_mean()
    {
        var target = Target.OfNumbers([1, 2, 3, 4, 5, 6]);
        FeatureMatrix[] tables =
        [
            FeatureMatrix.OfNumbers([7, 7, 7, 7, 7, 7f]), FeatureMatrix.OfNumbers(Enumerable.Repeat(float.NaN, 6).ToArray()), new FeatureMatrix([], [], 6),
            BoostingTables.Category([0, 0, 0, 0, 0, 0], 1),
        ];
        Assert.All(tables, features => Assert.All(_boosting.Fit(features, target).Predict(features), output => Assert.Equal(3.5, output, 9)));
        Assert.Equal(9.0, _boosting.Fit(FeatureMatrix.OfNumbers([1f]), Target.OfNumbers([9.0])).Predict(FeatureMatrix.OfNumbers([5f]))[0]);
    }

    [Fact]
    public void More_levels_than_two_bytes_count_are_learned()
    {
        const int Levels = 70_000;
        var codes = Enumerable.Range(0, 2 * Levels).Select(row => (float)(row % Levels)).ToArray();
        var features = BoostingTables.Category(codes, Levels);
        var target = Target.OfNumbers([.. codes.Select(code => code % 2 == 0 ? 1.0 : -1)]);
        var model = (_boosting with { Trees = 5, LearningRate = 1, CategorySmoothing = 0, CategoryL2 = 0, PathSmoothing = 0, MinLeafRows = 1 }).Fit(features, target);
        var outputs = model.Predict(features, threads: 2);
        Assert.True(Enumerable.Range(0, outputs.Length).Count(row => outputs[row] * target.Values[row] > 0) > 0.9 * outputs.Length);
    }

    [Fact]
    public void Constrained_features_never_move_the_prediction_the_wrong_way() => Prop.ForAll(
        ArbMap.Default.ArbFor<int>(),
        seed =>
        {
            var random = new Random(seed);
            const int Rows = 300;
            var columns = Enumerable.Range(0, 3).Select(_ => Enumerable.Range(0, Rows).Select(_ => random.Next(12) == 0 ? float.NaN : (float)random.Next(40)).ToArray()).ToArray();
            var targets = Enumerable.Range(0, Rows).Select(row => (float.IsNaN(columns[0][row]) ? 1 : Math.Sin(columns[0][row]) * 3) + (float.IsNaN(columns[1][row]) ? 0 : columns[1][row] % 7) + random.NextDouble()).ToArray();
            var boosting = _boosting with { MonotoneConstraints = MonotoneConstraints.None.Rising("x0").Falling("x1"), FeatureSharePerNode = 0.7, MinLeafRows = 2, LearningRate = 0.3 };
            var model = seed % 2 == 0 ? boosting.Fit(FeatureMatrix.OfNumbers(columns), Target.OfNumbers(targets))
                : boosting.Fit(FeatureMatrix.OfNumbers(columns), Target.OfClasses([.. targets.Select(target => target > 3 ? 1 : 0)], ["no", "yes"]));
            var (row, lower, upper) = (new float[3], new double[model.OutputCount], new double[model.OutputCount]);
            for (var repeat = 0; repeat < 100; repeat++)
            {
                (row[0], row[1], row[2]) = (random.Next(40), random.Next(40), random.Next(5) == 0 ? float.NaN : random.Next(40));
                model.PredictRow(row, lower);
                row[0] += random.Next(1, 10);
                row[1] -= random.Next(1, 10);
                model.PredictRow(row, upper);
                Assert.True(upper[^1] >= lower[^1]);
            }
        }).AlwaysHolds();

    [Fact]
    public void Early_stopping_keeps_the_best_round()
    {
        var (features, target) = BoostingTables.Mixed(2_000, seed: 8);
        var (others, otherTarget) = BoostingTables.Mixed(1_000, seed: 9);
        var options = new FitOptions { Validation = new ValidationRows(others, otherTarget) };
        var fit = (_boosting with { Trees = 500, EarlyStoppingRounds = 10, LearningRate = 0.3 }).Train(features, target, options: options);
        Assert.InRange(fit.Rounds, 1, 400);
        Assert.Equal(fit.ValidationLosses.Min(), fit.ValidationLoss);
        Assert.Equal(fit.Rounds + 10, fit.ValidationLosses.Count);
        var outputs = fit.Predictor.Predict(others);
        Assert.Equal(fit.ValidationLoss, Enumerable.Range(0, others.RowCount).Average(row => -Math.Log(outputs[2 * row + otherTarget.ClassOf(row)])), 9);
        Assert.Equal(outputs, (_boosting with { Trees = fit.Rounds, LearningRate = 0.3 }).Fit(features, target).Predict(others));
    }

    [Fact]
    public void Going_on_is_as_good_as_not_having_stopped()
    {
        var (features, target) = BoostingTables.Mixed(3_000, seed: 10);
        var whole = (_boosting with { Trees = 20 }).Fit(features, target);
        var continued = (_boosting with { Trees = 8 }).Continue((_boosting with { Trees = 12 }).Fit(features, target), features, target);
        Assert.Equal(20, continued.TreeCount);
        var far = whole.Predict(features).Zip(continued.Predict(features)).Count(pair => Math.Abs(pair.First - pair.Second) > 1e-6);
        Assert.True(far < 60, $"{far} predictions differ");
        var exception = Assert.Throws<LearningException>(() => _boosting.Continue(whole, features, Target.OfNumbers(target.Values)));
        Assert.Equal("learning.cannot-continue", exception.Code);
    }

    [Theory]
    [InlineData(0.6, 0)]
    [InlineData(1, 0.2)]
    public void Learning_from_some_rows_keeps_the_scores_of_all(double rowShare, double topShare)
    {
        var (features, target) = BoostingTables.Mixed(4_000, seed: 11);
        var boosting = _boosting with { RowShare = rowShare, GossTopShare = topShare, FeatureShare = 0.8 };
        // The training rows as validation rows: walked by value, not by bin.
        var fit = boosting.Train(features, target, options: new FitOptions { Validation = new ValidationRows(features, target), Threads = 3 });
        Assert.Equal(boosting.Fit(features, target, options: new FitOptions { Threads = 1 }).Predict(features), fit.Predictor.Predict(features));
        Assert.True(fit.ValidationLosses[^1] < 0.9 * fit.ValidationLosses[0]);
    }

    [Fact]
    public void Shuffled_labels_teach_nothing_about_other_rows()
    {
        var (features, target) = BoostingTables.Mixed(6_000, seed: 12);
        var random = new Random(1);
        var shuffled = Target.OfClasses([.. target.Values.ToArray().Select(value => (int)value).OrderBy(_ => random.Next())], target.Classes);
        var outputs = (_boosting with { ExtraRandom = true, RowShare = 0.7, FeatureSharePerNode = 0.7 }).Fit(features, shuffled).Predict(features.Rows([.. Enumerable.Range(0, 6000)]));
        var (others, otherTarget) = BoostingTables.Mixed(6_000, seed: 13);
        var model = _boosting.Fit(features, shuffled).Predict(others);
        var positive = Enumerable.Range(0, 6000).Where(row => otherTarget.ClassOf(row) == 1).Select(row => model[2 * row + 1]).Order().ToArray();
        var negative = Enumerable.Range(0, 6000).Where(row => otherTarget.ClassOf(row) == 0).Select(row => model[2 * row + 1]).ToArray();
        var auc = negative.Average(value => positive.Count(other => other > value) + positive.Count(other => other == value) / 2.0) / positive.Length;
        Assert.InRange(auc, 0.46, 0.54);
        Assert.All(outputs, output => Assert.True(output is > 0 and < 1));
    }

    [Fact]
    public void A_class_hardly_ever_seen_does_not_make_the_loss_diverge()
    {
        var random = new Random(14);
        const int Rows = 20_000;
        var x = Enumerable.Range(0, Rows).Select(_ => (float)random.NextDouble()).ToArray();
        var classes = Enumerable.Range(0, Rows).Select(row => row < 7 ? 2 : x[row] > 0.5 ? 1 : 0).ToArray();
        var features = FeatureMatrix.OfNumbers(x, [.. Enumerable.Range(0, Rows).Select(_ => (float)random.NextDouble())]);
        var target = Target.OfClasses(classes, ["a", "b", "c"]);
        var fit = (_boosting with { Trees = 100, MaxLeaves = 31, LearningRate = 0.3 }).Train(features, target, options: new FitOptions { Validation = new ValidationRows(features, target) });
        Assert.True(fit.ValidationLosses.Max() < 1.1);
        Assert.True(fit.ValidationLosses[^1] < 0.01);
    }

    [Fact]
    public void A_weight_of_three_is_as_good_as_three_rows()
    {
        var random = new Random(15);
        const int Rows = 900;
        var columns = Enumerable.Range(0, 3).Select(_ => Enumerable.Range(0, Rows).Select(_ => (float)random.Next(60)).ToArray()).ToArray();
        var (features, target) = (FeatureMatrix.OfNumbers(columns), Target.OfNumbers([.. columns[0].Zip(columns[1], (a, b) => Math.Sin(a / 9) * b + random.NextDouble())]));
        var rows = Enumerable.Range(0, Rows).SelectMany(row => Enumerable.Repeat(row, row % 3 + 1)).ToArray();
        var weights = Enumerable.Range(0, Rows).Select(row => row % 3 + 1.0).ToArray();
        var boosting = _boosting with { MinLeafRows = 1, PathSmoothing = 0, FeatureSharePerNode = 1, Trees = 10 };
        var (weighted, repeated) = (boosting.Fit(features, target, weights).Predict(features), boosting.Fit(features.Rows(rows), target.Rows(rows)).Predict(features));
        // Derivatives are rounded by other chances: a split as good as another may be taken instead.
        var far = weighted.Zip(repeated).Count(pair => Math.Abs(pair.First - pair.Second) > 0.01);
        Assert.True(far < Rows / 20, $"{far} predictions differ");
    }

    [Fact]
    public void A_limit_of_time_keeps_the_trees_so_far()
    {
        var (features, target) = BoostingTables.Mixed(500, seed: 16);
        var model = _boosting.Fit(features, target, options: new FitOptions { TimeLimit = TimeSpan.FromSeconds(4), Clock = new SecondByLook() });
        Assert.Equal(4, model.TreeCount);
        Assert.Equal((_boosting with { Trees = 4 }).Fit(features, target).Predict(features), model.Predict(features));
    }

    [Fact]
    public void Cancelling_ends_the_training()
    {
        var (features, target) = BoostingTables.Mixed(500, seed: 17);
        using var source = new CancellationTokenSource();
        var options = new FitOptions { CancellationToken = source.Token, Progress = new Canceller(source) };
        Assert.Throws<OperationCanceledException>(() => _boosting.Fit(features, target, options: options));
    }

    [Fact]
    public void Mistakes_are_named()
    {
        var (features, target) = (FeatureMatrix.OfNumbers([1, 2, 3f]), Target.OfNumbers([1, 2, 3.0]));
        Assert.Equal("learning.bad-setting", Code(_boosting with { LearningRate = 0 }));
        Assert.Equal("learning.bad-setting", Code(_boosting with { GossTopShare = 0.95 }));
        Assert.Equal("learning.bad-constraint", Code(_boosting with { MonotoneConstraints = MonotoneConstraints.None.Rising("nobody") }));
        Assert.Equal("learning.bad-constraint", Code(_boosting with { MonotoneConstraints = MonotoneConstraints.None.Rising("x0"), Objective = new AbsoluteObjective() }));
        Assert.Equal("learning.task-not-supported", Code(_boosting with { Objective = new LogisticObjective() }));
        string Code(GradientBoosting boosting) => Assert.Throws<LearningException>(() => boosting.Fit(features, target)).Code;
    }

    [Fact]
    public void An_infinite_value_is_named_with_any_number_of_threads()
    {
        var column = new float[60_000];
        column[1234] = float.NegativeInfinity;
        var target = Target.OfNumbers(new double[column.Length]);
        foreach (var threads in new[] { 1, 3 })
        {
            var exception = Assert.Throws<LearningException>(
                () => _boosting.Fit(FeatureMatrix.OfNumbers(new float[column.Length], column, new float[column.Length]), target, options: new FitOptions { Threads = threads }));
            Assert.Equal(("learning.infinite-feature", "x1"), (exception.Code, exception.Column));
        }
    }

    [Fact]
    public void Equal_settings_are_equal()
    {
        Assert.Equal(new GradientBoosting { Objective = new QuantileObjective(0.2) }, new GradientBoosting { Objective = new QuantileObjective(0.2) });
        Assert.Equal(MonotoneConstraints.None.Rising("a").Falling("b"), MonotoneConstraints.None.Falling("b").Rising("a"));
        Assert.NotEqual(MonotoneConstraints.None.Rising("a"), MonotoneConstraints.None.Falling("a"));
    }

    private sealed class SecondByLook : TimeProvider
    {
        private long _looks;

        public override long TimestampFrequency => 1;

        public override long GetTimestamp() => _looks++;
    }

    private sealed class Canceller(CancellationTokenSource source) : IProgress<double>
    {
        public void Report(double value) => source.Cancel();
    }
}
