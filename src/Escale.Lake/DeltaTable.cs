using System.Globalization;
using Escale.Kernel;

namespace Escale.Lake;

/// <summary>
/// A Delta table of the lake. Reading is cheap: the newest snapshot is kept and only moved forward. Thread-safe; any number of
/// processes may read and write the same table.
/// </summary>
public sealed partial class DeltaTable
{
    private readonly ObjectStore _store;
    private readonly string _folder;
    private readonly SnapshotLoader _loader;
    private readonly Committer _committer;
    private readonly TimeProvider _clock;
    private readonly Lock _gate = new();
    private Snapshot? _latest;
    private FileFacts? _latestEntry;

    internal DeltaTable(ObjectStore store, TableName name, TimeProvider clock, ICheckpointCodec? codec)
    {
        _store = store;
        _clock = clock;
        Name = name;
        _folder = $"{name.Schema}/{name.Name}";
        _loader = new SnapshotLoader(store, name, _folder, codec);
        _committer = new Committer(store, name, _folder, _loader, clock);
    }

    /// <summary>The table's name.</summary>
    public TableName Name { get; }

    /// <summary>The folder in the store: <c>schema/name</c>.</summary>
    public string Folder => _folder;

    /// <summary>The newest version, or null when the table does not exist.</summary>
    public Snapshot? TryRead()
    {
        lock (_gate)
        {
            if (_store.Exists(Key(LogKeys.Dropped)))
            {
                return _latest = null;
            }
            if (_latest is { } known && IsSameLog(known))
            {
                var forward = _loader.Forward(known);
                return ReferenceEquals(forward, known) ? known : Keep(forward);
            }
            return _loader.Latest() is { } loaded ? Keep(loaded) : _latest = null;
        }
    }

    /// <summary>The newest version.</summary>
    /// <exception cref="EscaleException"><c>lake.table-not-found</c>, <c>lake.corrupt-log</c>, <c>lake.unsupported-feature</c>.</exception>
    public Snapshot Read() => TryRead() ?? throw NotFound(Name);

    /// <summary>A version by number.</summary>
    /// <exception cref="EscaleException"><c>lake.version-not-found</c>.</exception>
    public Snapshot Read(long version)
    {
        var latest = Read();
        if (version == latest.Version)
        {
            return latest;
        }
        return version >= 0 && version < latest.Version ? _loader.At(version) : throw _loader.NotFound(version);
    }

    /// <summary>The version that was the newest at a moment.</summary>
    /// <exception cref="EscaleException"><c>lake.version-not-found</c> when the table did not exist then.</exception>
    public Snapshot Read(DateTimeOffset moment)
    {
        var latest = Read();
        if (latest.Timestamp <= moment)
        {
            return latest;
        }
        foreach (var version in _loader.Entries().OrderDescending())
        {
            if (_loader.TryEntry(version)?.Info?.Timestamp <= moment)
            {
                return Read(version);
            }
        }
        throw new EscaleException("lake.version-not-found", string.Create(CultureInfo.InvariantCulture, $"{Name} did not exist at {moment:O}, or that is no longer kept."),
            $"See 'escale lake history {Name}'.");
    }

    /// <summary>A version as a person names it: a number, a tag, or a date or time (UTC unless it says otherwise).</summary>
    /// <exception cref="EscaleException"><c>lake.version-not-found</c>.</exception>
    public Snapshot Read(string at)
    {
        if (long.TryParse(at, NumberStyles.None, CultureInfo.InvariantCulture, out var version))
        {
            return Read(version);
        }
        if (TagVersion(at) is { } tagged)
        {
            return Read(tagged);
        }
        return DateTimeOffset.TryParse(at, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var moment) ? Read(moment)
            : throw new EscaleException("lake.version-not-found", $"{Name} has no version, tag or time '{at}'.",
                $"Give a number, a tag or a time such as 2026-03-01T12:00; see 'escale lake history {Name}'.");
    }

    /// <summary>The commits that the log still holds, newest first.</summary>
    /// <param name="limit">At most so many.</param>
    public IReadOnlyList<CommitInfo> History(int limit = int.MaxValue)
    {
        Read();
        return [.. _loader.Entries().OrderDescending().Take(limit).Select(version => _loader.TryEntry(version)?.Info).OfType<CommitInfo>()];
    }

    /// <summary>Commits a change; every tenth commit also writes a checkpoint.</summary>
    /// <exception cref="EscaleException">
    /// <c>lake.conflict</c> when another writer changed what this one has read; <c>lake.append-only</c>;
    /// <c>lake.unsupported-feature</c>; <c>lake.store-failed</c> when the disk refused it, and the table is as it was.
    /// </exception>
    public CommitResult Commit(DeltaCommit commit, CancellationToken cancellationToken = default)
    {
        CommitResult result;
        Snapshot snapshot;
        // Writers of one process take turns here rather than at the disk.
        lock (_gate)
        {
            if (commit.Base is null)
            {
                FinishDrop();
                if (TryRead() is { } there)
                {
                    throw new EscaleException("lake.conflict", $"Another writer created {Name} meanwhile (version {there.Version}).",
                        "Run it again: it will start from the new version.", new Place(null, Table: Name.ToString()));
                }
            }
            (result, snapshot) = _committer.Commit(commit, cancellationToken);
            Keep(snapshot);
        }
        if (!result.Skipped && (result.Version + 1) % Intervals.CheckpointInterval(snapshot.Configuration) == 0)
        {
            TryCheckpoint(snapshot);
        }
        return result;
    }

    /// <summary>Writes a checkpoint of the newest version, after which it opens without reading the log before it.</summary>
    /// <returns>The version.</returns>
    /// <exception cref="EscaleException"><c>lake.store-failed</c>.</exception>
    public long Checkpoint()
    {
        var snapshot = Read();
        ObjectStore.Guard(Name, () => _loader.Checkpoints.Write(snapshot, _clock.GetUtcNow()));
        return snapshot.Version;
    }

    /// <summary>Where an engine reads a data file.</summary>
    public string LocationOf(DataFile file) => _store.LocationOf(Key(file.Path));

    internal static EscaleException NotFound(TableName name) => new(
        "lake.table-not-found", $"There is no table {name} in the lake.", "See 'escale lake ls' for the tables there are.", new Place(null, Table: name.ToString()));

    private string Key(string relative) => $"{_folder}/{relative}";

    private void TryCheckpoint(Snapshot snapshot)
    {
        try
        {
            Failpoint.Hit("lake.commit.before-checkpoint");
            _loader.Checkpoints.Write(snapshot, _clock.GetUtcNow());
        }
        catch (Exception exception) when (exception is IOException or EscaleException or UnauthorizedAccessException)
        {
            // A checkpoint only saves time: the commit stands without it, and the next one will try again.
        }
    }

    private Snapshot Keep(Snapshot snapshot)
    {
        _latestEntry = _store.Stat(Key(LogKeys.Entry(snapshot.Version)));
        return _latest = snapshot;
    }

    // A table that was dropped and made again by another process has another file at this version.
    private bool IsSameLog(Snapshot known) => _latestEntry is { } facts && _store.Stat(Key(LogKeys.Entry(known.Version))) == facts;
}
