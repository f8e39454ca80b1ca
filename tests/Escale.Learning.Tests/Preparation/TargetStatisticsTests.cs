using Escale.Learning.Boosting;
using Escale.Learning.Frames;
using Escale.Learning.Linear;
using Escale.Learning.Metrics;
using Escale.Learning.Preparation;

namespace Escale.Learning.Tests.Preparation;

public sealed class TargetStatisticsTests
{
    private static readonly PreparationSettings _statistics = new() { Categories = CategoryEncoding.TargetStatistics, Scaling = NumberScaling.None };

    [Fact]
    public void Later_rows_have_the_mean_of_their_level_mixed_with_the_overall_mean()
    {
        var frame = new Frame(Column.OfCategories("c", ["a", "a", "a", "b", null, null]));
        var target = Target.OfNumbers([1, 3, 6, 9, 5, 0]);
        var (fitted, training) = FitTransform(frame, target, _statistics);
        var later = fitted.Transform(new Frame(Column.OfTexts("c", new[] { "a", "b", null, "white" })));
        Assert.Equal([(10 + 4) / 4f, (9 + 4) / 2f, (5 + 4) / 3f, 4f], later[0].ToArray());
        Assert.Equal("c: mean target", fitted.Features.Single().Name);
        // Of each level the row that came first saw none before it.
        Assert.Equal(3, training[0].ToArray().Count(value => value == 4));
        Assert.Equal(4, training[0][3]);
    }

    [Fact]
    public void A_training_row_is_encoded_by_other_rows_only()
    {
        var random = new Random(1);
        var frame = new Frame(Column.OfCategories("c", Enumerable.Range(0, 200).Select(_ => $"level {random.Next(30)}")));
        var values = Enumerable.Range(0, 200).Select(_ => random.NextDouble()).ToArray();
        var (_, before) = FitTransform(frame, Target.OfNumbers(values), _statistics);
        for (var row = 0; row < 200; row += 7)
        {
            // The same overall mean: another row, of which nothing is asked, moves against it.
            var changed = values.ToArray();
            (changed[row], changed[(row + 1) % 200]) = (changed[row] + 5, changed[(row + 1) % 200] - 5);
            var (_, after) = FitTransform(frame, Target.OfNumbers(changed), _statistics);
            if (((CategoryColumn)frame["c"]).Level(row) != ((CategoryColumn)frame["c"]).Level((row + 1) % 200))
            {
                Assert.Equal(before[0][row], after[0][row], 5);
            }
        }
    }

    [Fact]
    public void Each_class_has_its_share()
    {
        var frame = new Frame(Column.OfCategories("c", ["a", "a", "a", "b", "b", "b"]));
        var target = Target.OfClasses([0, 1, 1, 2, 2, 2], ["x", "y", "z"]);
        var (fitted, _) = FitTransform(frame, target, _statistics with { TargetStatisticsPrior = 0 });
        Assert.Equal(["c: share of x", "c: share of y", "c: share of z"], fitted.Features.Select(feature => feature.Name));
        var later = fitted.Transform(new Frame(Column.OfTexts("c", new[] { "a", "b" })));
        Assert.Equal([1 / 3f, 0, 2 / 3f, 0, 0, 1], [.. later[0], .. later[1], .. later[2]]);
        (fitted, _) = FitTransform(frame, target, _statistics with { TargetStatisticsClasses = 2 });
        Assert.Equal(["c: share of y", "c: share of z"], fitted.Features.Select(feature => feature.Name));
    }

