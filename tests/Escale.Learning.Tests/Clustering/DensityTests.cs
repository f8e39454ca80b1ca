using Escale.Learning.Clustering;
using Escale.Learning.Tests.Fixtures;

namespace Escale.Learning.Tests.Clustering;

public sealed class DensityTests
{
    private static readonly Fixture _fixture = Fixture.Read("clusters");

    [Fact]
    public void Dbscan_clusters_are_those_of_scikit_learn()
    {
        var table = KMeansTests.TableOf(_fixture["dbscan"]);
        foreach (var of in _fixture["dbscan"]["cases"].Items)
        {
            var model = new Dbscan { Eps = of["radius"].Double, MinSamples = of["least"].Int }.Fit(table);
            Assert.Equal(of["labels"].Ints, model.Labels.ToArray());
            Assert.Equal(of["core"].Ints, Enumerable.Range(0, table.RowCount).Where(row => model.IsCore[row]));
            Assert.Equal(of["labels"].Ints.Max() + 1, model.ClusterCount);
        }
    }

    [Fact]
    public void Dbscan_of_many_rows_is_that_of_looking_at_every_pair_for_any_number_of_threads()
    {
        foreach (var (rows, features, eps) in new[] { (2500, 2, 0.35), (900, 20, 2.3), (300, 1, 0.05) })
        {
            var table = KMeansTests.Blobs(rows, features, 6, seed: rows);
            var settings = new Dbscan { Eps = eps, MinSamples = 6 };
            var model = settings.Fit(table, new() { Threads = 1 });
            Assert.Equal(model.Labels, settings.Fit(table, new() { Threads = 3 }).Labels);
            Assert.Equal(ByEveryPair(table, eps, 6), model.Labels.ToArray());
            Assert.InRange(model.ClusterCount, 1, rows);
        }
    }

    [Fact]
    public void New_rows_join_the_cluster_of_the_nearest_core_also_after_saving()
    {
        var table = KMeansTests.TableOf(_fixture["dbscan"]);
        var model = new Dbscan { Eps = 0.2 }.Fit(table);
        var loaded = DbscanModel.Load(SavedPart.Of("dbscan", model.Save));
        var labels = loaded.Predict(table, threads: 2);
        Assert.Equal(model.Predict(table), labels);
        for (var row = 0; row < labels.Length; row++)
        {
            Assert.True(!model.IsCore[row] || labels[row] == model.Labels[row]);
            Assert.Equal(model.Labels[row] < 0, labels[row] < 0);
        }
        Assert.Equal([-1], loaded.Predict(FeatureMatrix.OfNumbers([100], [100])));
        var noise = new Dbscan { Eps = 0.001 }.Fit(table);
        Assert.Equal(0, noise.ClusterCount);
        Assert.All(DbscanModel.Load(SavedPart.Of("dbscan", noise.Save)).Predict(table), label => Assert.Equal(-1, label));
    }

    [Theory]
    [InlineData("hdbscan")]
    [InlineData("hdbscan_moons")]
    public void Hdbscan_clusters_are_those_of_the_definition(string name)
    {
        var table = KMeansTests.TableOf(_fixture[name]);
        foreach (var of in _fixture[name]["cases"].Items)
        {
            var model = new Hdbscan { MinClusterSize = of["least"].Int, MinSamples = of["samples"].Int }.Fit(table);
            Assert.Equal(of["labels"].Ints, model.Labels.ToArray());
            AssertClose(of["probability"].Doubles, model.Probabilities);
            AssertClose(of["outlier"].Doubles, model.OutlierScores);
        }
    }

