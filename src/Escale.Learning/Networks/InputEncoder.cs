using Escale.Learning.Persistence;

namespace Escale.Learning.Networks;

/// <summary>
/// What a network sees of a row. Every number that takes more than two values comes as a scaled value that is drawn in where it is extreme (median 0, interquartile range 1, then
/// z ÷ √(1 + (z ÷ 3)²); Holzmüller et al., 2024) and, where asked for, as a piecewise linear encoding (Gorishniy et al., 2022): for each piece between two quantiles how much of it
/// lies below the value, 0 to 1. What takes two values is one such piece; what takes one is left out.
/// </summary>
internal sealed class InputEncoder
{
    /// <summary>How soon scaled values are drawn in.</summary>
    public const double Bend = 1.0 / 9;

    private const int MostQuantileRows = 20_000;

    private InputEncoder(int[] smooth, double[] centers, double[] factors, int[] pieces, double[] starts, double[] slopes) =>
        (Smooth, Centers, Factors, Pieces, Starts, Slopes) = (smooth, centers, factors, pieces, starts, slopes);

    /// <summary>The features of scaled values, which come first.</summary>
    public int[] Smooth { get; }

    /// <summary>What is subtracted from each.</summary>
    public double[] Centers { get; }

    /// <summary>By what it is multiplied then.</summary>
    public double[] Factors { get; }

    /// <summary>The feature of each piece; they follow.</summary>
    public int[] Pieces { get; }

    /// <summary>Where it begins.</summary>
    public double[] Starts { get; }

    /// <summary>One over its length.</summary>
    public double[] Slopes { get; }

    /// <summary>How many inputs a row has.</summary>
    public int Count => Smooth.Length + Pieces.Length;

    /// <summary>Looks at training rows.</summary>
    /// <param name="features">They, finite.</param>
    /// <param name="bins">Most pieces of a number; 0 for the scaled value alone.</param>
    public static InputEncoder Fit(FeatureMatrix features, int bins)
    {
        var (smooth, centers, factors) = (new List<int>(), new List<double>(), new List<double>());
        var (pieces, starts, slopes) = (new List<int>(), new List<double>(), new List<double>());
        for (var feature = 0; feature < features.FeatureCount; feature++)
        {
            var sorted = Sorted(features[feature]);
            if (sorted[0] == sorted[^1])
            {
                continue;
            }
            var edges = Edges(sorted, bins);
            if (edges.Length > 2 || (bins == 0 && !IsPair(sorted)))
            {
                var range = Quantile(sorted, 0.75) - Quantile(sorted, 0.25);
                smooth.Add(feature);
                centers.Add(Quantile(sorted, 0.5));
                factors.Add(range > 0 ? 1 / range : 2 / ((double)sorted[^1] - sorted[0]));
            }
            for (var at = 0; at + 1 < edges.Length && (bins > 0 || IsPair(sorted)); at++)
            {
                pieces.Add(feature);
                starts.Add(edges[at]);
                slopes.Add(1 / (edges[at + 1] - edges[at]));
            }
        }
        return new InputEncoder([.. smooth], [.. centers], [.. factors], [.. pieces], [.. starts], [.. slopes]);
    }

    /// <summary>The inputs of one row.</summary>
    public void Encode(ReadOnlySpan<float> row, Span<double> inputs)
    {
        for (var at = 0; at < Smooth.Length; at++)
        {
            var scaled = (row[Smooth[at]] - Centers[at]) * Factors[at];
            inputs[at] = scaled / Math.Sqrt(1 + scaled * scaled * Bend);
        }
        inputs = inputs[Smooth.Length..];
        for (var at = 0; at < Pieces.Length; at++)
        {
            inputs[at] = Math.Clamp((row[Pieces[at]] - Starts[at]) * Slopes[at], 0, 1);
        }
    }

    public void Save(SavedNode node)
    {
        node.SetArray<int>("smooth", Smooth);
        node.SetArray<double>("centers", Centers);
        node.SetArray<double>("factors", Factors);
        node.SetArray<int>("pieces", Pieces);
        node.SetArray<double>("starts", Starts);
        node.SetArray<double>("slopes", Slopes);
    }

    public static InputEncoder Load(SavedNode node, int featureCount)
    {
        var (smooth, pieces) = (node.Array<int>("smooth"), node.Array<int>("pieces"));
        if (smooth.Concat(pieces).Any(feature => feature < 0 || feature >= featureCount))
        {
            throw SavedNode.Damaged("a network reads a feature that there is not");
        }
        return new InputEncoder(
            smooth, node.Numbers("centers", smooth.Length), node.Numbers("factors", smooth.Length), pieces, node.Numbers("starts", pieces.Length), node.Numbers("slopes", pieces.Length));
    }

    /// <summary>Whether there are two different values at most.</summary>
    public static bool IsPair(ReadOnlySpan<float> values)
    {
        var other = values.IndexOfAnyExcept(values[0]);
        return other < 0 || values[other..].IndexOfAnyExcept(values[0], values[other]) < 0;
    }

    /// <summary>The ends of the pieces: the values themselves when they are few, otherwise quantiles, no two alike.</summary>
    private static double[] Edges(float[] sorted, int bins)
    {
        var wanted = Math.Max(2, bins);
        var distinct = new List<double>();
        for (var at = 0; at < sorted.Length && distinct.Count <= wanted + 1; at++)
        {
            if (at == 0 || sorted[at] != sorted[at - 1])
            {
                distinct.Add(sorted[at]);
            }
        }
        return distinct.Count <= wanted + 1 ? [.. distinct] : [.. Enumerable.Range(0, wanted + 1).Select(at => Quantile(sorted, (double)at / wanted)).Distinct()];
    }

    private static double Quantile(float[] sorted, double share)
    {
        var at = share * (sorted.Length - 1);
        var below = (int)at;
        return below + 1 < sorted.Length ? sorted[below] + (at - below) * ((double)sorted[below + 1] - sorted[below]) : sorted[below];
    }

    /// <summary>Values in order; of many rows some, evenly, and always the least and the greatest.</summary>
    private static float[] Sorted(ReadOnlySpan<float> values)
    {
        var sorted = new float[Math.Min(values.Length, MostQuantileRows)];
        var (least, most) = (values[0], values[0]);
        for (var at = 0; at < sorted.Length; at++)
        {
            sorted[at] = values[(int)((long)at * values.Length / sorted.Length)];
        }
        foreach (var value in values)
        {
            (least, most) = (Math.Min(least, value), Math.Max(most, value));
        }
        Array.Sort(sorted);
        (sorted[0], sorted[^1]) = (least, most);
        return sorted;
    }
}
