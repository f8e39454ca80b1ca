using Escale.Kernel;

namespace Escale.Lake;

/// <summary>What a vacuum deleted, or would delete.</summary>
/// <param name="Files">Paths relative to the table's folder.</param>
/// <param name="SizeBytes">Their size.</param>
/// <param name="LogEntries">Log entries and checkpoints that went with the versions behind a newer checkpoint.</param>
/// <param name="DryRun">Nothing was deleted.</param>
public sealed record VacuumResult(IReadOnlyList<string> Files, long SizeBytes, int LogEntries, bool DryRun);

// Failpoint: lake.vacuum.delete (before each deletion).
public sealed partial class DeltaTable
{
    /// <summary>
    /// Deletes the files that no kept version needs: those that left the table longer ago than <paramref name="retention"/>, and those of
    /// writers that died, of that age. Tagged versions are kept whole. Log entries older than <c>delta.logRetentionDuration</c> go too,
    /// where a checkpoint stands in for them.
    /// </summary>
    /// <param name="retention">Default: the table's <c>delta.deletedFileRetentionDuration</c>, else 7 days.</param>
    /// <param name="dryRun">Only say what would go.</param>
    /// <param name="force">Allow a retention under 7 days: readers of old versions and slow writers may lose their files.</param>
    /// <param name="cancellationToken">Stops between two files; what is deleted stays so.</param>
    /// <exception cref="EscaleException"><c>lake.vacuum-retention</c> for a short retention without <paramref name="force"/>.</exception>
    public VacuumResult Vacuum(TimeSpan? retention = null, bool dryRun = false, bool force = false, CancellationToken cancellationToken = default)
    {
        var snapshot = Read();
        var keep = retention ?? Intervals.DeletedFileRetention(snapshot.Configuration);
        if (keep < Intervals.DeletedFileRetention(snapshot.Configuration) && !force)
        {
            throw new EscaleException("lake.vacuum-retention", $"A retention of {keep.TotalHours:0.#} hours could delete files that running readers and writers need.",
                "Give at least the table's retention (7 days by default), or add --force when nothing else uses the table.");
        }
        var cutoff = _clock.GetUtcNow() - keep;
        var needed = NeededFiles(snapshot, cutoff);
        var gone = new List<string>();
        long size = 0;
        foreach (var (key, facts) in Garbage(needed, cutoff))
        {
            cancellationToken.ThrowIfCancellationRequested();
            gone.Add(key);
            size += facts.SizeBytes;
            if (!dryRun)
            {
                Failpoint.Hit("lake.vacuum.delete");
                _store.Delete(Key(key));
            }
        }
        foreach (var folder in dryRun ? [] : (string[])[LogKeys.LogFolder, LogKeys.OwnFolder, LogKeys.TagFolder])
        {
            _store.DeleteLeftovers(Key(folder), cutoff);
        }
        return new VacuumResult(gone, size, CleanLog(snapshot, dryRun), dryRun);
    }

    private HashSet<string> NeededFiles(Snapshot snapshot, DateTimeOffset cutoff)
    {
        var needed = snapshot.Files.Select(file => file.Path).ToHashSet(StringComparer.Ordinal);
        needed.UnionWith(snapshot.Removed.Values.Where(file => file.DeletionTimeMs >= cutoff.ToUnixTimeMilliseconds()).Select(file => file.Path));
        foreach (var tag in Tags())
        {
            needed.UnionWith(Read(tag.Version).Files.Select(file => file.Path));
        }
        return needed;
    }

    private IEnumerable<(string Key, FileFacts Facts)> Garbage(HashSet<string> needed, DateTimeOffset cutoff)
    {
        // Names with a leading underscore or dot are not data (the log, our own folder), but for partition folders such as _col=1.
        foreach (var name in _store.List(_folder))
        {
            if (!IsHidden(name) && !needed.Contains(name) && _store.Stat(Key(name)) is { } facts && facts.ModifiedUtc < cutoff)
            {
                yield return (name, facts);
            }
        }
        foreach (var folder in _store.Folders(_folder).Where(folder => !IsHidden(folder) || folder.Contains('=')))
        {
            foreach (var (key, facts) in _store.Walk(Key(folder)))
            {
                if (!needed.Contains($"{folder}/{key}") && facts.ModifiedUtc < cutoff)
                {
                    yield return ($"{folder}/{key}", facts);
                }
            }
        }
    }

    private static bool IsHidden(string name) => name[0] is '_' or '.';

    private int CleanLog(Snapshot snapshot, bool dryRun)
    {
        var cutoff = _clock.GetUtcNow() - Intervals.LogRetention(snapshot.Configuration);
        var entries = _loader.Entries();
        var oldestNeeded = Tags().Select(tag => tag.Version).Append(snapshot.DataVersion).Append(snapshot.LastDataCommit.Version).Min();
        foreach (var version in entries)
        {
            if (version >= oldestNeeded)
            {
                break;
            }
            if (_loader.TryEntry(version)?.Info?.Timestamp >= cutoff)
            {
                oldestNeeded = version;
            }
        }
        var own = _store.List(Key(LogKeys.OwnFolder)).Select(name => LogKeys.VersionOf(name, ".checkpoint.ndjson")).OfType<long>();
        // Both kinds of checkpoint must stand for it, so that other programs and we can open every version that is kept.
        var behind = own.OrderDescending().Cast<long?>().FirstOrDefault(version =>
            version <= oldestNeeded && _store.Exists(Key(LogKeys.Checkpoint(version!.Value))) && _loader.Checkpoints.HasOwn(version.Value));
        return behind is { } checkpoint ? DeleteLogBefore(checkpoint, entries, dryRun) : 0;
    }

    private int DeleteLogBefore(long checkpoint, List<long> entries, bool dryRun)
    {
        var keys = entries.Where(version => version < checkpoint).Select(LogKeys.Entry).ToList();
        foreach (var name in _store.List(Key(LogKeys.LogFolder)))
        {
            if (LogKeys.VersionOf(name, ".checkpoint.parquet") < checkpoint)
            {
                keys.Add($"{LogKeys.LogFolder}/{name}");
            }
        }
        foreach (var name in _store.List(Key(LogKeys.OwnFolder)))
        {
            if (LogKeys.VersionOf(name, ".checkpoint.ndjson") < checkpoint)
            {
                keys.Add($"{LogKeys.OwnFolder}/{name}");
            }
        }
        if (!dryRun)
        {
            keys.ForEach(key => _store.Delete(Key(key)));
        }
        return keys.Count;
    }
}
