using System.Text;
using System.Text.Json.Nodes;
using Escale.Learning.Calibration;
using Escale.Learning.Clustering;
using Escale.Learning.Decomposition;
using Escale.Learning.Persistence;
using Escale.Learning.Tests.Conformance;

namespace Escale.Learning.Tests.Persistence;

public sealed class PartFileTests
{
    private static readonly FeatureMatrix _table = Table();

    /// <summary>What is saved alone: how, and what a loaded one says of new rows.</summary>
    private static IEnumerable<(string Kind, Action<Stream> Save, Action<SavedNode> SavePart, Func<Stream, double[]> Use)> Parts()
    {
        var kmeans = new KMeans { Clusters = 3, Starts = 1 }.Fit(_table);
        yield return ("k-means", kmeans.Save, kmeans.Save, file => [.. KMeansModel.Load(file).Predict(_table).Select(label => (double)label)]);
        var dbscan = new Dbscan { Eps = 0.3, MinSamples = 3 }.Fit(_table);
        yield return ("dbscan", dbscan.Save, dbscan.Save, file => [.. DbscanModel.Load(file).Predict(_table).Select(label => (double)label)]);
        var hdbscan = new Hdbscan().Fit(_table);
        yield return ("hdbscan", hdbscan.Save, hdbscan.Save, file => HdbscanModel.Load(file).Predict(_table).Probabilities);
        var pca = new Pca { Whiten = true }.Fit(_table);
        yield return ("pca", pca.Save, pca.Save, file => [.. PcaModel.Load(file).Transform(_table)[1].ToArray().Select(value => (double)value)]);
        var numbers = Target.OfNumbers([.. Enumerable.Range(0, 60).Select(row => (double)row % 7)]);
        var residuals = ResidualIntervals.Fit(numbers, new double[60], [.. Enumerable.Range(1, 60).Select(row => (double)row)], isSymmetric: false);
        yield return ("residual-intervals", residuals.Save, residuals.Save, file => [ResidualIntervals.Load(file).Interval(1, 0.8, 2).Lower, ResidualIntervals.Load(Again(file)).Interval(1, 0.8, 2).Upper]);
        var quantiles = QuantileIntervals.Fit(numbers, new double[60], [.. Enumerable.Repeat(3.0, 60)]);
        yield return ("quantile-intervals", quantiles.Save, quantiles.Save, file => [QuantileIntervals.Load(file).Interval(1, 2, 0.8).Upper]);
        var sets = PredictionSets.Fit(Target.OfClasses([.. Enumerable.Range(0, 60).Select(row => row % 2)], ["a", "b"]), [.. Enumerable.Range(0, 120).Select(at => at % 2 == 0 ? 0.3 : 0.7)]);
        yield return ("prediction-sets", sets.Save, sets.Save, file =>
        {
            var isIn = new bool[2];
            PredictionSets.Load(file).Set([0.2, 0.8], isIn, 0.5);
            return [.. isIn.Select(one => one ? 1.0 : 0)];
        });
    }

    [Fact]
    public void What_is_loaded_from_a_file_says_the_same()
    {
        foreach (var (kind, save, part, use) in Parts())
        {
            var file = new MemoryStream();
            save(file);
            var (json, arrays) = InParts(kind, part);
            Assert.Equal(use(Again(file)), use(Written(json, arrays)));
            Assert.All(use(Again(file)), value => Assert.True(double.IsFinite(value), kind));
        }
    }

    [Fact]
    public void A_file_of_another_kind_is_refused()
    {
        var file = new MemoryStream();
        new Pca().Fit(_table).Save(file);
        Assert.Equal("learning.model-file-damaged", Assert.Throws<LearningException>(() => KMeansModel.Load(Again(file))).Code);
    }

    [Fact]
    public void A_file_whose_parts_are_wrong_is_refused_or_still_gives_numbers()
    {
        foreach (var (kind, _, part, use) in Parts())
        {
            var (json, arrays) = InParts(kind, part);
            var refused = 0;
            foreach (var damaged in new Saved(json, arrays).Damaged())
            {
                try
                {
                    Assert.All(use(Written(damaged.Json, damaged.Arrays)), value => Assert.False(double.IsNaN(value), $"{kind} {damaged.Json}"));
                }
                catch (LearningException exception)
                {
                    Assert.StartsWith("learning.", exception.Code, StringComparison.Ordinal);
                    refused++;
                }
                catch (ArgumentOutOfRangeException)
                {
                    refused++; // whole in itself, but of other features than the rows it is asked about
                }
            }
            Assert.True(refused > 10, kind);
        }
    }

    private static (string Json, List<byte[]> Arrays) InParts(string kind, Action<SavedNode> save)
    {
        var (json, arrays) = (new JsonObject { ["kind"] = kind }, new List<byte[]>());
        save(new SavedNode(json, arrays));
        return (json.ToJsonString(), arrays);
    }

    private static MemoryStream Written(string json, IReadOnlyList<byte[]> arrays)
    {
        var file = new MemoryStream();
        ModelFile.Write(Encoding.UTF8.GetBytes(json), arrays, file);
        return Again(file);
    }

    private static MemoryStream Again(Stream file) => new(((MemoryStream)file).ToArray());

    private static FeatureMatrix Table()
    {
        var random = new Random(3);
        return FeatureMatrix.OfNumbers(
            [.. Enumerable.Range(0, 90).Select(row => row % 3 * 4 + random.NextSingle())], [.. Enumerable.Range(0, 90).Select(row => row % 2 * 3 + random.NextSingle())]);
    }
}
