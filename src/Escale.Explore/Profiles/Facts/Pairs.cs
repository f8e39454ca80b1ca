using System.Globalization;

namespace Escale.Explore.Profiles.Facts;

/// <summary>
/// How columns go together, from some thousand rows: Pearson and Spearman for two numbers, Cramér's V (corrected for its bias) for two categories, the
/// correlation ratio for a category and a number.
/// </summary>
internal static class Pairs
{
    private const int MostRows = 10_000;
    private const int MostColumns = 50;
    private const int MostLevels = 50;
    private const int LeastRows = 10;
    private const int MostPairs = 400;

    /// <summary>Measures all pairs of columns that can be measured, the strongest first.</summary>
    /// <param name="rows">The engine.</param>
    /// <param name="from">What to read.</param>
    /// <param name="columns">The columns.</param>
    /// <param name="facts">What is known of them; the many-valued and the constant are left out.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public static async Task<IReadOnlyList<PairProfile>> ReadAsync(ProfileRows rows, string from, IReadOnlyList<ColumnSql> columns, BasicFacts facts, CancellationToken cancellationToken)
    {
        var some = columns.Where(column => IsUsable(column, facts)).Take(MostColumns).ToList();
        if (some.Count < 2)
        {
            return [];
        }
        var list = string.Join(", ", some.Select(column => column.HasScale ? column.Finite : $"left({column.Text}, 100)"));
        var sample = facts.Rows > MostRows ? string.Create(CultureInfo.InvariantCulture, $" USING SAMPLE reservoir({MostRows} ROWS) REPEATABLE (7)") : "";
        var answer = await rows.QueryAsync($"SELECT {list} FROM {from} AS t{sample}", cancellationToken);
        return await Task.Run(() => Measure([.. some.Select((column, at) => Series.Of(column, answer, at))], cancellationToken), cancellationToken);
    }

    private static bool IsUsable(ColumnSql column, BasicFacts facts) =>
        column.IsPlain && facts.Count(column, "distinct") is var distinct && distinct >= 2 && (column.HasScale || distinct <= MostLevels);

    private static List<PairProfile> Measure(List<Series> series, CancellationToken cancellationToken)
    {
        var found = new List<PairProfile>();
        for (var a = 0; a < series.Count; a++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            for (var b = a + 1; b < series.Count; b++)
            {
                if (Of(series[a], series[b]) is { } pair)
                {
                    found.Add(pair);
                }
            }
        }
        return [.. found.OrderByDescending(pair => pair.Strength).ThenBy(pair => pair.A, StringComparer.Ordinal).ThenBy(pair => pair.B, StringComparer.Ordinal).Take(MostPairs)];
    }

    private static PairProfile? Of(Series a, Series b)
    {
        if (a.Levels is null && b.Levels is null)
        {
            return Numbers(a, b);
        }
        if (a.Levels is not null && b.Levels is not null)
        {
            return Cramer(a, b) is { } v ? new PairProfile(a.Name, b.Name, IsEqual(a, b) ? "equal" : "association", v) : null;
        }
        var (group, number) = a.Levels is not null ? (a, b) : (b, a);
        return Ratio(group, number) is { } ratio ? new PairProfile(group.Name, number.Name, "ratio", ratio) : null;
    }

    private static PairProfile? Numbers(Series a, Series b)
    {
        var same = true;
        for (var row = 0; row < a.Values.Length && same; row++)
        {
            same = a.Values[row].Equals(b.Values[row]);
        }
        return Correlation(a.Values, b.Values) is { } pearson
            ? new PairProfile(a.Name, b.Name, same ? "equal" : "correlation", pearson, Correlation(a.Ranks, b.Ranks) ?? pearson)
            : null;
    }

    /// <summary>Pearson's correlation of the rows that have both; null when there are few or one does not vary.</summary>
    internal static double? Correlation(double[] a, double[] b)
    {
        var (count, meanA, meanB, sumAb, sumAa, sumBb) = (0, 0.0, 0.0, 0.0, 0.0, 0.0);
        for (var row = 0; row < a.Length; row++)
        {
            if (double.IsNaN(a[row]) || double.IsNaN(b[row]))
            {
                continue;
            }
            count++;
            var (deltaA, deltaB) = (a[row] - meanA, b[row] - meanB);
            meanA += deltaA / count;
            meanB += deltaB / count;
            sumAb += deltaA * (b[row] - meanB);
            sumAa += deltaA * (a[row] - meanA);
            sumBb += deltaB * (b[row] - meanB);
        }
        var scale = Math.Sqrt(sumAa) * Math.Sqrt(sumBb);
        return count < LeastRows || !(scale > 0) || !double.IsFinite(scale) ? null : Math.Clamp(sumAb / scale, -1, 1);
    }

