using Escale.Learning.Linear;
using Escale.Learning.Selection;
using Escale.Learning.Tests.Fixtures;

namespace Escale.Learning.Tests.Linear;

/// <summary>Coefficients and probabilities beside those of scikit-learn.</summary>
public sealed class LinearModelTests
{
    private static readonly Fixture _fixture = Fixture.Read("linear");

    public static TheoryData<string> Regressions => [.. _fixture["regressions"].Items.Select(item => item["name"].Text)];

    public static TheoryData<string> Logistics => [.. _fixture["logistics"].Items.Select(item => item["name"].Text)];

    [Theory]
    [MemberData(nameof(Regressions))]
    public void Coefficients_of_least_squares_are_those_of_scikit_learn(string name)
    {
        var expected = _fixture["regressions"].Items.Single(item => item["name"].Text == name);
        var rows = name.Contains("wide", StringComparison.Ordinal) ? 6 : 80;
        var features = Matrix(name.Contains("wide", StringComparison.Ordinal) ? "wide" : name.Contains("singular", StringComparison.Ordinal) ? "singular" : "x");
        var fitted = Assert.IsType<LinearPredictor>(Regression(name).Fit(features, Target.OfNumbers(_fixture["y"].Doubles[..rows]), Weights(name)));
        AssertClose(expected["coefficients"].Doubles, fitted.Coefficients(0), 2e-7);
        Assert.Equal(expected["intercept"].Double, fitted.Intercepts[0], 1e-6);
    }

    [Theory]
    [MemberData(nameof(Logistics))]
    public void Coefficients_and_probabilities_of_logistic_regression_are_those_of_scikit_learn(string name)
    {
        var expected = _fixture["logistics"].Items.Single(item => item["name"].Text == name);
        var isBinary = name.StartsWith("binary", StringComparison.Ordinal);
        var target = Target.OfClasses(_fixture[isBinary ? "binary" : "three"].Ints, isBinary ? ["a", "b"] : ["a", "b", "c"]);
        var fitted = Logistic(name).Fit(Matrix("x"), target, Weights(name));
        double[] coefficients = [.. Enumerable.Range(0, fitted.ScoreCount).SelectMany(score => fitted.Coefficients(score).ToArray())];
        AssertClose(expected["coefficients"].Doubles, coefficients, 1e-5);
        if (!name.Contains("three", StringComparison.Ordinal))
        {
            AssertClose(expected["intercepts"].Doubles, fitted.Intercepts, 1e-5);
        }
        AssertClose(expected["probabilities"].Doubles, fitted.Predict(Matrix("x").Rows([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])), 1e-6);
    }

    [Fact]
    public void What_the_penalty_on_absolute_values_removes_is_exactly_zero()
    {
        var target = Target.OfClasses(_fixture["binary"].Ints, ["a", "b"]);
        var expected = _fixture["logistics"].Items.Single(item => item["name"].Text == "binary, L1, C 0.3")["coefficients"].Doubles;
        var coefficients = Logistic("binary, L1, C 0.3").Fit(Matrix("x"), target).Coefficients(0).ToArray();
        Assert.Contains(0.0, coefficients);
        Assert.Equal(expected.Select(value => value == 0), coefficients.Select(value => value == 0));
        Assert.All(new ElasticNet { Alpha = 1e3 }.Fit(Matrix("x"), Target.OfNumbers(_fixture["y"].Doubles)).Coefficients(0).ToArray(), value => Assert.Equal(0, value));
    }

    [Fact]
    public void Columns_that_almost_depend_on_each_other_keep_their_digits()
    {
        var random = new Random(3);
        var first = Enumerable.Range(0, 500).Select(_ => (float)random.NextDouble()).ToArray();
        var second = first.Select(value => value + (float)(random.Next(-8, 9) * 6e-8)).ToArray(); // the last bits only
        var target = first.Zip(second, (one, other) => 3.0 * one - 2.0 * other + 1).ToArray();
        var fitted = new LinearRegression().Fit(FeatureMatrix.OfNumbers(first, second), Target.OfNumbers(target));
        AssertClose([3, -2], fitted.Coefficients(0), 1e-5);
    }

