using Escale.Learning.Metrics;

namespace Escale.Learning.Forecasting;

/// <summary>
/// Forecasts what was one season ago: the baseline that a forecast must beat. A missing value is looked for one more season ago. Intervals grow with the root of the number of
/// seasons ahead (Hyndman and Athanasopoulos, Forecasting: Principles and Practice, 5.5).
/// </summary>
public sealed record SeasonalNaive : Forecaster
{
    /// <inheritdoc/>
    public override string Name => "seasonal naive";

    /// <summary>How many steps a season has; 1 for the last value; null to find it out for each series. Default null.</summary>
    public int? SeasonLength { get; init; }

    /// <inheritdoc/>
    public override ForecastModel Fit(IReadOnlyList<TimeSeries> series, FitOptions? options = null)
    {
        Check(series, options ?? FitOptions.Default);
        CheckSetting(SeasonLength is null or >= 1, nameof(SeasonLength), SeasonLength ?? 0, "1 or more");
        return new Model(series, [.. series.Select(one => SeasonLength ?? Seasonality.Detect(one))]);
    }

    private sealed class Model(IReadOnlyList<TimeSeries> series, int[] seasons) : ForecastModel(series)
    {
        private protected override Forecast Forecast(int series, int horizon, double level)
        {
            var (one, season) = (Series[series], seasons[series]);
            var (values, lower, upper) = (new double[horizon], new double[horizon], new double[horizon]);
            var width = Normal.Quantile((1 + level) / 2) * Deviation(one.Values, season);
            for (var step = 0; step < horizon; step++)
            {
                values[step] = Before(one.Values, one.Count + step, season);
                var half = width * Math.Sqrt(step / season + 1);
                (lower[step], upper[step]) = (values[step] - half, values[step] + half);
            }
            return new Forecast(one, values, lower, upper, level);
        }

        /// <summary>The value seasons ago that is not missing; the last of all when every one is.</summary>
        private static double Before(ReadOnlySpan<double> values, int step, int season)
        {
            for (step -= season; step >= 0; step -= season)
            {
                if (step < values.Length && !double.IsNaN(values[step]))
                {
                    return values[step];
                }
            }
            for (var at = values.Length - 1; ; at--)
            {
                if (!double.IsNaN(values[at]))
                {
                    return values[at];
                }
            }
        }

        private static double Deviation(ReadOnlySpan<double> values, int season)
        {
            var (sum, count) = (0.0, 0);
            for (var at = season; at < values.Length; at++)
            {
                var change = values[at] - values[at - season];
                (sum, count) = double.IsNaN(change) ? (sum, count) : (sum + change * change, count + 1);
            }
            return count == 0 ? 0 : Math.Sqrt(sum / count);
        }
    }
}
