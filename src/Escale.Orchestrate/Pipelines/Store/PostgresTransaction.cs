using System.Text.Json;
using Escale.Orchestrate.Pipelines.State;
using Escale.Orchestrate.Records;
using Npgsql;

namespace Escale.Orchestrate.Pipelines.Store;

/// <summary>One transaction on pipelines' runs. Reads each see what was committed before them; locks make decisions safe.</summary>
internal sealed class PostgresTransaction(NpgsqlConnection connection, NpgsqlTransaction transaction, CancellationToken cancellationToken) : PipelineTransaction
{
    // Null where no step of a pool waits: then nobody need be alone.
    private const string PoolsLock = """
        select clock_timestamp(), case when exists (
          select 1 from orchestrate.pipeline_steps where pool is not null and phase in ('ready', 'deferred') and not_before <= clock_timestamp())
        then pg_try_advisory_xact_lock(hashtextextended('escale pools', 0)) end
        """;

    private const string LockPipelines = """
        select p.name, p.is_paused, p.cursor, p.concurrency from orchestrate.pipelines p where p.name = any($1) order by p.name for update
        """;

    private const string CountRuns = """
        select pipeline, (count(*) filter (where phase = 'running'))::int, (count(*) filter (where phase = 'queued'))::int
        from orchestrate.pipeline_runs where phase in ('queued', 'running') and pipeline = any($1) group by pipeline
        """;

    private const string AddPipelines = """
        insert into orchestrate.pipelines (name, cursor, concurrency) select * from unnest($1::text[], $2::timestamptz[], $3::int[]) on conflict do nothing
        """;

    private const string Queued = $"""
        select {PipelineRows.RunColumns} from orchestrate.pipeline_runs r
        where r.pipeline = $1 and r.phase = 'queued' and (not $3 or r.trigger = 'manual') order by r.priority desc, r.created_at, r.interval_end, r.id limit $2 for update skip locked
        """;

    private const string AddRuns = """
        insert into orchestrate.pipeline_runs
          (id, pipeline, definition, trigger, key, interval_begin, interval_end, parameters, phase, priority, step_count, open_count, timeout, parent, parent_step, note, root, cause, deadline_at, created_at)
        select id, pipeline, definition, trigger, key, interval_begin, interval_end, parameters::jsonb, 'queued', priority, step_count, step_count, timeout, parent, parent_step, note, root, cause, deadline_at, $18
        from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::timestamptz[], $7::timestamptz[], $8::text[], $9::int[], $10::int[], $11::interval[], $12::text[], $13::int[], $14::text[], $15::text[], $16::text[], $17::timestamptz[])
          as n(id, pipeline, definition, trigger, key, interval_begin, interval_end, parameters, priority, step_count, timeout, parent, parent_step, note, root, cause, deadline_at)
        on conflict do nothing returning id
        """;

    private const string OfKey = $"select {PipelineRows.RunColumns} from orchestrate.pipeline_runs r where r.pipeline = $1 and r.key = $2";

    private const string LockRuns = $"select {PipelineRows.RunColumns}, clock_timestamp() from orchestrate.pipeline_runs r where r.id = any($1) order by r.id for update";

    private const string SomeSteps = $"""
        select {PipelineRows.StepColumns} from orchestrate.pipeline_steps s join unnest($1::text[], $2::int[]) as w(run_id, ordinal) on w.run_id = s.run_id and w.ordinal = s.ordinal
        """;

    // Who reads all may change those that are ready: nobody takes them meanwhile.
    private const string AllSteps = $"select {PipelineRows.StepColumns} from orchestrate.pipeline_steps s where s.run_id = any($1) for update";

    // A step that may be taken is always of a run under way: whoever stops or ends one changes its steps with it. So the steps are chosen by their index alone.
    // The pool stands in the order, although it is none, since the planner does not see otherwise that the index has them in it.
    private const string Ready = $"""
        with s as (
          select s.* from orchestrate.pipeline_steps s
          where s.phase in ('ready', 'deferred') and s.not_before <= clock_timestamp() and s.pool is null
          order by s.pool, s.priority desc, s.not_before, s.run_id, s.ordinal limit $1 for update skip locked)
        select {PipelineRows.StepColumns}, {PipelineRows.RunColumns} from s join orchestrate.pipeline_runs r on r.id = s.run_id and r.phase = 'running' and r.stop is null
        """;