    [Fact]
    public void A_feature_that_lies_far_from_zero_is_no_harder()
    {
        var random = new Random(4);
        var near = Enumerable.Range(0, 300).Select(_ => (float)random.Next(100)).ToArray();
        var far = near.Select(value => value + 1_000_000).ToArray();
        var target = Target.OfNumbers([.. near.Select(value => 0.25 * value + random.NextDouble())]);
        var atZero = new RidgeRegression { Alpha = 2 }.Fit(FeatureMatrix.OfNumbers(near), target);
        var atMillion = new RidgeRegression { Alpha = 2 }.Fit(FeatureMatrix.OfNumbers(far), target);
        AssertClose(atZero.Coefficients(0).ToArray(), atMillion.Coefficients(0), 1e-12);
    }

    [Fact]
    public void Separable_classes_without_a_penalty_still_give_an_answer()
    {
        var fitted = new LogisticRegression { C = double.PositiveInfinity }.Fit(FeatureMatrix.OfNumbers([-2f, -1, 1, 2]), Target.OfClasses([0, 0, 1, 1], ["a", "b"]));
        Assert.All(fitted.Predict(FeatureMatrix.OfNumbers([-1f, 1])), probability => Assert.True(probability is < 0.01 or > 0.99));
    }

    [Fact]
    public void The_alpha_chosen_is_the_one_that_trying_every_one_would_choose()
    {
        var (features, target) = Noisy(120, 30);
        foreach (var ratio in new[] { 0, 0.5, 1 })
        {
            var chosen = new ElasticNetCv { L1Ratio = ratio, Alphas = 12, Tolerance = 1e-10 }.Fit(features, target, default, new FitOptions { Seed = 3 });
            var best = Tried(features, target, ratio, 12, 3).MinBy(tried => tried.Error).Alpha;
            var expected = new ElasticNet { Alpha = best, L1Ratio = ratio, Tolerance = 1e-10 }.Fit(features, target);
            AssertClose(expected.Coefficients(0).ToArray(), chosen.Coefficients(0), 1e-4);
        }
    }

    [Fact]
    public void The_loss_and_its_derivatives_are_those_of_the_definition_with_sparse_columns_and_dense()
    {
        var random = new Random(2);
        var columns = Enumerable.Range(0, 7).Select(at => Enumerable.Range(0, 1030).Select(_ => at < 3 || random.Next(10) == 0 ? (float)random.NextDouble() : 0).ToArray()).ToArray();
        var weights = Enumerable.Range(0, 1030).Select(_ => random.NextDouble()).ToArray();
        foreach (var classes in new[] { 2, 4 })
        {
            var target = Target.OfClasses([.. Enumerable.Range(0, 1030).Select(_ => random.Next(classes))], [.. Enumerable.Range(0, classes).Select(at => "c" + at)]);
            using var team = new Threads.WorkerTeam(2);
            var loss = new LogisticLoss(FeatureMatrix.OfNumbers(columns), target, weights, true, team, CancellationToken.None) { L2 = 0.3 };
            var point = Enumerable.Range(0, loss.ParameterCount).Select(_ => random.NextDouble() * 4 - 2).ToArray();
            var (gradient, unused) = (new double[point.Length], new double[point.Length]);
            Assert.Equal(Defined(columns, target, weights, point, 0.3), loss.Evaluate(point, gradient), 1e-12);
            for (var at = 0; at < point.Length; at++)
            {
                var (up, down) = (point[..], point[..]);
                (up[at], down[at]) = (up[at] + 1e-5, down[at] - 1e-5);
                Assert.Equal((loss.Evaluate(up, unused) - loss.Evaluate(down, unused)) / 2e-5, gradient[at], 1e-8);
            }
        }
    }

    [Fact]
    public void A_setting_out_of_range_is_named()
    {
        var target = Target.OfNumbers(_fixture["y"].Doubles);
        var error = Assert.Throws<LearningException>(() => new RidgeRegression { Alpha = -1 }.Fit(Matrix("x"), target));
        Assert.Equal("learning.bad-setting", error.Code);
        Assert.Equal("Alpha of ridge regression is -1; it must be 0 or more.", error.Message);
    }

    private static double Defined(float[][] columns, Target target, double[] weights, double[] point, double l2)
    {
        var (scores, count, sum) = (target.ClassCount == 2 ? 1 : target.ClassCount, columns.Length, 0.0);
        for (var row = 0; row < target.RowCount; row++)
        {
            double[] logits = [.. Enumerable.Range(0, scores).Select(score => point[scores * count + score] + columns.Select((column, at) => column[row] * point[score * count + at]).Sum())];
            logits = scores == 1 ? [0, logits[0]] : logits;
            sum -= weights[row] * (logits[target.ClassOf(row)] - Math.Log(logits.Sum(Math.Exp)));
        }
        return sum / weights.Sum() + l2 / 2 * point[..(scores * count)].Sum(value => value * value);
    }

