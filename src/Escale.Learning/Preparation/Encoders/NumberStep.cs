using Escale.Learning.Persistence;

namespace Escale.Learning.Preparation.Encoders;

/// <summary>
/// What is done to a number: missing ones take <see cref="Fill"/> (NaN to stay missing), then (number − <see cref="Center"/>) × <see cref="Factor"/>, in double precision.
/// An infinite number counts as the least or greatest finite one of training where scaled, and is clipped to the range of single precision where not.
/// </summary>
internal readonly record struct NumberStep(double Fill, double Center, double Factor, double Least, double Most)
{
    /// <summary>Scaled values end here, so that squares and sums of them stay finite in single precision.</summary>
    private const double MaxScaled = 1e9;

    /// <summary>As they are.</summary>
    public static readonly NumberStep Plain = new(double.NaN, 0, 1, double.NegativeInfinity, double.PositiveInfinity);

    public bool IsPlain => double.IsNaN(Fill) && Center == 0 && Factor == 1;

    /// <summary>The most that comes out, and with a minus sign the least.</summary>
    public double Limit => double.IsNaN(Fill) ? float.MaxValue : MaxScaled;

    public float Apply(double number)
    {
        if (double.IsNaN(number))
        {
            number = Fill;
        }
        else if (double.IsInfinity(number))
        {
            number = number > 0 ? Most : Least;
        }
        return (float)Math.Clamp((number - Center) * Factor, -Limit, Limit);
    }

    /// <summary>Fits the step of the scaled style.</summary>
    /// <param name="numbers">Numbers of the training rows; NaN is missing.</param>
    /// <param name="settings">How.</param>
    /// <returns>Null when no number is present.</returns>
    public static NumberStep? Fit(ReadOnlySpan<double> numbers, PreparationSettings settings)
    {
        var finite = Finite(numbers);
        if (finite.Length == 0)
        {
            return null;
        }
        var (mean, deviation) = Moments(finite);
        var fill = settings.Imputation switch
        {
            NumberImputation.Median => Quantile(finite, 0.5),
            NumberImputation.MostFrequent => MostFrequent([.. finite]),
            NumberImputation.Constant => settings.ImputationConstant,
            _ => mean,
        };
        var (center, spread) = settings.Scaling switch
        {
            NumberScaling.Standard => (mean, deviation),
            NumberScaling.Robust => (Quantile(finite, 0.5), Quantile(finite, 0.75) - Quantile(finite, 0.25) is > 0 and var range ? range : deviation),
            _ => (0, 1),
        };
        return new NumberStep(fill, center, spread > 0 && double.IsFinite(spread) ? 1 / spread : 1, finite.Min(), finite.Max());
    }

    public double[] Saved() => [Fill, Center, Factor, Least, Most];

    public static NumberStep Load(ReadOnlySpan<double> saved)
    {
        var step = new NumberStep(saved[0], saved[1], saved[2], saved[3], saved[4]);
        return double.IsInfinity(step.Fill) || !double.IsFinite(step.Center) || !double.IsFinite(step.Factor) || double.IsNaN(step.Least) || double.IsNaN(step.Most)
            ? throw SavedNode.Damaged("a scaler is not finite")
            : step;
    }

    private static double[] Finite(ReadOnlySpan<double> numbers)
    {
        var (finite, count) = (new double[numbers.Length], 0);
        foreach (var number in numbers)
        {
            if (double.IsFinite(number))
            {
                finite[count++] = number;
            }
        }
        return finite[..count];
    }

    private static (double Mean, double Deviation) Moments(double[] numbers)
    {
        var sum = 0.0;
        foreach (var number in numbers)
        {
            sum += number / numbers.Length; // Divided first: the sum of huge numbers would be infinite.
        }
        var squares = 0.0;
        foreach (var number in numbers)
        {
            squares += (number - sum) * (number - sum) / numbers.Length;
        }
        // What rounding leaves of equal numbers is no spread.
        var deviation = Math.Sqrt(squares);
        return (sum, deviation > 1e-12 * Math.Abs(sum) ? deviation : 0);
    }

    /// <summary>Interpolates between the two nearest, as numpy does. Reorders the numbers.</summary>
    private static double Quantile(double[] numbers, double share)
    {
        var at = share * (numbers.Length - 1);
        var below = (int)at;
        var lower = Quickselect.At(numbers, below);
        // What is above stands behind by now: the next one is the least of it.
        var upper = below + 1 < numbers.Length ? Quickselect.Least(numbers.AsSpan(below + 1)) : lower;
        return lower == upper ? lower : lower * (1 - (at - below)) + upper * (at - below);
    }

    private static double MostFrequent(double[] sorted)
    {
        Array.Sort(sorted);
        var (best, most, from) = (sorted[0], 0, 0);
        for (var at = 1; at <= sorted.Length; at++)
        {
            if (at == sorted.Length || sorted[at] != sorted[from])
            {
                (best, most) = at - from > most ? (sorted[from], at - from) : (best, most);
                from = at;
            }
        }
        return best;
    }
}
