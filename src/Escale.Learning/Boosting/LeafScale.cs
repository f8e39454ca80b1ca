using System.Runtime.Intrinsics;

namespace Escale.Learning.Boosting;

/// <summary>
/// From sums of derivatives to values of leaves, and by how much they lower the loss: −(2·G·w + (H + λ)·w²) for a leaf of value w, which is G² ÷ (H + λ) at the best
/// w = −G ÷ (H + λ) (Chen and Guestrin, 2016). Values keep within bounds, and on the right side of each other where a feature is monotone.
/// </summary>
internal readonly struct LeafScale
{
    private readonly PackedGradients _packed;
    private readonly double _l1;
    private readonly double _l2;
    private readonly double _leastHessian;
    private readonly double _gradient;
    private readonly double _hessian;
    private readonly double _lower;
    private readonly double _upper;
    private readonly int _direction;

    /// <summary>Looks at a leaf.</summary>
    /// <param name="packed">What packed sums stand for.</param>
    /// <param name="leaf">The leaf to part.</param>
    /// <param name="settings">Penalties and limits.</param>
    /// <param name="l2">Squared penalty for this kind of split.</param>
    /// <param name="direction">1 when the right child may not be below the left, −1 when not above, 0 when free.</param>
    public LeafScale(PackedGradients packed, GrowingLeaf leaf, GrowthSettings settings, double l2, int direction)
    {
        (_packed, _l1, _l2, _direction) = (packed, settings.L1, l2, direction);
        (_gradient, _hessian) = (packed.Gradient(leaf.Sum), packed.Hessian(leaf.Sum));
        (_lower, _upper) = (leaf.Lower, leaf.Upper);
        // Rows are not counted by bin; their share of the second derivatives stands for their number, as in LightGBM.
        _leastHessian = Math.Max(settings.MinLeafHessian, (settings.MinLeafRows - 0.5) * _hessian / leaf.Count);
        Parent = Lowers(_gradient, _hessian + settings.L2, Value(_gradient, _hessian + settings.L2));
    }

    /// <summary>By how much the leaf lowers the loss as it is.</summary>
    public double Parent { get; }

    /// <summary>By how much two children would lower the loss; minus infinity when they may not be.</summary>
    public double Score(long left)
    {
        var (gradient, hessian) = (_packed.Gradient(left), _packed.Hessian(left));
        var rest = _hessian - hessian;
        if (hessian < _leastHessian || rest < _leastHessian)
        {
            return double.NegativeInfinity;
        }
        var leftValue = Value(gradient, hessian + _l2);
        var rightValue = Value(_gradient - gradient, rest + _l2);
        return (rightValue - leftValue) * _direction < 0
            ? double.NegativeInfinity
            : Lowers(gradient, hessian + _l2, leftValue) + Lowers(_gradient - gradient, rest + _l2, rightValue);
    }

    /// <summary>The same for four splits.</summary>
    /// <param name="gradients">Sums of first derivatives on the left, in the steps of packed numbers.</param>
    /// <param name="hessians">The same of second derivatives.</param>
    public Vector256<double> Scores(Vector256<double> gradients, Vector256<double> hessians)
    {
        gradients *= _packed.GradientStep;
        hessians *= _packed.HessianStep;
        var (restGradients, rest) = (Vector256.Create(_gradient) - gradients, Vector256.Create(_hessian) - hessians);
        var l2 = Vector256.Create(_l2);
        var (left, right) = (Shrunk(gradients), Shrunk(restGradients));
        var (leftCurve, rightCurve) = (hessians + l2, rest + l2);
        var (leftValue, rightValue) = (Values(left, leftCurve), Values(right, rightCurve));
        var scores = -(left * 2 + leftCurve * leftValue) * leftValue + -(right * 2 + rightCurve * rightValue) * rightValue;
        var isOut = Vector256.LessThan(Vector256.Min(hessians, rest), Vector256.Create(_leastHessian));
        if (_direction != 0)
        {
            isOut |= Vector256.LessThan((rightValue - leftValue) * (double)_direction, Vector256<double>.Zero);
        }
        return Vector256.ConditionalSelect(isOut, Vector256.Create(double.NegativeInfinity), scores);
    }

    /// <summary>A packed sum in the steps of packed numbers.</summary>
    public (double Gradient, double Hessian) Whole(long sum) => (sum >> _packed.Shift, sum & ((1L << _packed.Shift) - 1));

    /// <summary>The value of a leaf with these sums.</summary>
    public double Value(long sum) => Value(_packed.Gradient(sum), _packed.Hessian(sum) + _l2);

    private double Value(double gradient, double curvature)
    {
        var value = -Shrunk(gradient) / (curvature + 1e-12);
        return value < _lower ? _lower : value > _upper ? _upper : value;
    }

    private Vector256<double> Values(Vector256<double> shrunk, Vector256<double> curvature) =>
        Vector256.Min(Vector256.Max(-shrunk / (curvature + Vector256.Create(1e-12)), Vector256.Create(_lower)), Vector256.Create(_upper));

    private Vector256<double> Shrunk(Vector256<double> gradients) => _l1 == 0
        ? gradients
        : Vector256.CopySign(Vector256.Max(Vector256<double>.Zero, Vector256.Abs(gradients) - Vector256.Create(_l1)), gradients);

    private double Lowers(double gradient, double curvature, double value) => -(2 * Shrunk(gradient) + curvature * value) * value;

    private double Shrunk(double gradient) => _l1 == 0 ? gradient : Math.CopySign(Math.Max(0, Math.Abs(gradient) - _l1), gradient);
}
