using Escale.Modeling.Judging;

namespace Escale.Modeling.Watching;

/// <summary>Whether a column looks as it did at training.</summary>
/// <param name="Column">The column; <c>prediction</c> for what was said.</param>
/// <param name="Rows">Rows asked about that had a value.</param>
/// <param name="Distance">Numbers: Wasserstein's distance in spreads of training (the middle half). Categories: Jensen-Shannon's, from 0 to 1.</param>
/// <param name="PValue">How likely such a difference is by chance: Kolmogorov-Smirnov for numbers, χ² for categories.</param>
/// <param name="MissingThen">Share of rows without a value at training.</param>
/// <param name="MissingNow">The same now.</param>
/// <param name="NewShare">Categories: share of rows with a value that training did not see.</param>
/// <param name="HasDrifted">Whether it differs by more than chance, all columns considered together, and by enough to matter.</param>
public sealed record ColumnDrift(string Column, int Rows, double Distance, double PValue, double MissingThen, double MissingNow, double NewShare, bool HasDrifted);

/// <summary>Compares what an endpoint was asked with what its model learned from. Pure.</summary>
internal static class Drift
{
    /// <summary>The least rows to say anything by.</summary>
    public const int LeastRows = 100;

    private const double FalseDiscoveries = 0.05;
    private const double LeastDistance = 0.1;
    private const double LeastMissing = 0.1;

    /// <summary>The columns, those that drifted most first. Of many columns some differ by chance: Benjamini and Hochberg's procedure keeps the share of false ones below 5 %.</summary>
    /// <param name="reference">What training saw.</param>
    /// <param name="values">For each column its values now, as texts; null for missing ones.</param>
    public static IReadOnlyList<ColumnDrift> Of(IReadOnlyList<ReferenceColumn> reference, IReadOnlyDictionary<string, IReadOnlyList<string?>> values)
    {
        var found = reference.Where(column => values.TryGetValue(column.Name, out var now) && now.Count >= LeastRows && (column.Numbers.Count > 0 || column.Levels.Count > 0)).Select(column => Compare(column, values[column.Name])).ToList();
        var ordered = found.Select(one => one.PValue).Order().ToArray();
        var limit = 0.0;
        for (var at = 0; at < ordered.Length; at++)
        {
            limit = ordered[at] <= FalseDiscoveries * (at + 1) / ordered.Length ? ordered[at] : limit;
        }
        return [.. found.Select(one => one with { HasDrifted = (limit > 0 || one.PValue == 0) && one.PValue <= limit && one.Distance >= LeastDistance || one.MissingNow - one.MissingThen >= LeastMissing })
            .OrderByDescending(one => one.HasDrifted).ThenByDescending(one => one.Distance)];
    }

    private static ColumnDrift Compare(ReferenceColumn column, IReadOnlyList<string?> values)
    {
        var known = values.OfType<string>().ToList();
        var missing = 1 - (double)known.Count / values.Count;
        if (column.Numbers.Count == 0)
        {
            var counts = known.CountBy(value => value, StringComparer.Ordinal).ToDictionary(StringComparer.Ordinal);
            var (distance, p) = Categories(column.Levels, counts);
            return new ColumnDrift(column.Name, known.Count, distance, p, column.MissingShare, missing, known.Count == 0 ? 0 : (double)known.Count(value => !column.Levels.ContainsKey(value)) / known.Count, false);
        }
        var numbers = known.Select(Number).Where(double.IsFinite).Order().ToArray();
        var (wasserstein, ks) = numbers.Length == 0 ? (0, 1) : Numbers([.. column.Numbers], numbers, column.Count);
        return new ColumnDrift(column.Name, numbers.Length, wasserstein, ks, column.MissingShare, missing, 0, false);
    }