    private const string ReadyOfPool = $"""
        with s as (
          select s.* from orchestrate.pipeline_steps s
          where s.phase in ('ready', 'deferred') and s.not_before <= clock_timestamp() and s.pool = $2
          order by s.priority desc, s.not_before, s.run_id, s.ordinal limit $1 for update skip locked)
        select {PipelineRows.StepColumns}, {PipelineRows.RunColumns} from s join orchestrate.pipeline_runs r on r.id = s.run_id and r.phase = 'running' and r.stop is null
        """;

    private const string ReadyOfRun = $"""
        select {PipelineRows.StepColumns}, {PipelineRows.RunColumns} from orchestrate.pipeline_steps s join orchestrate.pipeline_runs r on r.id = s.run_id
        where s.phase in ('ready', 'deferred') and s.not_before <= clock_timestamp() and r.phase = 'running' and r.stop is null and s.pool is not distinct from $2 and r.root = $3
        order by s.priority desc, s.not_before, s.run_id, s.ordinal limit $1 for update of s skip locked
        """;

    private const string OfClaim = $"""
        select {PipelineRows.StepColumns}, {PipelineRows.RunColumns} from orchestrate.pipeline_steps s join orchestrate.pipeline_runs r on r.id = s.run_id
        where s.phase = 'running' and s.claim = $1
        """;

    private const string Pools = """
        select pool, count(*) filter (where phase = 'running')::int from orchestrate.pipeline_steps
        where pool is not null and phase in ('ready', 'deferred', 'running') group by pool
        having bool_or(phase <> 'running' and not_before <= clock_timestamp())
        """;

    private DateTimeOffset? _now;

    /// <inheritdoc/>
    public override async Task<DateTimeOffset> NowAsync() => _now ??= (await ListAsync("select clock_timestamp()", [], reader => reader.GetFieldValue<DateTimeOffset>(0)))[0];

    /// <inheritdoc/>
    public override async Task<IReadOnlyList<LockedPipeline>> LockPipelinesAsync(IReadOnlyCollection<string> names)
    {
        object[] wanted = [names.ToArray()];
        var rows = await ListAsync(LockPipelines, wanted, reader => new PipelineRow(reader.GetString(0), reader.GetBoolean(1), reader.GetFieldValue<DateTimeOffset>(2), reader.GetInt32(3)));
        var counts = (await ListAsync(CountRuns, wanted, reader => (Name: reader.GetString(0), Running: reader.GetInt32(1), Queued: reader.GetInt32(2)))).ToDictionary(count => count.Name, StringComparer.Ordinal);
        return [.. from row in rows let count = counts.GetValueOrDefault(row.Name) select new LockedPipeline(row, count.Running, count.Queued)];
    }

    /// <inheritdoc/>
    public override Task AddPipelinesAsync(IReadOnlyCollection<PipelineRow> pipelines) => ListAsync(
        AddPipelines, [pipelines.Select(row => row.Name).ToArray(), pipelines.Select(row => row.Cursor).ToArray(), pipelines.Select(row => row.Concurrency).ToArray()], _ => true);

    /// <inheritdoc/>
    public override Task<IReadOnlyList<PipelineRun>> QueuedAsync(string pipeline, int limit, bool onlyAsked) => ListAsync(Queued, [pipeline, limit, onlyAsked], reader => PipelineRows.Run(reader));

