namespace Escale.Learning.Forecasting;

/// <summary>A way to forecast: settings and nothing else. Fitting twice with the same series, settings and seed gives the same bits for any number of threads.</summary>
public abstract record Forecaster
{
    /// <summary>Its name in the field's own words: <c>exponential smoothing</c>.</summary>
    public abstract string Name { get; }

    /// <summary>Learns from one or many series.</summary>
    /// <param name="series">The series, each with a name of its own.</param>
    /// <param name="options">Seed, threads, cancellation.</param>
    /// <exception cref="LearningException">No series (<c>learning.no-rows</c>), one that is too short (<c>learning.series-too-short</c>), or a setting out of range.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public abstract ForecastModel Fit(IReadOnlyList<TimeSeries> series, FitOptions? options = null);

    private protected static void Check(IReadOnlyList<TimeSeries> series, FitOptions options)
    {
        options.CancellationToken.ThrowIfCancellationRequested();
        if (series.Count == 0)
        {
            throw new LearningException("learning.no-rows", "There is no series to learn from.", "Give at least one series.");
        }
        if (series.GroupBy(one => one.Name, StringComparer.Ordinal).FirstOrDefault(group => group.Count() > 1) is { } twice)
        {
            throw new LearningException("learning.series-duplicate-name", $"Two series are named '{twice.Key}'.", "Give each series a name of its own.", twice.Key);
        }
    }

    private protected static LearningException TooShort(TimeSeries series, int least) => new(
        "learning.series-too-short", FormattableString.Invariant($"The series '{series.Name}' has {series.ObservedCount} values; {least} are needed."),
        "Give a longer history, or choose a simpler way to forecast.", series.Name);

    private protected void CheckSetting(bool isRight, string setting, double value, string range)
    {
        if (!isRight)
        {
            throw new LearningException("learning.bad-setting", FormattableString.Invariant($"{setting} of {Name} is {value}; it must be {range}."), $"Set {setting} to a value {range}.");
        }
    }
}

/// <summary>What a forecaster has learned of some series. Immutable and thread-safe.</summary>
public abstract class ForecastModel
{
    private protected ForecastModel(IReadOnlyList<TimeSeries> series) => Series = series;

    /// <summary>The series that it learned from, whose future it forecasts.</summary>
    public IReadOnlyList<TimeSeries> Series { get; }

    /// <summary>Forecasts every series.</summary>
    /// <param name="horizon">How many steps from the end of each series, 1 or more.</param>
    /// <param name="level">How probable values within the interval are, above 0 and below 1. Default 0.9.</param>
    /// <returns>One for each of <see cref="Series"/>.</returns>
    public IReadOnlyList<Forecast> Forecast(int horizon, double level = 0.9)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(horizon, 1);
        if (!(level > 0 && level < 1))
        {
            throw new ArgumentOutOfRangeException(nameof(level));
        }
        return [.. Enumerable.Range(0, Series.Count).Select(at => Forecast(at, horizon, level))];
    }

    private protected abstract Forecast Forecast(int series, int horizon, double level);
}

/// <summary>What is expected of a series.</summary>
/// <param name="Series">The series.</param>
/// <param name="Values">The expected value of each step after its end.</param>
/// <param name="Lower">The lower end of the interval at each step.</param>
/// <param name="Upper">The upper end of the interval at each step.</param>
/// <param name="Level">How probable values within the interval are.</param>
public sealed record Forecast(TimeSeries Series, IReadOnlyList<double> Values, IReadOnlyList<double> Lower, IReadOnlyList<double> Upper, double Level)
{
    /// <summary>When each step is; of no meaning for a series without a calendar.</summary>
    public IReadOnlyList<DateTime> Times { get; } = [.. Enumerable.Range(0, Values.Count).Select(step => Series.TimeAt(Series.Count + step))];
}
