using Escale.Learning.Metrics;

namespace Escale.Learning.Forecasting;

/// <summary>A forecaster on lags, fitted.</summary>
internal sealed class LagModel : ForecastModel
{
    private readonly LagShape _shape;
    private readonly LagHistory[] _histories;
    private readonly Predictor[] _predictors;
    private readonly double[] _errors;
    private readonly bool _isDirect;

    /// <param name="series">The series.</param>
    /// <param name="shape">Their features.</param>
    /// <param name="histories">What is known of each.</param>
    /// <param name="predictors">One, or one for each step ahead.</param>
    /// <param name="errors">The usual error of each step ahead, in units of the series' scale; empty when not known.</param>
    /// <param name="isDirect">Whether each step has its own predictor.</param>
    public LagModel(IReadOnlyList<TimeSeries> series, LagShape shape, LagHistory[] histories, Predictor[] predictors, double[] errors, bool isDirect)
        : base(series) => (_shape, _histories, _predictors, _errors, _isDirect) = (shape, histories, predictors, errors, isDirect);

    /// <summary>The steps that follow what is known.</summary>
    public double[] Continue(LagHistory known, int horizon)
    {
        var (history, values, row) = (known.Copy(), new double[horizon], new float[_shape.Features.Count]);
        var (output, end) = (new double[1], known.Count);
        for (var step = 0; step < horizon; step++)
        {
            var (from, ahead) = _isDirect ? (end, step + 1) : (history.Count, 1);
            _shape.Describe(history, from, ahead, row, out var level, out var unit);
            _predictors[ahead - 1].PredictRow(row, output);
            values[step] = level + unit * output[0];
            if (!_isDirect)
            {
                history.Add(values[step]);
            }
        }
        return values;
    }

    private protected override Forecast Forecast(int series, int horizon, double level)
    {
        if (_isDirect && horizon > _predictors.Length)
        {
            throw new LearningException(
                "learning.horizon-too-long", $"{horizon} steps are to be forecast; models were learned for {_predictors.Length}.", "Set DirectHorizon to the longest horizon, or to 0 for any.");
        }
        var history = _histories[series];
        var values = Continue(history, horizon);
        var (lower, upper, width) = (new double[horizon], new double[horizon], Normal.Quantile((1 + level) / 2) * history.Scale);
        for (var step = 0; step < horizon; step++)
        {
            // Beyond what was tried, and where nothing was, errors are taken to add up like those of a random walk.
            var error = _errors.Length == 0 ? Math.Sqrt(step + 1) : step < _errors.Length ? _errors[step] : _errors[^1] * Math.Sqrt((step + 1.0) / _errors.Length);
            (lower[step], upper[step]) = (values[step] - width * error, values[step] + width * error);
        }
        return new Forecast(Series[series], values, lower, upper, level);
    }
}