    [Fact]
    public void Hdbscan_does_not_depend_on_the_order_of_rows_or_on_threads_even_with_many_equal_distances()
    {
        var random = new Random(6);
        var columns = Enumerable.Range(0, 2).Select(_ => Enumerable.Range(0, 400).Select(_ => (float)Math.Round(6 * random.NextDouble() * random.NextDouble() * random.NextDouble(), 1)).ToArray()).ToArray();
        var table = FeatureMatrix.OfNumbers(columns);
        var order = Enumerable.Range(0, 400).ToArray();
        random.Shuffle(order);
        foreach (var settings in new[] { new Hdbscan(), new Hdbscan { MinSamples = 2, MinClusterSize = 8 }, new Hdbscan { Selection = HdbscanSelection.Leaf } })
        {
            var (model, shuffled) = (settings.Fit(table, new() { Threads = 1 }), settings.Fit(table.Rows(order), new() { Threads = 3 }));
            Assert.Equal(model.ClusterCount, shuffled.ClusterCount);
            var other = new Dictionary<int, int> { [-1] = -1 };
            for (var at = 0; at < order.Length; at++)
            {
                other.TryAdd(model.Labels[order[at]], shuffled.Labels[at]);
                Assert.Equal(other[model.Labels[order[at]]], shuffled.Labels[at]);
                Assert.Equal(model.Probabilities[order[at]], shuffled.Probabilities[at], 1e-12);
                Assert.Equal(model.OutlierScores[order[at]], shuffled.OutlierScores[at], 1e-12);
            }
        }
    }

    [Fact]
    public void The_shortest_tree_is_that_of_adding_the_nearest_row_again_and_again()
    {
        foreach (var (rows, features) in new[] { (700, 2), (300, 8), (200, 1) })
        {
            var tree = new KdTree(DenseRows.Of(KMeansTests.Blobs(rows, features, 5, seed: rows)));
            var cores = new double[rows];
            var nearest = new double[4];
            for (var place = 0; place < rows; place++)
            {
                tree.FindNearest(tree.Rows.Row(place), nearest);
                cores[place] = nearest[^1];
            }
            using var team = new Escale.Learning.Threads.WorkerTeam(2);
            var weights = new ReachabilityTree(tree, cores).Edges(team, default).Select(edge => edge.SquaredWeight).Order().ToArray();
            Assert.Equal(PrimWeights(tree, cores), weights);
        }
    }

    [Fact]
    public void Clusters_of_differing_density_and_shape_are_found_and_what_lies_between_is_noise()
    {
        var random = new Random(9);
        var (x, y, truth) = (new List<float>(), new List<float>(), new List<int>());
        void Add(int label, double atX, double atY) { x.Add((float)atX); y.Add((float)atY); truth.Add(label); }
        for (var row = 0; row < 200; row++)
        {
            Add(0, 0.1 * random.NextDouble(), 0.1 * random.NextDouble());
            Add(1, 5 + 3 * random.NextDouble(), 3 * random.NextDouble());
            var angle = 2 * Math.PI * random.NextDouble();
            Add(2, -6 + 2 * Math.Cos(angle), 2 * Math.Sin(angle));
        }
        Add(-1, 20, 20);
        Add(-1, -20, 15);
        var table = FeatureMatrix.OfNumbers([.. x], [.. y]);
        var model = new Hdbscan { MinClusterSize = 30, MinSamples = 5 }.Fit(table);
        Assert.Equal(3, model.ClusterCount);
        Assert.Equal(truth, model.Labels.ToArray());
        Assert.True(model.OutlierScores[600] > 0.9);
        var (labels, probabilities) = HdbscanModel.Load(SavedPart.Of("hdbscan", model.Save)).Predict(FeatureMatrix.OfNumbers([0.05f, 6.5f, -8, -6, 30], [0.05f, 1.5f, 0, 12, 0]), threads: 2);
        Assert.Equal([0, 1, 2, -1, -1], labels);
        Assert.All(probabilities.Take(3), probability => Assert.InRange(probability, 0.2, 1));
        Assert.Equal([0, 0], probabilities.Skip(3));
        var again = model.Predict(table).Labels;
        Assert.InRange(again.Index().Count(item => item.Item == model.Labels[item.Index]), 590, 602);
    }

