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
            var wanted = some.SelectMany(column => Wanted(column, exact).Select(one => (column.Column.Name, one.Key, one.Sql))).ToList();
            var hash = parts.Count == 1 ? RowHash(columns) : null;
            var row = (await rows.QueryAsync(Statement(relation, wanted.Select(one => one.Sql), hash, partsOfHash), cancellationToken))[0];
            facts.Rows = (long)row[0]!;
            facts.Repeated = hash is null ? facts.Repeated : Repeats(row, partsOfHash);
            for (var at = 0; at < wanted.Count; at++)
            {
                facts._values[(wanted[at].Name, wanted[at].Key)] = row[at + 3];
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

    private static IEnumerable<(string Key, string Sql)> Wanted(ColumnSql column, bool exact)
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
        if (column.HasScale)
        {
            var shares = string.Join(", ", Shares.Select(share => share.ToString(CultureInfo.InvariantCulture)));
            yield return ("least", $"min({column.Finite})");
            yield return ("most", $"max({column.Finite})");
            yield return ("quantiles", exact ? $"quantile_cont({column.Finite}, [{shares}])" : $"approx_quantile({column.Finite}, [{shares}])");
        }
        foreach (var one in column.IsNumber ? OfNumbers(column, exact) : column.IsText ? OfTexts(column) : [])
        {
            yield return one;
        }
    }

    private static IEnumerable<(string Key, string Sql)> OfNumbers(ColumnSql column, bool exact)
    {
        yield return ("finite", $"count({column.Finite})");
        yield return ("mean", $"avg({column.Finite})");
        yield return ("deviation", $"stddev_samp({column.Finite})");
        yield return ("zeros", $"count_if({column.Name} = 0)");
        yield return ("negatives", $"count_if({column.Name} < 0)");
        if (exact)
        {
            yield return ("skew", $"skewness({column.Finite})");
            yield return ("fractions", column.Column.Type.EndsWith("INT", StringComparison.Ordinal) || column.Column.Type == "INTEGER" ? "0::BIGINT" : $"count_if({column.Finite} <> trunc({column.Finite}))");
        }
    }

    private static IEnumerable<(string Key, string Sql)> OfTexts(ColumnSql column)
    {
        yield return ("shortest", $"min(length({column.Name}))");
        yield return ("longest", $"max(length({column.Name}))");
        yield return ("length", $"avg(length({column.Name}))");
        yield return ("empty", $"count_if({column.Name} = '')");
    }
}
