using Escale.Learning.Boosting;
using Escale.Learning.Tests.Boosting;
using Escale.Learning.Trees;

namespace Escale.Learning.Tests.Trees;

public sealed class CompiledTreesTests
{
    [Theory]
    [InlineData(1, 31, 1, ScoreLink.Identity)] // small trees: by bits
    [InlineData(300, 20, 1, ScoreLink.Logistic)] // more trees than are scored at once
    [InlineData(12, 32, 3, ScoreLink.Softmax)] // a tree for each class
    [InlineData(9, 400, 1, ScoreLink.Exponential)] // large trees: by walking
    [InlineData(10, 200, 4, ScoreLink.Softmax)]
    [InlineData(2, 600, 1, ScoreLink.Identity)] // so large that more rows walk at once
    [InlineData(3, 1, 1, ScoreLink.Identity)] // leaves only
    public void Compiled_trees_predict_the_same_bits_as_trees_followed_one_by_one(int trees, int leaves, int scores, ScoreLink link)
    {
        for (var seed = 0; seed < 6; seed++)
        {
            var random = new Random(seed);
            var all = Enumerable.Range(0, trees).Select(_ => RandomTree(random, leaves, seed % 3 == 1 ? scores : 1)).ToArray();
            var ensemble = new TreeEnsemble
            {
                Trees = all, ScoreOf = [.. Enumerable.Range(0, trees).Select(tree => seed % 3 == 1 && scores > 1 ? -1 : tree % scores)],
                Start = [.. Enumerable.Range(0, scores).Select(_ => random.NextDouble())], Scale = seed % 2 == 0 ? 1 : 1.0 / trees, Link = link, FeatureCount = 6,
            };
            if (seed % 3 == 1 && scores == 1)
            {
                ensemble.ScoreOf.AsSpan().Fill(seed % 2 - 1); // every score has one value: both ways say the same
            }
            HoldsFor(ensemble, random);
        }
    }

    [Fact]
    public void A_row_is_predicted_without_allocating()
    {
        var (features, target) = BoostingTables.Mixed(2_000, seed: 5);
        var model = new GradientBoosting { Trees = 30 }.Fit(features, target);
        var (row, outputs) = (new float[4], new double[2]);
        features.CopyRow(7, row);
        model.PredictRow(row, outputs);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var repeat = 0; repeat < 100; repeat++)
        {
            model.PredictRow(row, outputs);
        }
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    [Fact]
    public void Branches_that_grow_together_again_are_not_followed_without_end()
    {
        const int Nodes = 61;
        var left = Enumerable.Range(0, Nodes).Select(node => node + 2 < Nodes ? node + 1 : -1).ToArray();
        var right = Enumerable.Range(0, Nodes).Select(node => node + 2 < Nodes ? node + 2 : -1).ToArray();
        var tree = new Tree
        {
            Feature = new int[Nodes], Threshold = new float[Nodes], Left = left, Right = right, IsMissingLeft = new bool[Nodes], LeftLevels = new ulong[]?[Nodes],
            Value = [.. Enumerable.Range(0, Nodes).Select(node => (double)node)], Cover = new double[Nodes], Gain = new double[Nodes],
        };
        var ensemble = new TreeEnsemble { Trees = [tree], ScoreOf = [0], Start = [0], FeatureCount = 1 };
        Assert.Null(ensemble.Compiled);
        Assert.Null(ensemble.RowScorer);
        Assert.Equal(60.0, new TreePredictor(ensemble, LearningTask.Regression).Predict(FeatureMatrix.OfNumbers([1f]))[0]);
    }

    private static void HoldsFor(TreeEnsemble ensemble, Random random)
    {
        const int Rows = 531;
        var levels = Enumerable.Range(0, 150).Select(level => "l" + level).ToList();
        var columns = Enumerable.Range(0, 6).Select(feature => Enumerable.Range(0, Rows).Select(_ => random.Next(9) == 0 ? float.NaN
            : feature < 4 ? (float)random.Next(-20, 20) / 4 : random.Next(150)).ToArray()).ToArray();
        var features = new FeatureMatrix(
            [.. Enumerable.Range(0, 6).Select(feature => new Feature("x" + feature, feature < 4 ? null : levels))], [.. columns.Select(column => (ReadOnlyMemory<float>)column)], Rows);
        var model = new TreePredictor(ensemble, ensemble.OutputCount == 1 ? LearningTask.Regression : LearningTask.Binary);
        Assert.NotNull(ensemble.Compiled);
        Assert.Equal(ensemble.Trees.All(tree => tree.NodeCount <= 2 * RowScorer.MaxLeaves - 1), ensemble.RowScorer is not null);
        var (batch, row, one, scores) = (model.Predict(features, threads: 3), new float[6], new double[ensemble.OutputCount], new double[Math.Max(ensemble.ScoreCount, ensemble.OutputCount)]);
        for (var at = 0; at < Rows; at++)
        {
            features.CopyRow(at, row);
            ensemble.Score(row, scores);
            ensemble.Apply(scores, scores);
            model.PredictRow(row, one);
            Assert.Equal(scores[..one.Length], one);
            ensemble.Compiled.Predict(row, one);
            Assert.Equal(scores[..one.Length], one);
            Assert.Equal(one, batch[(at * one.Length)..((at + 1) * one.Length)]);
        }
    }

    private static Tree RandomTree(Random random, int leaves, int values)
    {
        var (feature, threshold, left, right, sets) = (new List<int> { 0 }, new List<float> { 0 }, new List<int> { -1 }, new List<int> { -1 }, new List<ulong[]?> { null });
        while (left.Count < 2 * leaves - 1)
        {
            var node = Enumerable.Range(0, left.Count).Where(at => left[at] < 0).OrderBy(_ => random.Next()).First();
            feature[node] = random.Next(6);
            threshold[node] = random.Next(12) == 0 ? float.PositiveInfinity : (float)random.Next(-20, 20) / 4;
            sets[node] = feature[node] < 4 ? null : [.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => (ulong)random.NextInt64())];
            (left[node], right[node]) = (left.Count, left.Count + 1);
            for (var child = 0; child < 2; child++)
            {
                feature.Add(0);
                threshold.Add(0);
                left.Add(-1);
                right.Add(-1);
                sets.Add(null);
            }
        }
        return new Tree
        {
            Feature = [.. feature], Threshold = [.. threshold], Left = [.. left], Right = [.. right], LeftLevels = [.. sets], ValueCount = values,
            IsMissingLeft = [.. left.Select(_ => random.Next(2) == 0)], Value = [.. Enumerable.Range(0, left.Count * values).Select(_ => random.NextDouble() - 0.5)],
            Cover = new double[left.Count], Gain = new double[left.Count],
        };
    }
}
