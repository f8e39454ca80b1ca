using Escale.Learning.Baselines;
using Escale.Learning.Boosting;
using Escale.Learning.Frames;
using Escale.Learning.Linear;
using Escale.Learning.Preparation;
using Escale.Learning.Tests.Persistence;
using FsCheck;
using FsCheck.Fluent;

namespace Escale.Learning.Tests;

/// <summary>What must hold of every table: FsCheck chooses its size, values and settings by a seed.</summary>
public sealed class PipelinePropertyTests
{
    private const int Cases = 25;

    [Fact]
    public void Batch_row_and_file_give_the_same_bits() => ForAll(seed =>
    {
        var (train, test, pipeline) = Case(seed);
        var model = pipeline.Fit(train, "y", new FitOptions { Seed = seed });
        var loaded = Model.Load(new MemoryStream(ModelFileTests.Bytes(model)));
        var expected = model.Predict(test, threads: 2);
        Assert.Equal(expected.Outputs.ToArray(), model.Predict(test).Outputs.ToArray());
        Assert.Equal(expected.Outputs.ToArray(), loaded.Predict(test).Outputs.ToArray());
        foreach (var of in new[] { model, loaded })
        {
            var (row, outputs) = (of.NewRow(), new double[of.OutputCount]);
            for (var at = 0; at < test.RowCount; at++)
            {
                row.CopyFrom(test, at);
                of.Predict(row, outputs);
                Assert.Equal(expected.Row(at).ToArray(), outputs);
            }
        }
    });

    [Fact]
    public void Threads_do_not_change_the_model() => ForAll(seed =>
    {
        var (train, _, pipeline) = Case(seed);
        Assert.Equal(
            ModelFileTests.Bytes(pipeline.Fit(train, "y", new FitOptions { Seed = seed, Threads = 1 })),
            ModelFileTests.Bytes(pipeline.Fit(train, "y", new FitOptions { Seed = seed, Threads = 3 })));
    });

    [Fact]
    public void The_order_of_columns_and_a_constant_one_do_not_change_the_features() => ForAll(seed =>
    {
        var (train, test, pipeline) = Case(seed);
        var other = new Frame(train.Columns.Reverse()).With(Column.OfTexts("always", Enumerable.Repeat("same", train.RowCount).ToArray())).With(Column.OfNumbers("nothing", Enumerable.Repeat(double.NaN, train.RowCount).ToArray()));
        var (one, two) = (Features(train, pipeline, seed), Features(other, pipeline, seed));
        Assert.Equal(one.Training.Keys.Order(StringComparer.Ordinal), two.Training.Keys.Order(StringComparer.Ordinal));
        Assert.All(one.Training, feature => Assert.Equal(feature.Value, two.Training[feature.Key]));
        var (later, laterToo) = (one.Fitted.Transform(test), two.Fitted.Transform(new Frame(test.Columns.Reverse())));
        Assert.All(Named(later), feature => Assert.Equal(feature.Value, Named(laterToo)[feature.Key]));
    });

    [Fact]
    public void The_order_of_rows_does_not_change_what_later_rows_become() => ForAll(seed =>
    {
        var (train, test, pipeline) = Case(seed);
        var order = Enumerable.Range(0, train.RowCount).ToArray();
        new Random(seed).Shuffle(order);
        var (one, two) = (Named(Features(train, pipeline, seed).Fitted.Transform(test)), Named(Features(train.Rows(order), pipeline, seed).Fitted.Transform(test)));
        Assert.Equal(one.Keys, two.Keys);
        // Sums in another order round elsewhere; and what target statistics of training rows are scaled by depends on their random order.
        Assert.All(one.Where(feature => !feature.Key.Contains("target", StringComparison.Ordinal) && !feature.Key.Contains("share of", StringComparison.Ordinal)),
            feature => Assert.Equal(feature.Value, two[feature.Key], (x, y) => x.Equals(y) || Math.Abs(x - y) <= 1e-4 * Math.Max(1, Math.Abs(x))));
    });

    [Fact]
    public void Scaled_features_are_finite_and_native_ones_finite_or_missing() => ForAll(seed =>
    {
        var (train, test, pipeline) = Case(seed);
        foreach (var style in Enum.GetValues<FeatureStyle>())
        {
            var (fitted, training) = Fit(train, pipeline, style, seed);
            foreach (var values in Named(training).Values.Concat(Named(fitted.Transform(test)).Values))
            {
                Assert.DoesNotContain(values, value => float.IsInfinity(value) || (style == FeatureStyle.Scaled && float.IsNaN(value)));
            }
        }
    });

    private static void ForAll(Action<int> property) =>
        Prop.ForAll(Gen.Choose(0, 1 << 24).ToArbitrary(), property).AlwaysHolds(Cases);

