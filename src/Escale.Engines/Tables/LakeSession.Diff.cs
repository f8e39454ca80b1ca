using Escale.Engines.DuckDb;
using Escale.Lake;

namespace Escale.Engines.Tables;

/// <summary>How many rows two versions of a table differ in.</summary>
/// <param name="Added">Rows only in the newer one.</param>
/// <param name="Removed">Rows only in the older one.</param>
/// <param name="Changed">Rows with the same key and other values; 0 without a key.</param>
public sealed record DiffCounts(long Added, long Removed, long Changed);

// Only the files in which the versions differ are read. A row that merely moved from file to file is no difference.
public sealed partial class LakeSession
{
    private const string Change = "change";

    /// <summary>Counts the rows in which two versions of a table differ.</summary>
    /// <param name="from">The older version.</param>
    /// <param name="to">The newer one, of the same table.</param>
    /// <param name="keys">Columns by which rows are the same row; none: a row with another value is one removed and one added.</param>
    /// <param name="ct">Cancels.</param>
    public DiffCounts CountDifferences(Snapshot from, Snapshot to, IReadOnlyList<string> keys, CancellationToken ct = default)
    {
        using var result = Connection.Query($"SELECT {Change}, count(*) FROM ({DiffSql(from, to, keys)}) GROUP BY 1", ct);
        var counts = result.Rows().ToDictionary(row => (string)row[0]!, row => (long)row[1]!, StringComparer.Ordinal);
        return new DiffCounts(counts.GetValueOrDefault("added"), counts.GetValueOrDefault("removed"), counts.GetValueOrDefault("changed"));
    }

    /// <summary>
    /// The rows themselves, as a stream: first column <c>change</c> (<c>added</c>, <c>removed</c>, <c>changed</c>), then those of both versions;
    /// of a changed row the new values.
    /// </summary>
    /// <param name="from">The older version.</param>
    /// <param name="to">The newer one, of the same table.</param>
    /// <param name="keys">See <see cref="CountDifferences"/>.</param>
    /// <param name="limit">At most so many rows.</param>
    /// <param name="ct">Cancels.</param>
    public DuckResult Diff(Snapshot from, Snapshot to, IReadOnlyList<string> keys, long? limit = null, CancellationToken ct = default) =>
        Connection.Query(DiffSql(from, to, keys) + (limit is { } most ? $"\nLIMIT {SqlText.Number(most)}" : ""), ct);

    private string DiffSql(Snapshot from, Snapshot to, IReadOnlyList<string> keys)
    {
        var table = Catalog.Table(to.Table);
        var before = from.Files.Select(file => file.Path).ToHashSet(StringComparer.Ordinal);
        var after = to.Files.Select(file => file.Path).ToHashSet(StringComparer.Ordinal);
        var columns = Columns(from.Schema, to.Schema);
        var old = Side(table, from, [.. from.Files.Where(file => !after.Contains(file.Path))], columns);
        var now = Side(table, to, [.. to.Files.Where(file => !before.Contains(file.Path))], columns);
        var names = columns.Select(column => DuckSql.Name(column.Name)).ToList();
        if (keys.Count == 0)
        {
            return $"""
                WITH before_rows AS ({old}), after_rows AS ({now})
                SELECT 'removed' AS {Change}, * FROM (SELECT * FROM before_rows EXCEPT ALL SELECT * FROM after_rows)
                UNION ALL SELECT 'added' AS {Change}, * FROM (SELECT * FROM after_rows EXCEPT ALL SELECT * FROM before_rows)
                """;
        }
        var values = string.Join(", ", names.Select(name => $"CASE WHEN s.here THEN s.{name} ELSE o.{name} END AS {name}"));
        return $"""
            SELECT CASE WHEN o.here IS NULL THEN 'added' WHEN s.here IS NULL THEN 'removed' ELSE 'changed' END AS {Change}, {values}
            FROM (SELECT true AS here, * FROM ({old})) o FULL JOIN (SELECT true AS here, * FROM ({now})) s ON {OnKeys(keys)}
            WHERE o.here IS NULL OR s.here IS NULL OR {string.Join(" OR ", names.Select(name => $"o.{name} IS DISTINCT FROM s.{name}"))}
            """;
    }

    // The columns of both, each in a type that holds the values of both.
    private static List<DeltaField> Columns(DeltaSchema from, DeltaSchema to) =>
    [
        .. to.Columns.Select(column => from.Find(column.Name) is { } other && !other.Type.Equals(column.Type)
            ? column with { Type = SchemaEvolution.Wider(other.Type, column.Type) ?? PrimitiveType.String } : column),
        .. from.Columns.Where(column => to.Find(column.Name) is null),
    ];

    private static string Side(DeltaTable table, Snapshot snapshot, IReadOnlyList<DataFile> files, IReadOnlyList<DeltaField> columns)
    {
        var list = columns.Select(column => snapshot.Schema.Find(column.Name) is { } own
            ? $"CAST({DuckSql.Name(own.Name)} AS {TableTypes.ToSql(column.Type)}) AS {DuckSql.Name(column.Name)}"
            : $"NULL::{TableTypes.ToSql(column.Type)} AS {DuckSql.Name(column.Name)}");
        return $"SELECT {string.Join(", ", list)} FROM ({TableSelect.Of(table, snapshot.Metadata, files)})";
    }
}
