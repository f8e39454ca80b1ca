using System.Globalization;

namespace Escale.Explore.Profiles.Facts;

/// <summary>
/// Questions about hundreds of columns over one relation of (column, value): DuckDB plans a statement with hundreds of parts for longer than it takes to answer it.
/// </summary>
internal static class LongSql
{
    /// <summary>The most frequent values of each column, as (column, value, rows, different values).</summary>
    public static string Values(IReadOnlyList<ColumnSql> columns, string from, int most)
    {
        var texts = string.Join(", ", columns.Select((column, at) => column.IsText ? at : -1).Where(at => at >= 0).Select(at => at.ToString(CultureInfo.InvariantCulture)).DefaultIfEmpty("-1"));
        return string.Create(CultureInfo.InvariantCulture, $"""
            SELECT c::BIGINT, left(x, 200), n, groups FROM (
              SELECT c, x, n, count(*) OVER (PARTITION BY c) AS groups, row_number() OVER (PARTITION BY c ORDER BY n DESC, hash(x)) AS place FROM (
                SELECT c, x, count(*) AS n FROM {Cells(columns.Select(column => $"{column.Name}::VARCHAR"), "VARCHAR", from)} AS cells WHERE x IS NOT NULL GROUP BY c, x))
            WHERE place <= CASE WHEN c IN ({texts}) THEN {most} ELSE {Math.Min(most, 50)} END
            """);
    }

    /// <summary>How many values fall in each step of each column's plan, as (column, step, rows).</summary>
    public static string Histograms(IReadOnlyList<ColumnSql> columns, IReadOnlyList<string> plans, string from, string place) => $"""
        SELECT p.c::BIGINT, {place}, count(*)
        FROM {Cells(columns.Select(column => column.Finite), "DOUBLE", from)} AS cells JOIN (VALUES {string.Join(", ", plans)}) AS p(c, low, start, step, most, high) ON cells.c = p.c
        WHERE x IS NOT NULL GROUP BY 1, 2
        """;

    /// <summary>The figures of numbers and times, as (column, figures in this order).</summary>
    public static string Numbers(IReadOnlyList<ColumnSql> columns, IEnumerable<string> figures, string from) =>
        $"SELECT c::BIGINT, {string.Join(", ", figures)} FROM {Cells(columns.Select(column => column.Finite), "DOUBLE", from)} AS cells GROUP BY 1";

    /// <summary>The figures of texts, as (column, figures in this order).</summary>
    public static string Texts(IReadOnlyList<ColumnSql> columns, IEnumerable<string> figures, string from) =>
        $"SELECT c::BIGINT, {string.Join(", ", figures)} FROM {Cells(columns.Select(column => column.Name), "VARCHAR", from)} AS cells GROUP BY 1";

    /// <summary>In how many rows a text is so, as (column, counts in this order): each different text is looked at once.</summary>
    public static string Counts(IReadOnlyList<ColumnSql> columns, IEnumerable<string> conditions, string from) => $"""
        SELECT c::BIGINT, {string.Join(", ", conditions.Select(one => $"sum(n) FILTER ({one})"))} FROM (
          SELECT c, x, count(*) AS n FROM {Cells(columns.Select(column => column.Name), "VARCHAR", from)} AS cells WHERE x IS NOT NULL GROUP BY c, x) GROUP BY 1
        """;

    private static string Cells(IEnumerable<string> values, string type, string from)
    {
        var list = values.ToList();
        return $"(SELECT unnest(range({list.Count.ToString(CultureInfo.InvariantCulture)})) AS c, unnest([{string.Join(", ", list)}]::{type}[]) AS x FROM {from} AS t)";
    }
}