    private static double Number(string text) => double.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, out var number) ? number
        : bool.TryParse(text, out var value) ? value ? 1 : 0
        : DateTime.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, System.Globalization.DateTimeStyles.RoundtripKind, out var moment) ? References.Days(DateTime.SpecifyKind(moment, DateTimeKind.Unspecified)) : double.NaN;

    /// <summary>Wasserstein's distance in middle halves of the first, and the probability of Kolmogorov and Smirnov. Both are in order.</summary>
    internal static (double Distance, double PValue) Numbers(double[] then, double[] now, int thenCount)
    {
        var (area, most, i, j) = (0.0, 0.0, 0, 0);
        var at = Math.Min(then[0], now[0]);
        while (i < then.Length || j < now.Length)
        {
            var next = i < then.Length && (j >= now.Length || then[i] <= now[j]) ? then[i] : now[j];
            area += Math.Abs((double)i / then.Length - (double)j / now.Length) * (next - at);
            at = next;
            while (i < then.Length && then[i] == at) { i++; }
            while (j < now.Length && now[j] == at) { j++; }
            most = Math.Max(most, Math.Abs((double)i / then.Length - (double)j / now.Length));
        }
        var spread = then[(int)(0.75 * (then.Length - 1))] - then[(int)(0.25 * (then.Length - 1))];
        spread = spread > 0 ? spread : then[^1] - then[0];
        var size = Math.Sqrt((double)thenCount * now.Length / (thenCount + now.Length));
        return (area / (spread > 0 ? spread : Math.Max(1e-9, Math.Abs(then[0]))), Kolmogorov((size + 0.12 + 0.11 / size) * most));
    }

    /// <summary>Jensen-Shannon's distance (the root of the divergence in bits), and the probability of χ². Rare values are taken together.</summary>
    internal static (double Distance, double PValue) Categories(IReadOnlyDictionary<string, int> then, IReadOnlyDictionary<string, int> now)
    {
        var (thenSum, nowSum) = ((double)then.Values.Sum(), (double)now.Values.Sum());
        if (thenSum == 0 || nowSum == 0)
        {
            return (0, 1);
        }
        var (divergence, statistic, cells, rareThen, rareNow) = (0.0, 0.0, 0, 0.0, 0.0);
        foreach (var level in then.Keys.Union(now.Keys))
        {
            var (a, b) = ((double)then.GetValueOrDefault(level), (double)now.GetValueOrDefault(level));
            divergence += Part(a / thenSum, b / nowSum) / 2 + Part(b / nowSum, a / thenSum) / 2;
            if ((a + b) * nowSum / (thenSum + nowSum) < 5 || (a + b) * thenSum / (thenSum + nowSum) < 5)
            {
                (rareThen, rareNow) = (rareThen + a, rareNow + b);
                continue;
            }
            (statistic, cells) = (statistic + Cell(a, b, thenSum, nowSum), cells + 1);
        }
        if (rareThen + rareNow > 0)
        {
            (statistic, cells) = (statistic + Cell(rareThen, rareNow, thenSum, nowSum), cells + 1);
        }
        return (Math.Sqrt(Math.Max(0, divergence)), cells < 2 ? 1 : ChiSquared(statistic, cells - 1));

        static double Part(double own, double other) => own == 0 ? 0 : own * Math.Log2(own / ((own + other) / 2));

        static double Cell(double a, double b, double thenSum, double nowSum)
        {
            var (expectedThen, expectedNow) = ((a + b) * thenSum / (thenSum + nowSum), (a + b) * nowSum / (thenSum + nowSum));
            return (a - expectedThen) * (a - expectedThen) / expectedThen + (b - expectedNow) * (b - expectedNow) / expectedNow;
        }
    }

    // The tail of Kolmogorov's distribution.
    private static double Kolmogorov(double x)
    {
        if (x < 0.2)
        {
            return 1;
        }
        var sum = 0.0;
        for (var k = 1; k <= 100; k++)
        {
            sum += (k % 2 == 1 ? 2 : -2) * Math.Exp(-2.0 * k * k * x * x);
        }
        return Math.Clamp(sum, 0, 1);
    }

    // The tail of χ²: Wilson and Hilferty's cube root, which is near enough for a decision at 5 %.
    private static double ChiSquared(double statistic, int freedom)
    {
        var part = 2.0 / (9 * freedom);
        var z = (Math.Cbrt(statistic / freedom) - (1 - part)) / Math.Sqrt(part);
        return NormalTail(z);
    }

    // Abramowitz and Stegun 26.2.17.
    private static double NormalTail(double z)
    {
        if (z < 0)
        {
            return 1 - NormalTail(-z);
        }
        var t = 1 / (1 + 0.2316419 * z);
        return Math.Exp(-z * z / 2) / Math.Sqrt(2 * Math.PI) * t * (0.319381530 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
    }
}
