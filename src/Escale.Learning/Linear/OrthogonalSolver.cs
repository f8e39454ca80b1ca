namespace Escale.Learning.Linear;

/// <summary>
/// Least squares by orthogonal transformations (Householder), without squaring what the columns lack in independence as moments do: rows are folded block by block into a
/// triangle, whose columns are then taken from the longest down; where they depend on each other the shortest solution is given (Golub and Van Loan, Matrix
/// Computations, 5.3, 5.5). 2·n·p² operations, p² memory.
/// </summary>
internal sealed class OrthogonalSolver
{
    private const int BlockRows = 512;

    private readonly FeatureMatrix _features;
    private readonly int _count;

    /// <summary>Columns of the triangle, the target's last.</summary>
    private readonly double[][] _triangle;

    private OrthogonalSolver(FeatureMatrix features)
    {
        (_features, _count) = (features, features.FeatureCount);
        _triangle = [.. Enumerable.Range(0, _count + 1).Select(_ => new double[_count + 1])];
    }

    /// <summary>The coefficients with the least Σ w·(y − ȳ − (x − x̄)·b)² + alpha·|b|².</summary>
    public static double[] Solve(FeatureMatrix features, ReadOnlySpan<double> target, ReadOnlySpan<double> weights, Moments centre, bool isCentred, double alpha, CancellationToken token)
    {
        var solver = new OrthogonalSolver(features);
        var block = new double[features.FeatureCount + 1][];
        for (var from = 0; from < target.Length; from += BlockRows)
        {
            token.ThrowIfCancellationRequested();
            var rows = Math.Min(BlockRows, target.Length - from);
            for (var column = 0; column < block.Length; column++)
            {
                block[column] = new double[rows];
                var mean = !isCentred ? 0 : column < features.FeatureCount ? centre.Mean(column) : centre.TargetMean;
                for (var at = 0; at < rows; at++)
                {
                    var value = column < features.FeatureCount ? features[column][from + at] : target[from + at];
                    block[column][at] = (value - mean) * (weights.IsEmpty ? 1 : Math.Sqrt(weights[from + at]));
                }
            }
            solver.Fold(block);
        }
        if (alpha > 0)
        {
            solver.FoldPenalty(Math.Sqrt(alpha));
        }
        return new TriangleSolver(solver._triangle, features.FeatureCount).Solve();
    }

    private void FoldPenalty(double root)
    {
        var block = new double[_count + 1][];
        for (var column = 0; column <= _count; column++)
        {
            block[column] = new double[_count];
            if (column < _count)
            {
                block[column][column] = root;
            }
        }
        Fold(block);
    }

    /// <summary>Folds rows, given by column, into the triangle: each reflection takes row k of it and the rows, and leaves column k of the rows empty.</summary>
    private void Fold(double[][] block)
    {
        for (var k = 0; k <= _count; k++)
        {
            var (column, head) = (block[k], _triangle[k][k]);
            var square = Columns.Dot(column, column);
            if (square == 0)
            {
                continue;
            }
            var length = Math.Sqrt(head * head + square);
            var top = head >= 0 ? head + length : head - length;
            var factor = 2 / (top * top + square);
            for (var other = k + 1; other <= _count; other++)
            {
                var share = factor * (top * _triangle[other][k] + Columns.Dot(column, block[other]));
                _triangle[other][k] -= share * top;
                Columns.AddScaled(column, -share, block[other]);
            }
            _triangle[k][k] = head >= 0 ? -length : length;
        }
    }
}
