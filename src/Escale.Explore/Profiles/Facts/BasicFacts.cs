using System.Globalization;

namespace Escale.Explore.Profiles.Facts;

/// <summary>Some columns, and a relation that has them: DuckDB takes long to find a few of thousands.</summary>
internal sealed record ColumnPart(string From, IReadOnlyList<ColumnSql> Columns)
{
    /// <summary>How many columns are looked at in one pass.</summary>
    public const int Most = 200;
}

/// <summary>Counts, extremes, means and quantiles of all columns, in one pass over the rows for every few hundred columns.</summary>
internal sealed class BasicFacts
{
    /// <summary>The shares that quantiles are given for.</summary>
    public static readonly double[] Shares = [0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99];

    private readonly Dictionary<(string Column, string Key), object?> _values = [];

    /// <summary>Rows.</summary>
    public long Rows { get; private set; }

    /// <summary>Rows equal to an earlier one.</summary>
    public long Repeated { get; private set; }

    /// <summary>Whether <see cref="Repeated"/> was extrapolated.</summary>
    public bool IsRepeatedEstimate { get; private set; }

    /// <summary>Reads them.</summary>
    /// <param name="rows">The engine.</param>
    /// <param name="from">What to read: a relation.</param>
    /// <param name="parts">The columns, and relations that hold only some of them.</param>
    /// <param name="exact">Whether to count exactly what can be estimated in a fixed memory.</param>
    /// <param name="partsOfHash">Repeated rows are looked for among one of so many parts of all hashes; 1: among all.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public static async Task<BasicFacts> ReadAsync(ProfileRows rows, string from, IReadOnlyList<ColumnPart> parts, bool exact, long partsOfHash, CancellationToken cancellationToken)
    {
        var facts = new BasicFacts { IsRepeatedEstimate = partsOfHash > 1 };
        IReadOnlyList<ColumnSql> columns = [.. parts.SelectMany(part => part.Columns)];
        foreach (var (relation, some) in parts)
        {
            var isWide = exact && parts.Count > 1;
            var wanted = some.SelectMany(column => Wanted(column, exact, isWide).Select(one => (column.Column.Name, one.Key, one.Sql))).ToList();
            var hash = parts.Count == 1 ? RowHash(columns) : null;
            var row = (await rows.QueryAsync(Statement(relation, wanted.Select(one => one.Sql), hash, partsOfHash), cancellationToken))[0];
            facts.Rows = (long)row[0]!;
            facts.Repeated = hash is null ? facts.Repeated : Repeats(row, partsOfHash);
            for (var at = 0; at < wanted.Count; at++)
            {
                facts._values[(wanted[at].Name, wanted[at].Key)] = row[at + 3];
            }
            if (isWide)
            {
                await facts.ReadLongAsync(rows, relation, some, cancellationToken);
            }
        }
        if (parts.Count > 1)
        {
            facts.Repeated = Repeats((await rows.QueryAsync(Statement(from, [], RowHash(columns), partsOfHash), cancellationToken))[0], partsOfHash);
        }
        return facts;
    }

    /// <summary>A count.</summary>
    public long Count(ColumnSql column, string key) => CountOrNull(column, key) ?? 0;

    /// <summary>A count that may not have been made.</summary>
    public long? CountOrNull(ColumnSql column, string key) => _values.GetValueOrDefault((column.Column.Name, key)) is { } value ? Spreads.Counted(value) : null;

    /// <summary>Notes how many different values a column has.</summary>
    public void NoteDistinct(ColumnSql column, long distinct) => _values[(column.Column.Name, "distinct")] = distinct;

    /// <summary>A number, or null.</summary>
    public double? Number(ColumnSql column, string key) => _values.GetValueOrDefault((column.Column.Name, key)) is double value && double.IsFinite(value) ? value : null;

    /// <summary>A text, or null.</summary>
    public string? Text(ColumnSql column, string key) => _values.GetValueOrDefault((column.Column.Name, key)) as string;

    /// <summary>The quantiles, or none.</summary>
    public IReadOnlyList<double> Quantiles(ColumnSql column) => _values.GetValueOrDefault((column.Column.Name, "quantiles")) is object?[] list ? [.. list.OfType<double>()] : [];

    /// <summary>A hash of a whole row.</summary>
    public static string RowHash(IReadOnlyList<ColumnSql> columns) => $"hash({string.Join(", ", columns.Select(column => column.Name))})";

