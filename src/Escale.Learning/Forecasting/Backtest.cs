namespace Escale.Learning.Forecasting;

/// <summary>
/// Judges a way to forecast by the past: it learns from the beginning of each series and forecasts what comes next, from several origins that roll towards the end.
/// </summary>
public sealed record Backtest
{
    /// <summary>How many steps are forecast from each origin, 1 or more. Default 12.</summary>
    public int Horizon { get; init; } = 12;

    /// <summary>How many origins, 1 or more. Default 3.</summary>
    public int Origins { get; init; } = 3;

    /// <summary>Steps from one origin to the next, 1 or more; null for the horizon, so that no step is judged twice. Default null.</summary>
    public int? Step { get; init; }

    /// <summary>The level of intervals, above 0 and below 1. Default 0.9.</summary>
    public double Level { get; init; } = 0.9;

    /// <summary>Runs it.</summary>
    /// <param name="forecaster">What is judged.</param>
    /// <param name="series">On what.</param>
    /// <param name="options">Seed, threads, cancellation.</param>
    /// <exception cref="LearningException">A series is too short for so many origins (<c>learning.series-too-short</c>).</exception>
    public BacktestResult Run(Forecaster forecaster, IReadOnlyList<TimeSeries> series, FitOptions? options = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Horizon, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(Origins, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(Step ?? 1, 1);
        var points = new List<BacktestPoint>();
        for (var origin = Origins - 1; origin >= 0; origin--)
        {
            var held = Horizon + origin * (Step ?? Horizon);
            var known = series.Select(one => Beginning(one, held)).ToArray();
            var forecasts = forecaster.Fit(known, options).Forecast(Horizon, Level);
            for (var at = 0; at < series.Count; at++)
            {
                AddPoints(points, Origins - 1 - origin, series[at], known[at], forecasts[at]);
            }
        }
        return new BacktestResult(points, Level);
    }

    private static TimeSeries Beginning(TimeSeries series, int held)
    {
        if (series.Count - held is > 0 and var count && series.First(count) is { ObservedCount: > 0 } beginning)
        {
            return beginning;
        }
        throw new LearningException(
            "learning.series-too-short", FormattableString.Invariant($"The series '{series.Name}' has {series.Count} steps; the origins of the backtest leave out {held} of them."),
            "Ask for fewer origins or a shorter horizon.", series.Name);
    }

    private static void AddPoints(List<BacktestPoint> points, int origin, TimeSeries series, TimeSeries known, Forecast forecast)
    {
        var scale = ScaleOf(known.Values, Seasonality.Detect(known));
        for (var step = 0; step < forecast.Values.Count; step++)
        {
            var actual = series.Values[known.Count + step];
            if (!double.IsNaN(actual))
            {
                points.Add(new BacktestPoint(series.Name, origin, step + 1, forecast.Times[step], actual, forecast.Values[step], forecast.Lower[step], forecast.Upper[step], scale));
            }
        }
    }

    /// <summary>The mean absolute error of the seasonal naive forecast one step ahead; NaN when it is never wrong or never known.</summary>
    private static double ScaleOf(ReadOnlySpan<double> values, int season)
    {
        var (sum, count) = (0.0, 0);
        for (var at = season; at < values.Length; at++)
        {
            var change = Math.Abs(values[at] - values[at - season]);
            (sum, count) = double.IsNaN(change) ? (sum, count) : (sum + change, count + 1);
        }
        return sum > 0 ? sum / count : double.NaN;
    }
}

/// <summary>One forecast of a backtest beside what came.</summary>
/// <param name="Series">Which series.</param>
/// <param name="Origin">From which origin, the earliest 0.</param>
/// <param name="Step">How many steps ahead.</param>
/// <param name="Time">When; of no meaning without a calendar.</param>
/// <param name="Actual">What came.</param>
/// <param name="Value">What was expected.</param>
/// <param name="Lower">The lower end of the interval.</param>
/// <param name="Upper">The upper end of the interval.</param>
/// <param name="Scale">The mean absolute error of a seasonal naive forecast before the origin; NaN when there is none.</param>
public sealed record BacktestPoint(string Series, int Origin, int Step, DateTime Time, double Actual, double Value, double Lower, double Upper, double Scale);

/// <summary>What a backtest found.</summary>
/// <param name="Points">Every forecast beside what came; steps whose value is missing are left out.</param>
/// <param name="Level">The level of the intervals.</param>
public sealed record BacktestResult(IReadOnlyList<BacktestPoint> Points, double Level)
{
    /// <summary>The mean absolute scaled error: below 1 is better than the seasonal naive forecast was one step ahead (Hyndman and Koehler, 2006). NaN when no series has a scale.</summary>
    public double Mase => Mean(Points.Where(point => !double.IsNaN(point.Scale)), point => Math.Abs(point.Actual - point.Value) / point.Scale);

    /// <summary>The symmetric mean absolute percentage error, 0 to 200; a forecast of 0 that was 0 counts 0.</summary>
    public double Smape => Mean(Points, point => point.Actual == point.Value ? 0 : 200 * Math.Abs(point.Actual - point.Value) / (Math.Abs(point.Actual) + Math.Abs(point.Value)));

    /// <summary>The mean absolute error.</summary>
    public double Mae => Mean(Points, point => Math.Abs(point.Actual - point.Value));

    /// <summary>The root of the mean squared error.</summary>
    public double Rmse => Math.Sqrt(Mean(Points, point => (point.Actual - point.Value) * (point.Actual - point.Value)));

    /// <summary>The mean pinball loss of both ends of the intervals; lower is better.</summary>
    public double Pinball => Mean(Points, point => (Loss(point.Actual - point.Lower, (1 - Level) / 2) + Loss(point.Actual - point.Upper, (1 + Level) / 2)) / 2);

    /// <summary>The share of values within their interval; near <see cref="Level"/> when intervals are right.</summary>
    public double Coverage => Mean(Points, point => point.Actual >= point.Lower && point.Actual <= point.Upper ? 1 : 0);

    private static double Loss(double difference, double share) => difference >= 0 ? share * difference : (share - 1) * difference;

    private static double Mean(IEnumerable<BacktestPoint> points, Func<BacktestPoint, double> loss) => points.Select(loss).DefaultIfEmpty(double.NaN).Average();
}
