using Escale.Learning.Frames;
using Escale.Learning.Preparation;
using Escale.Learning.Preparation.Encoders;
using Escale.Learning.Tests.Fixtures;

namespace Escale.Learning.Tests.Preparation;

public sealed class EncodersTests
{
    private static readonly Fixture _expected = Fixture.Read("preparation");

    public static TheoryData<string, NumberImputation, NumberScaling> Scalings => new()
    {
        { "standard_median", NumberImputation.Median, NumberScaling.Standard },
        { "robust_mean", NumberImputation.Mean, NumberScaling.Robust },
        { "standard_most_frequent", NumberImputation.MostFrequent, NumberScaling.Standard },
    };

    [Theory]
    [MemberData(nameof(Scalings))]
    public void Numbers_are_imputed_and_scaled_as_by_scikit_learn(string name, NumberImputation imputation, NumberScaling scaling)
    {
        var column = Column.OfNumbers("x", _expected["numbers"].Doubles);
        var (fitted, features) = Fit(column, ColumnRole.Number, FeatureStyle.Scaled, new() { Imputation = imputation, Scaling = scaling });
        Equal(_expected[name]["train"].Doubles, features[0]);
        Assert.Equal(_expected["numbers"].Doubles.Select(number => double.IsNaN(number) ? 1f : 0f), features[1].ToArray());
        var later = fitted.Transform(new Frame(Column.OfNumbers("x", _expected["later"].Doubles)));
        Equal(_expected[name]["later"].Doubles, later[0]);
        Assert.Equal([1, 0, 0, 0], later[1].ToArray());
        Assert.Equal(["x", "x is missing"], fitted.Features.Select(feature => feature.Name));
    }

    [Fact]
    public void Where_nothing_was_missing_there_is_no_indicator_and_later_ones_are_imputed()
    {
        var (fitted, _) = Fit(Column.OfNumbers("x", new[] { 1.0, 2, 3, 4, 100 }), ColumnRole.Number, FeatureStyle.Scaled, new() { Scaling = NumberScaling.None });
        Assert.Equal([3], fitted.Transform(new Frame(Column.OfNumbers("x", new[] { double.NaN })))[0].ToArray());
        (fitted, _) = Fit(Column.OfNumbers("x", new[] { 1.0, 2, double.NaN }), ColumnRole.Number, FeatureStyle.Scaled, new()
        { Scaling = NumberScaling.None, Imputation = NumberImputation.Constant, ImputationConstant = -5, AddMissingIndicators = false });
        Assert.Equal([-5], fitted.Transform(new Frame(Column.OfNumbers("x", new[] { double.NaN })))[0].ToArray());
        Assert.Single(fitted.Features);
    }

    [Fact]
    public void Infinite_and_huge_numbers_stay_finite()
    {
        double[] numbers = [1, 2, 3, double.PositiveInfinity, double.NegativeInfinity, 1e300, -1e300];
        var native = Fit(Column.OfNumbers("x", numbers), ColumnRole.Number, FeatureStyle.Native).Features[0].ToArray();
        Assert.Equal([1, 2, 3, float.MaxValue, -float.MaxValue, float.MaxValue, -float.MaxValue], native);
        var scaled = Fit(Column.OfNumbers("x", numbers), ColumnRole.Number, FeatureStyle.Scaled).Features[0].ToArray();
        Assert.All(scaled, value => Assert.InRange(value, -1e9f, 1e9f));
        Assert.Equal((scaled[5], scaled[6]), (scaled[3], scaled[4]));
        var single = Fit(Column.OfNumbers("x", new[] { 1, 2, float.PositiveInfinity }), ColumnRole.Number, FeatureStyle.Native).Features[0].ToArray();
        Assert.Equal([1, 2, float.MaxValue], single);
    }

    [Fact]
    public void Numbers_that_single_precision_would_melt_together_are_counted_from_the_least()
    {
        var seconds = Enumerable.Range(0, 50).Select(at => 1_700_000_000L + at).ToArray();
        var (fitted, features) = Fit(Column.OfIntegers("time", seconds), ColumnRole.Number, FeatureStyle.Native);
        Assert.Equal(50, features[0].ToArray().Distinct().Count());
        Assert.Equal("time − 1700000000", fitted.Features[0].Name);
        Assert.Equal("time", fitted.Features[0].Column);
    }

    [Fact]
    public void Single_precision_columns_are_not_copied_for_trees()
    {
        float[] values = [1, 2, float.NaN];
        var (_, features) = Fit(Column.OfNumbers("x", values), ColumnRole.Number, FeatureStyle.Native);
        Assert.True(System.Runtime.InteropServices.MemoryMarshal.TryGetArray(features.Column(0), out var segment));
        Assert.Same(values, segment.Array);
    }

