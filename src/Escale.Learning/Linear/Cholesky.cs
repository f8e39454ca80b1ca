namespace Escale.Learning.Linear;

/// <summary>
/// A positive semidefinite matrix as L·Lᵀ, pivots from the largest down (Higham, Accuracy and Stability of Numerical Algorithms, 10.3), after bringing its diagonal to ones.
/// Tells how far the matrix is from singular, and solves even then: with the shortest solution.
/// </summary>
internal sealed class Cholesky
{
    private readonly int _size;
    private readonly int[] _order;
    private readonly double[] _scale;

    /// <summary>Column k of L, of <see cref="Rank"/>; rows in the order of <see cref="_order"/>.</summary>
    private readonly double[][] _factor;

    private Cholesky(int size, int[] order, double[] scale, double[][] factor, double leastKept, double mostDropped)
    {
        (_size, _order, _scale, _factor) = (size, order, scale, factor);
        (LeastKept, MostDropped) = (leastKept, mostDropped);
    }

    public int Rank => _factor.Length;

    /// <summary>The least pivot that was kept; 1 for orthogonal columns.</summary>
    public double LeastKept { get; }

    /// <summary>The largest pivot that was dropped; 0 when there was none.</summary>
    public double MostDropped { get; }

    /// <summary>Factors a matrix; pivots at or below <paramref name="tolerance"/> count as zero. size³/3 operations.</summary>
    public static Cholesky Of(ReadOnlySpan<double> matrix, int size, double tolerance)
    {
        var scale = new double[size];
        for (var at = 0; at < size; at++)
        {
            scale[at] = matrix[at * size + at] is > 0 and var square ? 1 / Math.Sqrt(square) : 0;
        }
        var rest = new double[size][];
        for (var row = 0; row < size; row++)
        {
            rest[row] = new double[size];
            for (var column = 0; column < size; column++)
            {
                rest[row][column] = matrix[row * size + column] * scale[row] * scale[column];
            }
        }
        return Eliminate(rest, scale, tolerance);
    }

    /// <summary>The solution of matrix · x = <paramref name="right"/>; when the matrix is singular, the shortest of those that come closest.</summary>
    public double[] Solve(ReadOnlySpan<double> right)
    {
        var solution = new double[_size];
        if (Rank == 0)
        {
            return solution;
        }
        if (Rank == _size)
        {
            SolveFull(right, solution);
            return solution;
        }

        // matrix = F·Fᵀ with F = D⁻¹·L of full column rank r, so the shortest solution is F·(FᵀF)⁻¹·(FᵀF)⁻¹·Fᵀ·right.
        var factor = new double[Rank][];
        for (var column = 0; column < Rank; column++)
        {
            factor[column] = new double[_size];
            for (var at = column; at < _size; at++)
            {
                var row = _order[at];
                factor[column][row] = _scale[row] > 0 ? _factor[column][at] / _scale[row] : 0;
            }
        }
        var (square, middle) = (new double[Rank * Rank], new double[Rank]);
        for (var row = 0; row < Rank; row++)
        {
            middle[row] = Columns.Dot(factor[row], right);
            for (var column = 0; column <= row; column++)
            {
                square[row * Rank + column] = square[column * Rank + row] = Columns.Dot(factor[row], factor[column]);
            }
        }
        var inner = Of(square, Rank, 0);
        middle = inner.Solve(inner.Solve(middle));
        for (var column = 0; column < Rank; column++)
        {
            Columns.AddScaled(factor[column], middle[column], solution);
        }
        return solution;
    }

    private static Cholesky Eliminate(double[][] rest, double[] scale, double tolerance)
    {
        var size = scale.Length;
        var order = Enumerable.Range(0, size).ToArray();
        var factor = new List<double[]>(size);
        var (leastKept, mostDropped) = (1.0, 0.0);
        for (var step = 0; step < size; step++)
        {
            var pivot = step;
            for (var at = step + 1; at < size; at++)
            {
                pivot = rest[order[at]][order[at]] > rest[order[pivot]][order[pivot]] ? at : pivot;
            }
            var value = rest[order[pivot]][order[pivot]];
            if (!(value > tolerance))
            {
                mostDropped = Math.Max(0, value);
                break;
            }
            leastKept = Math.Min(leastKept, value);
            Swap(order, factor, step, pivot);
            factor.Add(Column(rest, order, step, Math.Sqrt(value)));
        }
        return new Cholesky(size, order, scale, [.. factor], leastKept, mostDropped);
    }

    /// <summary>Column <paramref name="step"/> of L, taken away from what is left.</summary>
    private static double[] Column(double[][] rest, int[] order, int step, double root)
    {
        var size = order.Length;
        var (column, byFeature) = (new double[size], new double[size]);
        for (var at = step; at < size; at++)
        {
            column[at] = at == step ? root : rest[order[step]][order[at]] / root;
            byFeature[order[at]] = at == step ? 0 : column[at];
        }
        for (var at = step + 1; at < size; at++)
        {
            Columns.AddScaled(byFeature, -column[at], rest[order[at]]);
        }
        return column;
    }

    private static void Swap(int[] order, List<double[]> factor, int step, int pivot)
    {
        (order[step], order[pivot]) = (order[pivot], order[step]);
        foreach (var earlier in factor)
        {
            (earlier[step], earlier[pivot]) = (earlier[pivot], earlier[step]);
        }
    }

    private void SolveFull(ReadOnlySpan<double> right, double[] solution)
    {
        var work = new double[_size];
        for (var at = 0; at < _size; at++)
        {
            work[at] = right[_order[at]] * _scale[_order[at]];
        }
        for (var at = 0; at < _size; at++)
        {
            work[at] /= _factor[at][at];
            Columns.AddScaled(_factor[at].AsSpan(at + 1), -work[at], work.AsSpan(at + 1));
        }
        for (var at = _size - 1; at >= 0; at--)
        {
            work[at] = (work[at] - Columns.Dot(_factor[at].AsSpan(at + 1), work.AsSpan(at + 1))) / _factor[at][at];
        }
        for (var at = 0; at < _size; at++)
        {
            solution[_order[at]] = work[at] * _scale[_order[at]];
        }
    }
}
