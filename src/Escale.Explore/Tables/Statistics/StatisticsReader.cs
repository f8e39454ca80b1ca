using System.Globalization;
using Escale.Engines.DuckDb;
using Escale.Engines.Tables;
using Escale.Explore.Profiles.Facts;
using Escale.Explore.Tables.Reading;

namespace Escale.Explore.Tables.Statistics;

/// <summary>Computes statistics: counts, least, most and mean over all rows in one pass; the rest from all rows, or from a sample of a large table.</summary>
internal static class StatisticsReader
{
    private const long MostRows = 1_000_000;
    private const int Steps = 24;
    private const int MostTop = 5;

    /// <summary>Computes them.</summary>
    public static TableStatistics Read(LakeSession session, TableShape shape, CancellationToken ct)
    {
        var scan = shape.Scan(session.Catalog);
        var rows = shape.Snapshot?.RowCount ?? session.Connection.Scalar<long>($"SELECT count(*) FROM (\n{scan}\n) t", ct);
        var basics = Basics(session.Connection, shape, scan, ct);
        var isLarge = rows > MostRows;
        var sample = isLarge ? string.Create(CultureInfo.InvariantCulture, $" TABLESAMPLE system({100.0 * MostRows / rows:0.######} PERCENT) REPEATABLE (7)") : "";
        session.Connection.Execute($"CREATE OR REPLACE TEMP TABLE looked_at AS SELECT {string.Join(", ", shape.Columns.Select(column => DuckSql.Name(column.Name)))} FROM (\n{scan}\n) t{sample}", ct);
        try
        {
            var looked = session.Connection.Scalar<long>("SELECT count(*) FROM temp.main.looked_at", ct);
            return new TableStatistics(rows, isLarge ? looked : null, [.. basics.Select(column => Distribution(session.Connection, isLarge ? column : Exact(session.Connection, column, ct), ct))]);
        }
        finally
        {
            session.Connection.Execute("DROP TABLE temp.main.looked_at", CancellationToken.None);
        }
    }

    private static List<ColumnStatistics> Basics(DuckConnection connection, TableShape shape, string scan, CancellationToken ct)
    {
        var expressions = shape.Columns.SelectMany(column =>
        {
            var name = DuckSql.Name(column.Name);
            var isPlain = column.Kind is not ("nested" or "bytes");
            return new[]
            {
                $"count({name})", isPlain ? $"approx_count_distinct({name})" : "NULL::BIGINT", isPlain ? $"min({name})::VARCHAR" : "NULL::VARCHAR", isPlain ? $"max({name})::VARCHAR" : "NULL::VARCHAR",
                column.Kind == "number" ? $"avg({name})::DOUBLE" : "NULL::DOUBLE", column.Kind == "number" ? $"stddev_samp({ColumnSql.Of(column)})::DOUBLE" : "NULL::DOUBLE",
            };
        });
        using var result = connection.Query($"SELECT count(*), {string.Join(",\n  ", expressions)} FROM (\n{scan}\n) t", ct);
        var row = result.Rows().First();
        var all = (long)row[0]!;
        return [.. shape.Columns.Select((column, at) =>
        {
            var from = 1 + (at * 6);
            var count = (long)row[from]!;
            return new ColumnStatistics(column.Name, column.Type, column.Kind, count, all - count, row[from + 1] is long distinct ? Math.Min(distinct, count) : null, row[from + 2] as string, row[from + 3] as string)
            {
                Mean = row[from + 4] as double?,
                Deviation = row[from + 5] as double?,
            };
        })];
    }

    /// <summary>Where all rows are looked at, different values are counted, not estimated.</summary>
    private static ColumnStatistics Exact(DuckConnection connection, ColumnStatistics column, CancellationToken ct) => column.Distinct is null
        ? column
        : column with { Distinct = connection.Scalar<long>($"SELECT count(DISTINCT {DuckSql.Name(column.Name)}) FROM temp.main.looked_at", ct) };

    private static ColumnStatistics Distribution(DuckConnection connection, ColumnStatistics column, CancellationToken ct)
    {
        var shown = new TableColumn(column.Name, column.Type, column.Kind);
        if (column.Kind is "nested" or "bytes" || column.Count == 0)
        {
            return column;
        }
        var name = DuckSql.Name(column.Name);
        using var top = connection.Query(string.Create(CultureInfo.InvariantCulture,
            $"SELECT left({name}::VARCHAR, 200), count(*) AS n FROM temp.main.looked_at WHERE {name} IS NOT NULL GROUP BY {name} HAVING n > 1 ORDER BY n DESC, 1 LIMIT {MostTop}"), ct);
        var found = column with { Top = [.. top.Rows().Select(row => new ValueCount((string)row[0]!, (long)row[1]!))] };
        if (column.Kind == "time" && !column.Type.StartsWith("DATE", StringComparison.Ordinal) && !column.Type.StartsWith("TIMESTAMP", StringComparison.Ordinal))
        {
            return found;
        }
        return column.Kind is "number" or "time" ? WithShape(connection, found, ColumnSql.Of(shown), ct) : found;
    }

    private static ColumnStatistics WithShape(DuckConnection connection, ColumnStatistics column, string value, CancellationToken ct)
    {
        double? least, most;
        var quartiles = new List<double>();
        using (var bounds = connection.Query($"SELECT min(x), max(x), approx_quantile(x, 0.25), approx_quantile(x, 0.5), approx_quantile(x, 0.75) FROM (SELECT {value} AS x FROM temp.main.looked_at)", ct))
        {
            var row = bounds.Rows().First();
            (least, most) = (row[0] as double?, row[1] as double?);
            quartiles.AddRange(row.Skip(2).OfType<double>());
        }
        if (least is null || most is null || most <= least)
        {
            return column;
        }
        var histogram = new long[Steps];
        using (var statement = connection.Prepare(string.Create(CultureInfo.InvariantCulture,
            $"SELECT least(floor((x - $1) / ($2 - $1) * {Steps}), {Steps - 1})::INTEGER, count(*) FROM (SELECT {value} AS x FROM temp.main.looked_at) WHERE x IS NOT NULL GROUP BY 1")))
        {
            using var steps = statement.Bind(1, least.Value).Bind(2, most.Value).Query(ct);
            foreach (var row in steps.Rows())
            {
                histogram[(int)row[0]!] = (long)row[1]!;
            }
        }
        return column with { Quartiles = column.Kind == "number" ? quartiles : [], Histogram = histogram };
    }
}
