using System.Globalization;
using System.Reflection;
using System.Text.Json;
using Escale.Kernel;
using Escale.Modeling.Training;
using Npgsql;

namespace Escale.Modeling.Tracking;

/// <summary>The record of trainings. Thread-safe.</summary>
internal sealed class TrackingStore(ModelingDatabase database, TimeProvider clock)
{
    private const string EnsureExperiment = "insert into modeling.experiments (name, created_at, updated_at) values ($1, $2, $2) on conflict (name) do update set updated_at = $2";

    private const string InsertRun = """
        insert into modeling.runs (id, experiment_id, name, person, status, training, fingerprint, spec, spec_fingerprint, data_table, data_version, seed, code_version, again_of, started_at, process_host, process_id, process_start)
        select $1, e.id, $3, $4, 'RUNNING', $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17 from modeling.experiments e where e.name = $2
        on conflict (id) do nothing
        """;

    private const string Progress = "update modeling.runs set progress = $2::jsonb where id = $1 and status = 'RUNNING'";
    private const string Data = "update modeling.runs set data_version = $2, data_fingerprint = $3 where id = $1";
    private const string Ended = "update modeling.runs set status = $2, ended_at = $3, error_code = $4, error_message = $5, error_remedy = $6 where id = $1 and status = 'RUNNING'";
    private const string InsertParam = "insert into modeling.params (run_id, key, value) values ($1, $2, $3) on conflict do nothing";
    private const string InsertTag = "insert into modeling.run_tags (run_id, key, value) values ($1, $2, $3) on conflict (run_id, key) do update set value = excluded.value";
    private const string InsertMetric = "insert into modeling.metrics (run_id, key, step, at_ms, value) values ($1, $2, $3, $4, $5) on conflict do nothing";
    private const string InsertArtifact = "insert into modeling.artifacts (run_id, path, size_bytes, sha256) values ($1, $2, $3, $4) on conflict (run_id, path) do update set size_bytes = excluded.size_bytes, sha256 = excluded.sha256";

    private const string Columns = """
        r.id, r.experiment_id, e.name, r.name, r.person, r.status, r.training, r.data_table, r.data_version, r.data_fingerprint, r.spec_fingerprint, r.seed, r.code_version, r.again_of,
        r.started_at, r.ended_at, r.progress::text, r.error_code, r.error_message, r.error_remedy, r.process_host, r.process_id, r.process_start, r.spec, r.fingerprint
        from modeling.runs r join modeling.experiments e on e.id = r.experiment_id
        """;

    private const string OfTraining = $"select {Columns} where r.lifecycle = 'active' and ($1::text is null or r.training = $1) order by r.started_at desc, r.id limit $2";
    private const string OfId = $"select {Columns} where r.id = $1";
    private const string Params = "select key, value from modeling.params where run_id = $1 order by key";
    private const string Tags = "select key, value from modeling.run_tags where run_id = $1 order by key";
    private const string Newest = "select distinct on (key) key, value, step, at_ms from modeling.metrics where run_id = $1 order by key, step desc, at_ms desc, value desc";
    private const string History = "select key, value, step, at_ms from modeling.metrics where run_id = $1 and key = $2 order by step, at_ms limit 10000";
    private const string Artifacts = "select path, size_bytes, sha256 from modeling.artifacts where run_id = $1 order by path";
    private const string Experiments = """
        select e.id, e.name, count(r.id), max(r.started_at) from modeling.experiments e left join modeling.runs r on r.experiment_id = e.id and r.lifecycle = 'active'
        where e.lifecycle = 'active' group by e.id having e.id > 0 or count(r.id) > 0 order by max(r.started_at) desc nulls last
        """;

    /// <summary>The program's version, as runs record it.</summary>
    public static string CodeVersion { get; } = typeof(TrackingStore).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;

    /// <summary>Begins a run.</summary>
    public async Task BeginAsync(string run, TrainingOrder order, CancellationToken cancellationToken)
    {
        var (spec, own, now) = (order.Spec, ProcessIdentity.Own, clock.GetUtcNow());
        await database.WriteAsync(
        [
            (EnsureExperiment, [spec.Name, now]),
            (InsertRun, [run, spec.Name, RunName(spec, now), order.Person, spec.Name, order.Fingerprint, SpecText.Write(spec), spec.Fingerprint(), order.Source, order.Version?.ToString(CultureInfo.InvariantCulture),
                spec.Seed, CodeVersion, order.AgainOf, now, own.Host, own.Id, own.Start]),
        ], cancellationToken);
    }

    /// <summary>Notes how far it is.</summary>
    public Task NoteAsync(string run, TrainingProgress progress, CancellationToken cancellationToken) =>
        database.WriteAsync([(Progress, [run, JsonSerializer.Serialize(progress, TrackingJson.Options)])], cancellationToken);

    /// <summary>Ends a run that was finished, with all that was measured, in one transaction.</summary>
    public Task FinishAsync(string run, FinishedTraining finished, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var statements = new List<(string, object?[])> { (Data, [run, finished.DataVersion, finished.DataFingerprint]) };
        statements.AddRange(finished.Params.Select(param => (InsertParam, new object?[] { run, Cut(param.Key, 250), Cut(param.Value, 6000) })));
        statements.AddRange(finished.Tags.Select(tag => (InsertTag, new object?[] { run, Cut(tag.Key, 250), Cut(tag.Value, 8000) })));
        statements.AddRange(finished.Metrics.Select(metric => (InsertMetric, new object?[] { run, Cut(metric.Key, 250), metric.Step, metric.AtMs, metric.Value })));
        statements.AddRange(finished.Artifacts.Select(artifact => (InsertArtifact, new object?[] { run, artifact.Path, artifact.SizeBytes, artifact.Sha256 })));
        statements.Add((Ended, [run, "FINISHED", now, null, null, null]));
        return database.WriteAsync(statements, cancellationToken);
    }

