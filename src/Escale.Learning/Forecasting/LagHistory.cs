namespace Escale.Learning.Forecasting;

/// <summary>The known values of a series, which grow by what is forecast, and what its values are measured by.</summary>
internal sealed class LagHistory
{
    private readonly List<double> _values;

    public LagHistory(TimeSeries series, int season, int number)
    {
        (Series, Season, Number, _values) = (series, season, number, [.. series.Values]);
        Scale = ScaleOf(series.Values, season);
    }

    private LagHistory(LagHistory of)
    {
        (Series, Season, Number, Scale, _values) = (of.Series, of.Season, of.Number, of.Scale, [.. of._values]);
    }

    public TimeSeries Series { get; }

    public int Season { get; }

    /// <summary>Which of all series it is.</summary>
    public int Number { get; }

    /// <summary>The mean change from season to season, never 0; NaN when nothing is known.</summary>
    public double Scale { get; }

    public int Count => _values.Count;

    /// <summary>A value; NaN before the beginning and where missing.</summary>
    public double this[int step] => step < 0 ? double.NaN : _values[step];

    public LagHistory Copy() => new(this);

    public void Add(double value) => _values.Add(value);

    /// <summary>Mean and spread of the values known in a window before a step; NaN when there is none.</summary>
    public (double Mean, double Spread) Window(int end, int length)
    {
        var (sum, count) = (0.0, 0);
        for (var step = Math.Max(0, end - length); step < end; step++)
        {
            (sum, count) = double.IsNaN(_values[step]) ? (sum, count) : (sum + _values[step], count + 1);
        }
        if (count == 0)
        {
            return (double.NaN, double.NaN);
        }
        var (mean, squares) = (sum / count, 0.0);
        for (var step = Math.Max(0, end - length); step < end; step++)
        {
            squares += double.IsNaN(_values[step]) ? 0 : (_values[step] - mean) * (_values[step] - mean);
        }
        return (mean, Math.Sqrt(squares / count));
    }

    private static double ScaleOf(ReadOnlySpan<double> values, int season)
    {
        foreach (var lag in new[] { season, 1 })
        {
            var (sum, count) = (0.0, 0);
            for (var at = lag; at < values.Length; at++)
            {
                var change = Math.Abs(values[at] - values[at - lag]);
                (sum, count) = double.IsNaN(change) ? (sum, count) : (sum + change, count + 1);
            }
            if (sum > 0)
            {
                return sum / count;
            }
        }
        foreach (var value in values)
        {
            if (!double.IsNaN(value))
            {
                return Math.Max(1e-9, Math.Abs(value) * 1e-6); // constant: any unit does
            }
        }
        return double.NaN;
    }
}
