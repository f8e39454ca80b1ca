using Escale.Kernel;

namespace Escale.Lake;

/// <summary>Puts commits into one table's log. The only place that makes versions.</summary>
/// <remarks>Failpoints: <c>lake.commit.before-log</c>, <c>lake.commit.after-log</c>, <c>lake.commit.before-checkpoint</c>.</remarks>
internal sealed class Committer(ObjectStore store, TableName table, string folder, SnapshotLoader loader, TimeProvider clock)
{
    private static readonly string _engine = $"Escale/{typeof(Committer).Assembly.GetName().Version?.ToString(3)}";

    /// <summary>Commits on top of what is there, if that is allowed.</summary>
    /// <returns>The result, and the snapshot after it.</returns>
    public (CommitResult Result, Snapshot Snapshot) Commit(DeltaCommit commit, CancellationToken cancellationToken)
    {
        Check(commit);
        var head = commit.Base;
        if (head is not null && AlreadyDone(commit, head))
        {
            return (new CommitResult(head.Version, Skipped: true), head);
        }
        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var entry = Entry(commit, head);
            if (Put(entry))
            {
                Failpoint.Hit("lake.commit.after-log");
                var builder = head is null ? new SnapshotBuilder() : new SnapshotBuilder(head);
                builder.Apply(entry);
                return (new CommitResult(entry.Version, Skipped: false), new Snapshot(table, builder));
            }
            // Somebody was first. See what they did; if we may still follow, try the version after theirs.
            var theirs = loader.TryEntry(entry.Version) ?? throw LogEntryCodec.Corrupt($"{folder}/{LogKeys.Entry(entry.Version)}", "it vanished");
            var after = head is null ? new SnapshotBuilder() : new SnapshotBuilder(head);
            after.Apply(theirs);
            head = new Snapshot(table, after);
            if (AlreadyDone(commit, head))
            {
                return (new CommitResult(head.Version, Skipped: true), head);
            }
            Conflict.Check(commit, theirs, table);
        }
    }

    private bool Put(LogEntry entry)
    {
        Failpoint.Hit("lake.commit.before-log");
        var key = $"{folder}/{LogKeys.Entry(entry.Version)}";
        try
        {
            return store.PutIfAbsent(key, LogEntryCodec.Encode(entry));
        }
        catch (IOException exception)
        {
            // The entry may be there although the medium failed after it (the folder's sync): then say so, since readers see it.
            var landed = store.TryRead(key) is { } bytes && LogEntryCodec.Decode(bytes, entry.Version, key).Info?.CommitId == entry.Info!.CommitId;
            throw landed
                ? new EscaleException("lake.commit-unknown", $"Version {entry.Version} of {table} was written, but the disk did not confirm it: {exception.Message}",
                    "Check the disk, then run it again: what was written is recognised.", inner: exception)
                : StoreFailed(exception);
        }
    }

    private EscaleException StoreFailed(IOException exception) => new(
        "lake.store-failed", $"{table} could not be written: {exception.Message}", "Free space on the lake's disk, then run it again; the table is as it was.", inner: exception);

    private LogEntry Entry(DeltaCommit commit, Snapshot? head)
    {
        var now = clock.GetUtcNow();
        // Time travel by timestamp needs the order of versions to be that of their times.
        var timestamp = head is not null && head.Timestamp >= now ? head.Timestamp.AddMilliseconds(1) : now;
        var timestampMs = timestamp.ToUnixTimeMilliseconds();
        var version = (head?.Version ?? -1) + 1;
        var entry = new LogEntry
        {
            Version = version,
            Protocol = commit.Base is null ? TableProtocol.Default : null,
            Metadata = commit.Metadata,
            Info = new CommitInfo(version, DateTimeOffset.FromUnixTimeMilliseconds(timestampMs), commit.Operation)
            {
                Parameters = commit.Parameters,
                Metrics = commit.Metrics,
                Properties = commit.Properties,
                Engine = _engine,
                ReadVersion = commit.Base?.Version,
                IsBlindAppend = commit.Reads == ReadScope.None && commit.Removes.Count == 0,
                CommitId = Guid.NewGuid().ToString(),
            },
        };
        entry.Adds.AddRange(commit.Adds.Select(file => file.DataChange == commit.DataChange ? file : file with { DataChange = commit.DataChange }));
        entry.Removes.AddRange(commit.Removes.Select(file =>
            new RemovedFile(file.Path, timestampMs, commit.DataChange) { PartitionValues = file.PartitionValues, SizeBytes = file.SizeBytes }));
        foreach (var (appId, number) in commit.ForcedTransactions)
        {
            entry.Transactions[appId] = number;
        }
        if (commit.Txn is { } txn)
        {
            entry.Transactions[txn.AppId] = txn.Version;
        }
        return entry;
    }

    private static bool AlreadyDone(DeltaCommit commit, Snapshot head) => commit.Txn is { } txn && head.Txn(txn.AppId) >= txn.Version;

    private void Check(DeltaCommit commit)
    {
        if (commit.Base is not { } from)
        {
            if (commit.Metadata is null)
            {
                throw new ArgumentException("The first commit of a table needs its metadata.", nameof(commit));
            }
            return;
        }
        Features.CheckWritable(from.Protocol, commit.Metadata ?? from.Metadata);
        if (commit.DataChange && commit.Removes.Count > 0 && Features.IsAppendOnly(from.Metadata))
        {
            throw new EscaleException("lake.append-only", $"{table} only takes new rows (delta.appendOnly).",
                "Append, or set the table property delta.appendOnly to false.", new Place(null, Table: table.ToString()));
        }
    }
}
