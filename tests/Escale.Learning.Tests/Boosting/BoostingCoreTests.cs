using Escale.Learning.Boosting;
using Escale.Learning.Trees;

namespace Escale.Learning.Tests.Boosting;

public sealed class BoostingCoreTests
{
    private static readonly GradientBoosting _small = new() { MinLeafRows = 5, Trees = 1, MaxLeaves = 2, L2 = 0, LearningRate = 1, MinLeafHessian = 0, CategoryL2 = 0, PathSmoothing = 0, FeatureSharePerNode = 1 };

    [Fact]
    public void Any_number_of_threads_gives_the_same_bits()
    {
        var (features, target) = BoostingTables.Mixed(30_000, seed: 1);
        var boosting = new GradientBoosting { Trees = 8 };
        var one = boosting.Fit(features, target, options: new FitOptions { Threads = 1 });
        foreach (var threads in new[] { 2, 3, 7 })
        {
            var many = boosting.Fit(features, target, options: new FitOptions { Threads = threads });
            Assert.Equal(one.Ensemble.Trees[^1].Threshold, many.Ensemble.Trees[^1].Threshold);
            Assert.Equal(one.Predict(features), many.Predict(features));
        }
    }

    [Fact]
    public void The_first_split_is_the_best_of_all_when_each_is_tried()
    {
        var random = new Random(3);
        for (var repeat = 0; repeat < 20; repeat++)
        {
            var x = Enumerable.Range(0, 200).Select(_ => (float)Math.Round(random.NextDouble() * 30)).ToArray();
            var y = x.Select(value => (value > 11 ? 2 : -1) + random.NextDouble()).ToArray();
            var tree = _small.Fit(FeatureMatrix.OfNumbers(x), Target.OfNumbers(y)).Ensemble.Trees[0];
            var mean = y.Average();
            var best = x.Distinct().Order().SkipLast(1).MaxBy(threshold =>
            {
                var left = y.Where((_, row) => x[row] <= threshold).ToList();
                var right = y.Where((_, row) => x[row] > threshold).ToList();
                return left.Count < 5 || right.Count < 5 ? double.NegativeInfinity
                    : Math.Pow(left.Sum(value => value - mean), 2) / left.Count + Math.Pow(right.Sum(value => value - mean), 2) / right.Count;
            });
            Assert.Equal(x.Where(value => value <= best), x.Where(value => value <= tree.Threshold[0]));
        }
    }

    [Fact]
    public void The_missing_value_goes_where_it_fits()
    {
        var x = Enumerable.Range(0, 900).Select(row => row % 3 == 0 ? float.NaN : row % 3).ToArray();
        var y = x.Select(value => float.IsNaN(value) || value == 2 ? 5.0 : 1).ToArray();
        var tree = _small.Fit(FeatureMatrix.OfNumbers(x), Target.OfNumbers(y)).Ensemble.Trees[0];
        Assert.False(tree.IsMissingLeft[0]);
        Assert.Equal(tree.Value[tree.LeafOf([2])], tree.Value[tree.LeafOf([float.NaN])]);
        Assert.Equal(4, tree.Value[tree.LeafOf([float.NaN])] - tree.Value[tree.LeafOf([1])], 5);
    }

    [Fact]
    public void What_was_never_missing_in_training_goes_with_most_rows_when_it_is()
    {
        var x = Enumerable.Range(0, 900).Select(row => (float)(row % 3)).ToArray();
        var tree = _small.Fit(FeatureMatrix.OfNumbers(x), Target.OfNumbers([.. x.Select(value => value == 2 ? 5.0 : 1)])).Ensemble.Trees[0];
        Assert.Equal(tree.LeafOf([0]), tree.LeafOf([float.NaN]));
    }

    [Fact]
    public void Levels_are_parted_by_their_targets_also_above_255()
    {
        var random = new Random(4);
        const int Levels = 1000;
        var codes = Enumerable.Range(0, 60_000).Select(_ => (float)random.Next(Levels)).ToArray();
        var isHigh = Enumerable.Range(0, Levels).Select(level => level * 7919 % 2 == 0).ToArray();
        var target = Target.OfNumbers([.. codes.Select(code => isHigh[(int)code] ? 3.0 : 0)]);
        var boosting = _small with { CategorySmoothing = 1, MaxCategoryThreshold = Levels };
        var tree = boosting.Fit(BoostingTables.Category(codes, Levels), target).Ensemble.Trees[0];
        Assert.All(Enumerable.Range(0, Levels), level => Assert.Equal(isHigh[level] ? 1.5 : -1.5, tree.Value[tree.LeafOf([level])], 1));
    }

    [Fact]
    public void Sums_of_packed_derivatives_are_exact_for_any_number_of_rows()
    {
        foreach (var rows in new[] { 1, 2, 1000, 1 << 16, 3_000_000 })
        {
            using var packed = new PackedGradients(rows, hasConstantHessian: false);
            packed.SetPeaks(1, 1);
            var (gradients, hessians) = (new float[rows], new float[rows]);
            Array.Fill(gradients, -1);
            Array.Fill(hessians, 1);
            packed.Pack(0, gradients, hessians, 7);
            long sum = 0;
            for (var row = 0; row < rows; row++)
            {
                unsafe
                {
                    sum += packed.Pointer[row];
                }
            }
            Assert.Equal(-rows, packed.Gradient(sum), rows * 1e-4);
            Assert.Equal(rows, packed.Hessian(sum), rows * 1e-4);
        }
    }
}
