using System.Globalization;
using Escale.Explore.Tables.Statistics;

namespace Escale.Explore.Profiles.Facts;

/// <summary>Histograms, values far from the others, the order of the rows, and frequent values, many columns in one statement.</summary>
internal static class Spreads
{
    private const int Steps = 30;
    private const int ColumnsAtOnce = 40;
    private const int OrderAtMost = 200;

    /// <summary>Histograms with the counts of values that are far out, by column.</summary>
    public static async Task<Dictionary<string, (Histogram Histogram, OutlierFacts? Outliers)>> HistogramsAsync(
        ProfileRows rows, string from, IReadOnlyList<ColumnSql> columns, BasicFacts facts, CancellationToken cancellationToken)
    {
        var found = new Dictionary<string, (Histogram, OutlierFacts?)>(StringComparer.Ordinal);
        var planned = columns.Where(column => column.HasScale).Select(column => (Column: column, Plan: Plan.Of(column, facts))).Where(one => one.Plan is not null).ToList();
        foreach (var some in planned.Chunk(planned.Count > ColumnsAtOnce ? ColumnPart.Most : ColumnsAtOnce))
        {
            var sql = some.Length > ColumnsAtOnce
                ? LongSql.Histograms([.. some.Select(one => one.Column)], [.. some.Select((one, at) => one.Plan!.Row(at))], from, Plan.Place("p.low", "p.start", "p.step", "p.most", "p.high"))
                : string.Join("\nUNION ALL\n", some.Select((one, at) => one.Plan!.Sql(one.Column, at, from)));
            var answer = await rows.QueryAsync(sql, cancellationToken);
            foreach (var counts in answer.GroupBy(row => (int)(long)row[0]!))
            {
                var (column, plan) = some[counts.Key];
                found[column.Column.Name] = plan!.Read(counts.ToDictionary(row => (long)row[1]!, row => (long)row[2]!));
            }
        }
        return found;
    }

    /// <summary>The most frequent values and some others of each column, with their counts; how many there are in all is noted in the facts.</summary>
    public static async Task<Dictionary<string, List<ValueCount>>> ValuesAsync(
        ProfileRows rows, string from, IReadOnlyList<ColumnSql> columns, BasicFacts facts, int most, CancellationToken cancellationToken)
    {
        var found = columns.ToDictionary(column => column.Column.Name, _ => new List<ValueCount>(), StringComparer.Ordinal);
        var plain = columns.Where(column => column.IsPlain).ToList();
        foreach (var some in plain.Chunk(plain.Count > ColumnsAtOnce ? ColumnPart.Most : ColumnsAtOnce))
        {
            var sql = some.Length > ColumnsAtOnce ? LongSql.Values(some, from, most) : string.Join("\nUNION ALL\n", some.Select((column, at) => string.Create(CultureInfo.InvariantCulture,
                $"(SELECT {at}::BIGINT, left({column.Text}, 200), __n, __groups FROM (SELECT {column.Name}, count(*) AS __n, count(*) OVER () AS __groups FROM {from} AS t WHERE {column.Name} IS NOT NULL GROUP BY 1 ORDER BY __n DESC, hash({column.Name}) LIMIT {(column.IsText ? most : Math.Min(most, 50))}) AS v)")));
            foreach (var row in await rows.QueryAsync(sql, cancellationToken))
            {
                var column = some[(int)(long)row[0]!];
                found[column.Column.Name].Add(new ValueCount((string)row[1]!, (long)row[2]!));
                facts.NoteDistinct(column, (long)row[3]!);
            }
        }
        return found;
    }