    private static IEnumerable<(double Alpha, double Error)> Tried(FeatureMatrix features, Target target, double ratio, int count, int seed)
    {
        var splits = new KFold().Split(target, seed);
        var (y, n) = (target.Values.ToArray(), target.RowCount);
        var variances = Enumerable.Range(0, features.FeatureCount).Select(at => features[at].ToArray()).Select(x => x.Sum(v => Math.Pow(v - x.Average(), 2)) / n);
        var largest = ratio == 0 ? 10 * variances.Average()
            : Enumerable.Range(0, features.FeatureCount).Max(at => Math.Abs(features[at].ToArray().Zip(y, (x, v) => x * (v - y.Average())).Sum())) / n / ratio;
        for (var at = 0; at < count; at++)
        {
            var alpha = largest * Math.Pow(ratio == 0 ? 1e-7 : 1e-4, at / (count - 1.0));
            yield return (alpha, splits.Sum(split => new ElasticNet { Alpha = alpha, L1Ratio = ratio, Tolerance = 1e-10 }.Fit(features.Rows(split.Train), target.Rows(split.Train))
                .Predict(features.Rows(split.Test)).Select((value, row) => Math.Pow(value - y[split.Test[row]], 2)).Sum()));
        }
    }

    private static (FeatureMatrix Features, Target Target) Noisy(int rows, int columns)
    {
        var random = new Random(8);
        var x = Enumerable.Range(0, columns).Select(_ => Enumerable.Range(0, rows).Select(_ => (float)Conformance.Samples.Normal(random)).ToArray()).ToArray();
        return (FeatureMatrix.OfNumbers(x), Target.OfNumbers([.. Enumerable.Range(0, rows).Select(row => x[0][row] - 0.5 * x[1][row] + 3 * Conformance.Samples.Normal(random))]));
    }

    private static Estimator Regression(string name)
    {
        var words = name.Split(',')[0].Split(' ');
        var hasIntercept = !name.Contains("no intercept", StringComparison.Ordinal);
        var numbers = words.Where(word => char.IsAsciiDigit(word[0])).Select(word => double.Parse(word, System.Globalization.CultureInfo.InvariantCulture)).ToArray();
        return words[0] switch
        {
            "ordinary" => new LinearRegression { FitIntercept = hasIntercept },
            "ridge" => new RidgeRegression { Alpha = numbers[0], FitIntercept = hasIntercept },
            "lasso" => new ElasticNet { Alpha = numbers[0], L1Ratio = 1, FitIntercept = hasIntercept, Tolerance = 1e-14 },
            _ => new ElasticNet { Alpha = numbers[0], L1Ratio = numbers[1], FitIntercept = hasIntercept, Tolerance = 1e-14 },
        };
    }

    private static LogisticRegression Logistic(string name) => new()
    {
        C = name.Contains("no penalty", StringComparison.Ordinal) ? double.PositiveInfinity : name.Contains("C 0.1", StringComparison.Ordinal) ? 0.1
            : name.Contains("C 0.3", StringComparison.Ordinal) ? 0.3 : name.Contains("C 10", StringComparison.Ordinal) ? 10
            : name.Contains("elastic", StringComparison.Ordinal) ? 0.2 : 1,
        L1Ratio = name.Contains("L1", StringComparison.Ordinal) ? 1 : name.Contains("elastic", StringComparison.Ordinal) ? 0.4 : 0,
        FitIntercept = !name.Contains("no intercept", StringComparison.Ordinal),
        Tolerance = 1e-9,
        MaxIterations = 5000,
    };

    private static double[] Weights(string name) => name.Contains("weighted", StringComparison.Ordinal) ? _fixture["weights"].Doubles : [];

    private static FeatureMatrix Matrix(string name) => FeatureMatrix.OfNumbers([.. _fixture[name].Items.Select(column => column.Floats)]);

    private static void AssertClose(double[] expected, ReadOnlySpan<double> actual, double tolerance)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (var at = 0; at < expected.Length; at++)
        {
            Assert.Equal(expected[at], actual[at], tolerance * Math.Max(1, Math.Abs(expected[at])));
        }
    }
}
