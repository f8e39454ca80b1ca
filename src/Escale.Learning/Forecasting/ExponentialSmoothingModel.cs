using Escale.Learning.Metrics;

namespace Escale.Learning.Forecasting;

/// <summary>Exponential smoothing, fitted.</summary>
public sealed class ExponentialSmoothingModel : ForecastModel
{
    private const int Futures = 2000;

    private readonly SmoothingResult[] _results;
    private readonly int _seed;

    internal ExponentialSmoothingModel(IReadOnlyList<TimeSeries> series, SmoothingResult[] results, int seed)
        : base(series) => (_results, _seed) = (results, seed);

    /// <summary>The model chosen for a series.</summary>
    public SmoothingForm FormOf(int series) => _results[series].Form;

    /// <summary>The parameters of a series: α, β (0 without a trend), γ (0 without a season) and φ (1 when not damped).</summary>
    public (double Alpha, double Beta, double Gamma, double Phi) ParametersOf(int series)
    {
        var start = _results[series].Start;
        return (start.Alpha, start.Alpha * start.BetaShare, start.Gamma, start.Phi);
    }

    /// <summary>The corrected Akaike criterion of a series' model; lower is better, and only models of the same series can be compared.</summary>
    public double AiccOf(int series) => _results[series].Aicc;

    internal SmoothingResult ResultOf(int series) => _results[series];

    private protected override Forecast Forecast(int series, int horizon, double level)
    {
        var result = _results[series];
        var (values, lower, upper) = (new double[horizon], new double[horizon], new double[horizon]);
        var (carried, phi) = (0.0, 1.0);
        for (var step = 0; step < horizon; step++)
        {
            phi *= result.End.Phi;
            carried += phi * result.End.Trend;
            var season = result.End.Seasons.Length == 0 ? 0 : result.End.Seasons[step % result.End.Seasons.Length];
            var middle = result.End.Level + carried;
            values[step] = result.Form.Season == SmoothingSeason.Multiplicative ? middle * season : middle + season;
        }
        if (result.Form.IsForPositive)
        {
            Simulate(result, series, level, lower, upper);
        }
        else
        {
            Spread(result, level, values, lower, upper);
        }
        return new Forecast(Series[series], values, lower, upper, level);
    }

    /// <summary>The variance of the step h is σ²·(1 + Σ c²), c what is left of an error after j steps (Hyndman et al., 2008, table 6.1).</summary>
    private static void Spread(SmoothingResult result, double level, double[] values, double[] lower, double[] upper)
    {
        var (end, share, carried, phi) = (result.End, 1.0, 0.0, 1.0);
        var width = Normal.Quantile((1 + level) / 2) * Math.Sqrt(result.Variance);
        for (var step = 0; step < values.Length; step++)
        {
            var half = width * Math.Sqrt(share);
            (lower[step], upper[step]) = (values[step] - half, values[step] + half);
            phi *= end.Phi;
            carried += phi;
            var left = end.Alpha * (1 + end.BetaShare * carried) + (end.Seasons.Length > 0 && (step + 1) % end.Seasons.Length == 0 ? end.Gamma : 0);
            share += left * left;
        }
    }

    private void Simulate(SmoothingResult result, int series, double level, double[] lower, double[] upper)
    {
        var random = new Random(HashCode(_seed, series));
        var paths = new double[lower.Length][];
        for (var step = 0; step < paths.Length; step++)
        {
            paths[step] = new double[Futures];
        }
        for (var future = 0; future < Futures; future++)
        {
            AddFuture(result, random, paths, future);
        }
        for (var step = 0; step < paths.Length; step++)
        {
            Array.Sort(paths[step]);
            lower[step] = paths[step][(int)((1 - level) / 2 * (Futures - 1))];
            upper[step] = paths[step][(int)Math.Ceiling((1 + level) / 2 * (Futures - 1))];
        }
    }

    private static void AddFuture(SmoothingResult result, Random random, double[][] paths, int future)
    {
        var (end, deviation) = (result.End, Math.Sqrt(result.Variance));
        var (height, trend, seasons) = (end.Level, end.Trend, end.Seasons.ToArray());
        var isProduct = result.Form.Season == SmoothingSeason.Multiplicative;
        for (var step = 0; step < paths.Length; step++)
        {
            var season = seasons.Length == 0 ? 0 : seasons[step % seasons.Length];
            var middle = height + end.Phi * trend;
            var expected = isProduct ? middle * season : middle + season;
            var error = deviation * Normal.Quantile(random.NextDouble() * (1 - 2e-12) + 1e-12) * (result.Form.Error == SmoothingError.Multiplicative ? expected : 1);
            paths[step][future] = expected + error;
            var change = isProduct && season != 0 ? error / season : error;
            (height, trend) = (middle + end.Alpha * change, end.Phi * trend + end.Alpha * end.BetaShare * change);
            if (seasons.Length > 0)
            {
                seasons[step % seasons.Length] = season + end.Gamma * (isProduct && middle != 0 ? error / middle : error);
            }
        }
    }

    private static int HashCode(int seed, int series) => unchecked(seed * 486187739 + series * 16777619 + 1);
}
