using System.Text.Json;
using System.Text.Json.Serialization;
using Escale.Engines.Postgres;
using Escale.Kernel;
using Escale.Orchestrate.Runs;
using Npgsql;

namespace Escale.Orchestrate.Records;

/// <summary>The record of runs in PostgreSQL: claiming the right to run, what earlier runs left, and the history. Thread-safe.</summary>
public sealed class RunStore(PostgresServer server, TimeProvider clock)
{
    private const string InsertRun = """
        insert into orchestrate.runs (id, verb, status, request, fence, host, process_id, process_start, program_version, started_at)
        values ($1, $2, 'running', $3::jsonb, $4, $5, $6, $7, $8, $9)
        """;

    // Whoever holds the lease knows that no other run is under way.
    private const string InterruptAttempts = """
        update orchestrate.attempts set status = 'interrupted'
        where status = 'running' and run_id in (select id from orchestrate.runs where status = 'running')
        """;

    private const string InterruptSteps = """
        update orchestrate.steps set status = 'interrupted'
        where status = 'running' and run_id in (select id from orchestrate.runs where status = 'running')
        """;

    private const string InterruptRuns = "update orchestrate.runs set status = 'interrupted' where status = 'running'";

    private const string Passed = "select asset_id, fingerprint, warning, row_count from orchestrate.passed";

    private const string Done = """
        with recursive chain as (
          select id, resumes, 0 as age from orchestrate.runs where id = $1
          union all
          select runs.id, runs.resumes, chain.age + 1 from orchestrate.runs join chain on runs.id = chain.resumes)
        select distinct on (steps.asset_id) steps.asset_id, steps.fingerprint, steps.version
        from chain join orchestrate.steps on steps.run_id = chain.id
        where steps.status in ('ok', 'unchanged') and steps.fingerprint is not null and steps.version is not null
        order by steps.asset_id, chain.age
        """;

    // `up` is a run too.
    private const string LastRun = """
        select id, status, request from orchestrate.runs
        where id <> $1 and case verb when 'up' then 'run' else verb end = case $2 when 'up' then 'run' else $2 end
        order by started_at desc, id desc limit 1
        """;

    private const string Resumed = "update orchestrate.runs set request = $2::jsonb, resumes = $3 where id = $1";

    // For reading only, which is rare: by reflection, so that what an older version did not write keeps its default.
    private static readonly JsonSerializerOptions _json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    private readonly Lazy<Task> _migrated = new(() => MigrateAsync(server));

    /// <summary>Brings the schema up to date; starts the project's database when nobody has.</summary>
    public async Task OpenAsync(CancellationToken cancellationToken) => await _migrated.Value.WaitAsync(cancellationToken);

    /// <summary>Claims the right to run and records the beginning of the run; or says who runs.</summary>
    internal async Task<(RunLease? Lease, RunHolder? Holder)> TryBeginAsync(
        RunId run, RunRequest request, string programVersion, CancellationToken cancellationToken)
    {
        await OpenAsync(cancellationToken);
        var own = ProcessIdentity.Own;
        NpgsqlBatchCommand Begin(long fence) => Sql.Command(InsertRun, run.Value, request.Verb, JsonSerializer.Serialize(request, RunRequestJson.Default.RunRequest),
            fence, own.Host, own.Id, own.Start, programVersion, clock.GetUtcNow());
        return await RunLease.TryClaimAsync(server, run, Begin, clock, cancellationToken);
    }

    /// <summary>Records a run as it happens.</summary>
    internal RunRecord Record(RunId run, RunLease lease) => new(server, clock, run, lease.Fence);

    /// <summary>The last run of the same verb before this one: its id, how it ended and what it was asked to do; null when there is none.</summary>
    internal async Task<(RunId Run, RunStatus Status, RunRequest Request)?> LastAsync(RunId but, string verb, CancellationToken cancellationToken)
    {
        await OpenAsync(cancellationToken);
        return await ReadAsync<(RunId, RunStatus, RunRequest)?>(LastRun, [but.Value, verb], async reader => await reader.ReadAsync(cancellationToken)
            ? (new RunId(reader.GetString(0)), Enum.Parse<RunStatus>(reader.GetString(1), ignoreCase: true),
                JsonSerializer.Deserialize<RunRequest>(reader.GetString(2), _json)!)
            : null, cancellationToken);
    }

