using System.Globalization;
using Escale.Engines.DuckDb;
using Escale.Kernel;
using Escale.Lake;

namespace Escale.Engines.Tables;

// Writing: plan (which COPY, what leaves the table), copy (DuckDB writes Parquet files that nobody sees yet), commit (one log entry). A crash
// before the commit leaves files that vacuum removes. Failpoints: tables.copy.before, tables.copy.after, tables.adopt.after,
// tables.commit.after.
public sealed partial class LakeSession
{
    /// <summary>Runs the SELECT and commits its rows.</summary>
    /// <exception cref="EscaleException">
    /// <c>engines.duckdb.*</c> for the SQL; <c>lake.schema-mismatch</c>; <c>lake.conflict</c>; <c>lake.append-only</c>;
    /// <c>tables.duplicate-key</c>; <c>tables.outside-predicate</c>; <c>tables.no-such-key</c>; <c>lake.store-failed</c>. The table is then as it was.
    /// </exception>
    public WriteOutcome Write(TableWrite write, CancellationToken ct = default)
    {
        var table = Catalog.Table(write.Table);
        var head = table.TryRead();
        if (write.Txn is { } txn && head?.Txn(txn.AppId) >= txn.Version)
        {
            Catalog.DropView(write.Table);
            return new WriteOutcome(head.Version, Changed: false, 0, 0, 0, 0);
        }
        using var staged = new Staged(this);
        var plan = IsRewrite(write, head) ? PlanRewrite(write, table, head, staged, ct) : PlanCopy(write, table, head, ct);
        return Commit(plan, Copy(plan, ct), ct);
    }

    /// <summary>Notes rows of a table that only grows, its columns among them: those that have the same keys are replaced.</summary>
    /// <param name="table">The table.</param>
    /// <param name="description">What is in it.</param>
    /// <param name="keys">The columns that tell what is noted again.</param>
    /// <param name="sql">The rows.</param>
    /// <exception cref="EscaleException">Those of <see cref="Write"/>.</exception>
    public WriteOutcome Record(TableName table, string description, IReadOnlyList<string> keys, string sql) =>
        Write(new TableWrite { Table = table, Mode = WriteMode.DeleteInsert, Keys = keys, SchemaChange = SchemaChange.AddColumns, Operation = "LOG", Description = description, Sql = sql });

    /// <summary>Takes away rows that are kept no longer.</summary>
    /// <param name="table">The table.</param>
    /// <param name="condition">Which, in SQL over its columns.</param>
    /// <exception cref="EscaleException">Those of <see cref="Write"/>; <c>lake.table-not-found</c>.</exception>
    public WriteOutcome Forget(TableName table, string condition)
    {
        Mount(table);
        return Write(new TableWrite { Table = table, Mode = WriteMode.ReplaceWhere, Operation = "RETENTION", Predicate = condition, Sql = $"SELECT * FROM {table.ToSql()} WHERE false" });
    }

    /// <summary>
    /// The first half of an append or overwrite: the COPY to run. Where the SELECT reads untrusted files, give <see cref="TableWrite.Columns"/>
    /// and run the COPY in a sandbox that may write to the folder of <see cref="CopyPlan.Location"/>.
    /// </summary>
    /// <exception cref="EscaleException"><c>tables.needs-session</c> for modes that must read the rows twice; else as <see cref="Write"/>.</exception>
    public CopyPlan PlanCopy(TableWrite write, CancellationToken ct = default)
    {
        var table = Catalog.Table(write.Table);
        var head = table.TryRead();
        var plan = IsRewrite(write, head) ? null : PlanCopy(write, table, head, ct);
        return plan ?? throw new EscaleException("tables.needs-session", $"Writing {write.Table} with {write.Mode} or a widened column has to read its rows.",
            "Copy the rows to a Parquet file first, and write from that.");
    }

