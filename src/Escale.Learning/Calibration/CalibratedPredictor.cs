using Escale.Learning.Persistence;

namespace Escale.Learning.Calibration;

/// <summary>A classifier whose probabilities go through a calibrator: what a member of an ensemble says becomes comparable with what the others say.</summary>
public sealed class CalibratedPredictor : Predictor
{
    /// <summary>Puts the two together.</summary>
    /// <param name="inner">The classifier.</param>
    /// <param name="calibrator">Fitted on what classifiers like it said of rows that they had not seen.</param>
    public CalibratedPredictor(Predictor inner, Calibrator calibrator)
        : base(inner.Task, inner.OutputCount, inner.FeatureCount)
    {
        ArgumentOutOfRangeException.ThrowIfEqual((int)inner.Task, (int)LearningTask.Regression, nameof(inner));
        ArgumentOutOfRangeException.ThrowIfNotEqual(calibrator.OutputCount, inner.OutputCount, nameof(calibrator));
        (Inner, Calibrator) = (inner, calibrator);
    }

    /// <summary>The classifier.</summary>
    public Predictor Inner { get; }

    /// <summary>What its probabilities go through.</summary>
    public Calibrator Calibrator { get; }

    internal override string Kind => "calibrated";

    /// <inheritdoc/>
    public override void Predict(FeatureMatrix features, Span<double> outputs, int threads = 1)
    {
        Inner.Predict(features, outputs, threads);
        Calibrator.ApplyAll(outputs[..(features.RowCount * OutputCount)]);
    }

    /// <inheritdoc/>
    public override void PredictRow(ReadOnlySpan<float> row, Span<double> outputs)
    {
        Inner.PredictRow(row, outputs);
        Calibrator.Apply(outputs[..OutputCount]);
    }

    internal override void Save(SavedNode node)
    {
        node.Set("inner", Inner);
        Calibrator.Save(node.Add("calibrator", Calibrator.Name));
    }

    internal static CalibratedPredictor Load(SavedNode node)
    {
        var (inner, calibrator) = (node.Predictor("inner"), Calibrator.Load(node.Child("calibrator")));
        return inner.Task != LearningTask.Regression && calibrator.OutputCount == inner.OutputCount
            ? new CalibratedPredictor(inner, calibrator)
            : throw SavedNode.Damaged("a calibrated classifier is none, or has other classes than its calibrator");
    }
}
