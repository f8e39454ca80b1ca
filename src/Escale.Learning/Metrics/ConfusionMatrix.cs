namespace Escale.Learning.Metrics;

/// <summary>One class's part of a <see cref="ConfusionMatrix"/>.</summary>
/// <param name="Class">Its name.</param>
/// <param name="Weight">Rows of the class (their weight).</param>
/// <param name="Precision">Share of the rows predicted as it that are of it; 0 when none is predicted.</param>
/// <param name="Recall">Share of its rows that are found; 0 when it has none.</param>
/// <param name="F1">Harmonic mean of both.</param>
public sealed record ClassReport(string Class, double Weight, double Precision, double Recall, double F1);

/// <summary>Which classes are taken for which.</summary>
public sealed class ConfusionMatrix
{
    private readonly double[] _weights;

    private ConfusionMatrix(IReadOnlyList<string> classes, double[] weights) => (Classes, _weights) = (classes, weights);

    /// <summary>Names of the classes.</summary>
    public IReadOnlyList<string> Classes { get; }

    /// <summary>Rows of one class (their weight) that are predicted as another.</summary>
    public double this[int truth, int predicted] => _weights[truth * Classes.Count + predicted];

    /// <summary>Counts. The predicted class is the one of the highest probability, the first of several; for another threshold or for costs give the classes.</summary>
    /// <param name="target">The truth, classes.</param>
    /// <param name="outputs">Probabilities, row after row.</param>
    /// <param name="weights">How much each row counts; empty when all count the same.</param>
    public static ConfusionMatrix Of(Target target, ReadOnlySpan<double> outputs, ReadOnlySpan<double> weights = default)
    {
        MetricInput.Check(target, outputs, weights);
        var predicted = new int[target.RowCount];
        for (var row = 0; row < predicted.Length; row++)
        {
            predicted[row] = MetricInput.Highest(outputs.Slice(row * target.OutputCount, target.OutputCount));
        }
        return OfClasses(target, predicted, weights);
    }

    /// <summary>Counts.</summary>
    /// <param name="target">The truth, classes.</param>
    /// <param name="predicted">The class decided for, of each row.</param>
    /// <param name="weights">How much each row counts; empty when all count the same.</param>
    /// <exception cref="LearningException">The target is numbers (<c>learning.task-not-supported</c>).</exception>
    public static ConfusionMatrix OfClasses(Target target, ReadOnlySpan<int> predicted, ReadOnlySpan<double> weights = default)
    {
        if (target.Task == LearningTask.Regression)
        {
            throw new LearningException("learning.task-not-supported", "Numbers have no confusion matrix.", "Judge them by R², RMSE or MAE.");
        }
        var (rowWeights, counts) = (MetricInput.Weights(weights, target.RowCount), new double[target.ClassCount * target.ClassCount]);
        for (var row = 0; row < rowWeights.Length; row++)
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)predicted[row], (uint)target.ClassCount, nameof(predicted));
            counts[target.ClassOf(row) * target.ClassCount + predicted[row]] += rowWeights[row];
        }
        return new ConfusionMatrix(target.Classes, counts);
    }

    /// <summary>Precision, recall and F1 of every class.</summary>
    public IReadOnlyList<ClassReport> Report()
    {
        var count = Classes.Count;
        var counts = new ClassCounts(new double[count], new double[count], new double[count]);
        for (var truth = 0; truth < count; truth++)
        {
            for (var predicted = 0; predicted < count; predicted++)
            {
                counts.True[truth] += this[truth, predicted];
                counts.Predicted[predicted] += this[truth, predicted];
            }
            counts.Right[truth] = this[truth, truth];
        }
        return [.. Classes.Select((name, at) => new ClassReport(
            name, counts.True[at], counts.Ratio(ClassRatio.Precision, at), counts.Ratio(ClassRatio.Recall, at), counts.Ratio(ClassRatio.F1, at)))];
    }
}
