using Escale.Learning.Boosting;
using Escale.Learning.Explanations;
using Escale.Learning.Frames;
using Escale.Learning.Linear;
using Escale.Learning.Metrics;
using Escale.Learning.Trees;

namespace Escale.Learning.Tests.Explanations;

public sealed class ModelExplanationTests
{
    private static readonly Frame _frame = Table(600, seed: 1);

    private static readonly Model _forest = Fit(new RandomForest { Trees = 20, MaxDepth = 6 });

    private static readonly Model _logistic = Fit(new LogisticRegression());

    private static readonly Model _boosting = Fit(new GradientBoosting { Trees = 20 });

    [Fact]
    public void Contributions_of_encoded_features_are_added_up_to_their_raw_column()
    {
        var rows = _frame.Rows(Enumerable.Range(0, 50).ToArray());
        foreach (var model in new[] { _forest, _logistic, _boosting })
        {
            var contributions = ModelExplainer.Contributions(model, rows, _frame);
            Assert.True(contributions.IsExact);
            Assert.Equal(model.Schema.Columns.Select(column => column.Name), contributions.Names);
            var predictions = model.Predict(rows);
            for (var row = 0; row < rows.RowCount; row++)
            {
                var expected = contributions.Unit == ContributionUnit.Score ? LogOdds(predictions.Value(row)) : predictions.Value(row);
                Assert.Equal(expected, contributions.Total(row), 1e-6);
            }
            // What decides is dose and colour.
            var sizes = contributions.MeanSizes();
            Assert.True(sizes[Array.IndexOf([.. contributions.Names], "dose")] > 3 * sizes[Array.IndexOf([.. contributions.Names], "noise")]);
        }
    }

    [Fact]
    public void Several_members_are_explained_exactly_where_their_outputs_add_up()
    {
        var tree = Fit(new DecisionTree { MaxDepth = 3 });
        var both = Together(_forest, tree);
        var rows = _frame.Rows(Enumerable.Range(0, 20).ToArray());
        var (first, second, mean) = (ModelExplainer.Contributions(_forest, rows), ModelExplainer.Contributions(tree, rows), ModelExplainer.Contributions(both, rows));
        Assert.True(mean.IsExact);
        for (var row = 0; row < 20; row++)
        {
            Assert.Equal(both.Predict(rows).Value(row), mean.Total(row), 1e-9);
            Assert.All(Enumerable.Range(0, mean.Names.Count), at => Assert.Equal(0.75 * first.Of(row)[at] + 0.25 * second.Of(row)[at], mean.Of(row)[at], 1e-9));
        }
    }

    [Fact]
    public void Others_are_explained_by_sampling_the_same_for_any_number_of_threads()
    {
        var both = Together(_boosting, _logistic);
        var rows = _frame.Rows(Enumerable.Range(0, 6).ToArray());
        Assert.False(ModelExplainer.IsExactFor(both));
        var settings = new SamplingShapley { Orders = 40, BackgroundRows = 20 };
        var one = ModelExplainer.Contributions(both, rows, _frame, settings, new FitOptions { Threads = 1 });
        var three = ModelExplainer.Contributions(both, rows, _frame, settings, new FitOptions { Threads = 3 });
        Assert.False(one.IsExact);
        for (var row = 0; row < rows.RowCount; row++)
        {
            Assert.Equal(both.Predict(rows).Value(row), one.Total(row), 1e-9);
            Assert.Equal(one.Of(row).ToArray(), three.Of(row).ToArray());
        }
    }