    /// <inheritdoc/>
    public override async Task<IReadOnlyList<PipelineRun>> AddRunsAsync(IReadOnlyList<PipelineRun> runs)
    {
        if (runs.Count == 0)
        {
            return [];
        }
        var added = (await ListAsync(
            AddRuns,
            [
                Column(runs, run => run.Id), Column(runs, run => run.Pipeline), Column(runs, run => run.Definition), Column(runs, run => run.Trigger), Column(runs, run => run.Key),
                Column(runs, run => run.IntervalBegin?.ToUniversalTime()), Column(runs, run => run.IntervalEnd?.ToUniversalTime()),
                Column(runs, run => JsonSerializer.Serialize(new Dictionary<string, string>(run.Parameters), PipelineJson.Default.DictionaryStringString)), Column(runs, run => run.Priority),
                Column(runs, run => run.StepCount), Column(runs, run => run.Timeout), Column(runs, run => run.Parent), Column(runs, run => run.ParentStep), Column(runs, run => run.Note), Column(runs, run => run.Root), Column(runs, run => run.Cause),
                Column(runs, run => run.DeadlineAt?.ToUniversalTime()), runs[0].CreatedAt,
            ],
            reader => reader.GetString(0))).ToHashSet(StringComparer.Ordinal);
        return [.. runs.Where(run => added.Contains(run.Id))];
    }

    /// <inheritdoc/>
    public override async Task<PipelineRun?> FindRunAsync(string pipeline, string key) => (await ListAsync(OfKey, [pipeline, key], reader => PipelineRows.Run(reader))) is [var run] ? run : null;

    /// <inheritdoc/>
    public override Task<IReadOnlyList<PipelineRun>> LockRunsAsync(IReadOnlyCollection<string> ids) => ListAsync(LockRuns, [ids.ToArray()], LockedRun);

    /// <inheritdoc/>
    public override async Task<(IReadOnlyList<PipelineRun> Runs, IReadOnlyList<PipelineStep> Steps)> LockAsync(IReadOnlyDictionary<string, IReadOnlyCollection<int>?> wanted)
    {
        if (wanted.Values.Any(ordinals => ordinals is null))
        {
            return await base.LockAsync(wanted);
        }
        var some = wanted.SelectMany(pair => pair.Value!.Select(ordinal => (Run: pair.Key, Ordinal: ordinal))).ToList();
        await using var batch = new NpgsqlBatch(connection, transaction)
        {
            BatchCommands = { Sql.Command(LockRuns, [wanted.Keys.ToArray()]), Sql.Command(SomeSteps, Column(some, step => step.Run), Column(some, step => step.Ordinal)) },
        };
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        var runs = await RowsAsync(reader, LockedRun);
        await reader.NextResultAsync(cancellationToken);
        return (runs, await RowsAsync(reader, row => PipelineRows.Step(row)));
    }

    /// <inheritdoc/>
    public override async Task<IReadOnlyList<PipelineStep>> StepsAsync(IReadOnlyDictionary<string, IReadOnlyCollection<int>?> wanted)
    {
        var some = wanted.Where(pair => pair.Value is not null).SelectMany(pair => pair.Value!.Select(ordinal => (pair.Key, ordinal))).ToList();
        var all = wanted.Where(pair => pair.Value is null).Select(pair => pair.Key).ToArray();
        var steps = some.Count == 0 ? [] : await ListAsync(SomeSteps, [some.Select(step => step.Key).ToArray(), some.Select(step => step.ordinal).ToArray()], reader => PipelineRows.Step(reader));
        return all.Length == 0 ? steps : [.. steps, .. await ListAsync(AllSteps, [all], reader => PipelineRows.Step(reader))];
    }

    /// <inheritdoc/>
    public override Task<IReadOnlyList<ClaimedStep>> LockReadyAsync(string? pool, string? run, int limit) =>
        run is not null ? ListAsync(ReadyOfRun, [limit, Text(pool), run], Claimed) : pool is null ? ListAsync(Ready, [limit], Claimed) : ListAsync(ReadyOfPool, [limit, pool], Claimed);

    private static NpgsqlParameter Text(string? value) => new() { Value = (object?)value ?? DBNull.Value, NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Text };

    /// <inheritdoc/>
    public override Task<IReadOnlyList<ClaimedStep>> OfClaimAsync(string claim) => ListAsync(OfClaim, [claim], Claimed);

