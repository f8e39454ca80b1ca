using Escale.Orchestrate.Pipelines.State;
using Escale.Orchestrate.Records;
using Npgsql;

namespace Escale.Orchestrate.Pipelines.Store;

/// <summary>The statements that write down what a transaction decided: one for each kind of row, however many there are.</summary>
internal static class PipelineWrites
{
    private const string Pipelines = """
        update orchestrate.pipelines p set is_paused = u.is_paused, cursor = u.cursor, concurrency = u.concurrency
        from unnest($1::text[], $2::boolean[], $3::timestamptz[], $4::int[]) as u(name, is_paused, cursor, concurrency) where p.name = u.name
        """;

    private const string Runs = """
        update orchestrate.pipeline_runs r set phase = u.phase, open_count = u.open_count, bad_count = u.bad_count, stop = u.stop, timeout_at = u.timeout_at, note = u.note, started_at = u.started_at, ended_at = u.ended_at,
          missed_at = u.missed_at
        from unnest($1::text[], $2::text[], $3::int[], $4::int[], $5::text[], $6::timestamptz[], $7::text[], $8::timestamptz[], $9::timestamptz[], $10::timestamptz[])
          as u(id, phase, open_count, bad_count, stop, timeout_at, note, started_at, ended_at, missed_at) where r.id = u.id
        """;

    private const string NewSteps = """
        insert into orchestrate.pipeline_steps (run_id, ordinal, id, phase, priority, pool, not_before)
        select * from unnest($1::text[], $2::int[], $3::text[], $4::text[], $5::int[], $6::text[], $7::timestamptz[])
        """;

    private const string Steps = """
        update orchestrate.pipeline_steps s set phase = u.phase, attempt = u.attempt, failures = u.failures, losses = u.losses, not_before = u.not_before, worker = u.worker, claim = u.claim, fence = u.fence,
          lease_until = u.lease_until, started_at = u.started_at, ended_at = u.ended_at, error_code = u.error_code, error_message = u.error_message, error_remedy = u.error_remedy, output = u.output
        from unnest($1::text[], $2::int[], $3::text[], $4::int[], $5::int[], $6::int[], $7::timestamptz[], $8::text[], $9::text[], $10::bigint[], $11::timestamptz[], $12::timestamptz[], $13::timestamptz[],
            $14::text[], $15::text[], $16::text[], $17::text[])
          as u(run_id, ordinal, phase, attempt, failures, losses, not_before, worker, claim, fence, lease_until, started_at, ended_at, error_code, error_message, error_remedy, output)
        where s.run_id = u.run_id and s.ordinal = u.ordinal
        """;

    private const string Attempts = """
        insert into orchestrate.pipeline_attempts (run_id, ordinal, attempt, status, worker, started_at, ended_at, error_code, error_message, error_remedy)
        select * from unnest($1::text[], $2::int[], $3::int[], $4::text[], $5::text[], $6::timestamptz[], $7::timestamptz[], $8::text[], $9::text[], $10::text[]) on conflict do nothing
        """;

    private const string Wake = """
        update orchestrate.pipeline_steps s set not_before = clock_timestamp() from unnest($1::text[], $2::int[]) as u(run_id, ordinal)
        where s.run_id = u.run_id and s.ordinal = u.ordinal and s.phase = 'deferred'
        """;

    public static IEnumerable<NpgsqlBatchCommand> Of(
        IReadOnlyCollection<PipelineRow> pipelines, IReadOnlyCollection<PipelineRun> runs, IReadOnlyCollection<PipelineStep> inserted, IReadOnlyCollection<PipelineStep> saved,
        IReadOnlyCollection<PipelineAttempt> attempts, IReadOnlyCollection<(string Run, int Ordinal)> woken, IReadOnlyCollection<(Signal Signal, string Run)> consumed,
        IReadOnlyCollection<(SignalSource Source, DateTimeOffset Since)> sources)
    {
        if (pipelines.Count > 0)
        {
            yield return Sql.Command(Pipelines, C(pipelines, row => row.Name), C(pipelines, row => row.IsPaused), C(pipelines, row => row.Cursor.ToUniversalTime()), C(pipelines, row => row.Concurrency));
        }
        if (runs.Count > 0)
        {
            yield return Sql.Command(
                Runs, C(runs, run => run.Id), C(runs, run => run.Phase.Word()), C(runs, run => run.OpenCount), C(runs, run => run.BadCount), C(runs, run => run.Stop),
                C(runs, run => run.TimeoutAt), C(runs, run => run.Note), C(runs, run => run.StartedAt), C(runs, run => run.EndedAt),
                C(runs, run => run.MissedAt));
        }
        if (inserted.Count > 0)
        {
            yield return Sql.Command(
                NewSteps, C(inserted, step => step.Run), C(inserted, step => step.Ordinal), C(inserted, step => step.Id), C(inserted, step => step.Phase.Word()), C(inserted, step => step.Priority),
                C(inserted, step => step.Pool), C(inserted, step => step.NotBefore));
        }
        if (saved.Count > 0)
        {
            yield return Sql.Command(
                Steps, C(saved, step => step.Run), C(saved, step => step.Ordinal), C(saved, step => step.Phase.Word()), C(saved, step => step.Attempt), C(saved, step => step.Failures), C(saved, step => step.Losses),
                C(saved, step => step.NotBefore), C(saved, step => step.Worker), C(saved, step => step.Claim), C(saved, step => step.Fence), C(saved, step => step.LeaseUntil), C(saved, step => step.StartedAt),
                C(saved, step => step.EndedAt), C(saved, step => step.Failure?.Code), C(saved, step => step.Failure?.Message), C(saved, step => step.Failure?.Remedy), C(saved, step => step.Output));
        }
        if (attempts.Count > 0)
        {
            yield return Sql.Command(
                Attempts, C(attempts, one => one.Run), C(attempts, one => one.Ordinal), C(attempts, one => one.Attempt), C(attempts, one => one.Status), C(attempts, one => one.Worker), C(attempts, one => one.StartedAt),
                C(attempts, one => one.EndedAt), C(attempts, one => one.Failure?.Code), C(attempts, one => one.Failure?.Message), C(attempts, one => one.Failure?.Remedy));
        }
        if (woken.Count > 0)
        {
            yield return Sql.Command(Wake, C(woken, step => step.Run), C(woken, step => step.Ordinal));
        }
        if (consumed.Count > 0)
        {
            yield return Sql.Command(
                SignalSql.Consume, C(consumed, one => one.Signal.Source.Pipeline), C(consumed, one => one.Signal.Source.Kind), C(consumed, one => one.Signal.Source.Name), C(consumed, one => one.Signal.Item),
                C(consumed, one => one.Signal.Version), C(consumed, one => one.Run));
        }
        if (sources.Count > 0)
        {
            yield return Sql.Command(SignalSql.MoveOn, C(sources, one => one.Source.Pipeline), C(sources, one => one.Source.Kind), C(sources, one => one.Source.Name), C(sources, one => one.Since.ToUniversalTime()));
        }
    }

    private static TColumn[] C<TRow, TColumn>(IReadOnlyCollection<TRow> rows, Func<TRow, TColumn> read) => PostgresTransaction.Column(rows, read);
}