    [Fact]
    public void Sampling_comes_close_to_the_exact_values_of_a_linear_model()
    {
        var numbers = Column.OfNumbers("y", Enumerable.Range(0, 300).Select(row => 3 * Number(row, 7) - 2 * Number(row, 11)).ToArray());
        var frame = new Frame(
            Column.OfNumbers("a", Enumerable.Range(0, 300).Select(row => Number(row, 7)).ToArray()), Column.OfNumbers("b", Enumerable.Range(0, 300).Select(row => Number(row, 11)).ToArray()), numbers);
        var model = new Pipeline { Estimator = new LinearRegression() }.Fit(frame, "y");
        var rows = frame.Rows(Enumerable.Range(0, 10).ToArray());
        var background = frame.Rows(Enumerable.Range(0, 50).ToArray());
        var exact = ModelExplainer.Contributions(model, rows, background);
        var sampled = new SamplingShapley { Orders = 50, BackgroundRows = 50 }.Explain(model, rows, background, FitOptions.Default);
        for (var row = 0; row < 10; row++)
        {
            Assert.All(Enumerable.Range(0, 2), at => Assert.Equal(exact.Of(row)[at], sampled.Of(row)[at], 1e-4));
        }
    }

    [Fact]
    public void Shuffling_what_matters_costs_most_and_shuffling_noise_nothing()
    {
        var importance = PermutationImportance.Of(_forest, Table(500, seed: 2), repeats: 4);
        Assert.Equal(Metric.RocAuc, importance.Metric);
        Assert.Equal("dose", importance.Names[importance.Ranking()[0]]);
        var noise = Array.IndexOf([.. importance.Names], "noise");
        Assert.InRange(importance.Mean(noise), -0.02, 0.02);
        Assert.InRange(importance.Deviation(noise), 0, 0.02);
        Assert.Equal(4, importance.Drops(noise).Count);
        var again = PermutationImportance.Of(_forest, Table(500, seed: 2), repeats: 4, options: new FitOptions { Threads = 1 });
        Assert.Equal(importance.Drops(0), again.Drops(0));
    }

    [Fact]
    public void Importance_of_a_predictors_features_agrees_with_that_of_a_model()
    {
        var features = FeatureMatrix.OfNumbers([.. Enumerable.Range(0, 2).Select(at => Enumerable.Range(0, 400).Select(row => (float)Number(row, 7 + 4 * at)).ToArray())]);
        var target = Target.OfNumbers([.. Enumerable.Range(0, 400).Select(row => Number(row, 7))]);
        var importance = PermutationImportance.Of(new DecisionTree { MaxDepth = 6 }.Fit(features, target), features, target, Metric.Rmse);
        Assert.True(importance.Mean(0) > 0.2);
        Assert.InRange(importance.Mean(1), -1e-9, 0.01);
    }

    [Fact]
    public void Partial_dependence_is_the_mean_of_predictions_with_the_column_set()
    {
        var dependence = PartialDependence.Of(_boosting, _frame, "dose", points: 7, rowCount: 40);
        Assert.Equal((7, 40), (dependence.Grid.Count, dependence.Rows.Count));
        var set = _frame.Rows(dependence.Rows.ToArray()).With(Column.OfNumbers("dose", Enumerable.Repeat(dependence.Grid[3].Value, 40).ToArray()));
        var predictions = _boosting.Predict(set);
        Assert.Equal(Enumerable.Range(0, 40).Average(row => predictions.Probability(row, 1)), dependence.Mean(3, 1), 1e-12);
        Assert.Equal(predictions.Probability(5, 0), dependence.Individual(5, 3, 0));
        Assert.True(dependence.Mean(6, 1) > dependence.Mean(0, 1) + 0.2); // more of it makes it likelier
        var byColour = PartialDependence.Of(_boosting, _frame, "colour");
        Assert.Equal(["blue", "green", "red"], byColour.Grid.Select(point => point.Label).Order(StringComparer.Ordinal));
        Assert.Equal("learning.column-unknown", Assert.Throws<LearningException>(() => PartialDependence.Of(_boosting, _frame, "nowhere")).Code);
    }

