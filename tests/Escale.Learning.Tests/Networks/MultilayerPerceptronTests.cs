using Escale.Learning.Metrics;
using Escale.Learning.Networks;
using Escale.Learning.Tests.Conformance;
using Escale.Learning.Tests.Fixtures;

namespace Escale.Learning.Tests.Networks;

public sealed class MultilayerPerceptronTests
{
    private static readonly MultilayerPerceptron _small = new() { Width = 24, Networks = 2, Epochs = 40, LearningRate = 0.01 };

    [Fact]
    public void With_the_weights_of_scikit_learn_predictions_are_its_own()
    {
        var fixture = Fixture.Read("networks");
        var features = FeatureMatrix.OfNumbers([.. fixture["x"].Items.Select(column => column.Floats)]);
        var encoder = InputEncoder.Fit(features, 0);
        var (row, inputs) = (new float[3], new double[3]);
        for (var at = 0; at < features.RowCount; at++)
        {
            features.CopyRow(at, row);
            encoder.Encode(row, inputs);
            Assert.All(inputs.Zip(fixture["inputs"].Doubles[(3 * at)..]), pair => Assert.Equal(pair.Second, pair.First, 1e-9));
        }
        foreach (var expected in fixture["networks"].Items)
        {
            var (task, biases) = (Enum.Parse<LearningTask>(expected["task"].Text), expected["biases"].Items.Select(one => one.Doubles).ToArray());
            var shape = new NetworkShape(3, expected["width"].Int, expected["hidden"].Int, biases[^1].Length);
            var network = NetworkPredictor.Assemble(shape, [.. expected["weights"].Items.Select(one => one.Floats)], biases);
            var outputs = new NetworkPredictor(task, 3, encoder, Activation.Relu, shape, [network], new TargetScale(0, 1)).Predict(features);
            Assert.Equal(expected["outputs"].Doubles.Length, outputs.Length);
            Assert.All(outputs.Zip(expected["outputs"].Doubles), pair => Assert.Equal(pair.Second, pair.First, 1e-8));
        }
    }

    [Fact]
    public void It_learns_what_no_line_can()
    {
        var (features, target) = Waves(800, 1);
        var (fresh, truth) = Waves(400, 2);
        var outputs = new MultilayerPerceptron { Networks = 2, Width = 64, Epochs = 80 }.Fit(features, target).Predict(fresh);
        Assert.InRange(Samples.R2(truth, outputs), 0.93, 1);
    }

    [Fact]
    public void A_number_is_encoded_by_pieces_between_its_quantiles()
    {
        var features = FeatureMatrix.OfNumbers([0, 1, 2, 3, 4, 5, 6, 7, 8], [1, 1, 1, 1, 1, 1, 1, 1, 1], [5, 9, 5, 9, 5, 9, 5, 9, 5], [0, 1, 2, 2, 1, 0, 0, 1, 2]);
        var encoder = InputEncoder.Fit(features, 4);
        Assert.Equal([0, 3], encoder.Smooth);
        Assert.Equal([0, 0, 0, 0, 2, 3, 3], encoder.Pieces);
        var inputs = new double[encoder.Count];
        encoder.Encode([5, 100, 6, 1e30f], inputs);
        var third = 1 / Math.Sqrt(1 + 0.0625 / 9) * 0.25;
        Assert.Equal([third, 3, 1, 1, 0.5, 0, 0.25, 1, 1], inputs.Select(input => Math.Round(input, 12)).Select((input, at) => at == 0 ? third : input));
        Assert.Equal(third, inputs[0], 1e-12);
    }

    [Fact]
    public void With_few_rows_numbers_are_not_cut_into_pieces()
    {
        var (few, many) = (Waves(120, 1), Waves(1300, 1));
        Assert.Empty((_small with { Epochs = 1 }).Fit(few.Features, few.Target).Encoder.Pieces);
        Assert.Equal(3 * 16, (_small with { Epochs = 1 }).Fit(many.Features, many.Target).Encoder.Pieces.Length);
        Assert.Empty((_small with { Epochs = 1, Bins = 0 }).Fit(many.Features, many.Target).Encoder.Pieces);
    }

    [Fact]
    public void The_best_epoch_on_the_validation_rows_is_kept_and_learning_stops()
    {
        // Labels by chance: what is learned from them is wrong, and more so with each epoch.
        var (features, target) = Samples.Table(LearningTask.Binary, FeatureStyle.Scaled, 200);
        var (others, truth) = Samples.Table(LearningTask.Binary, FeatureStyle.Scaled, 300, seed: 2);
        var progress = new List<double>();
        var options = new FitOptions { Validation = new ValidationRows(others, Samples.Shuffled(truth, 3)), Progress = new Sink(progress), Threads = 1 };
        var kept = (_small with { Networks = 1, Epochs = 400, EarlyStoppingEpochs = 15 }).Fit(features, Samples.Shuffled(target, 1), default, options).Predict(others);
        var last = (_small with { Networks = 1, Epochs = 200, HeldShare = 0, Dropout = 0 }).Fit(features, Samples.Shuffled(target, 1)).Predict(others);
        Assert.InRange(Metric.LogLoss.Loss(Samples.Shuffled(truth, 3), kept), 0, 0.72);
        Assert.True(Metric.LogLoss.Loss(Samples.Shuffled(truth, 3), last) > 1);
        Assert.InRange(progress.Count, 15, 60);
    }

