using Escale.Learning.Anomalies;

namespace Escale.Learning.Tests.Anomalies;

public sealed class IsolationForestTests
{
    [Fact]
    public void What_lies_apart_scores_highest()
    {
        var features = Cloud(2000, strangers: 20);
        var detector = new IsolationForest { Contamination = 0.01 }.Fit(features, new FitOptions { Seed = 1 });
        var scores = detector.Score(features);
        Assert.All(scores, score => Assert.InRange(score, 0.2, 1));
        Assert.True(scores[^20..].Min() > scores[..^20].Order().ElementAt(1900));
        Assert.Equal(20, scores.Count(detector.IsUnusual), 3.0);
        Assert.InRange(scores[..^20].Average(), 0.35, 0.5);
    }

    [Fact]
    public void A_rare_level_and_a_rare_hole_are_unusual()
    {
        var random = new Random(3);
        var level = Enumerable.Range(0, 1000).Select(row => row < 3 ? 9f : random.Next(2)).ToArray();
        var number = Enumerable.Range(0, 1000).Select(row => row is >= 3 and < 6 ? float.NaN : random.NextSingle()).ToArray();
        var features = new FeatureMatrix([new Feature("level", [.. Enumerable.Range(0, 10).Select(at => "l" + at)]), new Feature("number")], [level, number], 1000);
        var scores = new IsolationForest { Trees = 300 }.Fit(features).Score(features);
        Assert.True(scores[..3].Average() > scores[6..].Average() + 0.05);
        Assert.True(scores[3..6].Average() > scores[6..].Average() + 0.03);
    }

    [Fact]
    public void Threads_batches_and_files_give_the_same_bits()
    {
        var features = Cloud(600, strangers: 5);
        var one = new IsolationForest { Contamination = 0.02 }.Fit(features, new FitOptions { Threads = 1, Seed = 9 });
        var three = new IsolationForest { Contamination = 0.02 }.Fit(features, new FitOptions { Threads = 3, Seed = 9 });
        var scores = one.Score(features);
        Assert.Equal(scores, three.Score(features, threads: 3));
        using var file = new MemoryStream();
        one.Save(file);
        file.Position = 0;
        var loaded = IsolationDetector.Load(file);
        Assert.Equal((one.Threshold, scores[3]), (loaded.Threshold, loaded.Score(features)[3]));
        var row = new float[features.FeatureCount];
        features.CopyRow(17, row);
        Assert.Equal(scores[17], one.ScoreRow(row));
        var bytes = file.ToArray();
        foreach (var length in new[] { 0, 10, bytes.Length / 2, bytes.Length - 1 })
        {
            Assert.Equal("learning.model-file-damaged", Assert.Throws<LearningException>(() => IsolationDetector.Load(new MemoryStream(bytes[..length]))).Code);
        }
    }

    [Fact]
    public void Few_and_equal_rows_are_not_unusual_and_wrong_settings_are_named()
    {
        Assert.Equal([0.5], new IsolationForest().Fit(FeatureMatrix.OfNumbers([4])).Score(FeatureMatrix.OfNumbers([4])));
        var equal = FeatureMatrix.OfNumbers([2, 2, 2, 2]);
        Assert.All(new IsolationForest().Fit(equal).Score(equal), score => Assert.Equal(0.5, score, 12));
        Assert.Equal("learning.bad-setting", Assert.Throws<LearningException>(() => new IsolationForest { Contamination = 0.9 }.Fit(equal)).Code);
        Assert.Equal("learning.no-rows", Assert.Throws<LearningException>(() => new IsolationForest().Fit(equal.Rows([]))).Code);
    }

    private static FeatureMatrix Cloud(int rows, int strangers)
    {
        var random = new Random(2);
        var columns = Enumerable.Range(0, 3).Select(_ => new float[rows]).ToArray();
        foreach (var column in columns)
        {
            for (var row = 0; row < rows; row++)
            {
                var sum = Enumerable.Range(0, 6).Sum(_ => random.NextDouble()) - 3;
                column[row] = (float)(row < rows - strangers ? sum : sum + (random.Next(2) == 0 ? -7 : 7));
            }
        }
        return FeatureMatrix.OfNumbers(columns);
    }
}
