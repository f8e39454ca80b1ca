namespace Escale.Learning.Linear;

/// <summary>The shortest least squares solution from a triangle: columns pivoted by length, those that depend on earlier ones folded away from the right.</summary>
internal sealed class TriangleSolver
{
    /// <summary>Columns shorter than this share of the longest, once what earlier ones explain is gone, count as dependent.</summary>
    private const double Tolerance = 1e-12;

    private readonly int _count;
    private readonly double[][] _columns;
    private readonly int[] _order;
    private readonly double[] _target;
    private int _rank;

    /// <param name="triangle">Columns of a triangle, the target's last.</param>
    /// <param name="count">How many without the target.</param>
    public TriangleSolver(double[][] triangle, int count)
    {
        (_count, _target) = (count, triangle[count][..count]);
        _columns = [.. triangle.Take(count).Select(column => column[..count])];
        _order = [.. Enumerable.Range(0, count)];
    }

    public double[] Solve()
    {
        Triangulate();
        var reduced = _rank == _count ? BackSubstitute() : Shortest();
        var solution = new double[_count];
        for (var at = 0; at < _count; at++)
        {
            solution[_order[at]] = reduced[at];
        }
        return solution;
    }

    private void Triangulate()
    {
        var longest = 0.0;
        for (_rank = 0; _rank < _count; _rank++)
        {
            var (pivot, length) = (_rank, -1.0);
            for (var at = _rank; at < _count; at++)
            {
                var rest = _columns[at].AsSpan(_rank);
                if (Columns.Dot(rest, rest) is var square && square > length)
                {
                    (pivot, length) = (at, square);
                }
            }
            longest = Math.Max(longest, length);
            if (length <= Tolerance * Tolerance * longest)
            {
                return;
            }
            (_columns[_rank], _columns[pivot]) = (_columns[pivot], _columns[_rank]);
            (_order[_rank], _order[pivot]) = (_order[pivot], _order[_rank]);
            var reflector = Reflector(_columns[_rank], _rank);
            for (var at = _rank + 1; at < _count; at++)
            {
                Reflect(reflector, _columns[at].AsSpan(_rank));
            }
            Reflect(reflector, _target.AsSpan(_rank));
        }
    }

    /// <summary>Makes the entries of a column below <paramref name="from"/> zero; returns the direction of the mirror.</summary>
    private static double[] Reflector(double[] column, int from)
    {
        var mirror = column[from..];
        var length = Math.Sqrt(Columns.Dot(mirror, mirror));
        length = mirror[0] >= 0 ? -length : length;
        mirror[0] -= length;
        column.AsSpan(from).Clear();
        column[from] = length;
        return mirror;
    }

    private static void Reflect(double[] mirror, Span<double> vector)
    {
        if (Columns.Dot(mirror, mirror) is > 0 and var square)
        {
            Columns.AddScaled(mirror, -2 * Columns.Dot(mirror, vector) / square, vector);
        }
    }

    private double[] BackSubstitute()
    {
        var solution = _target[..];
        for (var at = _count - 1; at >= 0; at--)
        {
            solution[at] /= _columns[at][at];
            Columns.AddScaled(_columns[at].AsSpan(0, at), -solution[at], solution.AsSpan(0, at));
        }
        return solution;
    }

    /// <summary>With [R₁₁ R₁₂]ᵀ = Q·S the solution is Q·S⁻ᵀ·target.</summary>
    private double[] Shortest()
    {
        var rows = Enumerable.Range(0, _rank).Select(row => Enumerable.Range(0, _count).Select(column => _columns[column][row]).ToArray()).ToArray();
        var mirrors = new double[_rank][];
        for (var row = 0; row < _rank; row++)
        {
            mirrors[row] = Reflector(rows[row], row);
            for (var later = row + 1; later < _rank; later++)
            {
                Reflect(mirrors[row], rows[later].AsSpan(row));
            }
        }
        var solution = new double[_count];
        for (var at = 0; at < _rank; at++)
        {
            solution[at] = (_target[at] - Columns.Dot(rows[at].AsSpan(0, at), solution.AsSpan(0, at))) / rows[at][at];
        }
        for (var row = _rank - 1; row >= 0; row--)
        {
            Reflect(mirrors[row], solution.AsSpan(row));
        }
        return solution;
    }
}
