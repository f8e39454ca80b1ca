namespace Escale.Lake;

/// <summary>What a writer has read of the table, and so what must not have changed under it.</summary>
public enum ReadScope
{
    /// <summary>Nothing: a blind append.</summary>
    None,

    /// <summary>The files that it removes (a compaction): others may come and go.</summary>
    RemovedFiles,

    /// <summary>Possibly every row (overwrite, merge, delete).</summary>
    WholeTable,
}

/// <summary>A change of a table, to be committed as one version.</summary>
public sealed record DeltaCommit
{
    /// <summary>What it is, for the history: <c>WRITE</c>, <c>MERGE</c>, <c>DELETE</c>, <c>OPTIMIZE</c>, …</summary>
    public required string Operation { get; init; }

    /// <summary>The snapshot that it was planned on; null makes the table.</summary>
    public required Snapshot? Base { get; init; }

    /// <summary>What was read of it. Default: the whole table.</summary>
    public ReadScope Reads { get; init; } = ReadScope.WholeTable;

    /// <summary>Files that join the table; already durable.</summary>
    public IReadOnlyList<DataFile> Adds { get; init; } = [];

    /// <summary>Files that leave it.</summary>
    public IReadOnlyList<DataFile> Removes { get; init; } = [];

    /// <summary>Whether leaving and joining changes the rows; false for a compaction.</summary>
    public bool DataChange { get; init; } = true;

    /// <summary>New metadata, or null when it stays.</summary>
    public TableMetadata? Metadata { get; init; }

    /// <summary>An application's own number: the commit is skipped when the table already holds this or a later one.</summary>
    public (string AppId, long Version)? Txn { get; init; }

    /// <summary>Details for the history.</summary>
    public IReadOnlyDictionary<string, string> Parameters { get; init; } = new Dictionary<string, string>();

    /// <summary>Counts for the history.</summary>
    public IReadOnlyDictionary<string, long> Metrics { get; init; } = new Dictionary<string, long>();

    /// <summary>What to keep with the commit (see <see cref="CommitInfo.Properties"/>).</summary>
    public IReadOnlyDictionary<string, string> Properties { get; init; } = new Dictionary<string, string>();

    /// <summary>Transactions to set whatever they were, for a restore.</summary>
    internal IReadOnlyDictionary<string, long> ForcedTransactions { get; init; } = new Dictionary<string, long>();
}

/// <summary>What became of a commit.</summary>
/// <param name="Version">The version that it made, or the newest one when it was skipped.</param>
/// <param name="Skipped">The table already held the transaction: nothing was written.</param>
public sealed record CommitResult(long Version, bool Skipped);