    [Fact]
    public void Rows_at_one_place_and_one_cluster_of_all_have_a_defined_outcome()
    {
        var same = FeatureMatrix.OfNumbers([.. Enumerable.Repeat(3f, 20), .. Enumerable.Repeat(9f, 20)]);
        var model = new Hdbscan().Fit(same);
        Assert.Equal(2, model.ClusterCount);
        Assert.All(model.Probabilities.ToArray(), probability => Assert.Equal(1, probability));
        var one = KMeansTests.Blobs(200, 2, 1, seed: 1);
        Assert.Equal(1, new Hdbscan { MinClusterSize = 50, AllowSingleCluster = true }.Fit(one).ClusterCount);
        Assert.Equal(0, new Hdbscan { MinClusterSize = 150 }.Fit(one).ClusterCount);
        Assert.Equal(0, new Hdbscan { MinClusterSize = 2, MinSamples = 1 }.Fit(FeatureMatrix.OfNumbers([1, 2])).ClusterCount);
    }

    [Fact]
    public void Wrong_input_is_named()
    {
        var two = FeatureMatrix.OfNumbers([1, 2]);
        Assert.Equal("learning.too-few-rows", Assert.Throws<LearningException>(() => new Hdbscan().Fit(two)).Code);
        Assert.Equal("learning.bad-setting", Assert.Throws<LearningException>(() => new Hdbscan { MinClusterSize = 1 }.Fit(two)).Code);
        Assert.Equal("learning.bad-setting", Assert.Throws<LearningException>(() => new Dbscan { Eps = 0 }.Fit(two)).Code);
        Assert.Equal("learning.feature-not-finite", Assert.Throws<LearningException>(() => new Dbscan().Fit(FeatureMatrix.OfNumbers([1, float.PositiveInfinity]))).Code);
        var damaged = SavedPart.Of("hdbscan", new Hdbscan { MinClusterSize = 2 }.Fit(KMeansTests.Blobs(40, 2, 2, seed: 2)).Save);
        damaged.SetArray<int>("cluster_at", Enumerable.Repeat(99, 40).ToArray());
        Assert.Equal("learning.model-file-damaged", Assert.Throws<LearningException>(() => HdbscanModel.Load(damaged)).Code);
    }

    private static void AssertClose(double[] expected, ReadOnlySpan<double> actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (var at = 0; at < expected.Length; at++)
        {
            Assert.Equal(expected[at], actual[at], 1e-9);
        }
    }

    private static int[] ByEveryPair(FeatureMatrix table, double eps, int least)
    {
        var rows = DenseRows.Of(table);
        var near = Enumerable.Range(0, rows.Count).Select(row => Enumerable.Range(0, rows.Count).Where(other => rows.SquaredDistance(row, other) <= eps * eps).ToArray()).ToArray();
        var (labels, next) = (Enumerable.Repeat(-1, rows.Count).ToArray(), 0);
        for (var row = 0; row < rows.Count; row++)
        {
            if (labels[row] >= 0 || near[row].Length < least)
            {
                continue;
            }
            var open = new Stack<int>([row]);
            while (open.TryPop(out var at))
            {
                if (labels[at] < 0)
                {
                    labels[at] = next;
                    foreach (var other in near[at].Length >= least ? near[at] : [])
                    {
                        open.Push(other);
                    }
                }
            }
            next++;
        }
        return labels;
    }

    private static double[] PrimWeights(KdTree tree, double[] cores)
    {
        var (rows, weights) = (tree.Rows, new List<double>());
        var best = Enumerable.Repeat(double.PositiveInfinity, rows.Count).ToArray();
        var isIn = new bool[rows.Count];
        var at = 0;
        while (true)
        {
            isIn[at] = true;
            if (weights.Count == rows.Count - 1)
            {
                return [.. weights.Order()];
            }
            for (var other = 0; other < rows.Count; other++)
            {
                best[other] = Math.Min(best[other], Math.Max(rows.SquaredDistance(at, other), Math.Max(cores[at], cores[other])));
            }
            at = Enumerable.Range(0, rows.Count).Where(row => !isIn[row]).MinBy(row => best[row]);
            weights.Add(best[at]);
        }
    }
}
