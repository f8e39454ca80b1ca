using Escale.Learning.Metrics;
using Escale.Learning.Persistence;

namespace Escale.Learning.Calibration;

/// <summary>
/// Makes intervals between two predicted quantiles hold what they promise: both ends are moved by as much as the truth was outside (or inside) on rows that the models did not learn from.
/// Y. Romano, E. Patterson, E. Candès (2019), "Conformalized quantile regression". Immutable and thread-safe.
/// </summary>
public sealed class QuantileIntervals
{
    private const string Kind = "quantile-intervals";

    private readonly ConformalScores _scores;

    private QuantileIntervals(ConformalScores scores) => _scores = scores;

    /// <summary>Takes how far the truth was outside.</summary>
    /// <param name="target">The truth.</param>
    /// <param name="lower">Predictions of the lower quantile (of 0.05, for a level of 0.9) for rows that the model did not learn from.</param>
    /// <param name="upper">Predictions of the upper quantile.</param>
    public static QuantileIntervals Fit(Target target, ReadOnlySpan<double> lower, ReadOnlySpan<double> upper)
    {
        if (target.Task != LearningTask.Regression)
        {
            throw new LearningException("learning.task-not-supported", "Intervals are of numbers, not of classes.", "For classes make prediction sets instead.");
        }
        MetricInput.Check(target, lower, default);
        MetricInput.Check(target, upper, default);
        var scores = new double[target.RowCount];
        for (var row = 0; row < scores.Length; row++)
        {
            var (low, high) = Ordered(lower[row], upper[row]);
            scores[row] = Math.Max(low - target.Values[row], target.Values[row] - high);
        }
        return new QuantileIntervals(ConformalScores.Of(scores));
    }

    /// <summary>The interval of two predicted quantiles; when they cross they are taken the other way round, and what would end before it begins is its middle.</summary>
    /// <param name="lower">The lower quantile predicted.</param>
    /// <param name="upper">The upper quantile predicted.</param>
    /// <param name="level">How often the truth shall be within. Default 0.9.</param>
    /// <exception cref="LearningException">There were too few rows for this level (<c>learning.too-few-rows</c>).</exception>
    public PredictionInterval Interval(double lower, double upper, double level = 0.9)
    {
        var (moved, (low, high)) = (_scores.Quantile(level), Ordered(lower, upper));
        return low - moved <= high + moved ? new PredictionInterval(low - moved, high + moved) : new PredictionInterval((low + high) / 2, (low + high) / 2);
    }

    /// <summary>Reads intervals that <see cref="Save(Stream)"/> wrote.</summary>
    /// <exception cref="LearningException">The file is damaged (<c>learning.model-file-damaged</c>) or of a newer version (<c>learning.model-file-newer</c>).</exception>
    public static QuantileIntervals Load(Stream stream) => PartFile.Read(stream, Kind, Load);

    /// <summary>Writes it; see <see cref="Load(Stream)"/>.</summary>
    public void Save(Stream stream) => PartFile.Write(stream, Kind, Save);

    internal void Save(SavedNode node) => _scores.Save(node.Add("scores", "scores"));

    internal static QuantileIntervals Load(SavedNode node) => new(ConformalScores.Load(node.Child("scores")));

    private static (double Low, double High) Ordered(double first, double second) => first <= second ? (first, second) : (second, first);
}
