using System.Numerics;

namespace Escale.Learning.Decomposition;

/// <summary>
/// Eigenvalues and eigenvectors of a symmetric matrix: Householder reduction to three diagonals, then the implicit QL method (H. Bowdler, R. Martin, C. Reinsch, J. Wilkinson, 1968).
/// O(n³); the vectors lie in rows, so that the inner loops run along memory.
/// </summary>
internal sealed class SymmetricEigen
{
    private const double Precision = 2.220446049250313e-16;

    private readonly int _count;
    private readonly double[] _vectors;
    private readonly double[] _values;
    private readonly double[] _beside;
    private readonly CancellationToken _token;

    private SymmetricEigen(double[] matrix, int count, CancellationToken token) =>
        (_count, _vectors, _values, _beside, _token) = (count, matrix, new double[count], new double[count], token);

    /// <summary>Takes a matrix apart.</summary>
    /// <param name="matrix">Row after row; overwritten by the vectors.</param>
    /// <param name="count">Rows and columns.</param>
    /// <param name="token">Stops it.</param>
    /// <returns>Values from the largest to the smallest, and for each its vector of length 1.</returns>
    public static (double[] Values, double[][] Vectors) Of(double[] matrix, int count, CancellationToken token)
    {
        var eigen = new SymmetricEigen(matrix, count, token);
        eigen.Reduce();
        eigen.Accumulate();
        eigen.Diagonalise();
        var order = Enumerable.Range(0, count).OrderByDescending(at => eigen._values[at]).ToArray();
        return ([.. order.Select(at => eigen._values[at])], [.. order.Select(at => eigen.Row(at).ToArray())]);
    }

    private Span<double> Row(int at) => _vectors.AsSpan(at * _count, _count);

    /// <summary>Reflections that leave three diagonals; they stay where they zeroed.</summary>
    private void Reduce()
    {
        var (values, beside) = (_values, _beside);
        for (var j = 0; j < _count; j++)
        {
            values[j] = Row(j)[_count - 1];
        }
        for (var i = _count - 1; i > 0; i--)
        {
            _token.ThrowIfCancellationRequested();
            var (scale, square) = (0.0, 0.0);
            for (var k = 0; k < i; k++)
            {
                scale += Math.Abs(values[k]);
            }
            if (scale == 0)
            {
                beside[i] = values[i - 1];
                for (var j = 0; j < i; j++)
                {
                    values[j] = Row(j)[i - 1];
                    Row(j)[i] = 0;
                    Row(i)[j] = 0;
                }
            }
            else
            {
                for (var k = 0; k < i; k++)
                {
                    values[k] /= scale;
                    square += values[k] * values[k];
                }
                var last = values[i - 1];
                var root = last > 0 ? -Math.Sqrt(square) : Math.Sqrt(square);
                beside[i] = scale * root;
                square -= last * root;
                values[i - 1] = last - root;
                Reflect(i, square);
            }
            values[i] = square;
        }
    }

    private void Reflect(int i, double square)
    {
        var (values, beside) = (_values, _beside);
        Array.Clear(beside, 0, i);
        for (var j = 0; j < i; j++)
        {
            var own = values[j];
            var column = Row(j);
            Row(i)[j] = own;
            var sum = beside[j] + column[j] * own;
            for (var k = j + 1; k < i; k++)
            {
                sum += column[k] * values[k];
                beside[k] += column[k] * own;
            }
            beside[j] = sum;
        }
        var together = 0.0;
        for (var j = 0; j < i; j++)
        {
            beside[j] /= square;
            together += beside[j] * values[j];
        }
        var half = together / (square + square);
        for (var j = 0; j < i; j++)
        {
            beside[j] -= half * values[j];
        }
        for (var j = 0; j < i; j++)
        {
            var (own, other) = (values[j], beside[j]);
            var column = Row(j);
            for (var k = j; k < i; k++)
            {
                column[k] -= own * beside[k] + other * values[k];
            }
            values[j] = column[i - 1];
            column[i] = 0;
        }
    }