    /// <summary>Ends a run that failed or was stopped.</summary>
    public Task FailAsync(string run, string status, EscaleException? error, CancellationToken cancellationToken) =>
        database.WriteAsync([(Ended, [run, status, clock.GetUtcNow(), error?.Code, error?.Message, error?.Remedy])], cancellationToken);

    /// <summary>Records files that came after the end.</summary>
    public Task AddArtifactsAsync(string run, IReadOnlyList<TrackedArtifact> artifacts, CancellationToken cancellationToken) =>
        database.WriteAsync([.. artifacts.Select(artifact => (InsertArtifact, new object?[] { run, artifact.Path, artifact.SizeBytes, artifact.Sha256 }))], cancellationToken);

    /// <summary>Sets a tag.</summary>
    public Task TagAsync(string run, string key, string value, CancellationToken cancellationToken) => database.WriteAsync([(InsertTag, [run, key, value])], cancellationToken);

    /// <summary>The newest runs, of a training or of all.</summary>
    public async Task<IReadOnlyList<TrackingRun>> ListAsync(string? training, int limit, CancellationToken cancellationToken) =>
        [.. (await database.ReadAsync(OfTraining, [training, limit], RunOf, cancellationToken)).Select(run => run)];

    /// <summary>A run.</summary>
    /// <exception cref="EscaleException"><c>modeling.run-not-found</c>.</exception>
    public async Task<TrackingRun> GetAsync(string run, CancellationToken cancellationToken)
    {
        var found = await database.ReadAsync(OfId, [run], RunOf, cancellationToken);
        return found.Count > 0 ? found[0] : throw new EscaleException("modeling.run-not-found", $"There is no tracking run '{run}'.", "List them with escale models ls --runs.");
    }

    /// <summary>A run with all that was tracked.</summary>
    public async Task<TrackingDetail> ShowAsync(string run, CancellationToken cancellationToken)
    {
        var found = await GetAsync(run, cancellationToken);
        return new TrackingDetail(
            found, await PairsAsync(Params, run, cancellationToken), await PairsAsync(Tags, run, cancellationToken), await database.ReadAsync(Newest, [run], MetricOf, cancellationToken),
            await database.ReadAsync(Artifacts, [run], row => new TrackedArtifact(row.GetString(0), row.GetInt64(1), row.GetString(2)), cancellationToken));
    }

    /// <summary>All values of a metric, by step.</summary>
    public Task<IReadOnlyList<TrackedMetric>> HistoryAsync(string run, string key, CancellationToken cancellationToken) => database.ReadAsync(History, [run, key], MetricOf, cancellationToken);

    /// <summary>The experiments, the one used last first.</summary>
    public Task<IReadOnlyList<Experiment>> ExperimentsAsync(CancellationToken cancellationToken) => database.ReadAsync(
        Experiments, [], row => new Experiment(row.GetInt64(0), row.GetString(1), row.GetInt64(2), row.IsDBNull(3) ? null : row.GetFieldValue<DateTimeOffset>(3)), cancellationToken);

    private async Task<IReadOnlyDictionary<string, string>> PairsAsync(string sql, string run, CancellationToken cancellationToken) =>
        (await database.ReadAsync(sql, [run], row => (row.GetString(0), row.GetString(1)), cancellationToken)).ToDictionary(pair => pair.Item1, pair => pair.Item2, StringComparer.Ordinal);

    private static TrackedMetric MetricOf(NpgsqlDataReader row) => new(row.GetString(0), row.GetDouble(1), row.GetInt64(2), row.GetInt64(3));

    private static TrackingRun RunOf(NpgsqlDataReader row)
    {
        string? Text(int column) => row.IsDBNull(column) ? null : row.GetString(column);
        var process = Text(20) is { } host ? new ProcessIdentity(host, row.GetInt32(21), row.GetString(22)) : null;
        // A run whose process is gone without a word was killed.
        var isDead = row.GetString(5) == "RUNNING" && process is { IsHere: true, IsAlive: false };
        return new TrackingRun
        {
            Id = row.GetString(0), ExperimentId = row.GetInt64(1), Experiment = row.GetString(2), Name = row.GetString(3), Person = row.GetString(4), Status = isDead ? "KILLED" : row.GetString(5),
            Training = Text(6), Table = Text(7), DataVersion = Text(8), DataFingerprint = Text(9), SpecVersion = Text(10), Seed = row.IsDBNull(11) ? null : row.GetInt32(11),
            CodeVersion = row.GetString(12), AgainOf = Text(13), StartedAt = row.GetFieldValue<DateTimeOffset>(14), EndedAt = row.IsDBNull(15) ? null : row.GetFieldValue<DateTimeOffset>(15),
            Progress = Text(16) is { } progress ? JsonSerializer.Deserialize<JsonElement>(progress) : null, ErrorCode = Text(17), ErrorMessage = Text(18), ErrorRemedy = Text(19), Process = process,
            Spec = Text(23), Fingerprint = Text(24),
        };
    }

    private static string RunName(TrainingSpec spec, DateTimeOffset now) => string.Create(CultureInfo.InvariantCulture, $"{spec.Name} {now.UtcDateTime:yyyy-MM-dd HH:mm:ss}");

    private static string Cut(string text, int most) => text.Length <= most ? text : text[..(most - 1)] + "…";
}

/// <summary>How tracked values are written as JSON.</summary>
internal static class TrackingJson
{
    public static JsonSerializerOptions Options { get; } = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        NumberHandling = System.Text.Json.Serialization.JsonNumberHandling.AllowNamedFloatingPointLiterals,
        Converters = { new System.Text.Json.Serialization.JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
    };
}
