using Escale.Learning.Tests.Fixtures;
using Escale.Learning.Trees;

namespace Escale.Learning.Tests.Trees;

public sealed class DecisionTreeTests
{
    private static readonly Fixture _fixture = Fixture.Read("decision_trees");

    public static TheoryData<int> Cases => [.. Enumerable.Range(0, _fixture["cases"].Items.Count())];

    [Theory]
    [MemberData(nameof(Cases))]
    public void The_tree_is_the_one_of_scikit_learn(int number)
    {
        var its = _fixture["cases"].Items.ElementAt(number);
        var features = FeatureMatrix.OfNumbers([.. _fixture["x"].Items.Select(column => column.Floats)]);
        var values = _fixture["targets"][its["target"].Text].Doubles;
        var target = its["target"].Text switch
        {
            "two" => Target.OfClasses([.. values.Select(value => (int)value)], ["no", "yes"]),
            "three" => Target.OfClasses([.. values.Select(value => (int)value)], ["low", "middle", "high"]),
            _ => Target.OfNumbers(values),
        };
        var predictor = (TreePredictor)SettingsOf(its["settings"]).Fit(features, target, its["weighted"].Flag ? _fixture["weights"].Doubles : []);
        Assert.Equal(its["leaves"].Int, predictor.Ensemble.Trees[0].Left.Count(left => left < 0));
        var (expected, actual) = (its["outputs"].Doubles, predictor.Predict(features));
        Assert.Equal(expected.Length, actual.Length);
        Assert.All(Enumerable.Range(0, expected.Length), at => Assert.Equal(expected[at], actual[at], 1e-7));
        var importances = its["importances"].Doubles;
        Assert.All(Enumerable.Range(0, importances.Length), at => Assert.Equal(importances[at], predictor.Importances()[at], 1e-7));
    }