    private static string Statement(string from, IEnumerable<string> wanted, string? hash, long parts)
    {
        var known = hash is null ? "0::BIGINT, 0::BIGINT"
            : parts <= 1 ? "count(*), count(DISTINCT __row_hash)"
            : string.Create(CultureInfo.InvariantCulture, $"count(*) FILTER (__row_hash % {parts} = 0), count(DISTINCT __row_hash) FILTER (__row_hash % {parts} = 0)");
        var source = hash is null ? from : $"(SELECT *, {hash} AS __row_hash FROM {from})";
        return $"SELECT count(*), {known}{string.Concat(wanted.Select(one => ",\n  " + one))}\nFROM {source} AS t";
    }

    private static long Repeats(object?[] row, long parts) => ((long)row[1]! - (long)row[2]!) * Math.Max(1, parts);

    /// <summary>What is the same for all numbers, and for all texts, of hundreds of columns at once.</summary>
    private async Task ReadLongAsync(ProfileRows rows, string from, IReadOnlyList<ColumnSql> columns, CancellationToken cancellationToken)
    {
        var numbers = columns.Where(column => column.HasScale).ToList();
        if (numbers.Count > 0)
        {
            (string Key, string Sql)[] figures = [.. OfScale("x", exact: true), .. OfNumbers("x", "x", exact: true, isWhole: false)];
            Take(numbers, [.. figures.Select(one => one.Key)], await rows.QueryAsync(LongSql.Numbers(numbers, figures.Select(one => one.Sql), from), cancellationToken));
        }
        var texts = columns.Where(column => column.IsText).ToList();
        if (texts.Count > 0)
        {
            (string Key, string Sql)[] figures = [.. OfTexts("x")];
            Take(texts, [.. figures.Select(one => one.Key)], await rows.QueryAsync(LongSql.Texts(texts, figures.Select(one => one.Sql), from), cancellationToken));
        }
    }

    private void Take(IReadOnlyList<ColumnSql> columns, IReadOnlyList<string> keys, IReadOnlyList<object?[]> answer)
    {
        foreach (var row in answer)
        {
            for (var at = 0; at < keys.Count; at++)
            {
                _values[(columns[(int)(long)row[0]!].Column.Name, keys[at])] = row[at + 1];
            }
        }
    }

    private static IEnumerable<(string Key, string Sql)> Wanted(ColumnSql column, bool exact, bool isWide)
    {
        var name = column.Name;
        yield return ("count", $"count({name})");
        if (!column.IsPlain)
        {
            yield break;
        }
        // Counted exactly where the values are grouped anyway.
        yield return ("distinct", exact ? "0::BIGINT" : $"approx_count_distinct({name})");
        yield return ("min", $"left(min({name})::VARCHAR, 200)");
        yield return ("max", $"left(max({name})::VARCHAR, 200)");
        if (isWide)
        {
            yield break;
        }
        var isWhole = column.Column.Type.EndsWith("INT", StringComparison.Ordinal) || column.Column.Type == "INTEGER";
        foreach (var one in (column.HasScale ? OfScale(column.Finite, exact) : []).Concat(column.IsNumber ? OfNumbers(column.Name, column.Finite, exact, isWhole) : column.IsText ? OfTexts(column.Name) : []))
        {
            yield return one;
        }
    }

    private static IEnumerable<(string Key, string Sql)> OfScale(string finite, bool exact)
    {
        var shares = string.Join(", ", Shares.Select(share => share.ToString(CultureInfo.InvariantCulture)));
        yield return ("least", $"min({finite})");
        yield return ("most", $"max({finite})");
        yield return ("quantiles", exact ? $"quantile_cont({finite}, [{shares}])" : $"approx_quantile({finite}, [{shares}])");
    }

    private static IEnumerable<(string Key, string Sql)> OfNumbers(string name, string finite, bool exact, bool isWhole)
    {
        yield return ("finite", $"count({finite})");
        yield return ("mean", $"avg({finite})");
        yield return ("deviation", $"stddev_samp({finite})");
        yield return ("zeros", $"count_if({name} = 0)");
        yield return ("negatives", $"count_if({name} < 0)");
        if (exact)
        {
            yield return ("skew", $"skewness({finite})");
            yield return ("fractions", isWhole ? "0::BIGINT" : $"count_if({finite} <> trunc({finite}))");
        }
    }

    private static IEnumerable<(string Key, string Sql)> OfTexts(string name)
    {
        yield return ("shortest", $"min(length({name}))");
        yield return ("longest", $"max(length({name}))");
        yield return ("length", $"avg(length({name}))");
        yield return ("empty", $"count_if({name} = '')");
    }
}
