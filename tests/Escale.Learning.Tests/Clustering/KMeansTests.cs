using Escale.Learning.Clustering;
using Escale.Learning.Tests.Fixtures;

namespace Escale.Learning.Tests.Clustering;

public sealed class KMeansTests
{
    private static readonly Fixture _fixture = Fixture.Read("clusters");
    private static readonly FeatureMatrix _iris = TableOf(_fixture["kmeans"]);

    internal static FeatureMatrix TableOf(Fixture of) => FeatureMatrix.OfNumbers([.. of["columns"].Items.Select(column => column.Floats)]);

    [Fact]
    public void From_the_same_centres_the_clusters_are_those_of_scikit_learn()
    {
        foreach (var of in _fixture["kmeans"]["cases"].Items)
        {
            var start = of["start"].Items.Select(centre => centre.Doubles).ToArray();
            var weights = of["weighted"].Flag ? _fixture["kmeans"]["weights"].Doubles : [];
            var model = new KMeans { Clusters = start.Length, InitialCentres = start, Tolerance = 0 }.Fit(_iris, weights);
            Assert.Equal(1, model.Inertia / of["inertia"].Double, 1e-9);
            Assert.Equal(of["labels"].Ints, model.Labels.ToArray());
            foreach (var (at, centre) in of["centres"].Items.Index())
            {
                Assert.All(centre.Doubles.Index(), item => Assert.Equal(item.Item, model.Centre(at)[item.Index], 1e-9));
            }
            Assert.Equal(of["silhouette"].Double, Silhouette.Of(_iris, model.Labels).Mean, 1e-9);
        }
    }

    [Fact]
    public void Several_starts_find_the_best_inertia_that_scikit_learn_finds()
    {
        foreach (var (at, inertia) in _fixture["best_inertia"].Doubles.Index())
        {
            Assert.InRange(new KMeans { Clusters = at + 2, Starts = 50, Tolerance = 0 }.Fit(_iris).Inertia, inertia * (1 - 1e-9), inertia * (1 + 1e-9));
        }
    }

    [Fact]
    public void Bounds_give_what_looking_at_every_distance_gives()
    {
        var table = Blobs(3000, 6, 12, seed: 4);
        var start = Enumerable.Range(0, 12).Select(at => Enumerable.Range(0, 6).Select(feature => (double)table[feature][at * 7]).ToArray()).ToArray();
        for (var iterations = 1; iterations <= 8; iterations++)
        {
            var model = new KMeans { Clusters = 12, InitialCentres = start, MaxIterations = iterations, Tolerance = 0 }.Fit(table);
            Assert.Equal(PlainLloyd(table, start, iterations), model.Inertia, 1e-6);
        }
    }

    [Fact]
    public void Any_number_of_threads_gives_the_same_bits_and_another_seed_may_not()
    {
        var table = Blobs(5000, 3, 7, seed: 1);
        foreach (var settings in new[] { new KMeans { Clusters = 9, Starts = 2 }, new KMeans { Clusters = 9, Starts = 2, BatchRows = 300 } })
        {
            var (one, three) = (settings.Fit(table, default, new() { Threads = 1 }), settings.Fit(table, default, new() { Threads = 3 }));
            Assert.Equal(one.Inertia, three.Inertia);
            Assert.Equal(one.Labels, three.Labels);
            Assert.Equal(one.Centre(8), three.Centre(8));
        }
    }

    [Fact]
    public void Mini_batches_come_close_to_all_rows()
    {
        var table = Blobs(20_000, 4, 5, seed: 2);
        var all = new KMeans { Clusters = 5, Starts = 3 }.Fit(table).Inertia;
        Assert.InRange(new KMeans { Clusters = 5, Starts = 3, BatchRows = 500 }.Fit(table).Inertia, all * 0.999, all * 1.05);
    }

