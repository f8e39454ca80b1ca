using Escale.Kernel;

namespace Escale.Lake;

/// <summary>What a verification found.</summary>
/// <param name="FilesChecked">Data files whose bytes were read and compared.</param>
/// <param name="FilesWithoutChecksum">Data files that another program wrote, of which only the size was compared.</param>
/// <param name="EntriesChecked">Log entries read.</param>
/// <param name="Problems">What is wrong; empty when the table is whole.</param>
public sealed record VerifyResult(int FilesChecked, int FilesWithoutChecksum, int EntriesChecked, IReadOnlyList<LakeProblem> Problems);

/// <summary>A damaged or missing file.</summary>
/// <param name="File">Its key in the store.</param>
/// <param name="What">What is wrong with it.</param>
public sealed record LakeProblem(string File, string What);

public sealed partial class DeltaTable
{
    /// <summary>Reads every log entry, checkpoint and live data file of the table and compares their checksums.</summary>
    public VerifyResult Verify(CancellationToken cancellationToken = default)
    {
        var problems = new List<LakeProblem>();
        var entries = _loader.Entries();
        for (var i = 0; i < entries.Count; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (i > 0 && entries[i] != entries[i - 1] + 1 && !_store.Exists(Key(LogKeys.Entry(entries[i - 1] + 1))))
            {
                problems.Add(new LakeProblem(Key(LogKeys.Entry(entries[i - 1] + 1)), "is missing"));
            }
            Try(problems, () => _loader.TryEntry(entries[i]), Key(LogKeys.Entry(entries[i])));
        }
        foreach (var name in _store.List(Key(LogKeys.OwnFolder)))
        {
            if (LogKeys.VersionOf(name, ".checkpoint.ndjson") is { } version && !_loader.Checkpoints.HasOwn(version))
            {
                problems.Add(new LakeProblem(Key($"{LogKeys.OwnFolder}/{name}"), "its checksum does not match"));
            }
        }
        var (files, unknown) = (0, 0);
        Snapshot? snapshot = null;
        Try(problems, () => snapshot = _loader.Latest(), Key(LogKeys.LogFolder));
        foreach (var file in snapshot?.Files ?? [])
        {
            cancellationToken.ThrowIfCancellationRequested();
            var problem = CheckFile(file, cancellationToken);
            if (problem is not null)
            {
                problems.Add(new LakeProblem(Key(file.Path), problem));
            }
            files++;
            unknown += file.Checksum is null ? 1 : 0;
        }
        return new VerifyResult(files, unknown, entries.Count, [.. problems.DistinctBy(problem => problem.File)]);
    }

    private string? CheckFile(DataFile file, CancellationToken cancellationToken)
    {
        var key = Key(file.Path);
        if (_store.Stat(key) is not { } facts)
        {
            return "is missing";
        }
        if (facts.SizeBytes != file.SizeBytes)
        {
            return $"has {facts.SizeBytes} bytes instead of {file.SizeBytes}";
        }
        return file.Checksum is { } stated && _store.Checksum(key, cancellationToken) != stated ? "its checksum does not match" : null;
    }

    private static void Try(List<LakeProblem> problems, Action read, string key)
    {
        try
        {
            read();
        }
        catch (EscaleException exception)
        {
            problems.Add(new LakeProblem(exception.Place?.File ?? key, exception.Message));
        }
    }
}
