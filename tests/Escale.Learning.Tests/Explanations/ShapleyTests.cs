using Escale.Learning.Boosting;
using Escale.Learning.Explanations;
using Escale.Learning.Linear;
using Escale.Learning.Tests.Conformance;
using Escale.Learning.Tests.Fixtures;
using Escale.Learning.Trees;

namespace Escale.Learning.Tests.Explanations;

public sealed class ShapleyTests
{
    private static readonly Fixture _fixture = Fixture.Read("tree_contributions");

    public static TheoryData<int> Cases => [0, 1, 2];

    public static TheoryData<LearningTask> Tasks => [LearningTask.Regression, LearningTask.Binary, LearningTask.Multiclass];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Contributions_are_those_of_xgboost(int number)
    {
        var its = _fixture["cases"].Items.ElementAt(number);
        var scores = its["scores"].Int;
        Tree[] trees = [.. its["trees"].Items.Select(TreeOf)];
        var ensemble = new TreeEnsemble
        {
            Trees = trees,
            ScoreOf = [.. Enumerable.Range(0, trees.Length).Select(at => at % scores)],
            Start = [.. Enumerable.Repeat(its["name"].Text == "two" ? 0 : 0.5, scores)], // XGBoost's base score: 0.5, which is log-odds of 0
            FeatureCount = 5,
        };
        var features = FeatureMatrix.OfNumbers([.. _fixture["x"].Items.Select(column => column.Floats)]);
        var bases = new double[scores];
        var values = TreeShapley.Explain(ensemble, features, bases, 2, default);
        var expected = its["contributions"].Doubles;
        for (var row = 0; row < features.RowCount; row++)
        {
            for (var score = 0; score < scores; score++)
            {
                var from = (row * scores + score) * 6;
                Assert.All(Enumerable.Range(0, 5), at => Assert.Equal(expected[from + at], values[(row * scores + score) * 5 + at], 2e-5));
                Assert.Equal(expected[from + 5], bases[score], 2e-5);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Tasks))]
    public void Contributions_are_those_of_the_definition(LearningTask task)
    {
        var (features, target) = Holed(task, 250);
        foreach (var estimator in new Estimator[] { new DecisionTree { MaxDepth = 5 }, new RandomForest { Trees = 3, MaxDepth = 7 }, new ExtraTrees { Trees = 3, MaxDepth = 6 }, new GradientBoosting { Trees = 4 } })
        {
            var predictor = (TreePredictor)estimator.Fit(features, target);
            var contributions = Shapley.Explain(predictor, features.Rows([0, 1, 2, 3, 100, 101]));
            var shown = predictor.Ensemble.ScoreCount == 2 ? 1 : 0; // of two probabilities only the second is shown
            foreach (var (at, row) in new[] { 0, 1, 2, 3, 100, 101 }.Index())
            {
                var values = new float[features.FeatureCount];
                features.CopyRow(row, values);
                for (var score = 0; score < contributions.ScoreCount; score++)
                {
                    var expected = ByDefinition(predictor.Ensemble, values, score + shown);
                    Assert.All(Enumerable.Range(0, values.Length), feature => Assert.Equal(expected[feature], contributions.Of(at, score)[feature], 1e-10));
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Tasks))]
    public void They_sum_to_the_score_for_any_number_of_threads(LearningTask task)
    {
        var (features, target) = Holed(task, 400);
        foreach (var estimator in new Estimator[] { new RandomForest { Trees = 30 }, new GradientBoosting { Trees = 30 } })
        {
            var predictor = (TreePredictor)estimator.Fit(features, target);
            var contributions = Shapley.Explain(predictor, features, options: new FitOptions { Threads = 1 });
            var again = Shapley.Explain(predictor, features, options: new FitOptions { Threads = 3 });
            var (row, scores) = (new float[features.FeatureCount], new double[Math.Max(2, predictor.Ensemble.ScoreCount)]);
            for (var at = 0; at < features.RowCount; at++)
            {
                features.CopyRow(at, row);
                predictor.Ensemble.Score(row, scores);
                for (var score = 0; score < contributions.ScoreCount; score++)
                {
                    Assert.Equal(scores[predictor.Ensemble.ScoreCount == 2 ? 1 : score], contributions.Total(at, score), 1e-9);
                    Assert.Equal(contributions.Of(at, score).ToArray(), again.Of(at, score).ToArray());
                }
            }
        }
    }

    [Fact]
    public void Linear_contributions_are_distances_from_the_mean()
    {
        var (features, target) = Samples.Table(LearningTask.Regression, FeatureStyle.Scaled);
        var predictor = (LinearPredictor)new LinearRegression().Fit(features, target);
        var contributions = Shapley.Explain(predictor, features);
        var outputs = predictor.Predict(features);
        Assert.Equal(target.Values.ToArray().Average(), contributions.Base(), 1e-9);
        Assert.Equal(predictor.Coefficients(0)[1] * (features[1][7] - features[1].ToArray().Average(value => (double)value)), contributions.Of(7)[1], 1e-9);
        Assert.All(Enumerable.Range(0, features.RowCount), row => Assert.Equal(outputs[row], contributions.Total(row), 1e-9));
        Assert.Equal((ContributionUnit.Output, true), (contributions.Unit, contributions.IsExact));
    }

    [Fact]
    public void A_thousand_rows_of_a_hundred_trees_take_well_under_seconds()
    {
        var random = new Random(5);
        var columns = Enumerable.Range(0, 12).Select(_ => Enumerable.Range(0, 2000).Select(_ => random.NextSingle()).ToArray()).ToArray();
        var y = Enumerable.Range(0, 2000).Select(row => columns[0][row] * columns[1][row] + columns[2][row] + 0.1 * random.NextDouble()).ToArray();
        var features = FeatureMatrix.OfNumbers(columns);
        var predictor = new GradientBoosting { Trees = 100, MaxLeaves = 31 }.Fit(features, Target.OfNumbers(y));
        var rows = features.Rows([.. Enumerable.Range(0, 1000)]);
        var watch = System.Diagnostics.Stopwatch.StartNew();
        Shapley.Explain(predictor, rows);
        Assert.InRange(watch.Elapsed.TotalSeconds, 0, 10); // some 0.3 s when the machine is idle
    }

    private static (FeatureMatrix Features, Target Target) Holed(LearningTask task, int rows)
    {
        var (features, target) = Samples.Table(task, FeatureStyle.Native, rows);
        var columns = Enumerable.Range(0, 6).Select(at => features[at].ToArray()).ToArray();
        for (var row = 0; row < rows; row += 3)
        {
            columns[row % 5][row] = float.NaN;
        }
        return (Samples.Matrix(columns, FeatureStyle.Native), target);
    }

    // The mean over all orders of the change that a feature makes when it becomes known, each set of features tried.
    private static double[] ByDefinition(TreeEnsemble ensemble, float[] row, int score)
    {
        var count = row.Length;
        var worth = Enumerable.Range(0, 1 << count).Select(known => ensemble.Trees.Select((tree, at) =>
            ensemble.ScoreOf[at] >= 0 && ensemble.ScoreOf[at] != score ? 0 : Expected(tree, 0, row, known, ensemble.ScoreOf[at] < 0 ? score : 0)).Sum() * ensemble.Scale).ToArray();
        var factorial = Enumerable.Range(0, count + 1).Select(n => Enumerable.Range(1, n).Aggregate(1.0, (product, k) => product * k)).ToArray();
        return [.. Enumerable.Range(0, count).Select(feature => Enumerable.Range(0, 1 << count).Where(known => (known >> feature & 1) == 0).Sum(known =>
        {
            var size = System.Numerics.BitOperations.PopCount((uint)known);
            return factorial[size] * factorial[count - size - 1] / factorial[count] * (worth[known | 1 << feature] - worth[known]);
        }))];
    }

    private static double Expected(Tree tree, int node, float[] row, int known, int value)
    {
        if (tree.Left[node] < 0)
        {
            return tree.Value[node * tree.ValueCount + value];
        }
        var (left, right) = (tree.Left[node], tree.Right[node]);
        if ((known >> tree.Feature[node] & 1) != 0)
        {
            return Expected(tree, tree.GoesLeft(node, row[tree.Feature[node]]) ? left : right, row, known, value);
        }
        return (tree.Cover[left] * Expected(tree, left, row, known, value) + tree.Cover[right] * Expected(tree, right, row, known, value)) / (tree.Cover[left] + tree.Cover[right]);
    }

    private static Tree TreeOf(Fixture nodes)
    {
        var all = nodes.Items.ToList();
        bool IsLeaf(Fixture node) => node.Members.Any(member => member.Name == "leaf");
        return new Tree
        {
            Feature = [.. all.Select(node => IsLeaf(node) ? 0 : node["feature"].Int)],
            Threshold = [.. all.Select(node => IsLeaf(node) ? 0 : MathF.BitDecrement((float)node["below"].Double))],
            Left = [.. all.Select(node => IsLeaf(node) ? -1 : node["left"].Int)],
            Right = [.. all.Select(node => IsLeaf(node) ? -1 : node["right"].Int)],
            IsMissingLeft = [.. all.Select(node => !IsLeaf(node) && node["missing_left"].Flag)],
            LeftLevels = new ulong[]?[all.Count],
            Value = [.. all.Select(node => IsLeaf(node) ? node["leaf"].Double : 0)],
            Cover = [.. all.Select(node => node["cover"].Double)],
            Gain = new double[all.Count],
        };
    }
}
