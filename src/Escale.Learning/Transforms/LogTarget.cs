using Escale.Learning.Persistence;

namespace Escale.Learning.Transforms;

/// <summary>
/// Regression on the logarithm of the target: for amounts, counts and prices, whose errors grow with their size. Predictions come back on the target's own scale,
/// multiplied so that their sum over the training rows is that of the targets (Duan's smearing idea, 1983, as a ratio).
/// </summary>
public sealed record LogTarget : Estimator
{
    // A line continued beyond what was seen grows without bound on the way back: at most twice the largest target.
    private const double MostBeyond = 0.6931;

    /// <summary>What learns the logarithm; one that does regression.</summary>
    public required Estimator Inner { get; init; }

    /// <inheritdoc/>
    public override string Name => Inner.Name + " on the logarithm";

    /// <inheritdoc/>
    public override FeatureStyle Style => Inner.Style;

    /// <inheritdoc/>
    public override bool Supports(LearningTask task) => task == LearningTask.Regression && Inner.Supports(task);

    /// <summary>Whether a target can be had the logarithm of: numbers above −1 that differ.</summary>
    public static bool Fits(Target target) => target.Task == LearningTask.Regression && target.Values.IndexOfAnyExceptInRange(0, double.MaxValue) < 0;

    /// <inheritdoc/>
    public override Predictor Fit(FeatureMatrix features, Target target, ReadOnlySpan<double> weights = default, FitOptions? options = null)
    {
        Check(features, target, weights);
        if (!Fits(target))
        {
            throw new LearningException("learning.log-of-negative", "The target has values below zero, which have no logarithm.", "Train on the target as it is.");
        }
        options ??= FitOptions.Default;
        var logs = Log(target);
        var most = logs.Values.ToArray().Max() + MostBeyond;
        var inner = Inner.Fit(features, logs, weights, options.Validation is { } rows ? options with { Validation = rows with { Target = Log(rows.Target) } } : options);
        var (fitted, wanted) = (0.0, 0.0);
        var outputs = inner.Predict(features, options.Threads);
        for (var row = 0; row < outputs.Length; row++)
        {
            var weight = weights.IsEmpty ? 1 : weights[row];
            fitted += weight * Math.Max(0, Math.Exp(Math.Min(outputs[row], most)) - 1);
            wanted += weight * target.Values[row];
        }
        // Extra trees and forests know their training rows too well for the ratio to say much; it stays near 1 then.
        return new LogTargetPredictor(inner, fitted > 0 ? Math.Clamp(wanted / fitted, 0.5, 2) : 1, most);
    }

    internal override Estimator OnAllRows(IReadOnlyList<Predictor> fitted, double growth) =>
        this with { Inner = Inner.OnAllRows([.. fitted.OfType<LogTargetPredictor>().Select(model => model.Inner)], growth) };

    private static Target Log(Target target)
    {
        var values = target.Values.ToArray();
        for (var row = 0; row < values.Length; row++)
        {
            values[row] = Math.Log(1 + Math.Max(0, values[row]));
        }
        return Target.OfNumbers(values);
    }
}

/// <summary>A regression on the logarithm, fitted: max(0, exp(min(inner, <see cref="MostLog"/>)) − 1) · <see cref="Ratio"/>.</summary>
public sealed class LogTargetPredictor : Predictor
{
    internal LogTargetPredictor(Predictor inner, double ratio, double mostLog)
        : base(LearningTask.Regression, 1, inner.FeatureCount) => (Inner, Ratio, MostLog) = (inner, ratio, mostLog);

    /// <summary>What predicts the logarithm of one more than the target.</summary>
    public Predictor Inner { get; }

    /// <summary>By what predictions are multiplied.</summary>
    public double Ratio { get; }

    /// <summary>The greatest logarithm that is believed: that of about twice the largest target of training.</summary>
    public double MostLog { get; }

    internal override string Kind => "log-target";

    /// <inheritdoc/>
    public override void Predict(FeatureMatrix features, Span<double> outputs, int threads = 1)
    {
        Inner.Predict(features, outputs, threads);
        for (var row = 0; row < features.RowCount; row++)
        {
            outputs[row] = Back(outputs[row]);
        }
    }

    /// <inheritdoc/>
    public override void PredictRow(ReadOnlySpan<float> row, Span<double> outputs)
    {
        Inner.PredictRow(row, outputs);
        outputs[0] = Back(outputs[0]);
    }

    internal override void Save(SavedNode node)
    {
        node.Set("ratio", Ratio);
        node.Set("most_log", MostLog);
        node.Set("inner", Inner);
    }

    internal static LogTargetPredictor Load(SavedNode node)
    {
        var inner = node.Predictor("inner");
        var (ratio, most) = (node.Double("ratio"), node.Double("most_log"));
        return inner.Task == LearningTask.Regression && double.IsFinite(ratio) && most < 700
            ? new LogTargetPredictor(inner, ratio, most)
            : throw SavedNode.Damaged("a regression on the logarithm holds a classifier, or numbers that are none");
    }

    private double Back(double log) => Math.Max(0, Math.Exp(Math.Min(log, MostLog)) - 1) * Ratio;
}