    [Fact]
    public void A_constant_target_is_predicted_as_it_is()
    {
        var predictor = new DecisionTree().Fit(FeatureMatrix.OfNumbers([1, 2, 3, 4]), Target.OfNumbers([0.1, 0.1, 0.1, 0.1]));
        Assert.Equal([0.1, 0.1, 0.1, 0.1], predictor.Predict(FeatureMatrix.OfNumbers([0, 9, float.NaN, 2])));
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public void Exclusive_or_is_learned_though_no_first_split_gains(int classes)
    {
        var (a, b, of) = (new float[400], new float[400], new int[400]);
        for (var row = 0; row < of.Length; row++)
        {
            (a[row], b[row]) = (row % 2, row / 2 % 2);
            of[row] = (row % 2) ^ (row / 2 % 2);
        }
        var target = Target.OfClasses(of, [.. Enumerable.Range(0, classes).Select(at => "c" + at)]);
        var features = FeatureMatrix.OfNumbers(a, b);
        var outputs = new DecisionTree().Fit(features, target).Predict(features);
        Assert.All(Enumerable.Range(0, of.Length), row => Assert.Equal(1, outputs[row * classes + of[row]]));
    }

    [Theory]
    [InlineData(LearningTask.Regression)]
    [InlineData(LearningTask.Binary)]
    [InlineData(LearningTask.Multiclass)]
    public void A_missing_value_goes_where_it_fits_and_a_level_never_seen_to_the_heavier_side(LearningTask task)
    {
        var x = Enumerable.Range(0, 900).Select(row => row % 3 == 0 ? float.NaN : row % 3).ToArray();
        var isHigh = x.Select(value => float.IsNaN(value) || value == 2).ToArray();
        var predictor = new DecisionTree { MaxDepth = 1 }.Fit(FeatureMatrix.OfNumbers(x), TargetOf(task, isHigh));
        Assert.Equal(Of(predictor, 2), Of(predictor, float.NaN));
        Assert.NotEqual(Of(predictor, 1), Of(predictor, float.NaN));

        var levels = Enumerable.Range(0, 900).Select(row => (float)(row % 3)).ToArray();
        var category = new FeatureMatrix([new Feature("colour", ["red", "green", "blue", "never"])], [levels], 900);
        var byLevel = new DecisionTree { MaxDepth = 1 }.Fit(category, TargetOf(task, [.. levels.Select(level => level == 1)]));
        Assert.Equal(Of(byLevel, 0), Of(byLevel, 2));
        Assert.NotEqual(Of(byLevel, 0), Of(byLevel, 1));
        Assert.Equal(Of(byLevel, 0), Of(byLevel, 3));
        Assert.Equal(Of(byLevel, 0), Of(byLevel, float.NaN));
    }

    [Theory]
    [InlineData(LearningTask.Regression)]
    [InlineData(LearningTask.Binary)]
    [InlineData(LearningTask.Multiclass)]
    public void Missing_alone_can_be_told_from_every_value(LearningTask task)
    {
        var x = Enumerable.Range(0, 600).Select(row => row % 4 == 0 ? float.NaN : row % 7).ToArray();
        var predictor = new DecisionTree { MaxDepth = 1 }.Fit(FeatureMatrix.OfNumbers(x), TargetOf(task, [.. x.Select(float.IsNaN)]));
        Assert.NotEqual(Of(predictor, 6), Of(predictor, float.NaN));
        Assert.All([-5f, 0, 3, 6, 1000], value => Assert.Equal(Of(predictor, 6), Of(predictor, value)));
    }

    [Fact]
    public void Levels_are_parted_by_the_best_of_all_partings()
    {
        var random = new Random(11);
        for (var repeat = 0; repeat < 30; repeat++)
        {
            var levels = Enumerable.Range(0, 120).Select(_ => (float)random.Next(6)).ToArray();
            var rates = Enumerable.Range(0, 6).Select(_ => random.NextDouble()).ToArray();
            var y = levels.Select(level => random.NextDouble() < rates[(int)level] ? 1 : 0).ToArray();
            var features = new FeatureMatrix([new Feature("level", ["a", "b", "c", "d", "e", "f"])], [levels], levels.Length);
            foreach (var criterion in new[] { SplitCriterion.Gini, SplitCriterion.Entropy })
            {
                var tree = ((TreePredictor)new DecisionTree { MaxDepth = 1, Criterion = criterion }.Fit(features, Target.OfClasses(y, ["no", "yes"]))).Ensemble.Trees[0];
                var best = Enumerable.Range(1, 62).Max(set => Gain(criterion, levels, y, level => (set >> level & 1) != 0));
                Assert.Equal(best, tree.Gain[0], 1e-9);
                Assert.Equal(best, Gain(criterion, levels, y, level => tree.GoesLeft(0, level)), 1e-9);
            }
        }
    }

    [Fact]
    public void Levels_of_three_classes_are_parted_nearly_as_well_as_possible()
    {
        var (random, reached, possible) = (new Random(12), 0.0, 0.0);
        for (var repeat = 0; repeat < 40; repeat++)
        {
            var levels = Enumerable.Range(0, 300).Select(_ => (float)random.Next(6)).ToArray();
            var shift = Enumerable.Range(0, 6).Select(_ => random.NextDouble() * 3).ToArray();
            var y = levels.Select(level => (int)(random.NextDouble() * 1.5 + shift[(int)level]) % 3).ToArray();
            var features = new FeatureMatrix([new Feature("level", ["a", "b", "c", "d", "e", "f"])], [levels], levels.Length);
            var tree = ((TreePredictor)new DecisionTree { MaxDepth = 1 }.Fit(features, Target.OfClasses(y, ["x", "y", "z"]))).Ensemble.Trees[0];
            possible += Enumerable.Range(1, 62).Max(set => Gain(SplitCriterion.Gini, levels, y, level => (set >> level & 1) != 0));
            reached += tree.Gain[0];
        }
        Assert.InRange(reached / possible, 0.97, 1 + 1e-9);
    }

    [Fact]
    public void Few_bins_still_find_a_step()
    {
        var x = Enumerable.Range(0, 5000).Select(row => (float)(row * 7919 % 5000)).ToArray();
        var y = x.Select(value => value > 2500 ? 3.0 : 1.0).ToArray();
        var predictor = new DecisionTree { MaxBins = 16, MaxDepth = 1 }.Fit(FeatureMatrix.OfNumbers(x), Target.OfNumbers(y));
        Assert.InRange(((TreePredictor)predictor).Ensemble.Trees[0].Threshold[0], 2100, 2900);
    }

    [Fact]
    public void A_setting_out_of_range_and_a_negative_count_are_named()
    {
        var (features, target) = (FeatureMatrix.OfNumbers([1, 2, 3]), Target.OfNumbers([1, 2, -3]));
        var error = Assert.Throws<LearningException>(() => new DecisionTree { MinLeafRows = 0 }.Fit(features, target));
        Assert.Equal("learning.bad-setting", error.Code);
        Assert.Contains("MinLeafRows", error.Message, StringComparison.Ordinal);
        Assert.Equal("learning.target-out-of-range", Assert.Throws<LearningException>(() => new DecisionTree { Criterion = SplitCriterion.Poisson }.Fit(features, target)).Code);
        Assert.Equal("learning.task-not-supported", Assert.Throws<LearningException>(() => new DecisionTree { Criterion = SplitCriterion.Gini }.Fit(features, target)).Code);
    }

    [Fact]
    public void A_fit_can_be_cancelled()
    {
        using var cancelled = new CancellationTokenSource();
        cancelled.Cancel();
        var options = new FitOptions { CancellationToken = cancelled.Token };
        var (features, target) = (FeatureMatrix.OfNumbers([1, 2, 3]), Target.OfNumbers([1, 2, 3]));
        Assert.Throws<OperationCanceledException>(() => new DecisionTree().Fit(features, target, default, options));
        Assert.Throws<OperationCanceledException>(() => new RandomForest().Fit(features, target, default, options));
    }

    internal static Target TargetOf(LearningTask task, bool[] isHigh) => task switch
    {
        LearningTask.Regression => Target.OfNumbers([.. isHigh.Select(high => high ? 5.0 : 1.0)]),
        LearningTask.Binary => Target.OfClasses([.. isHigh.Select(high => high ? 1 : 0)], ["low", "high"]),
        _ => Target.OfClasses([.. isHigh.Select(high => high ? 2 : 0)], ["low", "middle", "high"]),
    };

    private static double[] Of(Predictor predictor, float value) => predictor.Predict(FeatureMatrix.OfNumbers([value]));

    // How much parting levels lowers the impurity, times the rows.
    private static double Gain(SplitCriterion criterion, float[] levels, int[] classes, Func<int, bool> goesLeft)
    {
        double Impurity(IEnumerable<int> of)
        {
            var counts = of.GroupBy(at => at).Select(group => (double)group.Count()).ToArray();
            var all = counts.Sum();
            return all == 0 ? 0 : criterion == SplitCriterion.Gini ? all - counts.Sum(count => count * count) / all : -counts.Sum(count => count * Math.Log2(count / all));
        }
        return Impurity(classes) - Impurity(classes.Where((_, row) => goesLeft((int)levels[row]))) - Impurity(classes.Where((_, row) => !goesLeft((int)levels[row])));
    }

    private static DecisionTree SettingsOf(Fixture settings)
    {
        var tree = new DecisionTree();
        foreach (var (name, value) in settings.Members)
        {
            tree = name switch
            {
                "criterion" => tree with
                {
                    Criterion = value.Text switch { "gini" => SplitCriterion.Gini, "entropy" => SplitCriterion.Entropy, "poisson" => SplitCriterion.Poisson, _ => SplitCriterion.SquaredError },
                },
                "max_depth" => tree with { MaxDepth = value.Int },
                "max_leaf_nodes" => tree with { MaxLeaves = value.Int },
                "min_samples_leaf" => tree with { MinLeafRows = value.Int },
                "min_samples_split" => tree with { MinSplitRows = value.Int },
                "ccp_alpha" => tree with { PruningAlpha = value.Double },
                "min_impurity_decrease" => tree with { MinImpurityDecrease = value.Double },
                _ => throw new InvalidOperationException(name),
            };
        }
        return tree;
    }
}
