using Escale.Learning.Linear;

namespace Escale.Learning.Forecasting;

/// <summary>Finds the parameters and first states under which a series is likeliest, by L-BFGS on variables without bounds.</summary>
internal sealed class SmoothingFit
{
    private const double Edge = 1e-4;
    private const double LeastPhi = 0.8;
    private const double MostPhi = 0.98;

    private readonly SmoothingForm _form;
    private readonly SmoothingRecursion _recursion;
    private readonly SmoothingState _origin;
    private readonly double _unit;

    private SmoothingFit(SmoothingForm form, double[] values)
    {
        (_form, _recursion) = (form, new SmoothingRecursion(form, values));
        (_origin, _unit) = SmoothingStart.Of(form, values);
    }

    private bool HasTrend => _form.Trend != SmoothingTrend.None;

    private bool IsDamped => _form.Trend == SmoothingTrend.Damped;

    private bool HasSeason => _form.Season != SmoothingSeason.None;

    private double SeasonUnit => _form.Season == SmoothingSeason.Multiplicative ? _unit / Math.Max(_unit, Math.Abs(_origin.Level)) : _unit;

    /// <summary>The likeliest state; null when no state of this form can have made the series.</summary>
    public static SmoothingResult? Of(SmoothingForm form, double[] values, CancellationToken token)
    {
        var fit = new SmoothingFit(form, values);
        var observed = fit._recursion.Observed;
        var best = default((double Loss, SmoothingState Start)?);
        foreach (var (alpha, share) in new[] { (0.3, 0.1), (0.8, 0.05), (0.5, 0.5) }) // the likelihood may have several tops: slow and quick levels, still and restless seasons
        {
            var point = fit.Pack(alpha, share);
            if (!double.IsFinite(fit.Evaluate(point, new double[point.Length])))
            {
                continue;
            }
            new Lbfgs(fit.Evaluate).Minimize(point, 1e-6 * observed, 200, token);
            var start = fit.Unpack(point);
            var loss = fit._recursion.Run(start);
            best = best is null || loss < best.Value.Loss ? (loss, start) : best;
        }
        if (best is null)
        {
            return null;
        }
        var final = fit._recursion.Run(best.Value.Start);
        var count = form.ParameterCount + 1.0; // and the variance of errors
        var aicc = final + 2 * count + 2 * count * (count + 1) / (observed - count - 1);
        var variance = fit._recursion.SquaredErrors / Math.Max(1, observed - form.ParameterCount);
        return new SmoothingResult(form, best.Value.Start, fit._recursion.End(best.Value.Start), aicc, variance);
    }

    private double Evaluate(ReadOnlySpan<double> point, Span<double> gradient)
    {
        var start = Unpack(point);
        var loss = _recursion.Run(start);
        gradient.Clear();
        if (!double.IsFinite(loss))
        {
            return double.PositiveInfinity;
        }
        var of = _recursion.Gradient(start);
        var at = 0;
        gradient[at] = (of.Alpha - (HasSeason ? of.Gamma * start.Gamma / (1 - start.Alpha) : 0)) * Slope(point[at++], Edge, 1 - Edge);
        if (HasTrend)
        {
            gradient[at] = of.BetaShare * Slope(point[at++], Edge, 1 - Edge);
        }
        if (IsDamped)
        {
            gradient[at] = of.Phi * Slope(point[at++], LeastPhi, MostPhi);
        }
        if (HasSeason)
        {
            gradient[at] = of.Gamma * (1 - start.Alpha) * Slope(point[at++], Edge, 1 - Edge);
        }
        gradient[at++] = of.Level * _unit;
        if (HasTrend)
        {
            gradient[at++] = of.Trend * _unit;
        }
        for (var season = 0; season < _form.SeasonLength - 1 && HasSeason; season++)
        {
            gradient[at++] = (of.Seasons[season] - of.Seasons[^1]) * SeasonUnit;
        }
        return loss;
    }

    private double[] Pack(double alpha, double share)
    {
        var point = new List<double> { Logit(alpha) };
        point.AddRange(HasTrend ? [Logit(share)] : Array.Empty<double>());
        point.AddRange(IsDamped ? [Logit(0.9)] : Array.Empty<double>());
        point.AddRange(HasSeason ? [Logit(share)] : Array.Empty<double>());
        point.AddRange(new double[(HasTrend ? 2 : 1) + (HasSeason ? _form.SeasonLength - 1 : 0)]);
        return [.. point];
    }

    private SmoothingState Unpack(ReadOnlySpan<double> point)
    {
        var (start, at) = (_origin.Copy(), 0);
        start.Alpha = Within(point[at++], Edge, 1 - Edge);
        start.BetaShare = HasTrend ? Within(point[at++], Edge, 1 - Edge) : 0;
        start.Phi = IsDamped ? Within(point[at++], LeastPhi, MostPhi) : 1;
        start.Gamma = HasSeason ? (1 - start.Alpha) * Within(point[at++], Edge, 1 - Edge) : 0;
        start.Level += _unit * point[at++];
        start.Trend += HasTrend ? _unit * point[at++] : 0;
        for (var season = 0; season < _form.SeasonLength - 1 && HasSeason; season++)
        {
            var move = SeasonUnit * point[at++];
            start.Seasons[season] += move;
            start.Seasons[^1] -= move; // seasons keep their sum: a shift of all is the level's
        }
        return start;
    }

    private static double Within(double value, double least, double most) => least + (most - least) / (1 + Math.Exp(-value));

    private static double Slope(double value, double least, double most)
    {
        var share = 1 / (1 + Math.Exp(-value));
        return (most - least) * share * (1 - share);
    }

    private static double Logit(double share) => Math.Log(share / (1 - share));
}

/// <summary>Exponential smoothing fitted to a series.</summary>
/// <param name="Form">The model.</param>
/// <param name="Start">Parameters, and states before the first value.</param>
/// <param name="End">Parameters, and states after the last value.</param>
/// <param name="Aicc">The corrected Akaike criterion; lower is better.</param>
/// <param name="Variance">Of errors (of relative errors when these are multiplicative).</param>
internal sealed record SmoothingResult(SmoothingForm Form, SmoothingState Start, SmoothingState End, double Aicc, double Variance);
