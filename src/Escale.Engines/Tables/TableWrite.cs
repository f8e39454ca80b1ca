using Escale.Engines.DuckDb;
using Escale.Kernel;
using Escale.Lake;

namespace Escale.Engines.Tables;

/// <summary>How new rows meet those of the table.</summary>
public enum WriteMode
{
    /// <summary>They are added.</summary>
    Append,

    /// <summary>They replace all rows.</summary>
    Overwrite,

    /// <summary>They replace the rows that match <see cref="TableWrite.Predicate"/>, and must match it themselves.</summary>
    ReplaceWhere,

    /// <summary>A row replaces the one with the same <see cref="TableWrite.Keys"/>, else it is added. Keys are unique among the new rows; null equals nothing.</summary>
    Merge,

    /// <summary>All rows with the key of a new row go, then the new rows are added; several may share a key.</summary>
    DeleteInsert,
}

/// <summary>A SELECT to write into a lake table. The table is made when it does not exist.</summary>
public sealed record TableWrite
{
    /// <summary>The table.</summary>
    public required TableName Table { get; init; }

    /// <summary>The SELECT that gives the rows; it sees what the session has mounted.</summary>
    public required string Sql { get; init; }

    /// <summary>How the rows meet those of the table. Default: append.</summary>
    public WriteMode Mode { get; init; } = WriteMode.Append;

    /// <summary>The key columns of <see cref="WriteMode.Merge"/> and <see cref="WriteMode.DeleteInsert"/>.</summary>
    public IReadOnlyList<string> Keys { get; init; } = [];

    /// <summary>The SQL condition of <see cref="WriteMode.ReplaceWhere"/>, over the table's columns.</summary>
    public string? Predicate { get; init; }

    /// <summary>Columns that the folders are split by; only when the table is made or replaced with its schema.</summary>
    public IReadOnlyList<string> PartitionBy { get; init; } = [];

    /// <summary>How far the columns may change. Default: not at all. With an overwrite, <see cref="SchemaChange.Replace"/> takes the new ones.</summary>
    public SchemaChange SchemaChange { get; init; } = SchemaChange.None;

    /// <summary>What the history calls it; default by mode.</summary>
    public string? Operation { get; init; }

    /// <summary>The writer's own number: the write is skipped when the table already holds this or a later one.</summary>
    public (string AppId, long Version)? Txn { get; init; }

    /// <summary>Kept with the commit (<see cref="CommitInfo.Properties"/>): <c>escale.fingerprint</c>, <c>escale.run</c>, a cursor.</summary>
    public IReadOnlyDictionary<string, string> Properties { get; init; } = new Dictionary<string, string>();

    /// <summary>Descriptions of columns, by name.</summary>
    public IReadOnlyDictionary<string, string> Comments { get; init; } = new Dictionary<string, string>();

    /// <summary>Description of the table, or null to leave it.</summary>
    public string? Description { get; init; }

    /// <summary>Table properties such as <c>delta.appendOnly</c>, added to those there are.</summary>
    public IReadOnlyDictionary<string, string> Configuration { get; init; } = new Dictionary<string, string>();

    /// <summary>
    /// The columns of <see cref="Sql"/> when they are known from elsewhere (the sandbox ran it): then nothing of it runs here. Else null, and
    /// the session asks DuckDB.
    /// </summary>
    public IReadOnlyList<DuckColumn>? Columns { get; init; }
}

/// <summary>What a write did.</summary>
/// <param name="Version">The table's version after it.</param>
/// <param name="Changed">Whether rows or columns changed; false for a write that was skipped or had nothing to write.</param>
/// <param name="RowsWritten">New rows.</param>
/// <param name="RowsRemoved">Rows that went or were replaced.</param>
/// <param name="SizeBytes">Bytes of the files written, with the rows that were carried over.</param>
/// <param name="FilesAdded">Files written.</param>
public sealed record WriteOutcome(long Version, bool Changed, long RowsWritten, long RowsRemoved, long SizeBytes, int FilesAdded);

/// <summary>The first half of a write: the COPY statement to run, here or in a sandbox, and what is needed to commit its files.</summary>
/// <param name="Sql">One <c>COPY (…) TO … (FORMAT parquet, RETURN_STATS)</c>; each row of its result is a <see cref="CopiedFile"/>.</param>
/// <param name="Location">The file, or for a partitioned table the folder, that it writes.</param>
public sealed record CopyPlan(string Sql, string Location)
{
    /// <summary>The write that this is for.</summary>
    public required TableWrite Write { get; init; }

    /// <summary>The table's metadata after the write.</summary>
    public required TableMetadata Metadata { get; init; }

    internal Snapshot? Base { get; init; }

    internal string FilePrefix { get; init; } = "";

    internal bool MetadataChanges { get; init; }

    internal IReadOnlyList<DataFile> Removes { get; init; } = [];

    /// <summary>Rows of the removed files that are written again.</summary>
    internal long RowsKept { get; init; }

    internal ReadScope Reads { get; init; }

    internal IReadOnlyList<DeltaField> DataColumns =>
        [.. Metadata.Schema.Columns.Where(column => !Metadata.PartitionColumns.Contains(column.Name, StringComparer.OrdinalIgnoreCase))];
}
