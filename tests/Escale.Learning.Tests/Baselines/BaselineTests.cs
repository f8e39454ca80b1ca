using Escale.Learning.Baselines;

namespace Escale.Learning.Tests.Baselines;

public sealed class BaselineTests
{
    private static readonly FeatureMatrix _features = FeatureMatrix.OfNumbers([0f, 0, 0, 0]);

    [Fact]
    public void A_number_is_predicted_by_its_mean_median_or_quantile()
    {
        var target = Target.OfNumbers([4, 1, 10, 2]);
        Assert.Equal(4.25, new Baseline().Fit(_features, target).Outputs[0]);
        Assert.Equal(3, new Baseline { Answer = BaselineAnswer.Median }.Fit(_features, target).Outputs[0]);
        Assert.Equal(10, new Baseline { Answer = BaselineAnswer.Quantile, Quantile = 0.9 }.Fit(_features, target).Outputs[0]);
        Assert.Equal(1, new Baseline { Answer = BaselineAnswer.Quantile, Quantile = 0 }.Fit(_features, target).Outputs[0]);
        Assert.Equal(10, new Baseline { Answer = BaselineAnswer.Quantile, Quantile = 1 }.Fit(_features, target).Outputs[0]);
    }

    [Fact]
    public void Weights_count_rows()
    {
        var target = Target.OfNumbers([4, 1, 10, 2]);
        Assert.Equal(1, new Baseline { Answer = BaselineAnswer.Median }.Fit(_features, target, [1, 5, 1, 1]).Outputs[0]);
        Assert.Equal(1.625, new Baseline().Fit(_features, target, [1, 5, 0, 2]).Outputs[0], 1e-12);
    }

    [Fact]
    public void Classes_are_predicted_by_their_shares()
    {
        var target = Target.OfClasses([0, 1, 1, 1], ["a", "b", "never"]);
        Assert.Equal([0.25, 0.75, 0], new Baseline().Fit(_features, target).Outputs.ToArray());
        Assert.Equal([0.5, 0.5, 0], new Baseline().Fit(_features, target, [3, 1, 1, 1]).Outputs.ToArray());
    }

    [Fact]
    public void A_quantile_beyond_one_is_refused() => Assert.Equal(
        "learning.bad-setting", Assert.Throws<LearningException>(() => new Baseline { Quantile = 1.5 }.Fit(_features, Target.OfNumbers([1, 2, 3, 4]))).Code);
}
