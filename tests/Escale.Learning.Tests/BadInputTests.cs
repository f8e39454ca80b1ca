using Escale.Learning.Boosting;
using Escale.Learning.Frames;
using Escale.Learning.Linear;
using Escale.Learning.Preparation;

namespace Escale.Learning.Tests;

/// <summary>What a pipeline makes of tables that are not as they should be, in both styles.</summary>
public sealed class BadInputTests
{
    public static TheoryData<bool> Styles => [true, false];

    [Theory]
    [MemberData(nameof(Styles))]
    public void A_missing_column_is_named_and_further_columns_are_ignored(bool isNative)
    {
        var frame = RawTables.Mixed(200, seed: 31);
        var model = Pipeline(isNative).Fit(frame, "bought");
        Assert.Equal(model.Predict(frame).Outputs.ToArray(), model.Predict(new Frame(frame.Columns.Reverse()).Without("bought", "shop", "key").With(Column.OfNumbers("more", new double[200]))).Outputs.ToArray());
        Refused("learning.column-missing", "city", () => model.Predict(frame.Without("city")));
    }

    [Theory]
    [MemberData(nameof(Styles))]
    public void Numbers_given_as_text_are_parsed_and_other_texts_named_with_their_row(bool isNative)
    {
        var frame = RawTables.Mixed(200, seed: 32);
        var model = Pipeline(isNative).Fit(frame, "bought");
        var texts = Enumerable.Range(0, 200).Select(frame["age"].TextAt).ToArray();
        Assert.Equal(model.Predict(frame).Outputs.ToArray(), model.Predict(frame.With(Column.OfTexts("age", texts))).Outputs.ToArray());
        Assert.Equal(model.Predict(frame).Outputs.ToArray(), model.Predict(frame.With(Column.OfCategories("age", texts))).Outputs.ToArray());
        texts[17] = "old";
        Assert.Contains("'old' in row 18", Refused("learning.not-a-number", "age", () => model.Predict(frame.With(Column.OfTexts("age", texts)))).Message, StringComparison.Ordinal);
        Assert.Contains("'old' in row 18", Refused("learning.not-a-number", "age", () => model.Predict(frame.With(Column.OfCategories("age", texts)), threads: 3)).Message, StringComparison.Ordinal);
        Refused("learning.not-a-moment", "day", () => model.Predict(frame.With(Column.OfNumbers("day", new double[200]))));
    }

    [Theory]
    [MemberData(nameof(Styles))]
    public void Levels_never_seen_missing_and_infinite_values_are_predicted_finitely(bool isNative)
    {
        var frame = RawTables.Mixed(200, seed: 33);
        var model = Pipeline(isNative).Fit(frame, "bought");
        var strange = new Frame(frame.Columns.Select(Column (column) => column switch
        {
            NumberColumn { Kind: ColumnKind.Double } => Column.OfNumbers(column.Name, Enumerable.Range(0, 200).Select(row => (row % 4) switch { 0 => double.NaN, 1 => double.PositiveInfinity, 2 => double.NegativeInfinity, _ => 1e308 }).ToArray()),
            NumberColumn => Column.OfNumbers(column.Name, Enumerable.Repeat(double.NaN, 200).ToArray()),
            CategoryColumn => Column.OfTexts(column.Name, Enumerable.Range(0, 200).Select(row => row % 2 == 0 ? "never seen" : null).ToArray()),
            _ => Column.OfTexts(column.Name, new string?[200]),
        }));
        Assert.All(model.Predict(strange).Outputs.ToArray(), value => Assert.InRange(value, 0, 1));
        Assert.Equal(0, model.Predict(frame.Rows(Array.Empty<int>())).RowCount);
    }

    [Theory]
    [MemberData(nameof(Styles))]
    public void Infinite_values_in_training_are_learned_from(bool isNative)
    {
        var frame = RawTables.Mixed(200, seed: 34);
        var ages = Enumerable.Range(0, 200).Select(row => row % 3 == 0 ? double.PositiveInfinity : row % 3 == 1 ? double.NegativeInfinity : row).ToArray();
        Assert.All(Pipeline(isNative).Fit(frame.With(Column.OfNumbers("age", ages)), "bought").Predict(frame).Outputs.ToArray(), value => Assert.InRange(value, 0, 1));
    }

