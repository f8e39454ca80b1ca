using Escale.Engines.DuckDb;
using Escale.Kernel;
using Escale.Lake;

namespace Escale.Engines.Tables;

// Copy-on-write: the files that hold rows to change are written again without them, together with the new rows, in one COPY; all other files
// stay. Statistics rule out files first, then one scan of the columns in question finds those that are really touched.
public sealed partial class LakeSession
{
    private CopyPlan PlanRewrite(TableWrite write, DeltaTable table, Snapshot? head, Staged staged, CancellationToken ct)
    {
        var columns = write.Columns ?? Describe(write.Sql, ct);
        var metadata = Target(write, head, columns, out var evolved, out var widened);
        if (head is null)
        {
            Stage(write, metadata, columns, staged, ct);
            return Finish(write, table, null, metadata, $"SELECT * FROM {Staged.Table}");
        }
        if (write.Mode == WriteMode.Append && !widened)
        {
            return PlanCopy(write, table, head, ct);
        }
        var fields = metadata.Schema.Columns;
        var incoming = Project(write.Sql, columns, fields);
        Touched touched;
        string kept;
        switch (write.Mode)
        {
            case WriteMode.Append:
                touched = Touched.All(head);
                kept = TableSelect.Of(table, metadata, touched.Files);
                break;
            case WriteMode.ReplaceWhere:
                var predicate = write.Predicate ?? throw new ArgumentException("A predicate is needed.", nameof(write));
                touched = FindByPredicate(table, head, metadata, predicate, ct);
                kept = $"SELECT * FROM ({TableSelect.Of(table, metadata, touched.Files)}) WHERE ({predicate}\n) IS NOT TRUE";
                incoming = $"SELECT * FROM ({incoming}) WHERE CASE WHEN ({predicate}\n) THEN true ELSE error({DuckSql.Literal(OutsidePredicate)}) END";
                break;
            default:
                Stage(write, metadata, columns, staged, ct);
                touched = FindByKeys(table, head, metadata, write.Keys, ct);
                var old = TableSelect.Of(table, metadata, touched.Files);
                kept = $"SELECT o.* FROM ({old}) o ANTI JOIN {Staged.Table} s ON {OnKeys(write.Keys)}";
                incoming = Incoming(write, columns, fields, old);
                break;
        }
        if (widened && touched.Files.Count < head.Files.Count)
        {
            // A wider type means that every file is written again; the files that no rule touches come over whole.
            var others = head.Files.Except(touched.Files).ToList();
            kept += $"\nUNION ALL\n{TableSelect.Of(table, metadata, others)}";
            touched = new Touched(head.Files, touched.Matching);
        }
        var rows = touched.Files.Sum(file => file.RowCount ?? CountRows(table, file, ct));
        return Finish(write, table, head, metadata, touched.Files.Count == 0 ? incoming : $"{kept}\nUNION ALL\n{incoming}") with
        {
            MetadataChanges = evolved,
            Removes = touched.Files,
            RowsKept = write.Mode == WriteMode.Append ? rows : rows - touched.Matching,
            Reads = ReadScope.WholeTable,
        };
    }

    private void Stage(TableWrite write, TableMetadata metadata, IReadOnlyList<DuckColumn> columns, Staged staged, CancellationToken ct)
    {
        CheckKeys(write, metadata, columns);
        staged.Fill(Project(write.Sql, columns, metadata.Schema.Columns.Where(field => Has(columns, field.Name))), ct);
        if (write.Mode == WriteMode.Merge)
        {
            CheckUnique(write, ct);
        }
    }

    private static EscaleException Outside(TableWrite write) => new(
        "tables.outside-predicate", $"A new row for {write.Table} does not match '{write.Predicate}', the rows that it replaces.",
        "Filter the SELECT by the same condition.", new Place(null, Table: write.Table.ToString()));

    private const string OutsidePredicate = "escale: a new row does not match the predicate of the rows that it replaces";

    /// <summary>The new rows. A merge that gives only some columns leaves the others of a row that is there as they are.</summary>
    private static string Incoming(TableWrite write, IReadOnlyList<DuckColumn> columns, IReadOnlyList<DeltaField> fields, string old)
    {
        var missing = fields.Where(field => !Has(columns, field.Name)).Select(field => field.Name).ToHashSet(StringComparer.Ordinal);
        if (missing.Count == 0)
        {
            return $"SELECT {SqlText.Names(fields.Select(field => field.Name))} FROM {Staged.Table}";
        }
        if (write.Mode != WriteMode.Merge)
        {
            return $"SELECT {string.Join(", ", fields.Select(field => missing.Contains(field.Name) ? $"NULL::{TableTypes.ToSql(field.Type)} AS {DuckSql.Name(field.Name)}" : DuckSql.Name(field.Name)))} FROM {Staged.Table}";
        }
        var list = fields.Select(field => (missing.Contains(field.Name) ? "o." : "s.") + DuckSql.Name(field.Name));
        return $"""
            SELECT {string.Join(", ", list)} FROM {Staged.Table} s
            LEFT JOIN (SELECT * FROM ({old}) QUALIFY row_number() OVER (PARTITION BY {SqlText.Names(write.Keys)}) = 1) o ON {OnKeys(write.Keys)}
            """;
    }

