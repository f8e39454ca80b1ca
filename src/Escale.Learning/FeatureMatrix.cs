namespace Escale.Learning;

/// <summary>One feature of a <see cref="FeatureMatrix"/>.</summary>
/// <param name="Name">Its name, for people.</param>
/// <param name="Levels">Names of its levels when it is a category; null for a number.</param>
/// <param name="Column">The raw column that it was made of; null when it was made of none.</param>
public sealed record Feature(string Name, IReadOnlyList<string>? Levels = null, string? Column = null)
{
    /// <summary>Whether it is a category.</summary>
    public bool IsCategory => Levels is not null;

    /// <summary>How many levels; 0 for a number.</summary>
    public int LevelCount => Levels?.Count ?? 0;
}

/// <summary>
/// What estimators learn from: one column of single precision numbers for each feature. NaN is missing; no value is infinite. A category holds the
/// index of its level; a level never seen in training is missing. Columns are not copied when given, and must not change afterwards.
/// </summary>
public sealed class FeatureMatrix
{
    private readonly ReadOnlyMemory<float>[] _columns;

    /// <summary>Puts columns together.</summary>
    /// <param name="features">The features.</param>
    /// <param name="columns">One for each, <paramref name="rowCount"/> long.</param>
    /// <param name="rowCount">Rows; needed when there is no feature.</param>
    public FeatureMatrix(IReadOnlyList<Feature> features, IReadOnlyList<ReadOnlyMemory<float>> columns, int rowCount)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(columns.Count, features.Count);
        foreach (var column in columns)
        {
            ArgumentOutOfRangeException.ThrowIfNotEqual(column.Length, rowCount);
        }
        (Features, _columns, RowCount) = (features, [.. columns], rowCount);
    }

    /// <summary>The features.</summary>
    public IReadOnlyList<Feature> Features { get; }

    /// <summary>How many features.</summary>
    public int FeatureCount => _columns.Length;

    /// <summary>Rows.</summary>
    public int RowCount { get; }

    /// <summary>The values of a feature.</summary>
    public ReadOnlySpan<float> this[int feature] => _columns[feature].Span;

    /// <summary>Numbers as features named x0, x1, …; for tests and for those who have matrices already.</summary>
    public static FeatureMatrix OfNumbers(params float[][] columns) => new(
        [.. Enumerable.Range(0, columns.Length).Select(at => new Feature("x" + at))], [.. columns.Select(column => (ReadOnlyMemory<float>)column)], columns[0].Length);

    /// <summary>The values of a feature.</summary>
    public ReadOnlyMemory<float> Column(int feature) => _columns[feature];

    /// <summary>Some rows, copied, in the order given.</summary>
    public FeatureMatrix Rows(ReadOnlySpan<int> rows)
    {
        var columns = new ReadOnlyMemory<float>[_columns.Length];
        for (var feature = 0; feature < columns.Length; feature++)
        {
            var from = _columns[feature].Span;
            var to = GC.AllocateUninitializedArray<float>(rows.Length);
            for (var at = 0; at < to.Length; at++)
            {
                to[at] = from[rows[at]];
            }
            columns[feature] = to;
        }
        return new FeatureMatrix(Features, columns, rows.Length);
    }

    /// <summary>Writes one row.</summary>
    /// <param name="row">Which.</param>
    /// <param name="values">Written; <see cref="FeatureCount"/> long.</param>
    public void CopyRow(int row, Span<float> values)
    {
        for (var feature = 0; feature < _columns.Length; feature++)
        {
            values[feature] = _columns[feature].Span[row];
        }
    }

    /// <summary>Throws when a value is missing or infinite; for what works with numbers only.</summary>
    /// <exception cref="LearningException"><c>learning.feature-not-finite</c>.</exception>
    internal void ThrowIfNotFinite()
    {
        for (var feature = 0; feature < _columns.Length; feature++)
        {
            var row = 0;
            foreach (var value in _columns[feature].Span)
            {
                if (!float.IsFinite(value))
                {
                    throw new LearningException(
                        "learning.feature-not-finite", $"The feature '{Features[feature].Name}' is missing or infinite in row {row + 1}.",
                        "Fill missing values first: a pipeline does it for estimators that cannot.", Features[feature].Name);
                }
                row++;
            }
        }
    }
}