    [Theory]
    [MemberData(nameof(Styles))]
    public void Columns_that_say_nothing_are_left_out(bool isNative)
    {
        var frame = RawTables.Mixed(200, seed: 35).With(Column.OfTexts("empty", new string?[200])).With(Column.OfNumbers("nan", Enumerable.Repeat(double.NaN, 200).ToArray()));
        var model = Pipeline(isNative).Fit(frame, "bought");
        Assert.Equal(["age", "income", "city", "job", "note", "visits", "member", "day"], model.Schema.Columns.Select(column => column.Name));
        // Said to be of use, they are not.
        var roles = ColumnRoles.Detect(frame, "bought").With("empty", ColumnRole.Category).With("nan", ColumnRole.Number).With("shop", ColumnRole.Category);
        Assert.Equal(model.Predict(frame).Outputs.ToArray(), (Pipeline(isNative) with { Roles = roles }).Fit(frame, "bought").Predict(frame).Outputs.ToArray());
        Assert.Null(Refused("learning.no-features", null, () => Pipeline(isNative).Fit(frame.Only("shop", "empty", "nan", "key", "bought"), "bought")).Column);
    }

    [Theory]
    [MemberData(nameof(Styles))]
    public void Rows_without_a_target_are_left_out_and_counted(bool isNative)
    {
        var frame = RawTables.Mixed(200, seed: 36);
        var labels = Enumerable.Range(0, 200).Select(row => row % 4 == 0 ? null : frame["bought"].TextAt(row)).ToArray();
        var model = Pipeline(isNative).Fit(frame.With(Column.OfTexts("bought", labels)), "bought");
        var kept = Enumerable.Range(0, 200).Where(row => row % 4 != 0).ToArray();
        Assert.Equal((150, 50), (model.Info.TrainedRows, model.Info.RowsWithoutTarget));
        Assert.Equal(Pipeline(isNative).Fit(frame.Rows(kept), "bought").Predict(frame).Outputs.ToArray(), model.Predict(frame).Outputs.ToArray());
        Refused("learning.no-rows", "bought", () => Pipeline(isNative).Fit(frame.With(Column.OfTexts("bought", new string?[200])), "bought"));
        Refused("learning.no-rows", "bought", () => Pipeline(isNative).Fit(frame.Rows(Array.Empty<int>()), "bought"));
        Refused("learning.column-missing", "sold", () => Pipeline(isNative).Fit(frame, "sold"));
        Refused("learning.one-class", null, () => Pipeline(isNative).Fit(frame.With(Column.OfTexts("bought", Enumerable.Repeat("yes", 200).ToArray())), "bought"));
    }

    [Theory]
    [MemberData(nameof(Styles))]
    public void A_weight_of_zero_is_as_if_the_row_were_not_there_and_a_bad_one_is_refused(bool isNative)
    {
        var frame = RawTables.Mixed(300, seed: 37).Only("age", "member", "visits", "bought");
        double[] weights = [.. Enumerable.Range(0, 300).Select(row => row % 3 == 0 ? 0.0 : 1)];
        var pipeline = Pipeline(isNative) with { WeightColumn = "weight", Preparation = new() { Scaling = NumberScaling.None, Imputation = NumberImputation.Constant, AddMissingIndicators = false } };
        var weighted = pipeline.Fit(frame.With(Column.OfNumbers("weight", weights)), "bought");
        Assert.False(weighted.Schema.Has("weight"));
        var chosen = frame.Rows(Enumerable.Range(0, 300).Where(row => row % 3 != 0).ToArray());
        var fewer = (pipeline with { WeightColumn = null }).Fit(chosen, "bought");
        if (!isNative)
        {
            Assert.Equal(fewer.Predict(frame).Outputs.ToArray(), weighted.Predict(frame).Outputs.ToArray(), (one, other) => Math.Abs(one - other) < 1e-3);
        }
        weights[5] = -1;
        Refused("learning.bad-weight", null, () => pipeline.Fit(frame.With(Column.OfNumbers("weight", weights)), "bought"));
        Refused("learning.column-missing", "weight", () => pipeline.Fit(frame, "bought"));
    }

    [Fact]
    public void A_half_character_is_refused_before_a_file_could_lose_it()
    {
        var frame = new Frame(Column.OfTexts("c", new[] { "a", "\udc00", "a", "\udc00" }), Column.OfNumbers("y", new[] { 0.0, 1, 0, 1 }));
        Refused("learning.text-not-unicode", "c", () => Pipeline(isNative: false).Fit(frame, "y"));
    }

    private static Pipeline Pipeline(bool isNative) => new() { Estimator = isNative ? new GradientBoosting { Trees = 10 } : new LogisticRegression() };

    private static LearningException Refused(string code, string? column, Func<object> act)
    {
        var error = Assert.Throws<LearningException>(act);
        Assert.Equal((code, column), (error.Code, error.Column));
        return error;
    }
}
