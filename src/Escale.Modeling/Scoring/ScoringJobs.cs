using System.Collections.Concurrent;
using System.Text.Json;
using Escale.Kernel;
using Escale.Modeling.Registry;
using Escale.Modeling.Tracking;
using Escale.Modeling.Training;

namespace Escale.Modeling.Scoring;

/// <summary>The prediction of all rows of a table or file, in the background.</summary>
public sealed record ScoringJob
{
    /// <summary>Its id.</summary>
    public required string Id { get; init; }

    /// <summary>The model.</summary>
    public required string Model { get; init; }

    /// <summary>What is predicted: a table, or the name of a file.</summary>
    public required string Source { get; init; }

    /// <summary>Who asked, as an account.</summary>
    public required string PersonId { get; init; }

    /// <summary>Who asked.</summary>
    public required string Person { get; init; }

    /// <summary>When.</summary>
    public DateTimeOffset StartedAt { get; init; }

    /// <summary>When it ended, or null.</summary>
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary><c>running</c>, <c>finished</c>, <c>failed</c>, <c>cancelled</c> or <c>interrupted</c>.</summary>
    public string Status { get; init; } = "running";

    /// <summary>The version that predicts, once it is known.</summary>
    public int? Version { get; init; }

    /// <summary>Rows done.</summary>
    public long Rows { get; init; }

    /// <summary>Rows in all, or null when that is not known before.</summary>
    public long? Total { get; init; }

    /// <summary>The lake table that is written too, or null.</summary>
    public string? Table { get; init; }

    /// <summary>The error's code, or null.</summary>
    public string? Code { get; init; }

    /// <summary>What went wrong, or null.</summary>
    public string? Message { get; init; }
}

/// <summary>Predicts tables and files in the background, one after the other; results are kept for a week in <c>.escale/scorings</c>. Thread-safe.</summary>
internal sealed class ScoringJobs(BatchScorer scorer, FrameReader reader, ModelRegistry registry, ProjectRoot root, DurableWriter writer, TimeProvider clock) : IAsyncDisposable
{
    /// <summary>The schema of tables with predictions.</summary>
    public const string Schema = "predictions";

    private const string StateFile = "job.json";

    private static readonly TimeSpan _keep = TimeSpan.FromDays(7);

    private readonly ConcurrentDictionary<string, Running> _running = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _turn = new(1, 1);

    /// <summary>A job under way.</summary>
    private sealed class Running(ScoringJob job)
    {
        public volatile ScoringJob Job = job;

        public CancellationTokenSource Stop { get; } = new();

        public Task Work { get; set; } = Task.CompletedTask;
    }

    /// <summary>A folder for a job and what is uploaded for it.</summary>
    public (string Id, string Folder) Prepare()
    {
        var id = Guid.CreateVersion7(clock.GetUtcNow()).ToString("N");
        return (id, Directory.CreateDirectory(FolderOf(id)).FullName);
    }

    /// <summary>Starts a job.</summary>
    /// <exception cref="EscaleException"><c>modeling.model-not-found</c>, <c>modeling.version-not-found</c>, <c>lake.table-not-found</c>.</exception>
    public async Task<ScoringJob> StartAsync(string id, ScoreOrder order, string source, Caller person, CancellationToken cancellationToken)
    {
        var version = await registry.FindAsync(order.Model, order.Version, cancellationToken);
        if (order.Table is { } table && reader.VersionOf(table) is null)
        {
            throw new EscaleException("lake.table-not-found", $"There is no table {table}.", "Look at the list of tables.", new Place(null, Table: table.ToString()));
        }
        var running = new Running(new ScoringJob
        {
            Id = id, Model = order.Model, Source = source, PersonId = person.Id, Person = person.Name, StartedAt = clock.GetUtcNow(), Version = version.Version, Table = order.To?.ToString(),
            Total = order.Table is { } of ? reader.RowCountOf(of, null) : null,
        });
        Directory.CreateDirectory(FolderOf(id));
        Save(running.Job);
        _running[id] = running;
        running.Work = Task.Run(() => WorkAsync(running, order), CancellationToken.None);
        return running.Job;
    }

