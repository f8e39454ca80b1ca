using Escale.Learning.Boosting;

namespace Escale.Learning.Forecasting;

/// <summary>
/// Forecasts with an estimator of tables: each step is a row whose features are the values before it (lags, the same step of earlier seasons, rolling means and spreads) and its
/// place in the calendar. One model for all series, so that they learn from each other: values are taken relative to the recent level and spread of their own series.
/// Intervals come from the errors of forecasts of an end left out, so that everything is learned twice.
/// </summary>
public sealed record LagForecaster : Forecaster
{
    private const int MinRows = 20;

    /// <inheritdoc/>
    public override string Name => Estimator.Name + " on lags";

    /// <summary>
    /// What learns; one of style <see cref="FeatureStyle.Native"/> that does regression. Default: boosting of 200 small trees, each of half of the features, so that no single lag
    /// (which a forecast may have got wrong) decides alone.
    /// </summary>
    public Estimator Estimator { get; init; } = new GradientBoosting { Trees = 200, LearningRate = 0.05, MaxLeaves = 8, MinLeafRows = 8, FeatureShare = 0.5 };

    /// <summary>How many values before a step are its features, 1 or more; null for one season, 8 to 28. Default null.</summary>
    public int? Lags { get; init; }

    /// <summary>How many steps a season has, 1 for none; null to find it out for each series. Default null.</summary>
    public int? SeasonLength { get; init; }

    /// <summary>0 to forecast one step and go on from it, for any horizon (default); otherwise up to how many steps ahead each has a model of its own.</summary>
    public int DirectHorizon { get; init; }

    /// <inheritdoc/>
    public override ForecastModel Fit(IReadOnlyList<TimeSeries> series, FitOptions? options = null)
    {
        options ??= FitOptions.Default;
        Check(series, options);
        CheckSetting(Lags is null or >= 1, nameof(Lags), Lags ?? 0, "1 or more");
        CheckSetting(SeasonLength is null or >= 1, nameof(SeasonLength), SeasonLength ?? 0, "1 or more");
        CheckSetting(DirectHorizon >= 0, nameof(DirectHorizon), DirectHorizon, "0 or more");
        if (Estimator.Style != FeatureStyle.Native || !Estimator.Supports(LearningTask.Regression))
        {
            throw new LearningException("learning.bad-setting", $"The estimator of {nameof(LagForecaster)} is {Estimator.Name}, which cannot do with missing lags or with numbers.", "Choose boosting or a forest.");
        }
        var seasons = series.Select(one => Math.Min(SeasonLength ?? Seasonality.Detect(one), Math.Max(1, one.Count / 2))).ToArray();
        var shape = new LagShape(Lags ?? Math.Clamp(seasons.Max(), 8, 28), [.. series.Select(one => one.Name)], LagShape.CalendarOf(series[0].Frequency));
        var end = series.Min(one => one.Count) is var shortest && shortest >= 3 * MinRows ? Math.Clamp(seasons.Max(), 8, shortest / 4) : 0;
        var errors = end == 0 ? [] : ErrorsOf(series, seasons, shape, end, options);
        var histories = series.Select((one, at) => new LagHistory(one, seasons[at], at)).ToArray();
        return new LagModel(series, shape, histories, Learn(histories, shape, options), errors, DirectHorizon > 0);
    }

    /// <summary>Forecasts of the end from several places in it, by a model that has not seen it.</summary>
    private double[] ErrorsOf(IReadOnlyList<TimeSeries> series, int[] seasons, LagShape shape, int end, FitOptions options)
    {
        var before = series.Select((one, at) => new LagHistory(one.First(one.Count - end), seasons[at], at)).ToArray();
        if (before.Any(history => double.IsNaN(history.Scale)))
        {
            return [];
        }
        var model = new LagModel(series, shape, before, Learn(before, shape, options), [], DirectHorizon > 0);
        var steps = DirectHorizon > 0 ? Math.Min(DirectHorizon, end) : end;
        var (sums, counts) = (new double[steps], new int[steps]);
        for (var at = 0; at < series.Count; at++)
        {
            for (var from = series[at].Count - end; from < series[at].Count; from += Math.Max(1, end / 6))
            {
                options.CancellationToken.ThrowIfCancellationRequested();
                var known = new LagHistory(series[at].First(from), seasons[at], at);
                var values = model.Continue(known, Math.Min(steps, series[at].Count - from));
                for (var step = 0; step < values.Length; step++)
                {
                    var error = (values[step] - series[at].Values[from + step]) / before[at].Scale;
                    (sums[step], counts[step]) = double.IsNaN(error) ? (sums[step], counts[step]) : (sums[step] + error * error, counts[step] + 1);
                }
            }
        }
        var errors = new double[steps];
        for (var step = 0; step < steps; step++)
        {
            // Never less sure of what is nearer than of what is farther.
            errors[step] = Math.Max(step == 0 ? 0 : errors[step - 1], counts[step] == 0 ? 0 : Math.Sqrt(sums[step] / counts[step]));
        }
        return errors;
    }

    private Predictor[] Learn(LagHistory[] histories, LagShape shape, FitOptions options)
    {
        var predictors = new Predictor[Math.Max(1, DirectHorizon)];
        for (var ahead = 1; ahead <= predictors.Length; ahead++)
        {
            var (features, target) = shape.Table(histories, ahead);
            if (target.Count < MinRows)
            {
                var shortest = histories.MinBy(history => history.Series.ObservedCount)!;
                throw TooShort(shortest.Series, shortest.Series.ObservedCount + MinRows - target.Count);
            }
            predictors[ahead - 1] = Estimator.Fit(features, Target.OfNumbers(target.ToArray()), default, options with { Validation = null });
        }
        return predictors;
    }
}
