namespace Escale.Learning.Linear;

/// <summary>Finds a length of step that lowers a function enough and flattens its slope enough: the strong Wolfe conditions (Nocedal and Wright, algorithms 3.5 and 3.6).</summary>
internal sealed class LineSearch(SmoothFunction function)
{
    private const double Lowering = 1e-4;
    private const double Flattening = 0.9;
    private const int MaxTries = 30;

    private Lbfgs.Place _from = null!;
    private double[] _direction = [];
    private double _slope;

    /// <summary>The point reached; null when the direction does not lead down or nothing lower is found.</summary>
    public Lbfgs.Place? Along(Lbfgs.Place from, double[] direction, double length)
    {
        (_from, _direction, _slope) = (from, direction, Columns.Dot(from.Gradient, direction));
        if (!(_slope < 0))
        {
            return null;
        }
        var before = new Trial(0, from, _slope);
        for (var attempt = 0; attempt < MaxTries; attempt++)
        {
            var trial = Try(length);
            if (!IsLowEnough(trial) || (attempt > 0 && trial.Place.Value >= before.Place.Value))
            {
                return Within(before, trial);
            }
            if (IsFlatEnough(trial))
            {
                return trial.Place;
            }
            if (trial.Slope >= 0)
            {
                return Within(trial, before);
            }
            before = trial;
            length *= 2;
        }
        return before.Place;
    }

    /// <summary>Narrows an interval whose one end is low enough and leads into it.</summary>
    private Lbfgs.Place? Within(Trial low, Trial high)
    {
        for (var attempt = 0; attempt < MaxTries; attempt++)
        {
            var trial = Try(Between(low, high));
            if (!IsLowEnough(trial) || trial.Place.Value >= low.Place.Value)
            {
                high = trial;
            }
            else
            {
                if (IsFlatEnough(trial))
                {
                    return trial.Place;
                }
                if (trial.Slope * (high.Length - low.Length) >= 0)
                {
                    high = low;
                }
                low = trial;
            }
            if (Math.Abs(high.Length - low.Length) <= 1e-14 * Math.Max(high.Length, low.Length))
            {
                break;
            }
        }
        return low.Length > 0 ? low.Place : null;
    }

    /// <summary>Where the cubic through both ends is least; the middle when it is outside or too close to an end.</summary>
    private static double Between(Trial low, Trial high)
    {
        var width = high.Length - low.Length;
        var first = low.Slope + high.Slope - 3 * (low.Place.Value - high.Place.Value) / (low.Length - high.Length);
        var square = first * first - low.Slope * high.Slope;
        var root = Math.Sign(width) * Math.Sqrt(Math.Max(0, square));
        var share = 1 - (high.Slope + root - first) / (high.Slope - low.Slope + 2 * root);
        return square >= 0 && share is >= 0.1 and <= 0.9 ? low.Length + share * width : low.Length + width / 2;
    }

    private Trial Try(double length)
    {
        var (point, gradient) = (new double[_direction.Length], new double[_direction.Length]);
        for (var at = 0; at < point.Length; at++)
        {
            point[at] = _from.Point[at] + length * _direction[at];
        }
        var value = function(point, gradient);
        return new Trial(length, new Lbfgs.Place(point, gradient, double.IsNaN(value) ? double.PositiveInfinity : value), Columns.Dot(gradient, _direction));
    }

    private bool IsLowEnough(Trial trial) => trial.Place.Value <= _from.Value + Lowering * trial.Length * _slope;

    private bool IsFlatEnough(Trial trial) => Math.Abs(trial.Slope) <= -Flattening * _slope;

    private sealed record Trial(double Length, Lbfgs.Place Place, double Slope);
}