    /// <summary>Whether columns rise or fall from row to row; only of rows in their own order.</summary>
    public static async Task<Dictionary<string, string>> OrdersAsync(ProfileRows rows, string from, IReadOnlyList<ColumnSql> columns, CancellationToken cancellationToken)
    {
        var found = new Dictionary<string, string>(StringComparer.Ordinal);
        var some = columns.Where(column => column.HasScale).Take(OrderAtMost).ToList();
        if (some.Count == 0)
        {
            return found;
        }
        var inner = string.Join(", ", some.Select((column, at) => string.Create(CultureInfo.InvariantCulture, $"{column.Name} AS x{at}, lag({column.Name}) OVER () AS p{at}")));
        var outer = string.Join(", ", some.Select((_, at) => string.Create(CultureInfo.InvariantCulture, $"count_if(x{at} > p{at}), count_if(x{at} < p{at})")));
        var row = (await rows.QueryAsync($"SELECT {outer} FROM (SELECT {inner} FROM {from} AS t)", cancellationToken))[0];
        for (var at = 0; at < some.Count; at++)
        {
            var (up, down) = (Counted(row[2 * at]), Counted(row[(2 * at) + 1]));
            if (up + down >= 2 && (up == 0 || down == 0))
            {
                found[some[at].Column.Name] = down == 0 ? "ascending" : "descending";
            }
        }
        return found;
    }

    internal static long Counted(object? value) => value switch { long one => one, Int128 large => (long)large, _ => 0 };

    /// <summary>Between which values a histogram is drawn: the ends, unless a few values lie so far out that nothing else could be seen.</summary>
    private sealed record Plan(double From, double To, (double Low, double High)? Fences)
    {
        public static Plan? Of(ColumnSql column, BasicFacts facts)
        {
            var quantiles = facts.Quantiles(column);
            if (facts.Number(column, "least") is not { } least || facts.Number(column, "most") is not { } most || most <= least || quantiles.Count != BasicFacts.Shares.Length)
            {
                return null;
            }
            var (low, high) = (quantiles[2], quantiles[4]);
            var width = high - low;
            (double, double)? fences = width > 0 ? (low - (3 * width), high + (3 * width)) : null;
            var reach = Math.Max(quantiles[6] - quantiles[0], 3 * width);
            return reach > 0 ? new Plan(Math.Max(least, quantiles[0] - reach), Math.Min(most, quantiles[6] + reach), fences) : new Plan(least, most, fences);
        }

        public string Sql(ColumnSql column, int at, string from)
        {
            var (low, high) = Fences is { } fences ? (Literal(fences.Low), Literal(fences.High)) : ("NULL", "NULL");
            return string.Create(CultureInfo.InvariantCulture, $"""
                SELECT {at}::BIGINT, {Place(low, Literal(From), Literal((To - From) / Steps), Literal(To), high)}, count(*)
                FROM (SELECT {column.Finite} AS x FROM {from} AS t) WHERE x IS NOT NULL GROUP BY 1, 2
                """);
        }

        /// <summary>The plan as a row of values.</summary>
        public string Row(int at)
        {
            var (low, high) = Fences is { } fences ? (Literal(fences.Low), Literal(fences.High)) : ("NULL", "NULL");
            return string.Create(CultureInfo.InvariantCulture, $"({at}, {low}, {Literal(From)}, {Literal((To - From) / Steps)}, {Literal(To)}, {high})");
        }

        /// <summary>The step of a value: 0 to 29; before them -1, after them 30; what is also far out has 1000 added or taken.</summary>
        public static string Place(string low, string start, string step, string most, string high) => string.Create(CultureInfo.InvariantCulture,
            $"(CASE WHEN x < {start} THEN -1 WHEN x > {most} THEN {Steps} ELSE least(floor((x - {start}) / {step}), {Steps - 1}) END + CASE WHEN x < {low} THEN -1000 WHEN x > {high} THEN 1000 ELSE 0 END)::BIGINT");

        public (Histogram, OutlierFacts?) Read(Dictionary<long, long> counts)
        {
            var steps = new long[Steps];
            var (under, over, below, above) = (0L, 0L, 0L, 0L);
            foreach (var (key, count) in counts)
            {
                var far = key < -500 ? -1 : key > 500 ? 1 : 0;
                (below, above) = (below + (far < 0 ? count : 0), above + (far > 0 ? count : 0));
                var step = key - (1000 * far);
                if (step < 0)
                {
                    under += count;
                }
                else if (step >= Steps)
                {
                    over += count;
                }
                else
                {
                    steps[step] += count;
                }
            }
            return (new Histogram(From, To, steps, under, over), Fences is { } fences ? new OutlierFacts(fences.Low, fences.High, below, above) : null);
        }

        private static string Literal(double value) => value.ToString("R", CultureInfo.InvariantCulture) + "::DOUBLE";
    }
}
