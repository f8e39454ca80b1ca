using Escale.Learning.Tests.Conformance;
using Escale.Learning.Trees;

namespace Escale.Learning.Tests.Trees;

public sealed class ForestTests
{
    public static TheoryData<LearningTask> Tasks => [LearningTask.Regression, LearningTask.Binary, LearningTask.Multiclass];

    [Theory]
    [MemberData(nameof(Tasks))]
    public void Out_of_bag_outputs_are_those_of_the_trees_that_did_not_see_the_row(LearningTask task)
    {
        var (features, target) = Table(task, 400);
        var forest = new RandomForest { Trees = 60 };
        var (predictor, outOfBag) = forest.FitWithOutOfBag(features, target, default, new FitOptions { Seed = 3, Threads = 2 });
        Assert.Equal(forest.Fit(features, target, default, new FitOptions { Seed = 3, Threads = 1 }).Predict(features), predictor.Predict(features));
        Assert.InRange(outOfBag.TreeCounts.Average(), 60 * 0.33, 60 * 0.41);
        Assert.All(outOfBag.Outputs, output => Assert.True(double.IsFinite(output)));
        // A fully grown tree repeats what it has seen, so only unseen rows make errors; the score must be that of new rows.
        var (fresh, its) = Table(task, 4000, seed: 99);
        var outputs = predictor.Predict(fresh);
        var score = task == LearningTask.Regression
            ? Samples.R2(its, outputs)
            : Enumerable.Range(0, its.RowCount).Average(row => Best(outputs, row, its.ClassCount) == its.ClassOf(row) ? 1.0 : 0);
        Assert.Equal(score, outOfBag.Score, 0.06);
    }

    [Fact]
    public void Out_of_bag_needs_a_bootstrap_and_says_so()
    {
        var (features, target) = Table(LearningTask.Binary, 50);
        Assert.Equal("learning.no-out-of-bag", Assert.Throws<LearningException>(() => new ExtraTrees().FitWithOutOfBag(features, target)).Code);
        Assert.NotEmpty(new ExtraTrees { Bootstrap = true, Trees = 5 }.FitWithOutOfBag(features, target).OutOfBag.Outputs);
    }

    [Fact]
    public void Shuffled_labels_are_not_learned_out_of_bag()
    {
        var (features, target) = Table(LearningTask.Binary, 800);
        var aucs = Enumerable.Range(0, 5).Select(seed => Samples.Shuffled(target, seed)).Select(shuffled =>
            Samples.Auc(shuffled, new RandomForest { Trees = 60 }.FitWithOutOfBag(features, shuffled).OutOfBag.Outputs));
        Assert.InRange(aucs.Average(), 0.465, 0.535);
    }

    [Theory]
    [MemberData(nameof(Tasks))]
    public void Rows_of_weight_zero_do_not_matter_to_extra_trees(LearningTask task)
    {
        var (features, target) = Table(task, 300);
        var weights = Enumerable.Range(0, 300).Select(row => row < 200 ? 1.0 : 0).ToArray();
        var kept = Enumerable.Range(0, 200).ToArray();
        var all = new ExtraTrees { Trees = 8 }.Fit(features, target, weights);
        var few = new ExtraTrees { Trees = 8 }.Fit(features.Rows(kept), target.Rows(kept));
        if (task != LearningTask.Regression)
        {
            Assert.Equal(few.Predict(features), all.Predict(features));
        }
        Assert.All(few.Predict(features).Zip(all.Predict(features)), pair => Assert.Equal(pair.First, pair.Second, 1e-9));
    }

    [Fact]
    public void A_time_limit_keeps_the_trees_there_are()
    {
        var (features, target) = Table(LearningTask.Binary, 200);
        var predictor = (TreePredictor)new RandomForest { Trees = 2000 }.Fit(features, target, default, new FitOptions { TimeLimit = TimeSpan.Zero });
        Assert.InRange(predictor.TreeCount, 1, 10);
    }

    [Fact]
    public void Features_that_tell_nothing_are_of_little_importance()
    {
        var random = new Random(4);
        var (signal, noise) = (new float[2000], new float[2000]);
        var y = new int[2000];
        for (var row = 0; row < y.Length; row++)
        {
            (signal[row], noise[row]) = (random.NextSingle(), random.NextSingle());
            y[row] = signal[row] > 0.5 ? 1 : 0;
        }
        var importances = ((TreePredictor)new RandomForest { MinLeafRows = 20, MaxFeatures = FeatureSample.All }.Fit(
            FeatureMatrix.OfNumbers(signal, noise, new float[2000]), Target.OfClasses(y, ["no", "yes"]))).Importances();
        Assert.Equal(1, importances.Sum(), 12);
        Assert.InRange(importances[0], 0.95, 1);
        Assert.Equal(0, importances[2]);
    }

