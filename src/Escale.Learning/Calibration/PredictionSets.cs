using Escale.Learning.Metrics;
using Escale.Learning.Persistence;

namespace Escale.Learning.Calibration;

/// <summary>How the classes of a prediction set are chosen.</summary>
public enum SetKind
{
    /// <summary>Every class whose probability is above one bar: the smallest sets on the mean. M. Sadinle, J. Lei, L. Wasserman (2019).</summary>
    LeastAmbiguous,

    /// <summary>The likeliest classes until their probabilities add up far enough: larger sets for hard rows, smaller for easy ones. Y. Romano, M. Sesia, E. Candès (2020), without randomising.</summary>
    Adaptive,
}

/// <summary>
/// Sets of classes that hold the true one as often as asked for, from probabilities of any model on rows that it did not learn from. Rows must be exchangeable. Immutable and thread-safe.
/// </summary>
public sealed class PredictionSets
{
    private const string FileKind = "prediction-sets";

    private readonly ConformalScores _scores;
    private readonly int _classes;

    private PredictionSets(SetKind kind, ConformalScores scores, int classes) => (Kind, _scores, _classes) = (kind, scores, classes);

    /// <summary>How the classes are chosen.</summary>
    public SetKind Kind { get; }

    /// <summary>Takes how unlikely the true classes were.</summary>
    /// <param name="target">The truth.</param>
    /// <param name="outputs">Probabilities, row after row, for rows that the model did not learn from.</param>
    /// <param name="kind">How the classes are chosen. Default the smallest sets.</param>
    public static PredictionSets Fit(Target target, ReadOnlySpan<double> outputs, SetKind kind = SetKind.LeastAmbiguous)
    {
        if (target.Task == LearningTask.Regression)
        {
            throw new LearningException("learning.task-not-supported", "Prediction sets are of classes, not of numbers.", "For numbers make prediction intervals instead.");
        }
        MetricInput.Check(target, outputs, default);
        var (scores, classes) = (new double[target.RowCount], target.ClassCount);
        for (var row = 0; row < scores.Length; row++)
        {
            scores[row] = Score(kind, outputs.Slice(row * classes, classes), target.ClassOf(row));
        }
        return new PredictionSets(kind, ConformalScores.Of(scores), classes);
    }

    /// <summary>Which classes are in the set of a row; never none: the likeliest always is.</summary>
    /// <param name="probabilities">Probability of each class.</param>
    /// <param name="isIn">Written: whether each class is in.</param>
    /// <param name="level">How often the true class shall be in. Default 0.9.</param>
    /// <exception cref="LearningException">There were too few rows for this level (<c>learning.too-few-rows</c>).</exception>
    public void Set(ReadOnlySpan<double> probabilities, Span<bool> isIn, double level = 0.9)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(probabilities.Length, _classes);
        var bar = _scores.Quantile(level);
        for (var at = 0; at < probabilities.Length; at++)
        {
            isIn[at] = Score(Kind, probabilities, at) <= bar;
        }
        isIn[MetricInput.Highest(probabilities)] = true;
    }

    /// <summary>Reads sets that <see cref="Save(Stream)"/> wrote.</summary>
    /// <exception cref="LearningException">The file is damaged (<c>learning.model-file-damaged</c>) or of a newer version (<c>learning.model-file-newer</c>).</exception>
    public static PredictionSets Load(Stream stream) => PartFile.Read(stream, FileKind, Load);

    /// <summary>Writes it; see <see cref="Load(Stream)"/>.</summary>
    public void Save(Stream stream) => PartFile.Write(stream, FileKind, Save);

    internal void Save(SavedNode node)
    {
        node.Set("sets", Kind);
        node.Set("classes", (long)_classes);
        _scores.Save(node.Add("scores", "scores"));
    }

    internal static PredictionSets Load(SavedNode node) =>
        new(node.Enum<SetKind>("sets"), ConformalScores.Load(node.Child("scores")), node.Int("classes", 2, 1 << 20));

    /// <summary>How unlikely a class is: what the others have, or what it and the likelier ones have together.</summary>
    private static double Score(SetKind kind, ReadOnlySpan<double> probabilities, int of)
    {
        if (kind == SetKind.LeastAmbiguous)
        {
            return 1 - probabilities[of];
        }
        var sum = 0.0;
        for (var at = 0; at < probabilities.Length; at++)
        {
            sum += probabilities[at] > probabilities[of] || (probabilities[at] == probabilities[of] && at <= of) ? probabilities[at] : 0;
        }
        return sum;
    }
}
