using Escale.Explore.Tables.Reading;
using Escale.Kernel;

namespace Escale.Explore.Profiles.Running;

/// <summary>A profile that is being made or is there, and how far it is.</summary>
internal sealed class ProfileJob : IProgress<ProfileProgress>
{
    private volatile ProfileProgress _progress = new("sample", 0);

    /// <summary>How far it is.</summary>
    public ProfileProgress Progress => _progress;

    /// <summary>The profile, once it is there.</summary>
    public Task<TableProfile> Result { get; private set; } = null!;

    /// <inheritdoc/>
    public void Report(ProfileProgress value) => _progress = value;

    /// <summary>Begins the work.</summary>
    public ProfileJob Begin(Func<IProgress<ProfileProgress>, Task<TableProfile>> work)
    {
        Result = Task.Run(() => work(this));
        return this;
    }
}

/// <summary>Keeps the profiles that were asked for last. Each is made once, however many ask; what was asked for twice at once is one job. Thread-safe.</summary>
internal sealed class ProfileCache(ReadSessions sessions, ProfileRunner runner, IFileTables files)
{
    private const int Most = 60;
    private static readonly TimeSpan _patience = TimeSpan.FromMinutes(30);
    private readonly Lock _gate = new();
    private readonly Dictionary<string, ProfileJob> _known = new(StringComparer.Ordinal);

    /// <summary>The profile of a table or view, as it is now or was.</summary>
    /// <exception cref="EscaleException"><c>lake.*</c>, <c>explore.*</c>.</exception>
    public async Task<ProfileJob> TableAsync(TableName name, string? version, bool full, CancellationToken cancellationToken)
    {
        var shape = await sessions.RunAsync((session, _) => TableShape.Open(session, name, version), ReadSessions.Short, cancellationToken);
        // Not the request's own time: who leaves does not stop it for the others.
        return Get($"table {name} {shape.Stamp}", full, (progress) => sessions.RunAsync(
            (session, ct) => ProfileRunner.TableAsync(session, shape, full, progress, ct).GetAwaiter().GetResult(), _patience, CancellationToken.None));
    }

    /// <summary>The profile of a file that its owner has dropped.</summary>
    /// <exception cref="EscaleException"><c>collect.upload-not-found</c>, <c>collect.*</c>.</exception>
    public async Task<ProfileJob> UploadAsync(string id, Caller owner, bool full, CancellationToken cancellationToken)
    {
        var file = await files.OpenUploadAsync(id, owner, cancellationToken);
        // Corrections to the reading change the SQL; folders of what was unpacked do not matter.
        var sql = file.ReadPaths.Select((path, at) => (path, at)).Aggregate(file.Sql, (text, one) => text.Replace(one.path, $"<{one.at}>", StringComparison.Ordinal));
        var stamp = Fingerprint.Of($"{owner.Id} {id} {file.Bytes} {sql}");
        var isOurs = false;
        var job = Get($"upload {stamp}", full, async progress =>
        {
            await using (file)
            {
                return await runner.FileAsync(file, stamp, full, progress, CancellationToken.None);
            }
        }, () => isOurs = true);
        if (!isOurs)
        {
            await file.DisposeAsync();
        }
        return job;
    }

    private ProfileJob Get(string key, bool full, Func<IProgress<ProfileProgress>, Task<TableProfile>> work, Action? begun = null)
    {
        lock (_gate)
        {
            if (Usable($"{key} full") is { } whole && (full || whole.Result.IsCompletedSuccessfully))
            {
                return whole;
            }
            var own = full ? $"{key} full" : key;
            if (Usable(key) is { } known && (!full || (known.Result.IsCompletedSuccessfully && known.Result.Result.Basis.IsWhole)))
            {
                return known;
            }
            if (_known.Count >= Most)
            {
                _known.Clear();
            }
            begun?.Invoke();
            return _known[own] = new ProfileJob().Begin(work);
        }
    }

    private ProfileJob? Usable(string key) => _known.TryGetValue(key, out var job) && job.Result is { IsFaulted: false, IsCanceled: false } ? job : null;
}
