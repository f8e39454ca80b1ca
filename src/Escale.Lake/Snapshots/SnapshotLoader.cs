using Escale.Kernel;

namespace Escale.Lake;

/// <summary>Reads versions of one table from its log: the nearest checkpoint at or before, then the entries after it.</summary>
internal sealed class SnapshotLoader(ObjectStore store, TableName table, string folder, ICheckpointCodec? codec)
{
    // Reading a JSON log of this length from its beginning takes less time than starting an engine for a Parquet checkpoint.
    private const int LongLog = 200;

    private readonly Checkpoints _checkpoints = new(store, folder, codec);

    public Checkpoints Checkpoints => _checkpoints;

    /// <summary>The newest version, or null when the table does not exist.</summary>
    public Snapshot? Latest() => Load(null);

    /// <summary>A version that is known to be wanted.</summary>
    /// <exception cref="EscaleException"><c>lake.version-not-found</c>.</exception>
    public Snapshot At(long version)
    {
        var snapshot = Load(version);
        return snapshot?.Version == version ? snapshot : throw NotFound(version);
    }

    public EscaleException NotFound(long version) => new(
        "lake.version-not-found", $"{table} has no version {version}, or it is no longer kept.", $"See 'escale lake history {table}'.");

    /// <summary>The snapshot with every entry after it applied; the same object when there is none.</summary>
    public Snapshot Forward(Snapshot from)
    {
        SnapshotBuilder? builder = null;
        for (var version = from.Version + 1; TryEntry(version) is { } entry; version++)
        {
            builder ??= new SnapshotBuilder(from);
            builder.Apply(entry);
        }
        return builder is null ? from : Finish(builder);
    }

    public LogEntry? TryEntry(long version)
    {
        var key = $"{folder}/{LogKeys.Entry(version)}";
        if (store.TryRead(key) is not { } bytes)
        {
            return null;
        }
        var entry = LogEntryCodec.Decode(bytes, version, key);
        if (entry.Info is null || entry.Info.Timestamp == DateTimeOffset.UnixEpoch)
        {
            entry.Info = (entry.Info ?? new CommitInfo(version, default, "UNKNOWN")) with { Timestamp = store.Stat(key)?.ModifiedUtc ?? DateTimeOffset.UnixEpoch };
        }
        return entry;
    }

    /// <summary>The versions whose entries are still in the log, ascending.</summary>
    public List<long> Entries() =>
        [.. store.List($"{folder}/{LogKeys.LogFolder}").Select(name => LogKeys.VersionOf(name, ".json")).OfType<long>()];

    private Snapshot? Load(long? version)
    {
        var log = Listing(version);
        if (log.Entries.Count == 0 && log.Parquet.Count == 0)
        {
            return null;
        }
        var builder = Begin(log);
        // A listing made while entries appear may miss one and hold a later one: so each is asked for by name, and only then is a gap a gap.
        while (builder.Version < (version ?? long.MaxValue) && TryEntry(builder.Version + 1) is { } next)
        {
            builder.Apply(next);
        }
        if (log.Entries.Count > 0 && log.Entries[^1] > builder.Version)
        {
            throw LogEntryCodec.Corrupt($"{folder}/{LogKeys.Entry(builder.Version + 1)}", "it is missing");
        }
        return Finish(builder);
    }

    private SnapshotBuilder Begin(LogListing log)
    {
        foreach (var version in log.Own.OrderDescending())
        {
            // Another program may have cleaned up entries that follow an old checkpoint of ours.
            var follows = log.Entries.Count == 0 || log.Entries[^1] <= version || store.Exists($"{folder}/{LogKeys.Entry(version + 1)}");
            if (follows && _checkpoints.ReadOwn(version) is { } own)
            {
                return own;
            }
        }
        var fromStart = store.Exists($"{folder}/{LogKeys.Entry(0)}");
        if (log.Parquet.Count > 0 && !(fromStart && (codec is null || log.Entries.Count <= LongLog)))
        {
            return _checkpoints.ReadParquet(log.Parquet.Max());
        }
        return fromStart ? new SnapshotBuilder() : throw LogEntryCodec.Corrupt($"{folder}/{LogKeys.Entry(0)}", "the beginning of the log is missing");
    }

    private LogListing Listing(long? upTo)
    {
        var listing = new LogListing([], [], []);
        foreach (var name in store.List($"{folder}/{LogKeys.LogFolder}"))
        {
            Keep(name, ".json", listing.Entries);
            Keep(name, ".checkpoint.parquet", listing.Parquet);
        }
        if (listing.Entries.Count + listing.Parquet.Count > 0)
        {
            foreach (var name in store.List($"{folder}/{LogKeys.OwnFolder}"))
            {
                Keep(name, ".checkpoint.ndjson", listing.Own);
            }
        }
        return listing;

        void Keep(string name, string suffix, List<long> versions)
        {
            if (LogKeys.VersionOf(name, suffix) is { } version && (upTo is null || version <= upTo))
            {
                versions.Add(version);
            }
        }
    }

    private Snapshot Finish(SnapshotBuilder builder)
    {
        if (builder.Metadata is null || builder.Protocol is null)
        {
            throw LogEntryCodec.Corrupt($"{folder}/{LogKeys.Entry(0)}", "the table has no metadata or protocol");
        }
        Features.CheckReadable(builder.Protocol, builder.Metadata);
        return new Snapshot(table, builder);
    }

    private sealed record LogListing(List<long> Entries, List<long> Parquet, List<long> Own);
}
