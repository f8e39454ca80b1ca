namespace Escale.Learning;

/// <summary>What is to be predicted, one value a row: a number, or the index of a class. None is missing.</summary>
public sealed class Target
{
    private readonly double[] _values;

    private Target(LearningTask task, double[] values, IReadOnlyList<string> classes) => (Task, _values, Classes) = (task, values, classes);

    /// <summary>What is predicted.</summary>
    public LearningTask Task { get; }

    /// <summary>The numbers, or the indices of classes.</summary>
    public ReadOnlySpan<double> Values => _values;

    /// <summary>Names of the classes; empty for regression.</summary>
    public IReadOnlyList<string> Classes { get; }

    /// <summary>How many classes; 0 for regression.</summary>
    public int ClassCount => Classes.Count;

    /// <summary>How many outputs a predictor has: one for regression, one for each class otherwise (for two classes also two).</summary>
    public int OutputCount => Math.Max(1, Classes.Count);

    /// <summary>Rows.</summary>
    public int RowCount => _values.Length;

    /// <summary>Numbers to predict.</summary>
    /// <exception cref="LearningException">No row (<c>learning.no-rows</c>), or a value that is missing or infinite (<c>learning.target-not-finite</c>).</exception>
    public static Target OfNumbers(ReadOnlySpan<double> values)
    {
        ThrowIfEmpty(values.Length);
        for (var row = 0; row < values.Length; row++)
        {
            if (!double.IsFinite(values[row]))
            {
                throw new LearningException(
                    "learning.target-not-finite", $"The target of row {row + 1} is missing or infinite.", "Remove the rows without a target before training.");
            }
        }
        return new Target(LearningTask.Regression, values.ToArray(), []);
    }

    /// <summary>Classes to predict.</summary>
    /// <param name="indices">The class of each row, 0 to <paramref name="classes"/> − 1.</param>
    /// <param name="classes">Names of the classes, two at least. For two, the second is the positive one.</param>
    /// <exception cref="LearningException">No row (<c>learning.no-rows</c>), or fewer than two classes (<c>learning.one-class</c>).</exception>
    public static Target OfClasses(ReadOnlySpan<int> indices, IReadOnlyList<string> classes)
    {
        ThrowIfEmpty(indices.Length);
        if (classes.Count < 2)
        {
            throw new LearningException("learning.one-class", "The target has one class only: there is nothing to tell apart.", "Choose another target, or add rows of another class.");
        }
        var values = new double[indices.Length];
        for (var row = 0; row < values.Length; row++)
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)indices[row], (uint)classes.Count, nameof(indices));
            values[row] = indices[row];
        }
        return new Target(classes.Count == 2 ? LearningTask.Binary : LearningTask.Multiclass, values, classes);
    }

    /// <summary>Some rows, copied. The classes stay all, even those that no chosen row has.</summary>
    public Target Rows(ReadOnlySpan<int> rows)
    {
        var values = new double[rows.Length];
        for (var at = 0; at < rows.Length; at++)
        {
            values[at] = _values[rows[at]];
        }
        return new Target(Task, values, Classes);
    }

    /// <summary>The class of a row.</summary>
    public int ClassOf(int row) => (int)_values[row];

    private static void ThrowIfEmpty(int rows)
    {
        if (rows == 0)
        {
            throw new LearningException("learning.no-rows", "There is no row to learn from.", "Give a table with at least one row that has a target.");
        }
    }
}
