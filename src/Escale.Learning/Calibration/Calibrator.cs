using Escale.Learning.Metrics;
using Escale.Learning.Persistence;

namespace Escale.Learning.Calibration;

/// <summary>
/// Makes of the probabilities that a model gives those that come true: of all rows given 0.3, three in ten shall be positive. Fitted on rows that the model did not learn from (outputs of
/// cross-validation, or a holdout), otherwise it learns the model's overconfidence as truth. Immutable and thread-safe.
/// </summary>
public abstract class Calibrator
{
    private static readonly Dictionary<string, Func<SavedNode, Calibrator>> _kinds = new(StringComparer.Ordinal)
    {
        ["platt"] = PlattCalibrator.Load,
        ["isotonic"] = IsotonicCalibrator.Load,
        ["temperature"] = TemperatureCalibrator.Load,
    };

    private protected Calibrator(int outputCount) => OutputCount = outputCount;

    /// <summary>How many outputs a row has: the classes.</summary>
    public int OutputCount { get; }

    /// <summary>Its name in the field's own words: <c>isotonic</c>. A saved file knows it by this.</summary>
    public abstract string Name { get; }

    /// <summary>Calibrates one row in place, without allocating. The outputs are probabilities before and after.</summary>
    /// <param name="outputs">The probabilities of one row; <see cref="OutputCount"/> long.</param>
    public abstract void Apply(Span<double> outputs);

    /// <summary>Calibrates many rows in place.</summary>
    /// <param name="outputs">Probabilities, row after row.</param>
    public void ApplyAll(Span<double> outputs)
    {
        for (var at = 0; at < outputs.Length; at += OutputCount)
        {
            Apply(outputs.Slice(at, OutputCount));
        }
    }

    /// <summary>Reads a calibrator back.</summary>
    internal static Calibrator Load(SavedNode node) => _kinds.TryGetValue(node.Kind, out var load)
        ? load(node)
        : throw new LearningException("learning.model-file-newer", $"The model file holds a calibrator of the kind '{node.Kind}', which this version does not know.", "Open it with a newer version.");

    /// <summary>Writes what it has learned into a part of the kind <see cref="Name"/>; <see cref="Load"/> reads it back.</summary>
    internal abstract void Save(SavedNode node);

    /// <summary>Checks the rows that a calibrator is fitted on.</summary>
    private protected static double[] Check(Target target, ReadOnlySpan<double> outputs, ReadOnlySpan<double> weights) => target.Task == LearningTask.Regression
        ? throw new LearningException("learning.task-not-supported", "Probabilities are calibrated, not numbers.", "For regression make prediction intervals instead.")
        : MetricInput.Check(target, outputs, weights);

    /// <summary>Divides by the sum, so that probabilities add up to 1 again.</summary>
    private protected static void Normalise(Span<double> outputs)
    {
        var sum = MetricInput.Sum(outputs);
        for (var at = 0; at < outputs.Length; at++)
        {
            outputs[at] = sum > 0 ? outputs[at] / sum : 1.0 / outputs.Length;
        }
    }
}
