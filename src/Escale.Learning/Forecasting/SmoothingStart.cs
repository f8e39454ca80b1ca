namespace Escale.Learning.Forecasting;

/// <summary>First states from a look at the beginning of a series: seasons from the distance to a centred moving average, level and trend from a line through what is left.</summary>
internal static class SmoothingStart
{
    private const int LinePoints = 10;

    /// <returns>The states, and how much values are apart: the size of a sensible step of a state.</returns>
    public static (SmoothingState State, double Unit) Of(SmoothingForm form, double[] values)
    {
        var filled = Filled(values);
        var seasons = form.Season == SmoothingSeason.None ? [] : Seasons(form, filled);
        var adjusted = filled.Select((value, at) => form.Season switch
        {
            SmoothingSeason.Additive => value - seasons[at % form.SeasonLength],
            SmoothingSeason.Multiplicative => value / seasons[at % form.SeasonLength],
            _ => value,
        }).Take(Math.Max(LinePoints, form.SeasonLength)).ToArray();
        var (level, trend) = form.Trend == SmoothingTrend.None ? (adjusted.Average(), 0) : Line(adjusted);
        var mean = filled.Average();
        var unit = Math.Sqrt(filled.Average(value => (value - mean) * (value - mean)));
        if (form.IsForPositive && level <= 0)
        {
            (level, trend) = (adjusted.Average(), 0); // a steep line may begin below zero
        }
        return (new SmoothingState { Level = level, Trend = trend, Seasons = seasons }, unit > 0 ? unit : Math.Max(1e-9, Math.Abs(mean) * 1e-6));
    }

    /// <summary>Values with gaps bridged by straight lines.</summary>
    public static double[] Filled(double[] values)
    {
        var filled = values[..];
        var before = -1;
        for (var at = 0; at < values.Length; at++)
        {
            if (double.IsNaN(values[at]))
            {
                continue;
            }
            for (var gap = before + 1; gap < at; gap++)
            {
                filled[gap] = before < 0 ? values[at] : values[before] + (values[at] - values[before]) * (gap - before) / (at - before);
            }
            before = at;
        }
        filled.AsSpan(before + 1).Fill(values[before]);
        return filled;
    }

    /// <summary>The mean distance of each season's step to a moving average over a season, over five seasons at most.</summary>
    private static double[] Seasons(SmoothingForm form, double[] values)
    {
        var (length, isProduct) = (form.SeasonLength, form.Season == SmoothingSeason.Multiplicative);
        var (sums, counts) = (new double[length], new int[length]);
        for (var at = 0; at < Math.Min(values.Length, 5 * length); at++)
        {
            var from = Math.Clamp(at - length / 2, 0, Math.Max(0, values.Length - length - 1));
            var to = Math.Min(values.Length - 1, from + length);
            var sum = length % 2 == 0 ? (values[from] + values[to]) / 2 : values[from];
            for (var inner = from + 1; inner < to; inner++)
            {
                sum += values[inner];
            }
            var mean = sum / (to - from);
            sums[at % length] += isProduct ? values[at] / mean : values[at] - mean;
            counts[at % length]++;
        }
        var seasons = sums.Select((sum, at) => sum / counts[at]).ToArray();
        var average = seasons.Average();
        return [.. seasons.Select(season => isProduct ? Math.Max(0.01, season / average) : season - average)];
    }

    private static (double Level, double Trend) Line(double[] values)
    {
        var (middle, mean) = ((values.Length + 1) / 2.0, values.Average());
        var (product, square) = (0.0, 0.0);
        for (var at = 0; at < values.Length; at++)
        {
            product += (at + 1 - middle) * (values[at] - mean);
            square += (at + 1 - middle) * (at + 1 - middle);
        }
        var trend = square > 0 ? product / square : 0;
        return (mean - trend * middle, trend);
    }
}