    [Fact]
    public void One_hot_is_that_of_scikit_learn()
    {
        var column = Column.OfCategories("c", Texts("levels"));
        var (fitted, features) = Fit(column, ColumnRole.Category, FeatureStyle.Scaled);
        Assert.Equal(_expected["one_hot_names"].Items.Select(item => $"c = {item.Text}"), fitted.Features.Select(feature => feature.Name));
        Assert.Equal(_expected["one_hot"].Floats, Rows(features));
        Assert.Equal(_expected["one_hot_unknown"].Floats, Rows(fitted.Transform(new Frame(Column.OfTexts("c", new[] { "white" })))));
        (fitted, features) = Fit(column, ColumnRole.Category, FeatureStyle.Scaled, new() { RareLevelShare = 0.2 });
        Assert.Equal(_expected["rare"].Floats, Rows(features));
        Assert.Equal(_expected["rare_unknown"].Floats, Rows(fitted.Transform(new Frame(Column.OfTexts("c", new[] { "white" })))));
        Assert.Equal(_expected["two_hot"].Floats, Rows(Fit(Column.OfCategories("c", Texts("two")), ColumnRole.Category, FeatureStyle.Scaled).Features));
    }

    [Fact]
    public void Ordinal_and_frequency_are_those_of_scikit_learn_and_of_counting()
    {
        var texts = Texts("levels");
        var column = Column.OfCategories("c", texts);
        Equal(_expected["ordinal"].Doubles, Fit(column, ColumnRole.Category, FeatureStyle.Scaled, new() { Categories = CategoryEncoding.Ordinal }).Features[0]);
        var (fitted, features) = Fit(column, ColumnRole.Category, FeatureStyle.Scaled, new() { Categories = CategoryEncoding.Frequency, Scaling = NumberScaling.None });
        Equal([.. texts.Select(text => texts.Count(other => other == text) / (double)texts.Length)], features[0]);
        Assert.Equal([0], fitted.Transform(new Frame(Column.OfTexts("c", new[] { "white" })))[0].ToArray());
    }

    [Fact]
    public void A_missing_category_is_marked_or_takes_the_most_frequent_level()
    {
        var column = Column.OfCategories("c", ["a", "b", null, "b", "d"]);
        var (fitted, features) = Fit(column, ColumnRole.Category, FeatureStyle.Scaled);
        Assert.Equal(["c = a", "c = b", "c = d", "c is missing"], fitted.Features.Select(feature => feature.Name));
        Assert.Equal([0, 0, 1, 0, 0], features[3].ToArray());
        (fitted, features) = Fit(column, ColumnRole.Category, FeatureStyle.Scaled, new() { ImputeCategories = true });
        Assert.Equal(["c = a", "c = b", "c = d"], fitted.Features.Select(feature => feature.Name));
        Assert.Equal([0, 1, 1, 1, 0], features[1].ToArray());
    }

    [Fact]
    public void For_trees_categories_are_levels_and_unknown_ones_missing_or_rare()
    {
        var column = Column.OfCategories("c", ["b", "a", null, "b", "a"]);
        var (fitted, features) = Fit(column, ColumnRole.Category, FeatureStyle.Native);
        Assert.Equal(["a", "b"], fitted.Features[0].Levels);
        Assert.Equal([1, 0, float.NaN, 1, 0], features[0].ToArray());
        Assert.Equal([float.NaN, 1], fitted.Transform(new Frame(Column.OfTexts("c", new[] { "white", "b" })))[0].ToArray());

        column = Column.OfCategories("c", ["b", "a", null, "b", "a", "once", "twice"]);
        (fitted, features) = Fit(column, ColumnRole.Category, FeatureStyle.Native);
        Assert.Equal(["a", "b", "(rare)"], fitted.Features[0].Levels);
        Assert.Equal([1, 0, float.NaN, 1, 0, 2, 2], features[0].ToArray());
        Assert.Equal([2, float.NaN], fitted.Transform(new Frame(Column.OfTexts("c", new[] { "white", null })))[0].ToArray());

        (fitted, _) = Fit(column, ColumnRole.Category, FeatureStyle.Native, new() { NativeLevelRows = 1, NativeLevels = 3 });
        Assert.Equal(["a", "b", "once", "(rare)"], fitted.Features[0].Levels);
    }