    [Fact]
    public void On_shuffled_labels_the_training_rows_know_nothing_of_theirs()
    {
        // 2,000 levels on 6,000 rows: the means of levels as such would correlate with the labels by about 0.58.
        var correlations = Enumerable.Range(0, 12).Select(seed =>
        {
            var random = new Random(seed);
            var frame = new Frame(Column.OfCategories("c", Enumerable.Range(0, 6_000).Select(_ => $"level {random.Next(2_000)}")));
            var labels = Enumerable.Range(0, 6_000).Select(_ => random.Next(2)).ToArray();
            var (fitted, training) = FitTransform(frame, Target.OfClasses(labels, ["no", "yes"]), _statistics, seed);
            Assert.InRange(Correlation(fitted.Transform(frame)[0], labels), 0.4, 0.8);
            return Correlation(training[0], labels);
        }).ToArray();
        Assert.All(correlations, correlation => Assert.InRange(correlation, -0.06, 0.06));
        Assert.InRange(correlations.Average(), -0.015, 0.015);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void On_shuffled_labels_no_encoder_finds_anything(bool isNative)
    {
        var scores = Enumerable.Range(0, 4).Select(seed =>
        {
            var frame = RawTables.Mixed(1_500, seed: 100 + seed);
            var order = Enumerable.Range(0, frame.RowCount).ToArray();
            new Random(seed).Shuffle(order);
            frame = frame.With(frame.Only("bought").Rows(order)["bought"]);
            var model = new Pipeline
            {
                Estimator = isNative ? new GradientBoosting { Trees = 40 } : new LogisticRegression(),
                Preparation = new PreparationSettings { Categories = isNative ? CategoryEncoding.Auto : CategoryEncoding.TargetStatistics, NativeTargetStatisticsAbove = 2, AddFrequencies = true, TextFeatures = 32 },
            }.Fit(frame.Rows(Enumerable.Range(0, 1_000).ToArray()), "bought", new FitOptions { Seed = seed });
            var test = frame.Rows(Enumerable.Range(1_000, 500).ToArray());
            return Metric.RocAuc.Score(Targets.Of(test["bought"]), model.Predict(test).Outputs);
        }).ToArray();
        Assert.InRange(scores.Average(), 0.45, 0.55);
    }

    [Fact]
    public void Beside_a_noisy_category_of_many_levels_the_honest_signal_is_still_learned()
    {
        // With the plain means of levels, training rows give their labels away and the learner forgets the honest column.
        var random = new Random(3);
        var signal = Enumerable.Range(0, 3_000).Select(_ => random.NextDouble()).ToArray();
        var frame = new Frame(
            Column.OfNumbers("signal", signal), Column.OfCategories("noise", signal.Select(_ => $"level {random.Next(1_500)}")),
            Column.OfCategories("y", signal.Select(value => random.NextDouble() < value ? "yes" : "no")));
        var (train, test) = (frame.Rows(Enumerable.Range(0, 2_000).ToArray()), frame.Rows(Enumerable.Range(2_000, 1_000).ToArray()));
        var with = Auc(train, test, _statistics);
        var without = Auc(train.Without("noise"), test, _statistics);
        Assert.InRange(with, without - 0.02, 1);
    }

    [Fact]
    public void The_seed_chooses_the_order_and_the_other_columns_do_not()
    {
        var frame = RawTables.Mixed(300, seed: 8);
        var target = Targets.Of(frame["bought"]);
        var roles = ColumnRoles.Detect(frame, "bought");
        float[] Encoded(Frame of, int seed) =>
            Escale.Learning.Preparation.Preparation.FitTransform(of, roles, target, FeatureStyle.Scaled, _statistics, new FitOptions { Seed = seed }) is var (fitted, features)
                ? features[Enumerable.Range(0, fitted.Features.Count).First(at => fitted.Features[at].Column == "city")].ToArray() : [];
        Assert.Equal(Encoded(frame, 1), Encoded(frame.Only("note", "city", "age"), 1));
        Assert.NotEqual(Encoded(frame, 1), Encoded(frame, 2));
    }

    private static double Auc(Frame train, Frame test, PreparationSettings settings) => Metric.RocAuc.Score(
        Targets.Of(test["y"]), new Pipeline { Estimator = new LogisticRegression(), Preparation = settings }.Fit(train, "y").Predict(test).Outputs);

    private static (Escale.Learning.Preparation.Preparation Fitted, FeatureMatrix Features) FitTransform(Frame frame, Target target, PreparationSettings settings, int seed = 0) =>
        Escale.Learning.Preparation.Preparation.FitTransform(
            frame, ColumnRoles.Detect(new Frame()).With("c", ColumnRole.Category), target, FeatureStyle.Scaled, settings, new FitOptions { Seed = seed });

    private static double Correlation(ReadOnlySpan<float> values, int[] labels)
    {
        var (x, y) = (values.ToArray().Select(value => (double)value).ToArray(), labels.Select(label => (double)label).ToArray());
        var (meanX, meanY) = (x.Average(), y.Average());
        return x.Zip(y).Sum(pair => (pair.First - meanX) * (pair.Second - meanY))
            / Math.Sqrt(x.Sum(value => (value - meanX) * (value - meanX)) * y.Sum(value => (value - meanY) * (value - meanY)));
    }
}