    private static double? Cramer(Series a, Series b)
    {
        var (wide, high) = (a.Levels!.Count, b.Levels!.Count);
        var table = new long[wide * high];
        var count = 0L;
        for (var row = 0; row < a.Codes.Length; row++)
        {
            if (a.Codes[row] >= 0 && b.Codes[row] >= 0)
            {
                table[(a.Codes[row] * high) + b.Codes[row]]++;
                count++;
            }
        }
        var sumA = Enumerable.Range(0, wide).Select(i => Enumerable.Range(0, high).Sum(j => table[(i * high) + j])).ToArray();
        var sumB = Enumerable.Range(0, high).Select(j => Enumerable.Range(0, wide).Sum(i => table[(i * high) + j])).ToArray();
        var (r, k) = (sumA.Count(sum => sum > 0), sumB.Count(sum => sum > 0));
        if (count < LeastRows || r < 2 || k < 2)
        {
            return null;
        }
        var squares = 0.0;
        for (var cell = 0; cell < table.Length; cell++)
        {
            var expected = (double)sumA[cell / high] * sumB[cell % high] / count;
            squares += expected > 0 ? (table[cell] - expected) * (table[cell] - expected) / expected : 0;
        }
        var phi = Math.Max(0, (squares / count) - ((double)(r - 1) * (k - 1) / (count - 1)));
        var (fewR, fewK) = (r - ((double)(r - 1) * (r - 1) / (count - 1)), k - ((double)(k - 1) * (k - 1) / (count - 1)));
        var least = Math.Min(fewR, fewK) - 1;
        return least <= 0 ? null : Math.Min(1, Math.Sqrt(phi / least));
    }

    /// <summary>The correlation ratio, corrected for the number of groups: how much of a number's variance lies between the groups (its root).</summary>
    private static double? Ratio(Series group, Series number)
    {
        var (sums, counts) = (new double[group.Levels!.Count], new long[group.Levels.Count]);
        var (count, mean, total) = (0L, 0.0, 0.0);
        for (var row = 0; row < group.Codes.Length; row++)
        {
            var value = number.Values[row];
            if (group.Codes[row] < 0 || double.IsNaN(value))
            {
                continue;
            }
            sums[group.Codes[row]] += value;
            counts[group.Codes[row]]++;
            count++;
            var delta = value - mean;
            mean += delta / count;
            total += delta * (value - mean);
        }
        var groups = counts.Count(one => one > 0);
        if (count - groups < LeastRows || groups < 2 || !(total > 0) || !double.IsFinite(total))
        {
            return null;
        }
        var between = 0.0;
        for (var level = 0; level < sums.Length; level++)
        {
            between += counts[level] == 0 ? 0 : counts[level] * Math.Pow((sums[level] / counts[level]) - mean, 2);
        }
        var share = 1 - ((1 - Math.Min(1, between / total)) * (count - 1) / (count - groups));
        return Math.Sqrt(Math.Clamp(share, 0, 1));
    }

    private static bool IsEqual(Series a, Series b)
    {
        for (var row = 0; row < a.Codes.Length; row++)
        {
            if ((a.Codes[row] < 0) != (b.Codes[row] < 0) || (a.Codes[row] >= 0 && a.Levels![a.Codes[row]] != b.Levels![b.Codes[row]]))
            {
                return false;
            }
        }
        return true;
    }

    /// <summary>The values of a column: numbers with NaN where missing, or the numbers of its levels with -1.</summary>
    private sealed class Series
    {
        public required string Name { get; init; }

        public double[] Values { get; private init; } = [];

        public double[] Ranks { get; private init; } = [];

        public int[] Codes { get; private init; } = [];

        public List<string>? Levels { get; private init; }

        public static Series Of(ColumnSql column, IReadOnlyList<object?[]> rows, int at)
        {
            if (column.HasScale)
            {
                var values = rows.Select(row => row[at] as double? ?? double.NaN).ToArray();
                return new Series { Name = column.Column.Name, Values = values, Ranks = RanksOf(values) };
            }
            var (codes, levels, known) = (new int[rows.Count], new List<string>(), new Dictionary<string, int>(StringComparer.Ordinal));
            for (var row = 0; row < codes.Length; row++)
            {
                var text = rows[row][at] as string;
                if (text is not null && !known.ContainsKey(text))
                {
                    known[text] = levels.Count;
                    levels.Add(text);
                }
                codes[row] = text is null ? -1 : known[text];
            }
            return new Series { Name = column.Column.Name, Codes = codes, Levels = levels };
        }

        private static double[] RanksOf(double[] values)
        {
            var order = Enumerable.Range(0, values.Length).Where(row => !double.IsNaN(values[row])).OrderBy(row => values[row]).ToArray();
            var ranks = new double[values.Length];
            Array.Fill(ranks, double.NaN);
            for (var from = 0; from < order.Length;)
            {
                var to = from;
                while (to + 1 < order.Length && values[order[to + 1]].Equals(values[order[from]]))
                {
                    to++;
                }
                for (var at = from; at <= to; at++)
                {
                    ranks[order[at]] = (from + to) / 2.0;
                }
                from = to + 1;
            }
            return ranks;
        }
    }
}