    [Fact]
    public void The_path_of_a_row_is_said_in_words_and_leads_to_its_prediction()
    {
        var tree = Fit(new DecisionTree { MaxDepth = 3 });
        for (var row = 0; row < 40; row++)
        {
            var path = DecisionPath.Of(tree, _frame, row);
            Assert.Equal(tree.Predict(_frame).Probability(row, 1), path.Values[1]);
            Assert.All(path.Steps, step => Assert.True(step.Kind switch
            {
                DecisionKind.AtMost => Value(step, row) <= step.Threshold,
                DecisionKind.Above => Value(step, row) > step.Threshold,
                DecisionKind.OneOf => step.Levels.Contains(_frame[step.FeatureName].TextAt(row)),
                DecisionKind.NoneOf => !step.Levels.Contains(_frame[step.FeatureName].TextAt(row)),
                _ => _frame[step.FeatureName].IsMissing(row) == (step.Kind == DecisionKind.Missing),
            }));
            Assert.All(path.Steps.Zip(path.Steps.Skip(1)), pair => Assert.True(pair.First.Weight > pair.Second.Weight));
        }
        Assert.Equal("learning.not-one-tree", Assert.Throws<LearningException>(() => DecisionPath.Of(_forest, _frame, 0)).Code);
    }

    [Fact]
    public void Words_are_those_of_the_language()
    {
        var step = new DecisionStep(0, "age", DecisionKind.AtMost, 41.5, [], 10, []);
        Assert.Equal("age is at most 41.5", DecisionWords.English.Step(step));
        Assert.Equal("age est au plus 41,5", DecisionWords.French.Step(step));
        var levels = step with { FeatureName = "jour", Kind = DecisionKind.OneOf, Levels = ["lundi", "mardi"] };
        Assert.Equal("jour est l’un de lundi, mardi", DecisionWords.French.Step(levels));
        Assert.Equal("so the answer is yes 75.0%, no 25.0% (from 40 training rows)", DecisionWords.English.Outcome([0.25, 0.75], 40, ["no", "yes"]));
        Assert.Equal("donc la réponse est yes 75,0 %, no 25,0 % (d’après 40 lignes d’apprentissage)", DecisionWords.French.Outcome([0.25, 0.75], 40, ["no", "yes"]));
    }

    [Fact]
    public void A_surrogate_tree_imitates_the_model_and_says_how_well()
    {
        var surrogate = SurrogateTree.Fit(_boosting, _frame);
        Assert.InRange(surrogate.Fidelity, 0.6, 1);
        Assert.InRange(surrogate.Agreement, 0.8, 1);
        Assert.Contains("dose", surrogate.ToText(), StringComparison.Ordinal);
        Assert.Contains("est au plus", surrogate.ToText(DecisionWords.French), StringComparison.Ordinal);
        var constant = SurrogateTree.Fit(Fit(new Learning.Baselines.Baseline()), _frame);
        Assert.Equal(1, constant.Agreement);
    }

    internal static Frame Table(int rows, int seed)
    {
        var random = new Random(seed);
        string[] colours = ["red", "green", "blue"];
        var (dose, noise, colour, sick) = (new double[rows], new double[rows], new string?[rows], new string?[rows]);
        for (var row = 0; row < rows; row++)
        {
            (dose[row], noise[row]) = (random.Next(12) == 0 ? double.NaN : random.NextDouble() * 10, random.NextDouble());
            colour[row] = colours[random.Next(3)];
            sick[row] = (double.IsNaN(dose[row]) ? 5 : dose[row]) + (colour[row] == "red" ? 2 : 0) + 2 * random.NextDouble() > 6.5 ? "yes" : "no";
        }
        return new Frame(Column.OfNumbers("dose", dose), Column.OfNumbers("noise", noise), Column.OfCategories("colour", colour), Column.OfCategories("sick", sick));
    }

    private static Model Fit(Estimator estimator) => new Pipeline { Estimator = estimator }.Fit(_frame, "sick");

    private static Model Together(Model first, Model second) => new(
        "sick", Targets.Of(_frame["sick"]), [first.Members[0] with { Weight = 3 }, second.Members[0]], first.Info);

    private static double Value(DecisionStep step, int row) => ((NumberColumn)_frame[step.FeatureName]).Number(row);

    private static double Number(int row, int step) => row * step * 37 % 301 / 301.0;

    private static double LogOdds(double probability) => Math.Log(probability / (1 - probability));
}
