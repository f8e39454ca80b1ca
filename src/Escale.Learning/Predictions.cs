namespace Escale.Learning;

/// <summary>What a model predicts for the rows of a table.</summary>
public sealed class Predictions
{
    private readonly double[] _outputs;

    internal Predictions(LearningTask task, IReadOnlyList<string> classes, double[] outputs) => (Task, Classes, _outputs) = (task, classes, outputs);

    /// <summary>What is predicted.</summary>
    public LearningTask Task { get; }

    /// <summary>Names of the classes; empty for regression.</summary>
    public IReadOnlyList<string> Classes { get; }

    /// <summary>Numbers for each row: one for regression, otherwise the probability of each class.</summary>
    public int OutputCount => Math.Max(1, Classes.Count);

    /// <summary>Rows.</summary>
    public int RowCount => _outputs.Length / OutputCount;

    /// <summary>All outputs, row after row.</summary>
    public ReadOnlySpan<double> Outputs => _outputs;

    /// <summary>The outputs of one row.</summary>
    public ReadOnlySpan<double> Row(int row) => _outputs.AsSpan(row * OutputCount, OutputCount);

    /// <summary>The number predicted; for two classes the probability of the positive one, for more that of the likeliest.</summary>
    public double Value(int row) => Task switch
    {
        LearningTask.Regression => _outputs[row],
        LearningTask.Binary => _outputs[row * 2 + 1],
        _ => Row(row)[ClassOf(row)],
    };

    /// <summary>The likeliest class; the first of several; −1 for regression.</summary>
    public int ClassOf(int row)
    {
        if (Task == LearningTask.Regression)
        {
            return -1;
        }
        var outputs = Row(row);
        var best = 0;
        for (var at = 1; at < outputs.Length; at++)
        {
            best = outputs[at] > outputs[best] ? at : best;
        }
        return best;
    }

    /// <summary>The name of the likeliest class; for regression the number as text.</summary>
    public string Label(int row) => Task == LearningTask.Regression
        ? _outputs[row].ToString(System.Globalization.CultureInfo.InvariantCulture)
        : Classes[ClassOf(row)];

    /// <summary>The probability of a class.</summary>
    public double Probability(int row, int classIndex) => Row(row)[classIndex];
}
