using Escale.Learning.Threads;

namespace Escale.Learning.Forecasting;

/// <summary>
/// Exponential smoothing in its state space form, ETS: simple, Holt, damped and Holt-Winters. Parameters and first states are the likeliest; what is not given is chosen for each
/// series by the corrected Akaike criterion among the stable forms (Hyndman, Koehler, Snyder and Grose, International Journal of Forecasting 18, 2002). A missing value moves
/// nothing. Intervals by formula for additive errors, by simulated futures for multiplicative ones. Some milliseconds for each hundred values.
/// </summary>
public sealed record ExponentialSmoothing : Forecaster
{
    private const int MinValues = 5;

    /// <inheritdoc/>
    public override string Name => "exponential smoothing";

    /// <summary>Its errors; null to choose. Default null.</summary>
    public SmoothingError? Error { get; init; }

    /// <summary>Its trend; null to choose. Default null.</summary>
    public SmoothingTrend? Trend { get; init; }

    /// <summary>Its season; null to choose. Default null.</summary>
    public SmoothingSeason? Season { get; init; }

    /// <summary>How many steps a season has, 1 for none; null to find it out for each series. Default null.</summary>
    public int? SeasonLength { get; init; }

    /// <inheritdoc/>
    public override ExponentialSmoothingModel Fit(IReadOnlyList<TimeSeries> series, FitOptions? options = null)
    {
        options ??= FitOptions.Default;
        Check(series, options);
        CheckSetting(SeasonLength is null or >= 1, nameof(SeasonLength), SeasonLength ?? 0, "1 or more");
        using var team = new WorkerTeam(Math.Max(1, Math.Min(options.Threads, series.Count)));
        var results = new SmoothingResult[series.Count];
        team.Run(series.Count, at => results[at] = Best(series[at], options.CancellationToken));
        return new ExponentialSmoothingModel(series, results, options.Seed);
    }

    private SmoothingResult Best(TimeSeries series, CancellationToken token)
    {
        if (series.ObservedCount < MinValues)
        {
            throw TooShort(series, MinValues);
        }
        var values = series.Values.ToArray();
        var isPositive = values.All(value => !(value <= 0));
        var length = SeasonLength ?? Seasonality.Detect(series);
        var best = default(SmoothingResult);
        foreach (var form in Forms(length).Where(form => (isPositive || !form.IsForPositive) && HasEnough(series, form)))
        {
            token.ThrowIfCancellationRequested();
            if (SmoothingFit.Of(form, values, token) is { } result && double.IsFinite(result.Aicc) && (best is null || result.Aicc < best.Aicc))
            {
                best = result;
            }
        }
        return best ?? throw (isPositive ? TooShort(series, Math.Max(MinValues + 4, 2 * length)) : new LearningException(
            "learning.series-not-positive", $"The series '{series.Name}' has values of zero or less, which a model of shares does not allow, or is too short for the others.",
            "Leave Error and Season open, or make them additive.", series.Name));
    }

    private static bool HasEnough(TimeSeries series, SmoothingForm form) =>
        series.ObservedCount > form.ParameterCount + 2 && (form.Season == SmoothingSeason.None || series.Count >= 2 * form.SeasonLength);

    /// <summary>The forms allowed: additive errors with a multiplicative season are unstable and left out unless asked for.</summary>
    private IEnumerable<SmoothingForm> Forms(int length)
    {
        foreach (var season in Season is { } given ? [given] : length > 1 ? Enum.GetValues<SmoothingSeason>() : [SmoothingSeason.None])
        {
            foreach (var trend in Trend is { } givenTrend ? [givenTrend] : Enum.GetValues<SmoothingTrend>())
            {
                foreach (var error in Error is { } givenError ? [givenError] : Enum.GetValues<SmoothingError>())
                {
                    var isUnstable = error == SmoothingError.Additive && season == SmoothingSeason.Multiplicative && Error is null;
                    if (!isUnstable && (season == SmoothingSeason.None || length > 1))
                    {
                        yield return new SmoothingForm(error, trend, season, season == SmoothingSeason.None ? 1 : length);
                    }
                }
            }
        }
    }
}
