namespace Escale.Lake;

/// <summary>Replays log entries (Delta protocol, "Action Reconciliation").</summary>
internal sealed class SnapshotBuilder
{
    /// <summary>The tag by which a restore says that the properties of the commits before no longer stand.</summary>
    public const string ResetTag = "escale.reset-properties";

    private readonly Dictionary<string, (long Order, DataFile File)> _live = new(StringComparer.Ordinal);
    private long _order;

    public SnapshotBuilder()
    {
    }

    public SnapshotBuilder(Snapshot from)
    {
        Version = from.Version;
        DataVersion = from.DataVersion;
        Protocol = from.Protocol;
        Metadata = from.Metadata;
        LastCommit = from.LastCommit;
        LastDataCommit = from.LastDataCommit;
        Properties = new Dictionary<string, string>(from.Properties, StringComparer.Ordinal);
        Transactions = new Dictionary<string, long>(from.Transactions, StringComparer.Ordinal);
        Removed = new Dictionary<string, RemovedFile>(from.Removed, StringComparer.Ordinal);
        _live.EnsureCapacity(from.Files.Count);
        foreach (var file in from.Files)
        {
            _live.Add(file.Path, (_order++, file));
        }
    }

    public long Version { get; private set; } = -1;

    public long DataVersion { get; private set; }

    public TableProtocol? Protocol { get; private set; }

    public TableMetadata? Metadata { get; private set; }

    public CommitInfo? LastCommit { get; private set; }

    public CommitInfo? LastDataCommit { get; private set; }

    public Dictionary<string, string> Properties { get; private set; } = new(StringComparer.Ordinal);

    public Dictionary<string, long> Transactions { get; } = new(StringComparer.Ordinal);

    public Dictionary<string, RemovedFile> Removed { get; } = new(StringComparer.Ordinal);

    public void Apply(LogEntry entry)
    {
        var changesData = ChangesData(entry);
        Version = entry.Version;
        Protocol = entry.Protocol ?? Protocol;
        Metadata = entry.Metadata ?? Metadata;
        ApplyFiles(entry);
        foreach (var (appId, version) in entry.Transactions)
        {
            Transactions[appId] = version;
        }
        LastCommit = entry.Info ?? new CommitInfo(entry.Version, LastCommit?.Timestamp ?? DateTimeOffset.UnixEpoch, "UNKNOWN");
        if (changesData)
        {
            DataVersion = entry.Version;
        }
        if (changesData || LastDataCommit is null || LastCommit.Properties.Count > 0)
        {
            LastDataCommit = LastCommit;
        }
        if (LastCommit.Properties.ContainsKey(ResetTag))
        {
            Properties.Clear();
        }
        foreach (var (key, value) in LastCommit.Properties)
        {
            if (key != ResetTag)
            {
                Properties[key] = value;
            }
        }
    }

    /// <summary>Takes a checkpoint: the reconciled actions of a version.</summary>
    public void Start(LogEntry checkpoint, long dataVersion, CommitInfo lastCommit, CommitInfo lastDataCommit, IReadOnlyDictionary<string, string> properties)
    {
        Version = checkpoint.Version;
        Protocol = checkpoint.Protocol;
        Metadata = checkpoint.Metadata;
        ApplyFiles(checkpoint);
        foreach (var (appId, version) in checkpoint.Transactions)
        {
            Transactions[appId] = version;
        }
        DataVersion = dataVersion;
        LastCommit = lastCommit;
        LastDataCommit = lastDataCommit;
        Properties = new Dictionary<string, string>(properties, StringComparer.Ordinal);
    }

    public DataFile[] FilesInOrder()
    {
        var files = _live.Values.ToArray();
        Array.Sort(files, (left, right) => left.Order.CompareTo(right.Order));
        return Array.ConvertAll(files, entry => entry.File);
    }

    // New comments or properties are no new data: what reads the table need not run again.
    private bool ChangesData(LogEntry entry) =>
        entry.Adds.Exists(file => file.DataChange) || entry.Removes.Exists(file => file.DataChange)
        || (entry.Metadata is { } changed && (Metadata is null
            || !changed.Schema.Columns.Select(column => (column.Name, column.Type)).SequenceEqual(Metadata.Schema.Columns.Select(column => (column.Name, column.Type)))));

    private void ApplyFiles(LogEntry entry)
    {
        foreach (var file in entry.Removes)
        {
            _live.Remove(file.Path);
            Removed[file.Path] = file;
        }
        foreach (var file in entry.Adds)
        {
            _live[file.Path] = (_order++, file);
            Removed.Remove(file.Path);
        }
    }
}
