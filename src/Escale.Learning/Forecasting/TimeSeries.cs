using System.Globalization;

namespace Escale.Learning.Forecasting;

/// <summary>
/// Values at regular times. Times left out are gaps: their value is missing (NaN), as is a value that was missing when given. Immutable.
/// </summary>
public sealed class TimeSeries
{
    /// <summary>A regular series with more places than this for each value is not regular.</summary>
    private const int MaxPlacesAValue = 10;

    private readonly double[] _values;

    private TimeSeries(string name, DateTime start, Frequency frequency, double[] values) =>
        (Name, Start, Frequency, _values, ObservedCount) = (name, start, frequency, values, values.Count(value => !double.IsNaN(value)));

    /// <summary>Its name.</summary>
    public string Name { get; }

    /// <summary>When it begins; of no meaning without a calendar.</summary>
    public DateTime Start { get; }

    /// <summary>The distance of its times.</summary>
    public Frequency Frequency { get; }

    /// <summary>Its values in order of time, one for each step; NaN where missing.</summary>
    public ReadOnlySpan<double> Values => _values;

    /// <summary>Steps from the first to the last value, gaps included.</summary>
    public int Count => _values.Length;

    /// <summary>How many values are not missing.</summary>
    public int ObservedCount { get; }

    /// <summary>Makes a series of values at times, in any order.</summary>
    /// <param name="name">Its name, for people and for finding it again.</param>
    /// <param name="times">When; no time twice.</param>
    /// <param name="values">What; NaN where missing.</param>
    /// <param name="frequency">The distance of the times; null to find it out.</param>
    /// <exception cref="LearningException">
    /// A time twice (<c>learning.series-duplicate-time</c>), times at no regular distance (<c>learning.series-irregular</c>), an infinite value or none at all
    /// (<c>learning.series-not-finite</c>), or one value only and no frequency (<c>learning.series-too-short</c>).
    /// </exception>
    public static TimeSeries Of(string name, ReadOnlySpan<DateTime> times, ReadOnlySpan<double> values, Frequency? frequency = null)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(values.Length, times.Length, nameof(values));
        CheckValues(name, values);
        var (sortedTimes, sortedValues) = (times.ToArray(), values.ToArray());
        Array.Sort(sortedTimes, sortedValues);
        for (var at = 1; at < sortedTimes.Length; at++)
        {
            if (sortedTimes[at] == sortedTimes[at - 1])
            {
                throw new LearningException(
                    "learning.series-duplicate-time", $"The series '{name}' has two values at {Say(sortedTimes[at])}.", "Sum or average values of the same time first, or say which column tells the series apart.", name);
            }
        }
        if (sortedTimes.Length < 2 && frequency is null)
        {
            throw new LearningException("learning.series-too-short", $"The series '{name}' has one value only: the distance of its times cannot be found out.", "Give more values, or the frequency.", name);
        }
        var distance = frequency ?? Frequency.Detect(sortedTimes) ?? throw Irregular(name, sortedTimes);
        return new TimeSeries(name, sortedTimes[0], distance, Placed(name, sortedTimes, sortedValues, distance));
    }

    /// <summary>Makes a series without a calendar.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="values">Its values in order; NaN where missing.</param>
    /// <exception cref="LearningException">An infinite value or none at all (<c>learning.series-not-finite</c>).</exception>
    public static TimeSeries Of(string name, ReadOnlySpan<double> values)
    {
        CheckValues(name, values);
        return new TimeSeries(name, default, Frequency.OfSteps, values.ToArray());
    }

    /// <summary>When a step is.</summary>
    /// <param name="step">From 0; those beyond the end are in the future.</param>
    public DateTime TimeAt(int step) => Frequency.At(Start, step);

    /// <summary>Its beginning: the first <paramref name="count"/> steps.</summary>
    public TimeSeries First(int count) => new(Name, Start, Frequency, _values[..count]);

    private static double[] Placed(string name, DateTime[] times, double[] values, Frequency frequency)
    {
        if (frequency.Kind == FrequencyKind.Steps)
        {
            return values;
        }
        var steps = new int[times.Length];
        for (var at = 0; at < times.Length; at++)
        {
            steps[at] = frequency.StepsTo(times[0], times[at]) ?? throw Irregular(name, times, frequency, times[at]);
        }
        if (steps[^1] > (long)times.Length * MaxPlacesAValue)
        {
            throw Irregular(name, times);
        }
        var placed = new double[steps[^1] + 1];
        Array.Fill(placed, double.NaN);
        for (var at = 0; at < times.Length; at++)
        {
            placed[steps[at]] = values[at];
        }
        return placed;
    }

    private static void CheckValues(string name, ReadOnlySpan<double> values)
    {
        var observed = 0;
        for (var at = 0; at < values.Length; at++)
        {
            if (double.IsInfinity(values[at]))
            {
                throw new LearningException("learning.series-not-finite", $"Value {at + 1} of the series '{name}' is infinite.", "Correct it, or leave it missing.", name);
            }
            observed += double.IsNaN(values[at]) ? 0 : 1;
        }
        if (observed == 0)
        {
            throw new LearningException("learning.series-not-finite", $"The series '{name}' has no value.", "Leave the series out.", name);
        }
    }

    private static LearningException Irregular(string name, DateTime[] times, Frequency? frequency = null, DateTime? time = null) => new(
        "learning.series-irregular",
        time is null
            ? $"The times of the series '{name}' ({Say(times[0])}, {Say(times[1])}, …) are at no regular distance."
            : $"{Say(time.Value)} in the series '{name}' is between two times of a series {frequency} from {Say(times[0])}.",
        "Sum or average the values of each day, week or month first.", name);

    private static string Say(DateTime time) => time.ToString(time.TimeOfDay == TimeSpan.Zero ? "yyyy-MM-dd" : "yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
}