    [Fact]
    public void Parts_of_dates_that_never_change_are_left_out_and_the_others_are_those_of_the_calendar()
    {
        var days = Enumerable.Range(0, 800).Select(day => new DateTime(2023, 1, 1).AddDays(day)).ToArray();
        var (fitted, features) = Fit(Column.OfTimestamps("t", days), ColumnRole.Timestamp, FeatureStyle.Native);
        Assert.Equal(
            ["t: days since 2000", "t: year", "t: month", "t: day", "t: weekday", "t: day of year"], fitted.Features.Select(feature => feature.Name));
        var row = new float[6];
        features.CopyRow(424, row);
        Assert.Equal([8825, 2024, 2, 29, 3, 60], row); // A Thursday, the 60th day, 24 years and six leap days and 59 days after.
        (fitted, features) = Fit(Column.OfTimestamps("t", days), ColumnRole.Timestamp, FeatureStyle.Scaled, new() { Scaling = NumberScaling.None });
        var monthSine = fitted.Features.Select(feature => feature.Name).ToList().IndexOf("t: month, sine");
        Assert.Equal(Math.Sin(Math.Tau / 12), features[monthSine][424], 6);
        Assert.DoesNotContain(fitted.Features, feature => feature.Name.Contains("hour", StringComparison.Ordinal));
        (fitted, _) = Fit(Column.OfTimestamps("t", days.Select((day, at) => day.AddHours(at % 5)).ToArray()), ColumnRole.Timestamp, FeatureStyle.Scaled, new() { CyclicDates = false });
        Assert.Equal(["t: days since 2000", "t: year", "t: month", "t: day", "t: weekday", "t: day of year", "t: hour"], fitted.Features.Select(feature => feature.Name));
    }

    [Fact]
    public void Words_are_weighted_by_how_few_rows_have_them_as_by_scikit_learn()
    {
        const int Words = 8;
        var counts = _expected["counts"].Floats.Chunk(Words).ToArray();
        var weights = TextEncoder.Weights([.. Enumerable.Range(0, Words).Select(word => counts.Count(row => row[word] > 0))], counts.Length);
        Assert.All(counts, row => TextEncoder.Weigh(row, weights));
        Equal(_expected["tfidf"].Doubles, counts.SelectMany(row => row).ToArray());
    }

    [Fact]
    public void Words_pairs_and_characters_are_counted_each_in_their_half()
    {
        var counts = new float[200_000];
        Assert.Equal(3, TextGrams.Count("No, no: IT", counts));
        // no twice, it once; no no, no it; and of " no no it ": " no" "no " "o n" " it" "o i" "it ", " no " twice, "no n" "o no" "no i" "o it" " it ".
        Assert.Equal([1, 1, 1, 2], counts[..100_000].Where(count => count > 0).Order());
        Assert.Equal([1, 1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2], counts[100_000..].Where(count => count > 0).Order());
        Assert.Equal(0, TextGrams.Count(" .. ", counts));
        Assert.Equal(0, TextGrams.Count("", counts));
    }

    [Fact]
    public void Texts_alike_have_features_alike_whatever_the_case()
    {
        var column = Column.OfTexts("note", new[] { "the quick brown fox", "The QUICK brown fox!", "the quick brown ox", "something else entirely", null });
        var (fitted, features) = Fit(column, ColumnRole.Text, FeatureStyle.Scaled, new() { TextFeatures = 128 });
        Assert.Equal(130, fitted.Features.Count);
        Assert.Equal(1, Similarity(0, 1), 5);
        Assert.InRange(Similarity(0, 2), Similarity(0, 3) + 0.2, 0.99);
        Assert.Equal(0, Similarity(0, 4));
        Assert.Equal(0, Fit(column, ColumnRole.Text, FeatureStyle.Native, new() { NativeTextFeatures = 0 }, "other").Fitted.Features.Count(feature => feature.Column == "note"));

        double Similarity(int one, int other) => Enumerable.Range(0, 128).Sum(at => (double)features[at][one] * features[at][other]);
    }

    internal static (Escale.Learning.Preparation.Preparation Fitted, FeatureMatrix Features) Fit(
        Column column, ColumnRole role, FeatureStyle style, PreparationSettings? settings = null, string? further = null)
    {
        var frame = new Frame(column);
        var roles = ColumnRoles.Detect(new Frame()).With(column.Name, role);
        if (further is not null)
        {
            frame = frame.With(Column.OfNumbers(further, Enumerable.Range(0, column.RowCount).Select(row => (double)row).ToArray()));
            roles = roles.With(further, ColumnRole.Number);
        }
        var target = Target.OfNumbers([.. Enumerable.Range(0, column.RowCount).Select(row => (double)(row % 7))]);
        return Escale.Learning.Preparation.Preparation.FitTransform(frame, roles, target, style, settings);
    }

    private static string[] Texts(string name) => [.. _expected[name].Items.Select(item => item.Text)];

    private static float[] Rows(FeatureMatrix features) =>
        [.. Enumerable.Range(0, features.RowCount).SelectMany(row => Enumerable.Range(0, features.FeatureCount).Select(feature => features[feature][row]))];

    private static void Equal(double[] expected, ReadOnlySpan<float> actual) => Assert.Equal(expected, Array.ConvertAll(actual.ToArray(), value => (double)value), (one, other) => Math.Abs(one - other) < 1e-5);
}
