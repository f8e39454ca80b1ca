using Escale.Learning.Boosting;
using Escale.Learning.Frames;
using Escale.Learning.Linear;
using Escale.Learning.Metrics;
using Escale.Learning.Preparation;

namespace Escale.Learning.Tests;

public sealed class PipelineTests
{
    public static TheoryData<string> Styles => ["native", "scaled"];

    [Theory]
    [MemberData(nameof(Styles))]
    public void A_row_alone_is_predicted_as_in_its_table_bit_for_bit(string style)
    {
        var frame = RawTables.Mixed(400, seed: 1);
        var model = Pipeline(style).Fit(frame, "bought");
        var (all, row, one) = (model.Predict(frame), model.NewRow(), new double[2]);
        for (var at = 0; at < frame.RowCount; at++)
        {
            row.CopyFrom(frame, at);
            model.Predict(row, one);
            Assert.Equal(all.Row(at).ToArray(), one);
        }
    }

    [Theory]
    [MemberData(nameof(Styles))]
    public void A_saved_model_predicts_the_same_bits(string style)
    {
        var frame = RawTables.Mixed(300, seed: 2);
        var model = Pipeline(style).Fit(frame, "bought");
        using var file = new MemoryStream();
        model.Save(file);
        file.Position = 0;
        var loaded = Model.Load(file);
        Assert.Equal(model.Predict(frame).Outputs.ToArray(), loaded.Predict(frame).Outputs.ToArray());
        Assert.Equal(model.Info.DataFingerprint, loaded.Info.DataFingerprint);
        Assert.Equal(model.Schema.Columns.Select(column => column.Name), loaded.Schema.Columns.Select(column => column.Name));
    }

    [Theory]
    [MemberData(nameof(Styles))]
    public void What_can_be_learned_is_learned(string style)
    {
        var (train, test) = (RawTables.Mixed(2_000, seed: 3), RawTables.Mixed(1_000, seed: 4));
        var predictions = Pipeline(style).Fit(train, "bought").Predict(test);
        Assert.InRange(Metric.RocAuc.Score(Targets.Of(test["bought"]), predictions.Outputs), 0.8, 1);
    }

    private static Pipeline Pipeline(string style) => new() { Estimator = style == "native" ? new GradientBoosting { Trees = 30 } : new LogisticRegression() };
}
