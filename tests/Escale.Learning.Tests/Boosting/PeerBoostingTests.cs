using Escale.Learning.Boosting;
using Escale.Learning.Tests.Fixtures;

namespace Escale.Learning.Tests.Boosting;

/// <summary>Against scikit-learn's histogram gradient boosting, which finds the same trees when it is given the same bins.</summary>
public sealed class PeerBoostingTests
{
    private static readonly Fixture _peer = Fixture.Read("boosting");

    private static readonly GradientBoosting _boosting = new()
    {
        Trees = 12, MaxLeaves = 8, MinLeafRows = 1, LearningRate = 0.2, L2 = 0.5, MinLeafHessian = 1e-3, PathSmoothing = 0, FeatureSharePerNode = 1,
    };

    [Theory]
    [InlineData("squared")]
    [InlineData("absolute")]
    [InlineData("weighted")]
    public void Regression_predicts_what_scikit_learn_does(string loss)
    {
        Objective objective = loss == "absolute" ? new AbsoluteObjective() : new SquaredObjective();
        var target = Target.OfNumbers(Numbers("y"));
        var weights = loss == "weighted" ? Enumerable.Range(0, target.RowCount).Select(row => 1.0 + row % 3).ToArray() : [];
        var outputs = (_boosting with { Objective = objective }).Fit(Features(), target, weights).Predict(Features());
        IsClose(Numbers(loss), outputs);
    }

    [Fact]
    public void Classification_predicts_what_scikit_learn_does()
    {
        var target = Target.OfClasses([.. Numbers("label").Select(label => (int)label)], ["0", "1"]);
        var outputs = _boosting.Fit(Features(), target).Predict(Features());
        IsClose(Numbers("logistic"), [.. Enumerable.Range(0, target.RowCount).Select(row => outputs[2 * row + 1])]);
    }

    // Rounding of derivatives decides between splits that are as good as equal, so that a few rows may take another way.
    private static void IsClose(double[] expected, double[] outputs)
    {
        var far = expected.Zip(outputs).Count(pair => Math.Abs(pair.First - pair.Second) > 1e-3 * Math.Max(1, Math.Abs(pair.First)));
        Assert.True(far <= expected.Length / 20, $"{far} of {expected.Length} predictions differ");
    }

    private static FeatureMatrix Features() => FeatureMatrix.OfNumbers([.. _peer["x"].Items.Select(column => column.Floats)]);

    private static double[] Numbers(string name) => _peer[name].Doubles;
}