    [Fact]
    public void The_sample_of_features_is_counted_as_scikit_learn_does()
    {
        Assert.Equal((3, 3, 14, 4, 2), (FeatureSample.Sqrt.Of(14), FeatureSample.Log2.Of(14), FeatureSample.All.Of(14), FeatureSample.Share(0.3).Of(14), FeatureSample.Count(2).Of(14)));
        Assert.Equal((1, 1, 1, 1), (FeatureSample.Sqrt.Of(1), FeatureSample.Log2.Of(1), FeatureSample.Share(0.01).Of(14), FeatureSample.Count(5).Of(1)));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Rows_counted_and_rows_of_weight_one_grow_the_same_trees(int minLeafRows)
    {
        var (features, target) = Noisy(1200);
        var forest = new RandomForest { Trees = 12, MinLeafRows = minLeafRows };
        var counted = (TreePredictor)forest.Fit(features, target, default, new FitOptions { Threads = 2 });
        var weighted = (TreePredictor)forest.Fit(features, target, [.. Enumerable.Repeat(1.0, 1200)]);
        foreach (var (one, other) in counted.Ensemble.Trees.Zip(weighted.Ensemble.Trees))
        {
            Assert.Equal(other.Feature, one.Feature);
            Assert.Equal(other.Threshold, one.Threshold);
            Assert.Equal(other.IsMissingLeft, one.IsMissingLeft);
            Assert.Equal(other.Left, one.Left);
            Assert.Equal(other.Value, one.Value);
            Assert.Equal(other.Gain, one.Gain);
        }
    }

    [Fact]
    public void A_large_forest_laid_out_by_several_threads_predicts_what_its_trees_say()
    {
        var (features, target) = Noisy(3000);
        var forest = (TreePredictor)new RandomForest { Trees = 100 }.Fit(features, target, default, new FitOptions { Threads = 2 });
        Assert.True(forest.Ensemble.Trees.Sum(tree => tree.NodeCount) > 100_000);
        var (batch, row, scores) = (forest.Predict(features, threads: 3), new float[4], new double[2]);
        for (var at = 0; at < features.RowCount; at += 7)
        {
            features.CopyRow(at, row);
            forest.Ensemble.Score(row, scores);
            Assert.Equal(scores, batch[(at * 2)..(at * 2 + 2)]);
        }
    }

    // Labels that hardly follow from the features make deep trees; the features have few ranks, some hundred, and as many as rows.
    private static (FeatureMatrix Features, Target Target) Noisy(int rows)
    {
        var random = new Random(11);
        var columns = new[] { 3, 200, 700, 1 << 20 }.Select(ranks => Enumerable.Range(0, rows).Select(_ => (float)random.Next(ranks)).ToArray()).ToArray();
        return (FeatureMatrix.OfNumbers(columns), Target.OfClasses([.. Enumerable.Range(0, rows).Select(row => random.Next(2) == 0 ? random.Next(2) : columns[1][row] > 90 ? 1 : 0)], ["no", "yes"]));
    }

    private static int Best(double[] outputs, int row, int classes) => Enumerable.Range(0, classes).MaxBy(at => outputs[row * classes + at]);

    private static (FeatureMatrix Features, Target Target) Table(LearningTask task, int rows, int seed = 7)
    {
        var random = new Random(seed);
        var (a, b, c, y) = (new float[rows], new float[rows], new float[rows], new double[rows]);
        for (var row = 0; row < rows; row++)
        {
            (a[row], b[row], c[row]) = (random.NextSingle(), random.Next(9) == 0 ? float.NaN : random.NextSingle(), random.Next(12));
            y[row] = 2 * a[row] - (float.IsNaN(b[row]) ? 0.8 : b[row]) + (c[row] % 3) / 2 + 0.4 * random.NextDouble();
        }
        var features = new FeatureMatrix(
            [new Feature("a"), new Feature("b"), new Feature("c", [.. Enumerable.Range(0, 12).Select(level => "l" + level)])], [a, b, c], rows);
        return (features, task switch
        {
            LearningTask.Regression => Target.OfNumbers(y),
            LearningTask.Binary => Target.OfClasses([.. y.Select(value => value > 1.2 ? 1 : 0)], ["no", "yes"]),
            _ => Target.OfClasses([.. y.Select(value => value > 1.7 ? 2 : value > 0.9 ? 1 : 0)], ["low", "middle", "high"]),
        });
    }
}
