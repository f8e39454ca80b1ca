using Escale.Learning.Metrics;
using Escale.Learning.Persistence;

namespace Escale.Learning.Calibration;

/// <summary>Between which values a number will lie.</summary>
/// <param name="Lower">The lower end.</param>
/// <param name="Upper">The upper end.</param>
public readonly record struct PredictionInterval(double Lower, double Upper);

/// <summary>
/// Prediction intervals around any regression model, from its errors on rows that it did not learn from (a holdout: split conformal, with the promise that at least the level asked for is covered;
/// cross-validation: in practice the same). V. Vovk, A. Gammerman, G. Shafer (2005); J. Lei and others (2018), "Distribution-free predictive inference for regression". Given an estimate of how
/// hard each row is, intervals are wide for the hard and narrow for the easy. Rows must be exchangeable: intervals of a time series are too narrow when it drifts. Immutable and thread-safe.
/// </summary>
public sealed class ResidualIntervals
{
    private const string Kind = "residual-intervals";

    private readonly ConformalScores _below;
    private readonly ConformalScores _above;
    private readonly double _leastDifficulty;

    private ResidualIntervals(ConformalScores below, ConformalScores above, double leastDifficulty) =>
        (_below, _above, _leastDifficulty) = (below, above, leastDifficulty);

    private bool IsSymmetric => ReferenceEquals(_below, _above);

    /// <summary>Takes the errors.</summary>
    /// <param name="target">The truth.</param>
    /// <param name="outputs">Predictions for rows that the model did not learn from.</param>
    /// <param name="difficulty">How hard each row is (an error expected of it, the spread of an ensemble), in any unit, none negative; empty when all are alike.</param>
    /// <param name="isSymmetric">Whether intervals reach as far up as down; otherwise each side has its own errors, for skewed targets. Default true.</param>
    public static ResidualIntervals Fit(Target target, ReadOnlySpan<double> outputs, ReadOnlySpan<double> difficulty = default, bool isSymmetric = true)
    {
        if (target.Task != LearningTask.Regression)
        {
            throw new LearningException("learning.task-not-supported", "Intervals are of numbers, not of classes.", "For classes make prediction sets instead.");
        }
        MetricInput.Check(target, outputs, default);
        var errors = new double[outputs.Length];
        var least = Least(difficulty, errors.Length);
        for (var row = 0; row < errors.Length; row++)
        {
            errors[row] = (target.Values[row] - outputs[row]) / (difficulty.IsEmpty ? 1 : Math.Max(difficulty[row], least));
        }
        if (isSymmetric)
        {
            var both = ConformalScores.Of([.. errors.Select(Math.Abs)]);
            return new ResidualIntervals(both, both, least);
        }
        return new ResidualIntervals(ConformalScores.Of([.. errors.Select(error => -error)]), ConformalScores.Of(errors), least);
    }

    /// <summary>The interval of a prediction.</summary>
    /// <param name="output">What the model predicts.</param>
    /// <param name="level">How often the truth shall be within, between 0 and 1. Default 0.9.</param>
    /// <param name="difficulty">How hard the row is, in the unit of the fit; 1 when fitted without.</param>
    /// <exception cref="LearningException">There were too few rows for this level (<c>learning.too-few-rows</c>).</exception>
    public PredictionInterval Interval(double output, double level = 0.9, double difficulty = 1)
    {
        var side = IsSymmetric ? level : (1 + level) / 2;
        var scale = Math.Max(difficulty, _leastDifficulty);
        return new PredictionInterval(output - scale * _below.Quantile(side), output + scale * _above.Quantile(side));
    }

    /// <summary>Reads intervals that <see cref="Save(Stream)"/> wrote.</summary>
    /// <exception cref="LearningException">The file is damaged (<c>learning.model-file-damaged</c>) or of a newer version (<c>learning.model-file-newer</c>).</exception>
    public static ResidualIntervals Load(Stream stream) => PartFile.Read(stream, Kind, Load);

    /// <summary>Writes it; see <see cref="Load(Stream)"/>.</summary>
    public void Save(Stream stream) => PartFile.Write(stream, Kind, Save);

    internal void Save(SavedNode node)
    {
        node.Set("symmetric", IsSymmetric);
        node.Set("least_difficulty", _leastDifficulty);
        _above.Save(node.Add("above", "scores"));
        if (!IsSymmetric)
        {
            _below.Save(node.Add("below", "scores"));
        }
    }

    internal static ResidualIntervals Load(SavedNode node)
    {
        var (above, least) = (ConformalScores.Load(node.Child("above")), node.Double("least_difficulty"));
        return least is >= 0 and < double.PositiveInfinity
            ? new ResidualIntervals(node.Flag("symmetric") ? above : ConformalScores.Load(node.Child("below")), above, least)
            : throw SavedNode.Damaged($"a difficulty is {least}");
    }

    /// <summary>A thousandth of the mean: a row said to be without difficulty must not make an interval without end of the others.</summary>
    private static double Least(ReadOnlySpan<double> difficulty, int rows)
    {
        if (difficulty.IsEmpty)
        {
            return 0;
        }
        ArgumentOutOfRangeException.ThrowIfNotEqual(difficulty.Length, rows, nameof(difficulty));
        foreach (var value in difficulty)
        {
            if (!(value >= 0) || double.IsInfinity(value))
            {
                throw new ArgumentOutOfRangeException(nameof(difficulty), value, "A difficulty is zero or more.");
            }
        }
        var mean = MetricInput.Sum(difficulty) / rows;
        return mean > 0 ? mean / 1000 : 1;
    }
}
