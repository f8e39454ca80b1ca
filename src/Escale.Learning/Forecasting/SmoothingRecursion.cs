namespace Escale.Learning.Forecasting;

/// <summary>
/// Exponential smoothing along a series, forwards for its likelihood and backwards for the derivatives: the innovations state space form of Hyndman, Koehler, Ord and Snyder,
/// Forecasting with Exponential Smoothing (2008), table 2.2 and chapter 5. A missing value moves nothing.
/// </summary>
internal sealed class SmoothingRecursion
{
    /// <summary>Errors of a series that is met exactly: its logarithm and inverse stay finite.</summary>
    private const double LeastErrors = 1e-300;

    private readonly SmoothingForm _form;
    private readonly double[] _values;
    private readonly double[] _levels;
    private readonly double[] _trends;
    private readonly double[] _seasons;
    private readonly double[] _expected;

    public SmoothingRecursion(SmoothingForm form, double[] values)
    {
        (_form, _values) = (form, values);
        (_levels, _trends, _expected) = (new double[values.Length + 1], new double[values.Length + 1], new double[values.Length]);
        _seasons = new double[form.Season == SmoothingSeason.None ? 0 : values.Length + form.SeasonLength];
        Observed = values.Count(value => !double.IsNaN(value));
    }

    /// <summary>How many values are not missing.</summary>
    public int Observed { get; }

    /// <summary>Σ error² of the last run.</summary>
    public double SquaredErrors { get; private set; }

    private bool HasSeason => _form.Season != SmoothingSeason.None;

    private bool IsProduct => _form.Season == SmoothingSeason.Multiplicative;

    private bool IsRelative => _form.Error == SmoothingError.Multiplicative;

    /// <summary>Goes along the series; returns −2 log likelihood but for a constant, infinity when the model cannot be.</summary>
    public double Run(SmoothingState start)
    {
        (_levels[0], _trends[0], SquaredErrors) = (start.Level, start.Trend, 0);
        start.Seasons.CopyTo(_seasons, 0);
        var logs = 0.0;
        for (var at = 0; at < _values.Length; at++)
        {
            var (carried, season) = (start.Phi * _trends[at], HasSeason ? _seasons[at] : 0);
            var middle = _levels[at] + carried;
            var expected = _expected[at] = IsProduct ? middle * season : middle + season;
            var error = double.IsNaN(_values[at]) ? 0 : _values[at] - expected;
            if ((IsRelative && !(expected > 0)) || (IsProduct && !(season > 0 && middle > 0)))
            {
                return double.PositiveInfinity;
            }
            var step = IsProduct ? error / season : error;
            _levels[at + 1] = middle + start.Alpha * step;
            _trends[at + 1] = carried + start.Alpha * start.BetaShare * step;
            if (HasSeason)
            {
                _seasons[at + _form.SeasonLength] = season + start.Gamma * (IsProduct ? error / middle : error);
            }
            if (!double.IsNaN(_values[at]))
            {
                SquaredErrors += IsRelative ? error / expected * (error / expected) : error * error;
                logs += IsRelative ? 2 * Math.Log(expected) : 0;
            }
        }
        return Observed * Math.Log(Math.Max(SquaredErrors, LeastErrors)) + logs;
    }

    /// <summary>The state after the last value of the last run; seasons begin with that of the next step.</summary>
    public SmoothingState End(SmoothingState start)
    {
        var end = start.Copy();
        (end.Level, end.Trend) = (_levels[^1], _trends[^1]);
        end.Seasons = HasSeason ? _seasons[^_form.SeasonLength..] : [];
        return end;
    }

    /// <summary>What the last run expected at each step before it knew the value.</summary>
    public ReadOnlySpan<double> Expected => _expected;

    /// <summary>The derivatives of the last run by parameters and first states: the recursion backwards.</summary>
    public SmoothingState Gradient(SmoothingState start)
    {
        var gradient = new SmoothingState { Phi = 0, Seasons = new double[start.Seasons.Length] };
        var seasons = new double[_seasons.Length];
        var (level, trend) = (0.0, 0.0);
        for (var at = _values.Length - 1; at >= 0; at--)
        {
            var (middle, season, isObserved) = (_levels[at] + start.Phi * _trends[at], HasSeason ? _seasons[at] : 0, !double.IsNaN(_values[at]));
            var error = isObserved ? _values[at] - _expected[at] : 0;
            var later = HasSeason ? seasons[at + _form.SeasonLength] : 0;
            var step = IsProduct ? error / season : error;
            var ofStep = start.Alpha * (level + start.BetaShare * trend);
            gradient.Alpha += step * (level + start.BetaShare * trend);
            gradient.BetaShare += start.Alpha * step * trend;
            gradient.Gamma += later * (IsProduct ? error / middle : error);
            var (ofMiddle, ofCarried, ofSeason) = (level, trend, later);
            if (isObserved)
            {
                var ofError = IsProduct ? ofStep / season + later * start.Gamma / middle : ofStep + later * start.Gamma;
                if (IsProduct)
                {
                    ofSeason -= ofStep * error / (season * season);
                    ofMiddle -= later * start.Gamma * error / (middle * middle);
                }
                var ofExpected = OfLoss(at, error) - ofError;
                ofMiddle += IsProduct ? ofExpected * season : ofExpected;
                ofSeason += IsProduct ? ofExpected * middle : ofExpected;
            }
            if (HasSeason)
            {
                seasons[at] += ofSeason;
            }
            gradient.Phi += _trends[at] * (ofMiddle + ofCarried);
            (level, trend) = (ofMiddle, start.Phi * (ofMiddle + ofCarried));
        }
        (gradient.Level, gradient.Trend) = (level, trend);
        seasons.AsSpan(0, gradient.Seasons.Length).CopyTo(gradient.Seasons);
        return gradient;
    }

    /// <summary>The derivative of the loss by what was expected at a step.</summary>
    private double OfLoss(int at, double error)
    {
        var scale = 2.0 * Observed / Math.Max(SquaredErrors, LeastErrors);
        return IsRelative
            ? -scale * (error / _expected[at]) * _values[at] / (_expected[at] * _expected[at]) + 2 / _expected[at]
            : -scale * error;
    }
}