    [Fact]
    public void Numbers_that_run_away_end_with_a_model_all_the_same()
    {
        var (features, target) = Samples.Table(LearningTask.Regression, FeatureStyle.Scaled);
        foreach (var rate in new[] { 1e3, 1e30, 1e300 })
        {
            var outputs = (_small with { LearningRate = rate }).Fit(features, target).Predict(features);
            Assert.All(outputs, output => Assert.True(double.IsFinite(output)));
            Assert.InRange(Samples.R2(target, outputs), -1, 1);
        }
    }

    [Theory]
    [InlineData(1e-300)]
    [InlineData(1e300)]
    public void The_scale_of_the_target_does_not_matter(double factor)
    {
        var (features, target) = Samples.Table(LearningTask.Regression, FeatureStyle.Scaled);
        var plain = _small.Fit(features, target).Predict(features);
        var scaled = _small.Fit(features, Target.OfNumbers([.. target.Values.ToArray().Select(value => factor * value)])).Predict(features);
        Assert.All(plain.Zip(scaled), pair => Assert.Equal(pair.First, pair.Second / factor, 1e-3));
    }

    [Fact]
    public void Extreme_numbers_are_no_trouble()
    {
        var (features, target) = Samples.Table(LearningTask.Regression, FeatureStyle.Scaled);
        var wild = features[0].ToArray();
        (wild[0], wild[1], wild[2]) = (float.MaxValue, float.MinValue, float.Epsilon);
        var columns = new FeatureMatrix(features.Features, [wild, .. Enumerable.Range(1, 5).Select(features.Column)], features.RowCount);
        Assert.InRange(Samples.R2(target, _small.Fit(columns, target).Predict(columns)), 0.5, 1);
    }

    [Fact]
    public void A_row_with_more_weight_counts_more()
    {
        var (features, target) = Samples.Table(LearningTask.Binary, FeatureStyle.Scaled);
        var weights = target.Values.ToArray().Select(label => label == 1 ? 10.0 : 1).ToArray();
        var plain = _small.Fit(features, target).Predict(features).Where((_, at) => at % 2 == 1).Average();
        var weighted = _small.Fit(features, target, weights).Predict(features).Where((_, at) => at % 2 == 1).Average();
        Assert.True(weighted > plain + 0.02);
    }

    [Fact]
    public void When_time_is_short_it_ends_with_a_model()
    {
        var (features, target) = Waves(1000, 1);
        var clock = new Ticking();
        var outputs = (_small with { Epochs = 100_000 }).Fit(features, target, default, new FitOptions { TimeLimit = TimeSpan.FromSeconds(5), Clock = clock }).Predict(features);
        Assert.InRange(Samples.R2(target, outputs), 0.3, 1);
    }

    [Fact]
    public void A_row_is_predicted_without_allocating()
    {
        var (features, target) = Samples.Table(LearningTask.Multiclass, FeatureStyle.Scaled);
        foreach (var width in new[] { 24, 1200 })
        {
            var predictor = (_small with { Epochs = 1, Layers = 1, Width = width }).Fit(features, target);
            var (row, outputs) = (new float[6], new double[3]);
            for (var warm = 0; warm < 200; warm++)
            {
                predictor.PredictRow(row, outputs);
            }
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var at = 0; at < 100; at++)
            {
                predictor.PredictRow(row, outputs);
            }
            Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
        }
    }

    [Fact]
    public void Settings_out_of_range_are_named()
    {
        var (features, target) = Samples.Table(LearningTask.Regression, FeatureStyle.Scaled);
        MultilayerPerceptron[] wrong =
        [
            _small with { Layers = 0 }, _small with { Width = 0 }, _small with { Bins = -1 }, _small with { Networks = 0 }, _small with { Epochs = 0 }, _small with { BatchRows = 0 },
            _small with { LearningRate = double.NaN }, _small with { WeightDecay = -1 }, _small with { Dropout = 1 }, _small with { LabelSmoothing = 1 }, _small with { EarlyStoppingEpochs = -1 },
            _small with { HeldShare = 0.9 },
        ];
        string[] names = ["Layers", "Width", "Bins", "Networks", "Epochs", "BatchRows", "LearningRate", "WeightDecay", "Dropout", "LabelSmoothing", "EarlyStoppingEpochs", "HeldShare"];
        foreach (var (estimator, name) in wrong.Zip(names))
        {
            var error = Assert.Throws<LearningException>(() => estimator.Fit(features, target));
            Assert.Equal("learning.bad-setting", error.Code);
            Assert.Contains(name, error.Message, StringComparison.Ordinal);
        }
    }

    private static (FeatureMatrix Features, Target Target) Waves(int rows, int seed)
    {
        var random = new Random(seed);
        var columns = Enumerable.Range(0, 3).Select(_ => Enumerable.Range(0, rows).Select(_ => (float)(random.NextDouble() * 4 - 2)).ToArray()).ToArray();
        return (FeatureMatrix.OfNumbers(columns), Target.OfNumbers([.. Enumerable.Range(0, rows).Select(row => 100 + 20 * Math.Sin(3 * columns[0][row]) * columns[1][row] + Samples.Normal(random))]));
    }

    private sealed class Sink(List<double> values) : IProgress<double>
    {
        public void Report(double value) => values.Add(value);
    }

    /// <summary>A clock on which every look takes a hundredth of a second.</summary>
    private sealed class Ticking : TimeProvider
    {
        private long _now;

        public override long TimestampFrequency => 100;

        public override long GetTimestamp() => Interlocked.Increment(ref _now);
    }
}
