namespace Escale.Learning.Linear;

/// <summary>A smooth function and its gradient at a point.</summary>
internal delegate double SmoothFunction(ReadOnlySpan<double> point, Span<double> gradient);

/// <summary>
/// Finds the least value of a smooth function of many variables from gradients alone (limited memory BFGS: Nocedal and Wright, Numerical Optimization, 7.4, with the strong
/// Wolfe line search of 3.5); with a price on the absolute value of some variables too (orthant-wise: Andrew and Gao, ICML 2007). Works in place on <c>point</c>.
/// </summary>
internal sealed class Lbfgs
{
    private const int Memory = 10;

    private readonly SmoothFunction _function;
    private readonly double[]? _price;
    private readonly List<(double[] Step, double[] Change, double Inverse)> _pairs = [];
    private readonly double[] _shares = new double[Memory];

    /// <param name="function">What is to be least, without the price.</param>
    /// <param name="price">What the absolute value of each variable costs, 0 or more; null for nothing.</param>
    public Lbfgs(SmoothFunction function, double[]? price = null) => (_function, _price) = (function, price);

    /// <summary>Goes down from a point until no derivative is above <paramref name="tolerance"/>.</summary>
    /// <returns>How many steps it took; −1 when they were not enough.</returns>
    public int Minimize(double[] point, double tolerance, int maxSteps, CancellationToken token)
    {
        var gradient = new double[point.Length];
        var state = new Place(point, gradient, _function(point, gradient) + Price(point));
        var direction = new double[point.Length];
        for (var step = 0; step < maxSteps; step++)
        {
            token.ThrowIfCancellationRequested();
            var slope = SlopeAt(state.Point, state.Gradient);
            if (Largest(slope) <= tolerance)
            {
                state.Point.CopyTo(point, 0);
                return step;
            }
            Direction(slope, direction);
            var next = _price is null ? new LineSearch(_function).Along(state, direction, Start(slope)) : ProjectedStep(state, slope, direction, Start(slope));
            if (next is null && _pairs.Count > 0)
            {
                _pairs.Clear(); // what is remembered leads nowhere: once more from the gradient alone
                continue;
            }
            if (next is null)
            {
                break; // no lower point is left within rounding
            }
            Remember(state, next);
            state = next;
        }
        state.Point.CopyTo(point, 0);
        return Largest(SlopeAt(state.Point, state.Gradient)) <= tolerance * 10 ? maxSteps : -1;
    }

    private double Start(double[] slope) => _pairs.Count > 0 ? 1 : Math.Min(1, 1 / Math.Sqrt(Columns.Dot(slope, slope)));

    /// <summary>The gradient; where a price has a kink at zero, the part of it that leads down.</summary>
    private double[] SlopeAt(double[] point, double[] gradient)
    {
        if (_price is null)
        {
            return gradient;
        }
        var slope = new double[point.Length];
        for (var at = 0; at < slope.Length; at++)
        {
            slope[at] = point[at] != 0 ? gradient[at] + _price[at] * Math.Sign(point[at])
                : gradient[at] + _price[at] < 0 ? gradient[at] + _price[at]
                : gradient[at] - _price[at] > 0 ? gradient[at] - _price[at] : 0;
        }
        return slope;
    }

    /// <summary>−(approximate inverse Hessian) · slope: the two loops.</summary>
    private void Direction(double[] slope, double[] direction)
    {
        for (var at = 0; at < slope.Length; at++)
        {
            direction[at] = -slope[at];
        }
        for (var pair = _pairs.Count - 1; pair >= 0; pair--)
        {
            _shares[pair] = _pairs[pair].Inverse * Columns.Dot(_pairs[pair].Step, direction);
            Columns.AddScaled(_pairs[pair].Change, -_shares[pair], direction);
        }
        if (_pairs.Count > 0)
        {
            var (_, change, inverse) = _pairs[^1];
            var scale = 1 / (inverse * Columns.Dot(change, change));
            foreach (ref var value in direction.AsSpan())
            {
                value *= scale;
            }
        }
        for (var pair = 0; pair < _pairs.Count; pair++)
        {
            var share = _shares[pair] - _pairs[pair].Inverse * Columns.Dot(_pairs[pair].Change, direction);
            Columns.AddScaled(_pairs[pair].Step, share, direction);
        }
        for (var at = 0; _price is not null && at < direction.Length; at++)
        {
            direction[at] = direction[at] * slope[at] < 0 ? direction[at] : 0; // never against the slope of its own variable
        }
    }

    /// <summary>A step that stays in the orthant it starts in, halved until it is low enough; null when none is.</summary>
    private Place? ProjectedStep(Place from, double[] slope, double[] direction, double length)
    {
        var (point, gradient) = (new double[direction.Length], new double[direction.Length]);
        for (var attempt = 0; attempt < 40; attempt++, length /= 2)
        {
            var expected = 0.0;
            for (var at = 0; at < point.Length; at++)
            {
                var orthant = from.Point[at] != 0 ? Math.Sign(from.Point[at]) : -Math.Sign(slope[at]);
                var moved = from.Point[at] + length * direction[at];
                point[at] = _price![at] > 0 && moved * orthant <= 0 ? 0 : moved;
                expected += slope[at] * (point[at] - from.Point[at]);
            }
            var value = _function(point, gradient) + Price(point);
            if (value <= from.Value + 1e-4 * expected && expected < 0)
            {
                return new Place(point, gradient, value);
            }
        }
        return null;
    }

    private void Remember(Place from, Place to)
    {
        var (step, change) = (new double[from.Point.Length], new double[from.Point.Length]);
        for (var at = 0; at < step.Length; at++)
        {
            (step[at], change[at]) = (to.Point[at] - from.Point[at], to.Gradient[at] - from.Gradient[at]);
        }
        var curvature = Columns.Dot(step, change);
        if (curvature <= 1e-14 * Columns.Dot(step, step))
        {
            return; // no curvature to learn from
        }
        if (_pairs.Count == Memory)
        {
            _pairs.RemoveAt(0);
        }
        _pairs.Add((step, change, 1 / curvature));
    }

    private double Price(ReadOnlySpan<double> point)
    {
        var sum = 0.0;
        for (var at = 0; _price is not null && at < point.Length; at++)
        {
            sum += _price[at] * Math.Abs(point[at]);
        }
        return sum;
    }

    private static double Largest(double[] slope)
    {
        var largest = 0.0;
        foreach (var value in slope)
        {
            largest = Math.Max(largest, Math.Abs(value));
        }
        return largest;
    }

    /// <summary>A point, and the function and its gradient there.</summary>
    internal sealed record Place(double[] Point, double[] Gradient, double Value);
}