    /// <inheritdoc/>
    public override async Task<IReadOnlyDictionary<string, int>?> LockPoolsAsync()
    {
        var (now, isAlone) = (await ListAsync(PoolsLock, [], reader => (reader.GetFieldValue<DateTimeOffset>(0), reader.IsDBNull(1) ? (bool?)null : reader.GetBoolean(1))))[0];
        _now ??= now;
        return isAlone == false ? null : isAlone is null ? new Dictionary<string, int>()
            : (await ListAsync(Pools, [], reader => (reader.GetString(0), reader.GetInt32(1)))).ToDictionary(pair => pair.Item1, pair => pair.Item2);
    }

    /// <inheritdoc/>
    public override Task<IReadOnlyList<Signal>> SignalsAsync(IReadOnlyCollection<string> pipelines) => ListAsync(SignalSql.Pending, [pipelines.ToArray()], SignalSql.Read);

    /// <inheritdoc/>
    public override async Task<IReadOnlyList<SignalSource>> SetSourcesAsync(IReadOnlyCollection<string> pipelines, IReadOnlyDictionary<SignalSource, string?> sources)
    {
        object[] wanted = [pipelines.ToArray(), Column(sources, pair => pair.Key.Pipeline), Column(sources, pair => pair.Key.Kind), Column(sources, pair => pair.Key.Name)];
        await ListAsync(SignalSql.Drop, wanted, _ => true);
        var added = await ListAsync(SignalSql.Add, wanted[1..], reader => new SignalSource(reader.GetString(0), reader.GetString(1), reader.GetString(2)));
        await ListAsync(SignalSql.Detail, [.. wanted[1..], Column(sources, pair => pair.Value)], _ => true);
        return added;
    }

    /// <inheritdoc/>
    public override Task<IReadOnlyList<Signal>> UnconsumedAsync(IReadOnlyCollection<Signal> signals) => SignalSql.UnconsumedAsync(signals, (sql, parameters) => ListAsync(sql, parameters, reader => reader.GetInt64(0)));

    /// <summary>Writes what is to be saved and ends the transaction, at once: others wait for its locks.</summary>
    public async Task CommitAsync()
    {
        await using var batch = new NpgsqlBatch(connection, transaction);
        foreach (var command in PipelineWrites.Of(PipelinesToSave.Values, RunsToSave.Values, StepsToInsert, StepsToSave.Values, AttemptsToInsert, ToWake, Consumed, MovedOn))
        {
            batch.BatchCommands.Add(command);
        }
        batch.BatchCommands.Add(new NpgsqlBatchCommand("commit"));
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    internal static TColumn[] Column<TRow, TColumn>(IReadOnlyCollection<TRow> rows, Func<TRow, TColumn> read) => [.. rows.Select(read)];

    private PipelineRun LockedRun(NpgsqlDataReader reader)
    {
        _now = reader.GetFieldValue<DateTimeOffset>(PipelineRows.RunColumnCount);
        return PipelineRows.Run(reader);
    }

    private static ClaimedStep Claimed(NpgsqlDataReader reader) => new(PipelineRows.Run(reader, PipelineRows.StepColumnCount), PipelineRows.Step(reader));

    private async Task<IReadOnlyList<T>> ListAsync<T>(string sql, IReadOnlyList<object?> parameters, Func<NpgsqlDataReader, T> read)
    {
        await using var command = new NpgsqlCommand(sql, connection, transaction);
        foreach (var value in parameters)
        {
            command.Parameters.Add(value as NpgsqlParameter ?? new NpgsqlParameter { Value = value ?? DBNull.Value });
        }
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await RowsAsync(reader, read);
    }

    private async Task<IReadOnlyList<T>> RowsAsync<T>(NpgsqlDataReader reader, Func<NpgsqlDataReader, T> read)
    {
        var list = new List<T>();
        while (await reader.ReadAsync(cancellationToken))
        {
            list.Add(read(reader));
        }
        return list;
    }
}
