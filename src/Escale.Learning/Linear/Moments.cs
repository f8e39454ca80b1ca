using Escale.Learning.Threads;

namespace Escale.Learning.Linear;

/// <summary>
/// The weighted first and second moments of features and target: all that least squares needs, n·p²/2 operations once. Kept about a reference close to the means,
/// so that nothing cancels, and additive, so that those of a fold can be taken away from those of all rows.
/// </summary>
internal sealed class Moments
{
    private readonly double[] _reference;
    private readonly double _targetReference;

    private Moments(double[] reference, double targetReference)
    {
        (_reference, _targetReference) = (reference, targetReference);
        (Sums, Products, Gram) = (new double[reference.Length], new double[reference.Length], new double[checked(reference.Length * reference.Length)]);
    }

    /// <summary>What the moments are about.</summary>
    public (double[] Features, double Target) Reference => (_reference, _targetReference);

    /// <summary>How many features.</summary>
    public int Count => Sums.Length;

    public double Weight { get; private set; }

    /// <summary>Σ w·x for each feature.</summary>
    public double[] Sums { get; }

    /// <summary>Σ w·x·y for each feature.</summary>
    public double[] Products { get; }

    /// <summary>Σ w·x·x' for each pair of features, row after row.</summary>
    public double[] Gram { get; }

    public double TargetSum { get; private set; }

    public double TargetSquares { get; private set; }

    /// <summary>The weighted mean of a feature.</summary>
    public double Mean(int feature) => _reference[feature] + Sums[feature] / Weight;

    public double TargetMean => _targetReference + TargetSum / Weight;

    /// <summary>A place to take moments about: the means, or zero when there is no intercept.</summary>
    public static (double[] Reference, double TargetReference) ReferenceOf(FeatureMatrix features, ReadOnlySpan<double> target, ReadOnlySpan<double> weights, bool hasIntercept)
    {
        var reference = new double[features.FeatureCount];
        if (!hasIntercept)
        {
            return (reference, 0);
        }
        var all = weights.IsEmpty ? Ones(target.Length) : weights;
        var weight = Columns.Sum(all);
        for (var feature = 0; feature < reference.Length; feature++)
        {
            reference[feature] = Columns.Dot(features[feature], all) / weight;
        }
        return (reference, Columns.Dot(target, all) / weight);
    }

    public static Moments Of(
        FeatureMatrix features, ReadOnlySpan<double> target, ReadOnlySpan<double> weights, (double[] Features, double Target) reference, WorkerTeam team, CancellationToken token)
    {
        var moments = new Moments(reference.Features, reference.Target);
        var weight = weights.IsEmpty ? Ones(target.Length) : weights.ToArray();
        var weighted = new double[target.Length];
        for (var row = 0; row < weighted.Length; row++)
        {
            var distance = target[row] - reference.Target;
            weighted[row] = weight[row] * distance;
            moments.TargetSquares += weighted[row] * distance;
        }
        (moments.Weight, moments.TargetSum) = (Columns.Sum(weight), Columns.Sum(weighted));
        team.Run(moments.Count, feature =>
        {
            var about = reference.Features[feature];
            moments.Sums[feature] = Columns.Dot(features[feature], weight) - about * moments.Weight;
            moments.Products[feature] = Columns.Dot(features[feature], weighted) - about * moments.TargetSum;
        });
        GramMatrix.Add(features, weights.IsEmpty ? null : weight, reference.Features, moments.Gram, team, token);
        return moments;
    }

    /// <summary>A copy.</summary>
    public Moments Without() => Without(new Moments(_reference, _targetReference));

    /// <summary>Those of the other rows: these without <paramref name="part"/>, which must be about the same reference.</summary>
    public Moments Without(Moments part)
    {
        var rest = new Moments(_reference, _targetReference)
        {
            Weight = Weight - part.Weight,
            TargetSum = TargetSum - part.TargetSum,
            TargetSquares = TargetSquares - part.TargetSquares,
        };
        Subtract(Sums, part.Sums, rest.Sums);
        Subtract(Products, part.Products, rest.Products);
        Subtract(Gram, part.Gram, rest.Gram);
        return rest;
    }

    /// <summary>The intercept of some coefficients, seen from the reference.</summary>
    public double Shift(ReadOnlySpan<double> coefficients) => (TargetSum - Columns.Dot(coefficients, Sums)) / Weight;

    /// <summary>Σ w·(y − prediction)² over the rows of these moments, which must not be centred.</summary>
    public double Errors(ReadOnlySpan<double> coefficients, double shift)
    {
        var sum = TargetSquares - 2 * Columns.Dot(coefficients, Products) - 2 * shift * (TargetSum - Columns.Dot(coefficients, Sums)) + shift * shift * Weight;
        for (var row = 0; row < Count; row++)
        {
            sum += coefficients[row] == 0 ? 0 : coefficients[row] * Columns.Dot(Gram.AsSpan(row * Count, Count), coefficients);
        }
        return sum;
    }

    /// <summary>Takes the means away, in place; a feature that does not vary comes to exact zeros.</summary>
    public Moments Centre()
    {
        var count = Count;
        for (var row = 0; row < count; row++)
        {
            Columns.AddScaled(Sums, -Sums[row] / Weight, Gram.AsSpan(row * count, count));
            Products[row] -= Sums[row] * TargetSum / Weight;
        }
        TargetSquares = Math.Max(0, TargetSquares - TargetSum * TargetSum / Weight);
        for (var feature = 0; feature < count; feature++)
        {
            // Single precision tells values apart by 6e-8 of their size: what varies less than this is rounding.
            var least = 1e-12 * Math.Abs(Mean(feature));
            if (Gram[feature * count + feature] <= Weight * least * least)
            {
                Products[feature] = 0;
                for (var other = 0; other < count; other++)
                {
                    Gram[feature * count + other] = Gram[other * count + feature] = 0;
                }
            }
        }
        return this;
    }

    private static double[] Ones(int length)
    {
        var ones = new double[length];
        Array.Fill(ones, 1);
        return ones;
    }

    private static void Subtract(double[] all, double[] part, double[] rest)
    {
        for (var at = 0; at < all.Length; at++)
        {
            rest[at] = all[at] - part[at];
        }
    }
}