    [Fact]
    public void New_rows_and_saved_models_are_treated_as_rows_of_the_fit()
    {
        var model = new KMeans { Clusters = 4 }.Fit(_iris);
        var loaded = KMeansModel.Load(SavedPart.Of("kmeans", model.Save));
        Assert.Equal(model.Labels, loaded.Predict(_iris, threads: 2));
        var row = new float[4];
        for (var at = 0; at < _iris.RowCount; at++)
        {
            _iris.CopyRow(at, row);
            Assert.Equal(model.Labels[at], loaded.PredictRow(row).Cluster);
        }
        var before = GC.GetAllocatedBytesForCurrentThread();
        loaded.PredictRow(row);
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    [Fact]
    public void A_weight_of_two_is_the_row_twice()
    {
        var weights = Enumerable.Range(0, _iris.RowCount).Select(row => 1.0 + row % 2).ToArray();
        var rows = Enumerable.Range(0, _iris.RowCount).SelectMany(row => Enumerable.Repeat(row, 1 + row % 2)).ToArray();
        var start = new[] { 0, 60, 120 }.Select(row => Enumerable.Range(0, 4).Select(feature => (double)_iris[feature][row]).ToArray()).ToArray();
        var settings = new KMeans { Clusters = 3, InitialCentres = start };
        Assert.Equal(settings.Fit(_iris.Rows(rows)).Inertia, settings.Fit(_iris, weights).Inertia, 1e-9);
    }

    [Fact]
    public void The_number_of_clusters_is_found()
    {
        var choice = KMeansChoice.Choose(Blobs(600, 6, 4, seed: 3), most: 8);
        Assert.Equal(4, choice.Best.ClusterCount);
        Assert.Equal([2, 3, 4, 5, 6, 7, 8], choice.Candidates.Select(candidate => candidate.Clusters));
    }

    [Fact]
    public void Silhouettes_of_rows_are_those_of_scikit_learn_and_noise_is_left_out()
    {
        var labels = _fixture["kmeans"]["cases"].Items.First()["labels"].Ints;
        var silhouette = Silhouette.Of(_iris, labels, null, new() { Threads = 3 });
        Assert.All(_fixture["kmeans"]["silhouettes"].Doubles.Index(), item => Assert.Equal(item.Item, silhouette.Values[item.Index], 1e-6));
        Assert.Equal(150 - 1, Silhouette.Of(_iris, [-1, .. labels[1..]]).Rows.Length);
        Assert.Equal(40, Silhouette.Of(_iris, labels, 40).Rows.Length);
        Assert.Equal("learning.metric-undefined", Assert.Throws<LearningException>(() => Silhouette.Of(_iris, new int[150])).Code);
    }

    [Fact]
    public void Fewer_different_rows_than_clusters_make_fewer_clusters()
    {
        var model = new KMeans { Clusters = 4 }.Fit(FeatureMatrix.OfNumbers([1, 1, 1, 5, 5, 5]));
        Assert.Equal((2, 0), (model.ClusterCount, model.Inertia));
        Assert.Equal(1, new KMeans { Clusters = 1 }.Fit(_iris).ClusterCount);
    }

    [Fact]
    public void Wrong_input_is_named()
    {
        Assert.Equal("learning.too-few-rows", Assert.Throws<LearningException>(() => new KMeans().Fit(FeatureMatrix.OfNumbers([1, 2]))).Code);
        Assert.Equal("learning.bad-setting", Assert.Throws<LearningException>(() => new KMeans { Clusters = 0 }.Fit(_iris)).Code);
        Assert.Equal("learning.bad-setting", Assert.Throws<LearningException>(() => new KMeans { Clusters = 2, InitialCentres = [[1, 2]] }.Fit(_iris)).Code);
        Assert.Equal("x0", Assert.Throws<LearningException>(() => new KMeans { Clusters = 1 }.Fit(FeatureMatrix.OfNumbers([1, float.NaN]))).Column);
        Assert.Equal("learning.no-rows", Assert.Throws<LearningException>(() => new KMeans { Clusters = 1 }.Fit(FeatureMatrix.OfNumbers(new float[0]))).Code);
        Assert.Throws<OperationCanceledException>(() => new KMeans().Fit(_iris, default, new() { CancellationToken = new(canceled: true) }));
    }

    internal static FeatureMatrix Blobs(int rows, int features, int clusters, int seed)
    {
        var random = new Random(seed);
        var centres = Enumerable.Range(0, clusters).Select(_ => Enumerable.Range(0, features).Select(_ => 10 * random.NextSingle()).ToArray()).ToArray();
        var columns = Enumerable.Range(0, features).Select(_ => new float[rows]).ToArray();
        for (var row = 0; row < rows; row++)
        {
            for (var feature = 0; feature < features; feature++)
            {
                columns[feature][row] = centres[row % clusters][feature] + random.NextSingle() + random.NextSingle() - 1;
            }
        }
        return FeatureMatrix.OfNumbers(columns);
    }

    private static double PlainLloyd(FeatureMatrix table, double[][] start, int iterations)
    {
        var centres = start.Select(centre => centre.ToArray()).ToArray();
        var rows = Enumerable.Range(0, table.RowCount).Select(row => Enumerable.Range(0, table.FeatureCount).Select(feature => (double)table[feature][row]).ToArray()).ToArray();
        double Square(double[] one, double[] two) => one.Zip(two, (a, b) => (a - b) * (a - b)).Sum();
        for (var iteration = 0; iteration < iterations; iteration++)
        {
            foreach (var group in rows.GroupBy(row => Enumerable.Range(0, centres.Length).MinBy(at => Square(row, centres[at]))).ToArray())
            {
                centres[group.Key] = [.. Enumerable.Range(0, table.FeatureCount).Select(feature => group.Average(row => row[feature]))];
            }
        }
        return rows.Sum(row => centres.Min(centre => Square(row, centre)));
    }
}
