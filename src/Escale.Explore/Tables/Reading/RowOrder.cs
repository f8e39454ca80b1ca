using System.Globalization;
using Escale.Engines.Tables;
using Escale.Kernel;

namespace Escale.Explore.Tables.Reading;

/// <summary>
/// The rows that filters leave, in the order that is asked for, as numbers of files and of rows in them: 6 to 8 bytes a row. With it any window
/// is found at once, however the rows were sorted. Thread-safe.
/// </summary>
internal sealed class RowOrder : IDisposable
{
    private readonly LakeSession _session;
    private readonly Lock _gate = new();

    private RowOrder(LakeSession session, long count)
    {
        _session = session;
        Count = count;
    }

    /// <summary>Rows that the filters leave.</summary>
    public long Count { get; }

    /// <summary>Builds it: one pass over the columns of the filters and sorts.</summary>
    public static RowOrder Build(LakeSession session, TableShape shape, RowQuery query, CancellationToken cancellationToken)
    {
        var files = shape.Snapshot!.Files;
        var clauses = RowSql.Of(shape, query);
        var scan = shape.Scan(session.Catalog, numbered: true);
        var file = "0::UINTEGER";
        var from = $"(\n{scan}\n) t";
        var order = clauses.OrderBy;
        if (files.Count > 1)
        {
            var table = session.Catalog.Table(shape.Name);
            session.Connection.Execute("CREATE TEMP TABLE files (__escale_name VARCHAR, __escale_number UINTEGER)", cancellationToken);
            using (var appender = session.Connection.Append("temp", "main", "files"))
            {
                for (var at = 0; at < files.Count; at++)
                {
                    appender.Append(table.LocationOf(files[at])).Append((uint)at).EndRow();
                }
                appender.Complete();
            }
            from += $" JOIN temp.main.files f ON f.__escale_name = t.{TableScan.FileColumn}";
            file = "f.__escale_number";
            // A join keeps no order by itself.
            order = order.Length > 0 ? $"{order}, f.__escale_number, t.{TableScan.RowColumn}" : $"\nORDER BY f.__escale_number, t.{TableScan.RowColumn}";
        }
        try
        {
            using var statement = clauses.Prepare(session.Connection, $"CREATE TABLE row_order AS SELECT {file} AS file, t.{TableScan.RowColumn}::UINTEGER AS row FROM {from}{clauses.Where}{order}");
            statement.Execute(cancellationToken);
        }
        catch (EscaleException error) when (error.Code == "engines.duckdb.conversion")
        {
            throw RowSql.Unfit(error);
        }
        return new RowOrder(session, session.Connection.Scalar<long>("SELECT count(*) FROM row_order", cancellationToken));
    }

    /// <summary>Where the rows of a window are: the number of the file, the number of the row in it.</summary>
    public List<(int File, long Row)> Slice(long offset, int limit)
    {
        lock (_gate)
        {
            using var result = _session.Connection.Query(string.Create(CultureInfo.InvariantCulture, $"SELECT file, row FROM row_order LIMIT {limit} OFFSET {offset}"));
            var rows = new List<(int, long)>(limit);
            while (result.TryRead(out var chunk))
            {
                var file = chunk[0].Values<uint>();
                var row = chunk[1].Values<uint>();
                for (var at = 0; at < chunk.RowCount; at++)
                {
                    rows.Add(((int)file[at], row[at]));
                }
            }
            return rows;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_gate)
        {
            _session.Dispose();
        }
    }
}