    private Touched FindByPredicate(DeltaTable table, Snapshot head, TableMetadata metadata, string predicate, CancellationToken ct)
    {
        var candidates = SimplePredicate.Bounds(predicate) is { } bounds ? FileSkipping.Select(head, bounds) : head.Files;
        return Find(head, $"""
            SELECT {TableSelect.FileColumn}, count(*) FROM ({TableSelect.Of(table, metadata, [.. candidates], withFile: true)}) o
            WHERE ({predicate}
            ) GROUP BY ALL
            """, table, ct);
    }

    private Touched FindByKeys(DeltaTable table, Snapshot head, TableMetadata metadata, IReadOnlyList<string> keys, CancellationToken ct)
    {
        var candidates = FileSkipping.Select(head, KeyRange(keys, ct));
        return Find(head, $"""
            SELECT {TableSelect.FileColumn}, count(*) FROM ({TableSelect.Of(table, metadata, [.. candidates], withFile: true)}) o
            SEMI JOIN {Staged.Table} s ON {OnKeys(keys)} GROUP BY ALL
            """, table, ct);
    }

    private Touched Find(Snapshot head, string sql, DeltaTable table, CancellationToken ct)
    {
        var byLocation = head.Files.ToDictionary(table.LocationOf, StringComparer.Ordinal);
        var touched = new List<DataFile>();
        long rows = 0;
        using var result = Connection.Query(sql, ct);
        while (result.TryRead(out var chunk))
        {
            for (var row = 0; row < chunk.RowCount; row++)
            {
                touched.Add(byLocation[chunk[0].Text(row)]);
                rows += chunk[1].Values<long>()[row];
            }
        }
        var paths = touched.Select(file => file.Path).ToHashSet(StringComparer.Ordinal);
        return new Touched([.. head.Files.Where(file => paths.Contains(file.Path))], rows);
    }

    private List<ColumnBound> KeyRange(IReadOnlyList<string> keys, CancellationToken ct)
    {
        var list = string.Join(", ", keys.Select(key => $"min({DuckSql.Name(key)}), max({DuckSql.Name(key)})"));
        using var result = Connection.Query($"SELECT {list} FROM {Staged.Table}", ct);
        var row = result.Rows().First();
        return [.. keys.Select((key, i) => new ColumnBound(key, Plain(row[2 * i]), Plain(row[(2 * i) + 1])))];
    }

    // The types that FileSkipping compares; of others nothing is concluded.
    private static object? Plain(object? value) => value switch
    {
        sbyte or short or int or byte => Convert.ToInt64(value, System.Globalization.CultureInfo.InvariantCulture),
        float number => (double)number,
        long or double or decimal or string or DateOnly or DateTimeOffset => value,
        _ => null,
    };

    private void CheckUnique(TableWrite write, CancellationToken ct)
    {
        var keys = SqlText.Names(write.Keys);
        var notNull = string.Join(" AND ", write.Keys.Select(key => $"{DuckSql.Name(key)} IS NOT NULL"));
        using var result = Connection.Query($"SELECT {keys}, count(*) FROM {Staged.Table} WHERE {notNull} GROUP BY {keys} HAVING count(*) > 1 LIMIT 1", ct);
        if (result.TryRead(out var chunk))
        {
            var values = new List<string>();
            for (var i = 0; i < write.Keys.Count; i++)
            {
                values.Add($"{write.Keys[i]} = {chunk[i].Text(0)}");
            }
            throw new EscaleException("tables.duplicate-key", $"The new rows for {write.Table} have {chunk[write.Keys.Count].Text(0)} rows with {string.Join(", ", values)}.",
                "Keep one row per key, for example with QUALIFY row_number() OVER (PARTITION BY … ORDER BY …) = 1.", new Place(null, Table: write.Table.ToString(), Field: write.Keys[0]));
        }
    }

    private static void CheckKeys(TableWrite write, TableMetadata metadata, IReadOnlyList<DuckColumn> columns)
    {
        var absent = write.Keys.FirstOrDefault(key => !Has(columns, key) || metadata.Schema.Find(key) is null);
        if (write.Keys.Count == 0 || absent is not null)
        {
            throw new EscaleException("tables.no-such-key", absent is null ? $"Writing {write.Table} by key needs a key." : $"The key column '{absent}' is not among the new rows for {write.Table}.",
                "Name columns that the SELECT gives.", new Place(null, Table: write.Table.ToString(), Field: absent));
        }
    }

    private long CountRows(DeltaTable table, DataFile file, CancellationToken ct) =>
        Connection.Scalar<long>($"SELECT count(*) FROM read_parquet({SqlText.Files([table.LocationOf(file)])}, hive_partitioning = false)", ct);

    private static bool Has(IReadOnlyList<DuckColumn> columns, string name) => columns.Any(column => column.Name.Equals(name, StringComparison.OrdinalIgnoreCase));

    private static string OnKeys(IEnumerable<string> keys) => string.Join(" AND ", keys.Select(key => $"o.{DuckSql.Name(key)} = s.{DuckSql.Name(key)}"));

    /// <param name="Files">Files with rows that change.</param>
    /// <param name="Matching">How many rows change.</param>
    private sealed record Touched(IReadOnlyList<DataFile> Files, long Matching)
    {
        public static Touched All(Snapshot head) => new(head.Files, 0);
    }
}
