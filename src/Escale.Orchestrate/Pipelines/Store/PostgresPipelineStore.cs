using Escale.Engines.Postgres;
using Escale.Orchestrate.Pipelines.State;
using Escale.Orchestrate.Records;
using Npgsql;

namespace Escale.Orchestrate.Pipelines.Store;

/// <summary>Pipelines' runs in PostgreSQL. Thread-safe.</summary>
internal sealed class PostgresPipelineStore(PostgresServer server, RunStore records) : IPipelineStore
{
    // One row at a time is renewed without waiting: who holds the row is reporting its end.
    private const string Renew = """
        with held as (
          select s.run_id, s.ordinal from orchestrate.pipeline_steps s
          join unnest($2::text[], $3::int[], $4::bigint[]) as h(run_id, ordinal, fence) on h.run_id = s.run_id and h.ordinal = s.ordinal and h.fence = s.fence
          where s.phase = 'running' and s.worker = $1),
        free as (
          select s.run_id, s.ordinal from orchestrate.pipeline_steps s join held on held.run_id = s.run_id and held.ordinal = s.ordinal for update of s skip locked),
        renewed as (
          update orchestrate.pipeline_steps s set lease_until = clock_timestamp() + $5 from free
          where s.run_id = free.run_id and s.ordinal = free.ordinal and s.phase = 'running' and s.worker = $1)
        select held.run_id, held.ordinal, r.stop is not null from held join orchestrate.pipeline_runs r on r.id = held.run_id
        """;

    private const string Lost = """
        select distinct run_id from orchestrate.pipeline_steps
        where phase = 'running' and (lease_until < clock_timestamp() or worker = any($1)) order by run_id limit 200
        """;

    private const string OverTime = "select id from orchestrate.pipeline_runs where phase = 'running' and stop is null and timeout_at < clock_timestamp() order by id limit 200";

    private const string Late = """
        select id, definition from orchestrate.pipeline_runs where phase in ('queued', 'running') and missed_at is null and deadline_at < clock_timestamp() order by id limit 200
        """;

    private const string Orphans = """
        select r.id from orchestrate.pipeline_runs r
        join orchestrate.pipeline_runs p on p.id = r.parent join orchestrate.pipeline_steps s on s.run_id = r.parent and s.ordinal = r.parent_step
        where r.phase in ('queued', 'running') and r.stop is null and r.parent is not null
          and ((p.stop is not null and s.phase = 'cancelled') or (s.phase = 'failed' and s.error_code = 'orchestrate.step-timeout')) order by r.id limit 200
        """;

    private const string OfId = $"select {PipelineRows.RunColumns} from orchestrate.pipeline_runs r where r.id = $1";

    private const string StepsOf = $"select {PipelineRows.StepColumns} from orchestrate.pipeline_steps s where s.run_id = $1 order by s.ordinal";

    private const string Child = $"select {PipelineRows.RunColumns} from orchestrate.pipeline_runs r where r.parent = $1 and r.parent_step = $2 order by r.created_at desc, r.id desc limit 1";

    private const string Ended = """
        select count(*)::int, coalesce((array_agg(status order by attempt desc))[1] = 'failed', false) from orchestrate.pipeline_attempts where run_id = $1 and ordinal = $2 and status <> 'lost'
        """;

    private const string WithQueue = """
        select q.pipeline from (
          select pipeline, count(*) filter (where phase = 'running') as running, bool_or(phase = 'queued') as any_queued, bool_or(phase = 'queued' and trigger = 'manual') as any_asked
          from orchestrate.pipeline_runs where phase in ('queued', 'running') group by pipeline) q
        join orchestrate.pipelines p on p.name = q.pipeline
        where q.any_queued and q.running < p.concurrency and (not p.is_paused or q.any_asked) order by q.pipeline
        """;

    private const string Definition = "select body from orchestrate.definitions where hash = $1";

    private const string KeepDefinitions = "insert into orchestrate.definitions (hash, body) select * from unnest($1::text[], $2::text[]) on conflict do nothing";

    private const int MostAttempts = 20;

    private static readonly TimeSpan _patience = TimeSpan.FromMinutes(10);

    /// <inheritdoc/>
    public async Task<T> TransactAsync<T>(Func<PipelineTransaction, Task<T>> body, CancellationToken cancellationToken)
    {
        await records.OpenAsync(cancellationToken);
        var begun = 0;
        return await server.RetryAsync(async token =>
        {
            for (var attempt = 1; ; attempt++)
            {
                try
                {
                    return await OnceAsync(body, Interlocked.Exchange(ref begun, 1) == 1, token);
                }
                catch (PostgresException error) when (error.SqlState is PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.SerializationFailure && attempt < MostAttempts)
                {
                    // Another transaction went first: it is as if this one had not begun.
                }
            }
        }, cancellationToken, _patience);
    }

