using Escale.Learning.Neighbors;
using Escale.Learning.Tests.Fixtures;

namespace Escale.Learning.Tests.Neighbors;

public sealed class NearestNeighborsTests
{
    private static readonly Fixture _fixture = Fixture.Read("neighbors");

    [Fact]
    public void Predictions_are_those_of_scikit_learn()
    {
        var (features, fresh) = (Matrix("x"), Matrix("fresh"));
        foreach (var expected in _fixture["neighbors"].Items)
        {
            var estimator = new NearestNeighbors
            {
                Neighbors = expected["k"].Int,
                Metric = Enum.Parse<NeighborMetric>(expected["metric"].Text),
                Weighting = Enum.Parse<NeighborWeighting>(expected["weighting"].Text),
            };
            var values = estimator.Fit(features, Target.OfNumbers(_fixture["y"].Doubles)).Predict(fresh);
            Assert.All(expected["values"].Doubles.Zip(values), pair => Assert.Equal(pair.First, pair.Second, 1e-9));
            var probabilities = estimator.Fit(features, Target.OfClasses(_fixture["labels"].Ints, ["a", "b", "c"])).Predict(fresh);
            Assert.All(expected["probabilities"].Doubles.Zip(probabilities), pair => Assert.Equal(pair.First, pair.Second, 1e-9));
        }
    }

    [Fact]
    public void A_tree_finds_what_measuring_every_row_finds_bit_for_bit()
    {
        var random = new Random(6);
        foreach (var (rows, count) in new[] { (3000, 2), (1500, 7), (700, 1) })
        {
            // Rounded, so that many rows are equally far.
            var columns = Enumerable.Range(0, rows * count).Select(_ => (float)Math.Round(random.NextDouble() * 4, 1)).ToArray();
            var targets = Enumerable.Range(0, rows).Select(_ => random.NextDouble()).ToArray();
            foreach (var metric in Enum.GetValues<NeighborMetric>())
            {
                var settings = new NearestNeighbors { Neighbors = 10, Metric = metric };
                var tree = new NeighborsPredictor(settings, LearningTask.Regression, 1, count, columns, targets, [], isTree: true);
                var brute = new NeighborsPredictor(settings, LearningTask.Regression, 1, count, columns, targets, [], isTree: false);
                Assert.Equal((true, false), (tree.Index.IsTree, brute.Index.IsTree));
                for (var repeat = 0; repeat < 100; repeat++)
                {
                    var point = Enumerable.Range(0, count).Select(_ => (float)Math.Round(random.NextDouble() * 5 - 0.5, 1)).ToArray();
                    Assert.Equal(brute.NeighborsOf(point), tree.NeighborsOf(point));
                }
            }
        }
    }

    [Fact]
    public void Neighbours_are_in_order_and_none_left_out_is_nearer()
    {
        var (features, target) = (Matrix("x"), Target.OfNumbers(_fixture["y"].Doubles));
        var fitted = new NearestNeighbors { Neighbors = 9, Metric = NeighborMetric.Manhattan }.Fit(features, target);
        var (point, row) = (new float[] { 0.2f, -1, 0.1f, 0.7f }, new float[4]);
        var all = Enumerable.Range(0, features.RowCount).Select(at =>
        {
            features.CopyRow(at, row);
            return (Distance: row.Zip(point, (one, other) => Math.Abs((double)one - other)).Sum(), Row: at);
        }).Order().Take(9).ToList();
        Assert.Equal(all.Select(one => one.Row), fitted.NeighborsOf(point).Select(one => one.Row));
        Assert.All(all.Zip(fitted.NeighborsOf(point)), pair => Assert.Equal(pair.First.Distance, pair.Second.Distance, 1e-12));
    }

    [Fact]
    public void A_row_with_more_weight_counts_more()
    {
        var features = FeatureMatrix.OfNumbers([0f, 1, 10]);
        var fitted = new NearestNeighbors { Neighbors = 2 }.Fit(features, Target.OfNumbers([1, 5, 100]), [3, 1, 7]);
        Assert.Equal((3 * 1 + 1 * 5) / 4.0, fitted.Predict(FeatureMatrix.OfNumbers([0.5f]))[0]);
    }

    private static FeatureMatrix Matrix(string name) => FeatureMatrix.OfNumbers([.. _fixture[name].Items.Select(column => column.Floats)]);
}
