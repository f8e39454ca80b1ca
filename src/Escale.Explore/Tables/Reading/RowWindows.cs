using System.Globalization;
using Escale.Engines.DuckDb;
using Escale.Engines.Tables;

namespace Escale.Explore.Tables.Reading;

/// <summary>Some consecutive rows, as text.</summary>
/// <param name="Offset">The number of the first, from 0.</param>
/// <param name="Total">Rows that the filters leave in all.</param>
/// <param name="Rows">The values, by row and column; null where missing.</param>
internal sealed record RowWindow(long Offset, long Total, IReadOnlyList<string?[]> Rows);

/// <summary>
/// Reads windows of rows for the grid. Rows of a table in its own order are found by their number: the log says in which file, and DuckDB reads
/// one or two row groups. Sorted or filtered rows are found through a <see cref="RowOrder"/>. Thread-safe.
/// </summary>
internal sealed class RowWindows(ReadSessions sessions, RowOrders orders)
{
    // The beginning of a sorted table is shown by a search for the first rows, while the whole order is made.
    private const long FirstRows = 2_000;

    /// <summary>The rows from <see cref="RowQuery.Offset"/>, at most <see cref="RowQuery.Limit"/>.</summary>
    public async Task<RowWindow> ReadAsync(TableShape shape, RowQuery query, CancellationToken cancellationToken)
    {
        var limit = (int)query.Limit!.Value;
        if (shape.Snapshot is null || shape.Snapshot.Files.Any(file => file.RowCount is null))
        {
            return await sessions.RunAsync((session, ct) => Searched(session, shape, query, null, ct), ReadSessions.Short, cancellationToken);
        }
        if (query.IsPlain)
        {
            return await sessions.RunAsync((session, ct) => Plain(session, shape, query, limit, ct), ReadSessions.Short, cancellationToken);
        }
        var ordering = orders.Get(shape, query);
        if (query.Sorts.Count > 0 && query.Offset + limit <= FirstRows && !ordering.IsCompleted)
        {
            return await sessions.RunAsync((session, ct) => Searched(session, shape, query, query.Filters.Count == 0 ? shape.Snapshot.RowCount : null, ct), ReadSessions.Short, cancellationToken);
        }
        var order = await ordering.WaitAsync(cancellationToken);
        var places = order.Slice(query.Offset, limit);
        var rows = await sessions.RunAsync((session, ct) => At(session, shape, query, places, ct), ReadSessions.Short, cancellationToken);
        return new RowWindow(query.Offset, order.Count, rows);
    }

    private static RowWindow Plain(LakeSession session, TableShape shape, RowQuery query, int limit, CancellationToken ct)
    {
        var places = new List<string?[]>(limit);
        var (from, to, start) = (query.Offset, query.Offset + limit, 0L);
        foreach (var file in shape.Snapshot!.Files)
        {
            var end = start + file.RowCount!.Value;
            if (start < to && end > from)
            {
                var (first, last) = (Math.Max(from, start) - start, Math.Min(to, end) - start - 1);
                var sql = string.Create(CultureInfo.InvariantCulture,
                    $"SELECT {RowSql.Columns(shape, query)} FROM (\n{shape.Scan(session.Catalog, [file], numbered: true)}\n) t WHERE {TableScan.RowColumn} BETWEEN {first} AND {last} ORDER BY {TableScan.RowColumn}");
                using var result = session.Connection.Query(sql, ct);
                Take(result, places.Add);
            }
            start = end;
        }
        return new RowWindow(query.Offset, start, places);
    }

    private static List<string?[]> At(LakeSession session, TableShape shape, RowQuery query, List<(int File, long Row)> places, CancellationToken ct)
    {
        var found = new string?[places.Count][];
        foreach (var group in places.Select((place, at) => (place.File, place.Row, At: at)).GroupBy(place => place.File))
        {
            var at = group.ToDictionary(place => place.Row, place => place.At);
            var (least, most) = (at.Keys.Min(), at.Keys.Max());
            var list = string.Join(',', at.Keys.Order().Select(row => row.ToString(CultureInfo.InvariantCulture)));
            var sql = string.Create(CultureInfo.InvariantCulture,
                $"SELECT {TableScan.RowColumn}, {RowSql.Columns(shape, query)} FROM (\n{shape.Scan(session.Catalog, [shape.Snapshot!.Files[group.Key]], numbered: true)}\n) t WHERE {TableScan.RowColumn} BETWEEN {least} AND {most} AND {TableScan.RowColumn} IN ({list})");
            using var result = session.Connection.Query(sql, ct);
            Take(result, row => found[at[long.Parse(row[0]!, CultureInfo.InvariantCulture)]] = row[1..]);
        }
        return [.. found];
    }

    /// <summary>Views, foreign tables, and the first rows of an order that is not made yet: DuckDB searches for them.</summary>
    private static RowWindow Searched(LakeSession session, TableShape shape, RowQuery query, long? known, CancellationToken ct)
    {
        if (shape.Snapshot is null)
        {
            session.Mount(shape.Name);
        }
        var scan = shape.Scan(session.Catalog);
        var (sql, clauses) = RowSql.Whole(shape, query, scan);
        var rows = new List<string?[]>();
        clauses.Read(session.Connection, sql, result => Take(result, rows.Add), ct);
        var total = known ?? clauses.Read(session.Connection, $"SELECT count(*) FROM (\n{scan}\n) t{clauses.Where}", result => result.Scalar<long>(), ct);
        return new RowWindow(query.Offset, total, rows);
    }

    private static int Take(DuckResult result, Action<string?[]> add)
    {
        var count = 0;
        while (result.TryRead(out var chunk))
        {
            for (var row = 0; row < chunk.RowCount; row++, count++)
            {
                var values = new string?[chunk.ColumnCount];
                for (var column = 0; column < values.Length; column++)
                {
                    values[column] = chunk[column].IsNull(row) ? null : chunk[column].Text(row);
                }
                add(values);
            }
        }
        return count;
    }
}