    /// <summary>Multiplies the reflections out.</summary>
    private void Accumulate()
    {
        var values = _values;
        for (var i = 0; i < _count - 1; i++)
        {
            _token.ThrowIfCancellationRequested();
            var own = Row(i);
            var next = Row(i + 1);
            var square = values[i + 1];
            own[_count - 1] = own[i];
            own[i] = 1;
            if (square != 0)
            {
                for (var k = 0; k <= i; k++)
                {
                    values[k] = next[k] / square;
                }
                for (var j = 0; j <= i; j++)
                {
                    var column = Row(j);
                    var sum = 0.0;
                    for (var k = 0; k <= i; k++)
                    {
                        sum += next[k] * column[k];
                    }
                    for (var k = 0; k <= i; k++)
                    {
                        column[k] -= sum * values[k];
                    }
                }
            }
            next[..(i + 1)].Clear();
        }
        for (var j = 0; j < _count; j++)
        {
            values[j] = Row(j)[_count - 1];
            Row(j)[_count - 1] = 0;
        }
        Row(_count - 1)[_count - 1] = 1;
    }

    private void Diagonalise()
    {
        var (values, beside) = (_values, _beside);
        Array.Copy(beside, 1, beside, 0, _count - 1);
        beside[_count - 1] = 0;
        var (shift, largest) = (0.0, 0.0);
        for (var l = 0; l < _count; l++)
        {
            _token.ThrowIfCancellationRequested();
            largest = Math.Max(largest, Math.Abs(values[l]) + Math.Abs(beside[l]));
            var m = l;
            while (m < _count - 1 && Math.Abs(beside[m]) > Precision * largest)
            {
                m++;
            }
            // Thirty rounds are far more than any matrix needs; a limit keeps rounding from turning forever.
            for (var round = 0; m > l && round < 30 && Math.Abs(beside[l]) > Precision * largest; round++)
            {
                shift += Sweep(l, m);
            }
            values[l] += shift;
            beside[l] = 0;
        }
    }

    /// <summary>One implicit QL step on the block from <paramref name="l"/> to <paramref name="m"/>.</summary>
    /// <returns>By what the values were shifted.</returns>
    private double Sweep(int l, int m)
    {
        var (values, beside) = (_values, _beside);
        var first = values[l];
        var p = (values[l + 1] - first) / (2 * beside[l]);
        var r = Math.CopySign(Hypotenuse(p, 1), p);
        values[l] = beside[l] / (p + r);
        values[l + 1] = beside[l] * (p + r);
        var (second, shift, third) = (values[l + 1], first - values[l], beside[l + 1]);
        for (var i = l + 2; i < _count; i++)
        {
            values[i] -= shift;
        }
        p = values[m];
        var (c, c2, c3, s, s2) = (1.0, 1.0, 1.0, 0.0, 0.0);
        for (var i = m - 1; i >= l; i--)
        {
            (c3, c2, s2) = (c2, c, s);
            var (g, h) = (c * beside[i], c * p);
            r = Hypotenuse(p, beside[i]);
            beside[i + 1] = s * r;
            (s, c) = (beside[i] / r, p / r);
            p = c * values[i] - s * g;
            values[i + 1] = h + s * (c * g + s * values[i]);
            Rotate(Row(i), Row(i + 1), c, s);
        }
        p = -s * s2 * c3 * third * beside[l] / second;
        beside[l] = s * p;
        values[l] = c * p;
        return shift;
    }

    private static double Hypotenuse(double a, double b)
    {
        var (large, small) = (Math.Max(Math.Abs(a), Math.Abs(b)), Math.Min(Math.Abs(a), Math.Abs(b)));
        return large == 0 ? 0 : large * Math.Sqrt(1 + small / large * (small / large));
    }

    private static void Rotate(Span<double> low, Span<double> high, double c, double s)
    {
        var at = 0;
        if (Vector.IsHardwareAccelerated)
        {
            for (; at <= low.Length - Vector<double>.Count; at += Vector<double>.Count)
            {
                var (one, two) = (new Vector<double>(low[at..]), new Vector<double>(high[at..]));
                (one * s + two * c).CopyTo(high[at..]);
                (one * c - two * s).CopyTo(low[at..]);
            }
        }
        for (; at < low.Length; at++)
        {
            (low[at], high[at]) = (low[at] * c - high[at] * s, low[at] * s + high[at] * c);
        }
    }
}