    /// <summary>The jobs of a model, the newest first. One whose program was stopped was interrupted.</summary>
    public IReadOnlyList<ScoringJob> List(string? model) => !Directory.Exists(Home) ? [] :
    [
        .. Directory.EnumerateDirectories(Home).Select(folder => Get(Path.GetFileName(folder))).OfType<ScoringJob>().Where(job => model is null || job.Model == model).OrderByDescending(job => job.StartedAt),
    ];

    /// <summary>A job, or null.</summary>
    public ScoringJob? Get(string id)
    {
        if (_running.TryGetValue(id, out var running))
        {
            return running.Job;
        }
        var file = Path.Combine(FolderOf(id), StateFile);
        var job = File.Exists(file) ? JsonSerializer.Deserialize<ScoringJob>(File.ReadAllBytes(file), TrackingJson.Options) : null;
        return job is { Status: "running" } ? job with { Status = "interrupted" } : job;
    }

    /// <summary>Asks a job to stop.</summary>
    public bool Cancel(string id)
    {
        var isRunning = _running.TryGetValue(id, out var running);
        running?.Stop.Cancel();
        return isRunning;
    }

    /// <summary>The file of a job's result: <c>csv</c> or <c>parquet</c>; null while it is not there.</summary>
    public string? ResultOf(ScoringJob job, string format) => job.Status == "finished" && Path.Combine(FolderOf(job.Id), "result." + format) is var file && File.Exists(file) ? file : null;

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var running in _running.Values)
        {
            await running.Stop.CancelAsync();
            await running.Work;
        }
        _turn.Dispose();
    }

    private string Home => Path.Combine(root.StateFolder, "scorings");

    private string FolderOf(string id) => Guid.TryParseExact(id, "N", out _) ? Path.Combine(Home, id) : throw new EscaleException("modeling.scoring-not-found", $"There is no scoring '{id}'.", "Look at the model's page.");

    private async Task WorkAsync(Running running, ScoreOrder order)
    {
        var folder = FolderOf(running.Job.Id);
        try
        {
            await _turn.WaitAsync(running.Stop.Token);
            try
            {
                Clean();
                var scored = await scorer.RunAsync(
                    order with { Version = running.Job.Version?.ToString(System.Globalization.CultureInfo.InvariantCulture), Csv = Path.Combine(folder, "result.csv"), Parquet = Path.Combine(folder, "result.parquet") },
                    new Told(rows => running.Job = running.Job with { Rows = rows }), running.Stop.Token);
                End(running, running.Job with { Status = "finished", Rows = scored.Rows, Total = scored.Rows });
            }
            finally
            {
                _turn.Release();
            }
        }
        catch (OperationCanceledException)
        {
            End(running, running.Job with { Status = "cancelled" });
        }
        catch (EscaleException error)
        {
            End(running, running.Job with { Status = "failed", Code = error.Code, Message = error.Message });
        }
        catch (IOException error)
        {
            End(running, running.Job with { Status = "failed", Code = DiskFull.Is(error) ? DiskFull.Code : "lake.store-failed", Message = error.Message });
        }
        if (order.File is { } uploaded)
        {
            File.Delete(uploaded);
        }
    }

    private void End(Running running, ScoringJob job)
    {
        running.Job = job with { EndedAt = clock.GetUtcNow() };
        Save(running.Job);
        _running.TryRemove(job.Id, out _);
    }

    private void Save(ScoringJob job) => writer.Write(Path.Combine(FolderOf(job.Id), StateFile), JsonSerializer.SerializeToUtf8Bytes(job, TrackingJson.Options));

    private void Clean()
    {
        foreach (var job in List(null).Where(job => job.Status != "running" && job.StartedAt < clock.GetUtcNow() - _keep))
        {
            Directory.Delete(FolderOf(job.Id), recursive: true);
        }
    }

    private sealed class Told(Action<long> tell) : IProgress<long>
    {
        public void Report(long value) => tell(value);
    }
}