    /// <summary>A small table of columns of all kinds, some of them strange, a second one as it might come later, and a pipeline.</summary>
    private static (Frame Train, Frame Test, Pipeline Pipeline) Case(int seed)
    {
        var random = new Random(seed);
        var rows = random.Next(12, 90);
        var kinds = Enumerable.Range(0, random.Next(1, 7)).Select(_ => random.Next(7)).Prepend(0).ToArray();
        Frame Table(int count) => new([.. kinds.Select((kind, at) => RandomColumn($"x{at}", kind, count, random)), Column.OfIntegers("y", Enumerable.Range(0, count).Select(row => (long)(row % (2 + seed % 2))).ToArray())]);
        var settings = new PreparationSettings
        {
            Imputation = (NumberImputation)random.Next(4),
            Scaling = (NumberScaling)random.Next(3),
            Categories = (CategoryEncoding)random.Next(5),
            AddMissingIndicators = random.Next(3) > 0,
            ImputeCategories = random.Next(3) == 0,
            AddFrequencies = random.Next(2) == 0,
            RareLevelShare = random.Next(3) * 0.1,
            NativeTargetStatisticsAbove = random.Next(2) == 0 ? 2 : null,
            NativeLevelRows = random.Next(1, 4),
            TargetStatisticsOrders = random.Next(1, 3),
            CyclicDates = random.Next(2) == 0,
            TextFeatures = random.Next(3) * 8,
        };
        Estimator estimator = random.Next(3) switch { 0 => new Baseline(), 1 => new GradientBoosting { Trees = 3, MinLeafRows = 3 }, _ => new LogisticRegression { MaxIterations = 20 } };
        var train = Table(rows);
        var roles = ColumnRoles.Detect(train, "y");
        roles = kinds.Select((kind, at) => (kind, at)).Aggregate(roles, (known, column) => known.With($"x{column.at}", column.kind switch
        {
            0 or 1 or 2 => ColumnRole.Number,
            3 or 4 => ColumnRole.Category,
            5 => ColumnRole.Timestamp,
            _ => ColumnRole.Text,
        }));
        return (train, Table(30), new Pipeline { Estimator = estimator, Preparation = settings, Task = LearningTask.Multiclass, Roles = roles.With("x0", ColumnRole.Number) });
    }

    private static Column RandomColumn(string name, int kind, int rows, Random random)
    {
        var missing = random.Next(3) == 0 ? 0 : random.NextDouble();
        bool[] isMissing = [.. Enumerable.Range(0, rows).Select(_ => name != "x0" && random.NextDouble() < missing)];
        T[] Make<T>(Func<int, T> make) => [.. Enumerable.Range(0, rows).Select(make)];
        return kind switch
        {
            0 => Column.OfNumbers(name, Make(row => isMissing[row] ? double.NaN : random.Next(30) == 0 ? double.PositiveInfinity : Math.Pow(10, random.Next(-3, 12)) * (random.NextDouble() - 0.3))),
            1 => Column.OfNumbers(name, Make(row => isMissing[row] ? float.NaN : random.Next(4))),
            2 => Column.OfIntegers(name, Make(row => 1_700_000_000L + random.Next(1_000)), isMissing),
            3 => Column.OfCategories(name, Make(row => isMissing[row] ? null : $"level {random.Next(12)}")),
            4 => Column.OfIntegers(name, Make(row => (long)random.Next(-2, 3)), isMissing),
            5 => Column.OfTimestamps(name, Make(row => new DateTime(2000, 1, 1).AddHours(random.Next(200_000))), isMissing),
            _ => Column.OfTexts(name, Make(row => isMissing[row] ? null : string.Concat(Enumerable.Range(0, random.Next(12)).Select(_ => " aéb,ß日.C"[random.Next(9)])))),
        };
    }

    private static (Escale.Learning.Preparation.Preparation Fitted, Dictionary<string, float[]> Training) Features(Frame frame, Pipeline pipeline, int seed)
    {
        var (fitted, features) = Fit(frame, pipeline, pipeline.Estimator.Style, seed);
        return (fitted, Named(features));
    }

    private static (Escale.Learning.Preparation.Preparation Fitted, FeatureMatrix Features) Fit(Frame frame, Pipeline pipeline, FeatureStyle style, int seed) =>
        Escale.Learning.Preparation.Preparation.FitTransform(frame, pipeline.Roles!, Targets.Of(frame["y"]), style, pipeline.Preparation, new FitOptions { Seed = seed });

    private static Dictionary<string, float[]> Named(FeatureMatrix features) =>
        Enumerable.Range(0, features.FeatureCount).ToDictionary(at => features.Features[at].Name, at => features[at].ToArray(), StringComparer.Ordinal);
}