    private async Task<T> OnceAsync<T>(Func<PipelineTransaction, Task<T>> body, bool wasBegun, CancellationToken token)
    {
        var source = await server.WriterAsync(token);
        await using var connection = await source.OpenConnectionAsync(token);
        await using var transaction = await connection.BeginTransactionAsync(token);
        var work = new PostgresTransaction(connection, transaction, token) { IsRepeated = wasBegun };
        var result = await body(work);
        await work.CommitAsync();
        return result;
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<(string Run, int Ordinal, bool IsStopping)>> RenewAsync(string worker, IReadOnlyList<(string Run, int Ordinal, long Fence)> held, TimeSpan lease, CancellationToken cancellationToken) =>
        ListAsync(
            Renew, [worker, held.Select(step => step.Run).ToArray(), held.Select(step => step.Ordinal).ToArray(), held.Select(step => step.Fence).ToArray(), lease],
            reader => (reader.GetString(0), reader.GetInt32(1), reader.GetBoolean(2)), cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<string>> RunsWithLostStepsAsync(IReadOnlyCollection<string> deadWorkers, CancellationToken cancellationToken) =>
        ListAsync(Lost, [deadWorkers.ToArray()], reader => reader.GetString(0), cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<string>> RunsOverTimeAsync(CancellationToken cancellationToken) => ListAsync(OverTime, [], reader => reader.GetString(0), cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<string>> PipelinesWithQueueAsync(CancellationToken cancellationToken) => ListAsync(WithQueue, [], reader => reader.GetString(0), cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<Signal>> SignalsAsync(IReadOnlyCollection<string> pipelines, CancellationToken cancellationToken) => ListAsync(SignalSql.Pending, [pipelines.ToArray()], SignalSql.Read, cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<Signal>> UnconsumedAsync(IReadOnlyCollection<Signal> signals, CancellationToken cancellationToken) =>
        SignalSql.UnconsumedAsync(signals, (sql, parameters) => ListAsync(sql, parameters, reader => reader.GetInt64(0), cancellationToken));

    /// <inheritdoc/>
    public Task<IReadOnlyList<(string Run, string Definition)>> LateRunsAsync(CancellationToken cancellationToken) => ListAsync(Late, [], reader => (reader.GetString(0), reader.GetString(1)), cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<string>> OrphansAsync(CancellationToken cancellationToken) => ListAsync(Orphans, [], reader => reader.GetString(0), cancellationToken);

    /// <inheritdoc/>
    public async Task<PipelineRun?> RunAsync(string id, CancellationToken cancellationToken) => (await ListAsync(OfId, [id], reader => PipelineRows.Run(reader), cancellationToken)).FirstOrDefault();

    /// <inheritdoc/>
    public Task<IReadOnlyList<PipelineStep>> StepsAsync(string run, CancellationToken cancellationToken) => ListAsync(StepsOf, [run], reader => PipelineRows.Step(reader), cancellationToken);

    /// <inheritdoc/>
    public async Task<(PipelineRun? Newest, int Ended, bool HasFailed)> ChildAsync(string run, int ordinal, CancellationToken cancellationToken)
    {
        var newest = (await ListAsync(Child, [run, ordinal], reader => PipelineRows.Run(reader), cancellationToken)).FirstOrDefault();
        var (ended, hasFailed) = (await ListAsync(Ended, [run, ordinal], reader => (reader.GetInt32(0), reader.GetBoolean(1)), cancellationToken))[0];
        return (newest, ended, hasFailed);
    }

    /// <inheritdoc/>
    public async Task<string?> DefinitionAsync(string hash, CancellationToken cancellationToken) => (await ListAsync(Definition, [hash], reader => reader.GetString(0), cancellationToken)) is [var body] ? body : null;

    /// <inheritdoc/>
    public Task KeepDefinitionsAsync(IReadOnlyDictionary<string, string> byHash, CancellationToken cancellationToken) =>
        ListAsync(KeepDefinitions, [byHash.Keys.ToArray(), byHash.Values.ToArray()], _ => true, cancellationToken);

    /// <summary>Reads rows, or changes them in one statement that may be repeated.</summary>
    public async Task<IReadOnlyList<T>> ListAsync<T>(string sql, IReadOnlyList<object?> parameters, Func<NpgsqlDataReader, T> read, CancellationToken cancellationToken)
    {
        await records.OpenAsync(cancellationToken);
        return await records.ReadAsync(sql, parameters, async reader =>
        {
            var list = new List<T>();
            while (await reader.ReadAsync(cancellationToken))
            {
                list.Add(read(reader));
            }
            return (IReadOnlyList<T>)list;
        }, cancellationToken);
    }
}
