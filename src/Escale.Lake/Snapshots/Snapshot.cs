using Escale.Kernel;

namespace Escale.Lake;

/// <summary>One version of a table: its columns and the files that hold its rows. Immutable and thread-safe.</summary>
public sealed class Snapshot
{
    private readonly IReadOnlyDictionary<string, long> _transactions;

    internal Snapshot(TableName table, SnapshotBuilder builder)
    {
        Table = table;
        Version = builder.Version;
        DataVersion = builder.DataVersion;
        Protocol = builder.Protocol!;
        Metadata = builder.Metadata!;
        Files = builder.FilesInOrder();
        LastCommit = builder.LastCommit!;
        LastDataCommit = builder.LastDataCommit!;
        Properties = builder.Properties;
        Removed = builder.Removed;
        _transactions = builder.Transactions;
    }

    /// <summary>The table.</summary>
    public TableName Table { get; }

    /// <summary>The version, from 0.</summary>
    public long Version { get; }

    /// <summary>The last version whose commit changed rows or columns: compactions do not move it.</summary>
    public long DataVersion { get; }

    /// <summary>The columns.</summary>
    public DeltaSchema Schema => Metadata.Schema;

    /// <summary>The data files, in the order in which they were added.</summary>
    public IReadOnlyList<DataFile> Files { get; }

    /// <summary>The columns that the folders are split by; empty for most tables.</summary>
    public IReadOnlyList<string> PartitionColumns => Metadata.PartitionColumns;

    /// <summary>Table properties such as <c>delta.appendOnly</c>.</summary>
    public IReadOnlyDictionary<string, string> Configuration => Metadata.Configuration;

    /// <summary>The commit that made this version.</summary>
    public CommitInfo LastCommit { get; }

    /// <summary>
    /// The last commit of a writer: one that changed rows or columns, or carried properties (a run that found nothing new). Maintenance
    /// (compaction, checkpoints) does not move it, so a step finds the fingerprint it left here.
    /// </summary>
    public CommitInfo LastDataCommit { get; }

    /// <summary>The properties of all commits so far, the last value of each key: where a collector finds its cursor.</summary>
    public IReadOnlyDictionary<string, string> Properties { get; }

    /// <summary>Rows in all, or null when a file's count is unknown.</summary>
    public long? RowCount
    {
        get
        {
            long rows = 0;
            foreach (var file in Files)
            {
                if (file.RowCount is not { } count)
                {
                    return null;
                }
                rows += count;
            }
            return rows;
        }
    }

    /// <summary>Bytes of the data files.</summary>
    public long SizeBytes => Files.Sum(file => file.SizeBytes);

    /// <summary>When the version was committed.</summary>
    public DateTimeOffset Timestamp => LastCommit.Timestamp;

    /// <summary>The version that this application stored last with <c>txn</c>, or null.</summary>
    public long? Txn(string appId) => _transactions.TryGetValue(appId, out var version) ? version : null;

    /// <summary>What the table is.</summary>
    public TableMetadata Metadata { get; }

    /// <summary>What a program must know to read or write it.</summary>
    public TableProtocol Protocol { get; }

    internal IReadOnlyDictionary<string, long> Transactions => _transactions;

    internal IReadOnlyDictionary<string, RemovedFile> Removed { get; }
}
