using Escale.Learning.Bayes;
using Escale.Learning.Tests.Fixtures;

namespace Escale.Learning.Tests.Bayes;

public sealed class GaussianNaiveBayesTests
{
    private static readonly Fixture _fixture = Fixture.Read("neighbors");

    [Fact]
    public void Means_variances_and_probabilities_are_those_of_scikit_learn()
    {
        var target = Target.OfClasses(_fixture["labels"].Ints, ["a", "b", "c"]);
        foreach (var expected in _fixture["bayes"].Items)
        {
            var estimator = new GaussianNaiveBayes { Priors = expected["name"].Text == "priors" ? [0.5, 0.3, 0.2] : null };
            var fitted = estimator.Fit(Matrix("x"), target, expected["name"].Text == "weighted" ? _fixture["weights"].Doubles : []);
            AssertClose(expected["means"].Doubles, [.. fitted.Means(0), .. fitted.Means(1), .. fitted.Means(2)], 1e-9);
            AssertClose(expected["variances"].Doubles, [.. fitted.Variances(0), .. fitted.Variances(1), .. fitted.Variances(2)], 1e-8);
            AssertClose(expected["probabilities"].Doubles, fitted.Predict(Matrix("fresh")), 1e-7);
        }
    }

    [Fact]
    public void A_feature_that_never_varies_within_a_class_decides_alone()
    {
        var features = FeatureMatrix.OfNumbers([1f, 1, 2, 2], [0.1f, 0.4f, 0.3f, 0.2f]);
        var fitted = new GaussianNaiveBayes().Fit(features, Target.OfClasses([0, 0, 1, 1], ["a", "b"]));
        Assert.Equal([1, 0, 0, 1], fitted.Predict(FeatureMatrix.OfNumbers([1f, 2], [0.3f, 0.3f])));
    }

    [Fact]
    public void Priors_that_are_no_probabilities_are_refused()
    {
        var (features, target) = (FeatureMatrix.OfNumbers([1f, 2]), Target.OfClasses([0, 1], ["a", "b"]));
        foreach (var wrong in new double[][] { [1], [0.5, 0.6], [-0.5, 1.5], [double.NaN, 1] })
        {
            Assert.Equal("learning.bad-setting", Assert.Throws<LearningException>(() => new GaussianNaiveBayes { Priors = wrong }.Fit(features, target)).Code);
        }
    }

    [Fact]
    public void Estimators_with_equal_priors_are_equal() =>
        Assert.Equal(new GaussianNaiveBayes { Priors = [0.5, 0.5] }, new GaussianNaiveBayes { Priors = [0.5, 0.5] });

    private static FeatureMatrix Matrix(string name) => FeatureMatrix.OfNumbers([.. _fixture[name].Items.Select(column => column.Floats)]);

    private static void AssertClose(double[] expected, double[] actual, double tolerance)
    {
        Assert.Equal(expected.Length, actual.Length);
        Assert.All(expected.Zip(actual), pair => Assert.Equal(pair.First, pair.Second, tolerance));
    }
}