    /// <summary>Notes that a run goes on where another stopped.</summary>
    internal Task NoteResumedAsync(RunId run, RunRequest request, RunId resumes, CancellationToken cancellationToken) =>
        ReadAsync(Resumed, [run.Value, JsonSerializer.Serialize(request, RunRequestJson.Default.RunRequest), resumes.Value], _ => Task.FromResult(true), cancellationToken);

    /// <summary>What earlier runs left that need not be done again.</summary>
    /// <param name="resumes">The run that is resumed, with those that it resumed; null for a new run.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    internal async Task<EarlierWork> EarlierWorkAsync(RunId? resumes, CancellationToken cancellationToken)
    {
        await OpenAsync(cancellationToken);
        var passed = await ReadAsync(Passed, [], async reader =>
        {
            var found = new Dictionary<string, RecordedPass>(StringComparer.Ordinal);
            while (await reader.ReadAsync(cancellationToken))
            {
                var (warning, rows) = (reader.IsDBNull(2) ? null : reader.GetString(2), reader.IsDBNull(3) ? (long?)null : reader.GetInt64(3));
                found[reader.GetString(0)] = new RecordedPass(reader.GetString(1), new EarlierPass(warning, rows));
            }
            return found;
        }, cancellationToken);
        var done = resumes is null ? [] : await ReadAsync(Done, [resumes.Value.Value], async reader =>
        {
            var found = new Dictionary<string, (string Fingerprint, string Version)>(StringComparer.Ordinal);
            while (await reader.ReadAsync(cancellationToken))
            {
                found[reader.GetString(0)] = (reader.GetString(1), reader.GetString(2));
            }
            return found;
        }, cancellationToken);
        return new RecordedWork(passed, done);
    }

    /// <summary>The statements that mark what a dead process left as running.</summary>
    internal static IEnumerable<NpgsqlBatchCommand> MarkInterrupted() =>
        [Sql.Command(InterruptAttempts), Sql.Command(InterruptSteps), Sql.Command(InterruptRuns)];

    internal Task<T> ReadAsync<T>(
        string sql, IReadOnlyList<object?> parameters, Func<NpgsqlDataReader, Task<T>> read, CancellationToken cancellationToken) =>
        server.RetryAsync(async token =>
        {
            var source = await server.WriterAsync(token);
            await using var connection = await source.OpenConnectionAsync(token);
            await using var command = Sql.Command(sql, parameters).On(connection);
            await using var reader = await command.ExecuteReaderAsync(token);
            return await read(reader);
        }, cancellationToken);

    private static Task MigrateAsync(PostgresServer server) => server.RetryAsync(async token =>
    {
        await Migrations.ApplyAsync(await server.OwnerAsync(token), RunSchema.Name, RunSchema.Migrations, token);
        return true;
    }, CancellationToken.None);

    private sealed record RecordedPass(string Fingerprint, EarlierPass Pass);

    private sealed class RecordedWork(
        IReadOnlyDictionary<string, RecordedPass> passed, IReadOnlyDictionary<string, (string Fingerprint, string Version)> done) : EarlierWork
    {
        public override EarlierPass? Passed(string assetId, string fingerprint) =>
            passed.TryGetValue(assetId, out var last) && last.Fingerprint == fingerprint ? last.Pass : null;

        public override string? DoneBefore(string assetId, string fingerprint) =>
            done.TryGetValue(assetId, out var last) && last.Fingerprint == fingerprint ? last.Version : null;
    }
}

/// <summary>Generated at build: every run writes its request, and reflection would take longer than the writing.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(RunRequest))]
internal sealed partial class RunRequestJson : JsonSerializerContext;
