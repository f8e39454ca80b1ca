namespace Escale.Learning.Linear;

/// <summary>
/// The elastic net from centred moments: (1 ÷ 2W)·Σ w·(y − x·b)² + α·ρ·|b|₁ + α·(1 − ρ)/2·|b|² is least, one coefficient after the other, until the duality gap says that
/// it is (Friedman, Hastie and Tibshirani, Journal of Statistical Software 33, 2010). A change costs p operations, whatever the rows.
/// </summary>
internal sealed class CoordinateDescent(Moments moments, double ratio, double tolerance, int maxSweeps, CancellationToken token)
{
    /// <summary>What is left of the products of each feature with the target.</summary>
    private readonly double[] _rest = moments.Products[..];

    /// <summary>The coefficients reached; where the next α starts from.</summary>
    public double[] Coefficients { get; } = new double[moments.Count];

    /// <summary>The least α that leaves every coefficient at zero (with a share on absolute values of a thousandth at least).</summary>
    public static double LargestAlpha(Moments moments, double ratio) => moments.Products.Length == 0 ? 0 : moments.Products.Max(Math.Abs) / moments.Weight / Math.Max(ratio, 1e-3);

    /// <summary>Goes from the coefficients of the last α to those of this one.</summary>
    public void Descend(double alpha)
    {
        token.ThrowIfCancellationRequested();
        var (l1, l2) = (alpha * ratio * moments.Weight, alpha * (1 - ratio) * moments.Weight);
        if (l1 == 0)
        {
            LeastSquares.Solve(moments, l2).CopyTo(Coefficients, 0);
            return;
        }
        var enough = tolerance * moments.TargetSquares;
        for (var sweep = 0; sweep < maxSweeps; sweep++)
        {
            token.ThrowIfCancellationRequested();
            Sweep(l1, l2, onlyActive: false);
            if (Gap(l1, l2) <= enough)
            {
                return;
            }

            // Zeros mostly stay zeros: settle the others before looking at all again.
            for (var inner = 0; inner < 20 && sweep < maxSweeps; inner++, sweep++)
            {
                if (Sweep(l1, l2, onlyActive: true) <= 0.01 * enough)
                {
                    break;
                }
            }
        }
    }

    /// <returns>The largest improvement that one coefficient brought.</returns>
    private double Sweep(double l1, double l2, bool onlyActive)
    {
        var (count, gram, most) = (moments.Count, moments.Gram, 0.0);
        for (var feature = 0; feature < count; feature++)
        {
            var (old, square) = (Coefficients[feature], gram[feature * count + feature]);
            if (square == 0 || (onlyActive && old == 0))
            {
                continue;
            }
            var pull = _rest[feature] + square * old;
            var value = Math.Abs(pull) <= l1 ? 0 : (pull - Math.CopySign(l1, pull)) / (square + l2);
            if (value != old)
            {
                Coefficients[feature] = value;
                Columns.AddScaled(gram.AsSpan(feature * count, count), old - value, _rest);
                most = Math.Max(most, square * (value - old) * (value - old));
            }
        }
        return most;
    }

    /// <summary>How far the objective can be above its least value (Kim et al., 2007).</summary>
    private double Gap(double l1, double l2)
    {
        var (dual, size, squares, fit, rest) = (0.0, 0.0, 0.0, 0.0, 0.0);
        for (var feature = 0; feature < Coefficients.Length; feature++)
        {
            var value = Coefficients[feature];
            dual = Math.Max(dual, Math.Abs(_rest[feature] - l2 * value));
            size += Math.Abs(value);
            squares += value * value;
            fit += value * moments.Products[feature];
            rest += value * _rest[feature];
        }
        var errors = Math.Max(0, moments.TargetSquares - fit - rest);
        var scale = dual > l1 ? l1 / dual : 1;
        return (errors + errors * scale * scale) / 2 + l1 * size - scale * (moments.TargetSquares - fit) + l2 / 2 * (1 + scale * scale) * squares;
    }
}