    /// <summary>The second half: makes the files durable and commits them.</summary>
    /// <exception cref="EscaleException">As <see cref="Write"/>; the files are deleted then.</exception>
    public WriteOutcome Commit(CopyPlan plan, IReadOnlyList<CopiedFile> files, CancellationToken ct = default)
    {
        var table = Catalog.Table(plan.Write.Table);
        Failpoint.Hit("tables.copy.after");
        try
        {
            var adds = Adopt(table, plan, files, ct);
            Failpoint.Hit("tables.adopt.after");
            var outcome = Commit(table, plan, adds, ct);
            Failpoint.Hit("tables.commit.after");
            Catalog.DropView(plan.Write.Table);
            return outcome;
        }
        catch (Exception exception) when (exception is not EscaleException { Code: "lake.commit-unknown" })
        {
            Discard(table, plan);
            if (exception is IOException)
            {
                throw StoreFailed(plan.Write.Table, exception);
            }
            throw;
        }
    }

    private static EscaleException StoreFailed(TableName table, Exception exception) => new(
        "lake.store-failed", $"{table} could not be written: {exception.Message}", "Free space on the lake's disk, then run it again; the table is as it was.", inner: exception);

    private CopyPlan PlanCopy(TableWrite write, DeltaTable table, Snapshot? head, CancellationToken ct)
    {
        var columns = write.Columns ?? Describe(write.Sql, ct);
        var metadata = Target(write, head, columns, out var evolved);
        return Finish(write, table, head, metadata, Project(write.Sql, columns, metadata.Schema.Columns)) with
        {
            MetadataChanges = evolved,
            Removes = write.Mode == WriteMode.Append ? [] : head?.Files ?? [],
            Reads = write.Mode == WriteMode.Append || head is null ? ReadScope.None : ReadScope.WholeTable,
        };
    }

    private static bool IsRewrite(TableWrite write, Snapshot? head) =>
        write.Mode == WriteMode.Merge || (head is not null && (write.Mode is WriteMode.ReplaceWhere or WriteMode.DeleteInsert
            || (write.Mode == WriteMode.Append && write.SchemaChange == SchemaChange.AddAndWiden && write.Columns is null && head.Files.Count > 0)));

    private const string CopyOptions = "FORMAT parquet, COMPRESSION zstd, RETURN_STATS";

    private CopyPlan Finish(TableWrite write, DeltaTable table, Snapshot? head, TableMetadata metadata, string select)
    {
        var prefix = $"part-{Guid.NewGuid():N}";
        var options = CopyOptions;
        string location;
        if (metadata.PartitionColumns.Count == 0)
        {
            location = LocationOf(table, $"{prefix}.parquet");
        }
        else
        {
            location = LocationOf(table, "");
            options += $", PARTITION_BY ({SqlText.Names(metadata.PartitionColumns)}), FILENAME_PATTERN {DuckSql.Literal(prefix + "-{uuid}")}, APPEND";
            // To Delta an empty text is null as a partition value: so it is written.
            select = $"SELECT * REPLACE ({string.Join(", ", metadata.PartitionColumns.Select(name => PartitionValue(metadata.Schema.Find(name)!)))}) FROM ({select})";
        }
        Catalog.Store.PrepareFolder(table.Folder);
        return new CopyPlan($"COPY ({select}) TO {DuckSql.Literal(location)} ({options})", location)
        {
            Write = write, Metadata = metadata, Base = head, FilePrefix = prefix,
        };
    }

    private static string PartitionValue(DeltaField column)
    {
        var name = DuckSql.Name(column.Name);
        return column.Type == PrimitiveType.String ? $"nullif({name}, '') AS {name}" : $"{name} AS {name}";
    }

    private IReadOnlyList<CopiedFile> Copy(CopyPlan plan, CancellationToken ct)
    {
        Failpoint.Hit("tables.copy.before");
        try
        {
            using var result = Connection.Query(plan.Sql, ct);
            return CopiedFile.Read(result);
        }
        catch (Exception exception) when (exception is EscaleException or OperationCanceledException)
        {
            Discard(Catalog.Table(plan.Write.Table), plan);
            if (exception.Message.Contains(OutsidePredicate, StringComparison.Ordinal))
            {
                throw Outside(plan.Write);
            }
            throw;
        }
    }

