namespace Escale.Learning.Forecasting;

/// <summary>Finds out after how many steps a series repeats itself.</summary>
public static class Seasonality
{
    /// <summary>How sure a repetition must be: 95 % of one side.</summary>
    private const double Sure = 1.645;

    private const int MaxLength = 400;

    /// <summary>
    /// The length of the season, or 1 when there is none: of the lengths that its frequency suggests (without a calendar: of all) the one at which the changes from step to
    /// step are most alike, if that is more than chance (Bartlett's formula). Changes, so that a trend is not taken for a season.
    /// </summary>
    /// <param name="series">The series; two whole seasons at least are needed to find one.</param>
    public static int Detect(TimeSeries series)
    {
        var changes = Changes(series.Values);
        var longest = Math.Min(MaxLength, series.Count / 2);
        if (longest < 2)
        {
            return 1;
        }
        var correlations = Correlations(changes, longest);
        var candidates = series.Frequency.Kind == FrequencyKind.Steps ? Enumerable.Range(2, longest - 1).Where(lag => IsPeak(correlations, lag)) : series.Frequency.Seasons.Where(lag => lag <= longest);
        var observed = changes.Count(change => !double.IsNaN(change));
        var (best, strength) = (1, 0.0);
        foreach (var lag in candidates)
        {
            var before = 0.0;
            for (var at = 1; at < lag; at++)
            {
                before += correlations[at] * correlations[at];
            }
            if (correlations[lag] > Sure * Math.Sqrt((1 + 2 * before) / observed) && correlations[lag] > strength + 0.02) // of multiples the shortest
            {
                (best, strength) = (lag, correlations[lag]);
            }
        }
        return best;
    }

    private static double[] Changes(ReadOnlySpan<double> values)
    {
        var changes = new double[Math.Max(0, values.Length - 1)];
        for (var at = 0; at < changes.Length; at++)
        {
            changes[at] = values[at + 1] - values[at];
        }
        return changes;
    }

    private static double[] Correlations(double[] values, int longest)
    {
        var observed = values.Where(value => !double.IsNaN(value)).ToList();
        var correlations = new double[longest + 1];
        if (observed.Count < 4)
        {
            return correlations;
        }
        var mean = observed.Average();
        var variance = observed.Average(value => (value - mean) * (value - mean));
        for (var lag = 1; lag <= longest && variance > 0; lag++)
        {
            var sum = 0.0;
            for (var at = lag; at < values.Length; at++)
            {
                var product = (values[at] - mean) * (values[at - lag] - mean);
                sum += double.IsNaN(product) ? 0 : product;
            }
            correlations[lag] = sum / observed.Count / variance;
        }
        return correlations;
    }

    private static bool IsPeak(double[] correlations, int lag) =>
        correlations[lag] > correlations[lag - 1] && (lag + 1 >= correlations.Length || correlations[lag] > correlations[lag + 1]);
}
