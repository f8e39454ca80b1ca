using Escale.Engines.DuckDb;
using Escale.Kernel;
using Escale.Lake;

namespace Escale.Engines.Tables;

/// <summary>What a compaction did.</summary>
/// <param name="Version">The table's version after it.</param>
/// <param name="FilesBefore">Small files that were put together.</param>
/// <param name="FilesAfter">Files that they became.</param>
/// <param name="SizeBytes">Bytes written.</param>
public sealed record CompactOutcome(long Version, int FilesBefore, int FilesAfter, long SizeBytes);

// Failpoints: tables.compact.before-commit, besides those of a write.
public sealed partial class LakeSession
{
    /// <summary>The size of file that a compaction aims at: large enough to read at full speed, small enough to rewrite.</summary>
    public const long DefaultFileSizeBytes = 128L << 20;

    /// <summary>
    /// Puts small files of a partition together. The rows stay the same (<c>dataChange</c> false): what reads the table need not run again, and
    /// appends meanwhile do not conflict.
    /// </summary>
    /// <param name="name">The table.</param>
    /// <param name="fileSizeBytes">Files under half of this are put together into files of about this size.</param>
    /// <param name="ct">Cancels before the commit.</param>
    /// <exception cref="EscaleException"><c>lake.conflict</c> when one of the files was rewritten meanwhile; <c>lake.table-not-found</c>.</exception>
    public CompactOutcome Compact(TableName name, long fileSizeBytes = DefaultFileSizeBytes, CancellationToken ct = default)
    {
        var table = Catalog.Table(name);
        var head = table.Read();
        var bins = Bins(head, fileSizeBytes);
        if (bins.Count == 0)
        {
            return new CompactOutcome(head.Version, 0, 0, 0);
        }
        var plans = new List<CopyPlan>();
        var adds = new List<DataFile>();
        try
        {
            foreach (var bin in bins)
            {
                var plan = PlanBin(table, head, bin);
                plans.Add(plan);
                adds.AddRange(Adopt(table, plan, Copy(plan, ct), ct).Select(file => file with { PartitionValues = bin[0].PartitionValues }));
            }
            Failpoint.Hit("tables.compact.before-commit");
            var removes = bins.SelectMany(bin => bin).ToList();
            var size = adds.Sum(file => file.SizeBytes);
            var result = table.Commit(new DeltaCommit
            {
                Operation = "OPTIMIZE", Base = head, Reads = ReadScope.RemovedFiles, DataChange = false, Adds = adds, Removes = removes,
                Metrics = new Dictionary<string, long> { ["numRemovedFiles"] = removes.Count, ["numAddedFiles"] = adds.Count, ["numAddedBytes"] = size },
            }, ct);
            return new CompactOutcome(result.Version, removes.Count, adds.Count, size);
        }
        catch (Exception exception) when (exception is not EscaleException { Code: "lake.commit-unknown" })
        {
            plans.ForEach(plan => Discard(table, plan));
            if (exception is IOException)
            {
                throw StoreFailed(name, exception);
            }
            throw;
        }
    }

    private CopyPlan PlanBin(DeltaTable table, Snapshot head, IReadOnlyList<DataFile> bin)
    {
        var prefix = $"part-{Guid.NewGuid():N}";
        var location = LocationOf(table, $"{prefix}.parquet");
        var plan = new CopyPlan("", location)
        {
            Write = new TableWrite { Table = head.Table, Sql = "" }, Metadata = head.Metadata, Base = head, FilePrefix = prefix,
        };
        var rows = $"SELECT {SqlText.Names(plan.DataColumns.Select(column => column.Name))} FROM ({TableSelect.Of(table, head.Metadata, bin)})";
        return plan with { Sql = $"COPY ({rows}) TO {DuckSql.Literal(location)} ({CopyOptions})" };
    }

    private static List<List<DataFile>> Bins(Snapshot head, long fileSizeBytes)
    {
        var bins = new List<List<DataFile>>();
        var small = head.Files.Where(file => file.SizeBytes < fileSizeBytes / 2);
        foreach (var partition in small.GroupBy(file => string.Join('\u0001', head.PartitionColumns.Select(column => TableSelect.ValueOf(file, column) ?? "\u0002"))))
        {
            List<DataFile> bin = [];
            foreach (var file in partition)
            {
                if (bin.Count > 0 && bin.Sum(other => other.SizeBytes) + file.SizeBytes > fileSizeBytes)
                {
                    bins.Add(bin);
                    bin = [];
                }
                bin.Add(file);
            }
            bins.Add(bin);
        }
        return [.. bins.Where(bin => bin.Count > 1)];
    }
}
