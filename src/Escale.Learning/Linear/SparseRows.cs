namespace Escale.Learning.Linear;

/// <summary>
/// The columns that are mostly zero, such as those of levels, kept as the few values of each row that are not: a category of a hundred levels costs one multiplication a row
/// instead of a hundred.
/// </summary>
internal sealed class SparseRows
{
    /// <summary>Columns with a smaller share of values that are not zero are kept here.</summary>
    private const double MostFilled = 0.2;

    private readonly int[] _starts;
    private readonly int[] _features;
    private readonly float[] _values;

    private SparseRows(int[] dense, int[] starts, int[] features, float[] values) => (Dense, _starts, _features, _values) = (dense, starts, features, values);

    /// <summary>The columns that are not kept here.</summary>
    public int[] Dense { get; }

    public static SparseRows Of(FeatureMatrix features)
    {
        var (dense, sparse) = (new List<int>(), new List<int>());
        var starts = new int[features.RowCount + 1];
        for (var feature = 0; feature < features.FeatureCount; feature++)
        {
            var column = features[feature];
            var isSparse = column.Length - column.Count(0f) < MostFilled * column.Length;
            (isSparse ? sparse : dense).Add(feature);
            for (var row = 0; isSparse && row < column.Length; row++)
            {
                starts[row + 1] += column[row] != 0 ? 1 : 0;
            }
        }
        for (var row = 0; row < features.RowCount; row++)
        {
            starts[row + 1] = checked(starts[row] + starts[row + 1]);
        }
        var (at, numbers, values) = (starts[..^1], new int[starts[^1]], new float[starts[^1]]);
        foreach (var feature in sparse)
        {
            var column = features[feature];
            for (var row = 0; row < column.Length; row++)
            {
                if (column[row] != 0)
                {
                    (numbers[at[row]], values[at[row]]) = (feature, column[row]);
                    at[row]++;
                }
            }
        }
        return new SparseRows([.. dense], starts, numbers, values);
    }

    /// <summary>score += value · coefficient for the rows of a block, for one score.</summary>
    /// <param name="from">The first row.</param>
    /// <param name="coefficients">One for each feature.</param>
    /// <param name="scores">One for each row.</param>
    public void AddScores(int from, ReadOnlySpan<double> coefficients, Span<double> scores)
    {
        for (var row = 0; row < scores.Length && _values.Length > 0; row++)
        {
            var sum = 0.0;
            for (var at = _starts[from + row]; at < _starts[from + row + 1]; at++)
            {
                sum += _values[at] * coefficients[_features[at]];
            }
            scores[row] += sum;
        }
    }

    /// <summary>gradient += value · residual for the rows of a block, for one score.</summary>
    public void AddGradient(int from, ReadOnlySpan<double> residuals, Span<double> gradient)
    {
        for (var row = 0; row < residuals.Length && _values.Length > 0; row++)
        {
            for (var at = _starts[from + row]; at < _starts[from + row + 1]; at++)
            {
                gradient[_features[at]] += _values[at] * residuals[row];
            }
        }
    }
}