    internal IReadOnlyList<DuckColumn> Describe(string select, CancellationToken ct)
    {
        using var result = Connection.Query($"SELECT * FROM {SqlText.Subquery(select)} LIMIT 0", ct);
        return result.Columns;
    }

    /// <summary>A SELECT with its columns cast, ordered and filled as the table has them.</summary>
    private static string Project(string select, IReadOnlyList<DuckColumn> columns, IEnumerable<DeltaField> target)
    {
        var byName = columns.ToDictionary(column => column.Name, StringComparer.OrdinalIgnoreCase);
        var list = target.Select(field => byName.TryGetValue(field.Name, out var column)
            ? column.Name == field.Name ? TableTypes.Cast(column, field.Type) : $"CAST({DuckSql.Name(column.Name)} AS {TableTypes.ToSql(field.Type)}) AS {DuckSql.Name(field.Name)}"
            : $"NULL::{TableTypes.ToSql(field.Type)} AS {DuckSql.Name(field.Name)}");
        return $"SELECT {string.Join(", ", list)} FROM {SqlText.Subquery(select)}";
    }

    private string LocationOf(DeltaTable table, string relative) => Catalog.Store.LocationOf(relative.Length == 0 ? table.Folder : $"{table.Folder}/{relative}");

    private WriteOutcome Commit(DeltaTable table, CopyPlan plan, IReadOnlyList<DataFile> adds, CancellationToken ct)
    {
        var write = plan.Write;
        var written = adds.Sum(file => file.RowCount ?? 0) - plan.RowsKept;
        var removed = plan.Removes.Sum(file => file.RowCount ?? 0) - plan.RowsKept;
        var changes = adds.Count > 0 || plan.Removes.Count > 0 || plan.MetadataChanges || plan.Base is null;
        if (!changes && write.Txn is null && write.Properties.Count == 0)
        {
            return new WriteOutcome(plan.Base!.Version, Changed: false, 0, 0, 0, 0);
        }
        var size = adds.Sum(file => file.SizeBytes);
        var commit = new DeltaCommit
        {
            Operation = write.Operation ?? (write.Mode is WriteMode.Merge or WriteMode.DeleteInsert ? "MERGE" : "WRITE"),
            Base = plan.Base,
            Reads = plan.Reads,
            Adds = adds,
            Removes = plan.Removes,
            Metadata = plan.MetadataChanges || plan.Base is null ? plan.Metadata : null,
            Txn = write.Txn,
            Properties = write.Properties,
            Parameters = Parameters(write),
            Metrics = new Dictionary<string, long>
            {
                ["numFiles"] = adds.Count, ["numOutputRows"] = written, ["numOutputBytes"] = size,
                ["numRemovedFiles"] = plan.Removes.Count, ["numDeletedRows"] = removed,
            },
        };
        var result = CommitOrFollow(table, plan, commit, ct);
        return result.Skipped
            ? Skip(table, plan, result.Version)
            : new WriteOutcome(result.Version, changes, written, removed, size, adds.Count);
    }

    private WriteOutcome Skip(DeltaTable table, CopyPlan plan, long version)
    {
        Discard(table, plan);
        return new WriteOutcome(version, Changed: false, 0, 0, 0, 0);
    }

    private static CommitResult CommitOrFollow(DeltaTable table, CopyPlan plan, DeltaCommit commit, CancellationToken ct)
    {
        try
        {
            return table.Commit(commit, ct);
        }
        catch (EscaleException exception) when (exception.Code == "lake.conflict" && plan.Write.Mode == WriteMode.Append && plan.Removes.Count == 0)
        {
            // Somebody made the table, or added columns, meanwhile. Rows to append fit all the same when the table begins with our columns.
            var head = table.Read();
            var ours = plan.Metadata;
            var fits = head.PartitionColumns.SequenceEqual(ours.PartitionColumns)
                && ours.Schema.Columns.Count <= head.Schema.Columns.Count
                && ours.Schema.Columns.Zip(head.Schema.Columns).All(pair => pair.First.Name == pair.Second.Name && pair.First.Type.Equals(pair.Second.Type));
            if (!fits)
            {
                throw;
            }
            return table.Commit(commit with { Base = head, Metadata = null, Reads = ReadScope.None }, ct);
        }
    }

    private static Dictionary<string, string> Parameters(TableWrite write)
    {
        var parameters = new Dictionary<string, string> { ["mode"] = write.Mode.ToString() };
        if (write.Predicate is { } predicate)
        {
            parameters["predicate"] = predicate;
        }
        if (write.Keys.Count > 0)
        {
            parameters["keys"] = string.Join(",", write.Keys);
        }
        return parameters;
    }

    private static string? PartitionText(string? value, DeltaType type) => value is not null && type == PrimitiveType.Timestamp && value.EndsWith("+00", StringComparison.Ordinal)
        ? value[..^3] : value;

    private List<DataFile> Adopt(DeltaTable table, CopyPlan plan, IReadOnlyList<CopiedFile> files, CancellationToken ct)
    {
        var full = files.Where(file => file.RowCount > 0).ToList();
        var root = LocationOf(table, "");
        var keys = full.ToDictionary(file => file, file => Path.GetRelativePath(root, file.Location).Replace('\\', '/'));
        foreach (var empty in files.Except(full))
        {
            Catalog.Store.Delete($"{table.Folder}/{Path.GetRelativePath(root, empty.Location).Replace('\\', '/')}");
        }
        // The checksum is read while the disk is busy with the sync.
        var sums = Task.Run(() => full.ToDictionary(file => file, file => Catalog.Store.Checksum($"{table.Folder}/{keys[file]}", ct)), ct);
        Catalog.Store.Adopt([.. full.Select(file => $"{table.Folder}/{keys[file]}")]);
        var checksums = sums.GetAwaiter().GetResult();
        var data = plan.DataColumns;
        var now = _engine.Clock.GetUtcNow().ToUnixTimeMilliseconds();
        return [.. full.Select(file => new DataFile(keys[file], PartitionOf(plan.Metadata, file), file.SizeBytes, now)
        {
            StatsJson = StatisticsJson.Write(file, data),
            Tags = new Dictionary<string, string>
            {
                [DataFile.ChecksumTag] = checksums[file].ToString("x8", CultureInfo.InvariantCulture),
                [TableSelect.ShapeTag] = TableSelect.Shape(data, data.Count),
            },
        })];
    }

    private static Dictionary<string, string?> PartitionOf(TableMetadata metadata, CopiedFile file) => metadata.PartitionColumns.ToDictionary(
        name => name,
        name => PartitionText(file.PartitionKeys.FirstOrDefault(pair => pair.Key.Equals(name, StringComparison.OrdinalIgnoreCase)).Value, metadata.Schema.Find(name)!.Type));

    // What a failed write left; a crash leaves it to vacuum. Failing to delete is no second error. The write may have failed after its
    // commit landed: a file that the log names stays.
    private void Discard(DeltaTable table, CopyPlan plan)
    {
        try
        {
            var named = (table.TryRead()?.Files ?? []).Select(file => Path.GetFileName(file.Path)).ToHashSet(StringComparer.Ordinal);
            foreach (var (key, _) in Catalog.Store.Walk(table.Folder).Where(file => Path.GetFileName(file.Key).StartsWith(plan.FilePrefix, StringComparison.Ordinal)).ToList())
            {
                if (named.Contains(Path.GetFileName(key)))
                {
                    return;
                }
                Catalog.Store.Delete($"{table.Folder}/{key}");
            }
        }
        catch (Exception exception) when (exception is IOException or EscaleException)
        {
            return;
        }
    }

    /// <summary>Temporary tables of one write, dropped at its end.</summary>
    private sealed class Staged(LakeSession session) : IDisposable
    {
        public const string Table = "temp.main.escale_stage";

        private bool _exists;

        public void Fill(string select, CancellationToken ct)
        {
            session.Connection.Execute($"CREATE OR REPLACE TEMP TABLE escale_stage AS {select}", ct);
            _exists = true;
        }

        public void Dispose()
        {
            if (_exists)
            {
                session.Connection.Execute("DROP TABLE IF EXISTS temp.main.escale_stage");
            }
        }
    }
}
