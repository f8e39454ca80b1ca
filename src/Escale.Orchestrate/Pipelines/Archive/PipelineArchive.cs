using System.Globalization;
using Escale.Engines.Tables;
using Escale.Kernel;
using Escale.Orchestrate.Pipelines.State;
using Escale.Orchestrate.Pipelines.Store;

namespace Escale.Orchestrate.Pipelines.Archive;

/// <summary>
/// What pipelines did, as tables of the lake: <c>ops.pipeline_attempts</c> and <c>ops.pipeline_logs</c>, a minute after a run has ended. A run's rows are replaced as a whole, so that doing it
/// twice (after a crash, by two schedulers, after a run was gone on with) is doing it once.
/// </summary>
internal sealed class PipelineArchive(PostgresPipelineStore store, Definitions definitions, LakeEngine engine, TimeProvider clock)
{
    /// <summary>How long rows are kept, in days: as long as runs in the database.</summary>
    public const int Days = 180;

    private const int MostRuns = 200;
    private const long MostChars = 32_000_000;
    private const int CompactEvery = 50;

    // Logs are written a moment after their step has ended.
    private const string Ended = """
        select r.id, r.pipeline, r.definition, r.trigger, r.interval_begin, r.interval_end, r.phase, r.ended_at, coalesce((select sum(length(l.lines)) from orchestrate.pipeline_logs l where l.run_id = r.id), 0)::bigint
        from orchestrate.pipeline_runs r where r.ended_at < clock_timestamp() - interval '10 seconds' and r.archived_at is distinct from r.ended_at order by r.ended_at limit $1
        """;

    private const string Attempts = """
        select a.run_id, a.ordinal, a.attempt, a.status, a.worker, a.started_at, a.ended_at, a.error_code, a.error_message, s.output from orchestrate.pipeline_attempts a
        left join orchestrate.pipeline_steps s on s.run_id = a.run_id and s.ordinal = a.ordinal and s.attempt = a.attempt and a.status = 'succeeded' where a.run_id = any($1)
        """;

    private const string Logs = "select run_id, ordinal, attempt, at, lines from orchestrate.pipeline_logs where run_id = any($1) order by run_id, ordinal, attempt, id";

    private const string Archived = "update orchestrate.pipeline_runs r set archived_at = u.ended_at from unnest($1::text[], $2::timestamptz[]) as u(id, ended_at) where r.id = u.id returning r.id";

    /// <summary>Attempts at steps.</summary>
    public static readonly TableName AttemptTable = new("ops", "pipeline_attempts");

    /// <summary>What steps said, a row for each line.</summary>
    public static readonly TableName LogTable = new("ops", "pipeline_logs");

    private readonly SemaphoreSlim _one = new(1, 1);
    private int _commits;

    private sealed record Run(string Id, string Pipeline, string Definition, string Trigger, DateTimeOffset? Begin, DateTimeOffset? End, string Status, DateTimeOffset EndedAt, long Chars);

    private sealed record Said(string Run, int Ordinal, int Attempt, DateTimeOffset At, string Lines);

    private sealed record Tried(string Run, int Ordinal, int Attempt, string Status, string? Worker, DateTimeOffset? StartedAt, DateTimeOffset EndedAt, string? Code, string? Message, StepCost Cost);

    /// <summary>Writes what has ended and is not in the lake.</summary>
    /// <returns>How many runs.</returns>
    /// <exception cref="EscaleException">The database or the lake cannot be had now: what was not written is written the next time.</exception>
    public async Task<int> WriteAsync(CancellationToken cancellationToken)
    {
        await _one.WaitAsync(cancellationToken);
        try
        {
            var count = 0;
            while (await SomeAsync(cancellationToken) is > 0 and var some)
            {
                count += some;
            }
            return count;
        }
        finally
        {
            _one.Release();
        }
    }

    /// <summary>Takes old rows away.</summary>
    public void Clean()
    {
        using var session = engine.OpenSession();
        var until = (clock.GetUtcNow() - TimeSpan.FromDays(Days)).UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
        foreach (var (table, column) in new[] { (AttemptTable, "ended_at"), (LogTable, "said_at") })
        {
            if (session.Catalog.Exists(table))
            {
                session.Forget(table, $"{column} < TIMESTAMP '{until}'");
            }
        }
    }

    private async Task<int> SomeAsync(CancellationToken cancellationToken)
    {
        var ended = await store.ListAsync(Ended, [MostRuns], reader => new Run(
            reader.GetString(0), reader.GetString(1), reader.GetString(2), reader.GetString(3), PipelineRows.Time(reader, 4), PipelineRows.Time(reader, 5),
            reader.GetString(6), reader.GetFieldValue<DateTimeOffset>(7), reader.GetInt64(8)), cancellationToken);
        var chars = 0L;
        var runs = ended.TakeWhile((run, at) => (chars += run.Chars) <= MostChars || at == 0).ToDictionary(run => run.Id);
        if (runs.Count == 0)
        {
            return 0;
        }
        var steps = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal);
        foreach (var definition in runs.Values.Select(run => run.Definition).Distinct())
        {
            steps[definition] = [.. (await definitions.GetAsync(definition, cancellationToken)).Graph.Steps.Select(step => step.Id)];
        }
        var ids = runs.Keys.ToArray();
        var tried = await store.ListAsync(Attempts, [ids], reader => new Tried(
            reader.GetString(0), reader.GetInt32(1), reader.GetInt32(2), reader.GetString(3), PipelineRows.Text(reader, 4), PipelineRows.Time(reader, 5), reader.GetFieldValue<DateTimeOffset>(6),
            PipelineRows.Text(reader, 7), PipelineRows.Text(reader, 8), StepCost.Of(PipelineRows.Text(reader, 9))), cancellationToken);
        var said = await store.ListAsync(
            Logs, [ids], reader => new Said(reader.GetString(0), reader.GetInt32(1), reader.GetInt32(2), reader.GetFieldValue<DateTimeOffset>(3), reader.GetString(4)), cancellationToken);
        await Task.Run(() => Write(runs, tried, said, (run, ordinal) => steps[run.Definition][ordinal]), cancellationToken);
        await store.ListAsync(Archived, [ids, runs.Values.Select(run => run.EndedAt).ToArray()], reader => reader.GetString(0), cancellationToken);
        return runs.Count;
    }

    private void Write(Dictionary<string, Run> runs, IReadOnlyList<Tried> tried, IReadOnlyList<Said> said, Func<Run, int, string> step)
    {
        using var session = engine.OpenSession();
        session.Connection.Execute("""
            CREATE TEMP TABLE tried (pipeline VARCHAR, run_id VARCHAR, trigger VARCHAR, interval_begin BIGINT, interval_end BIGINT, run_status VARCHAR, step VARCHAR, attempt INTEGER, status VARCHAR, worker VARCHAR,
              started_at BIGINT, ended_at BIGINT, error_code VARCHAR, error_message VARCHAR, "rows" BIGINT, bytes BIGINT);
            CREATE TEMP TABLE said (pipeline VARCHAR, run_id VARCHAR, step VARCHAR, attempt INTEGER, line INTEGER, said_at BIGINT, text VARCHAR);
            """);
        using (var appender = session.Connection.Append("temp", "main", "tried"))
        {
            foreach (var one in tried)
            {
                var run = runs[one.Run];
                appender.Append(run.Pipeline).Append(run.Id).Append(run.Trigger).Append(Micros(run.Begin)).Append(Micros(run.End)).Append(run.Status).Append(step(run, one.Ordinal)).Append(one.Attempt)
                    .Append(one.Status).Append(one.Worker).Append(Micros(one.StartedAt)).Append(Micros(one.EndedAt)).Append(one.Code).Append(one.Message).Append(one.Cost.Rows).Append(one.Cost.Bytes).EndRow();
            }
            appender.Complete();
        }
        using (var appender = session.Connection.Append("temp", "main", "said"))
        {
            foreach (var log in said.GroupBy(lines => (lines.Run, lines.Ordinal, lines.Attempt)))
            {
                var (run, line) = (runs[log.Key.Run], 0);
                foreach (var (at, text) in log.SelectMany(part => part.Lines.TrimEnd('\n').Split('\n').Select(text => (part.At, text))))
                {
                    appender.Append(run.Pipeline).Append(run.Id).Append(step(run, log.Key.Ordinal)).Append(log.Key.Attempt).Append(++line).Append(Micros(at)).Append(text).EndRow();
                }
            }
            appender.Complete();
        }
        Keep(session, AttemptTable, "Attempts at the steps of pipelines", tried.Count, """
            SELECT pipeline, run_id, trigger, make_timestamp(interval_begin) AS interval_begin, make_timestamp(interval_end) AS interval_end, run_status, step, attempt, status, worker,
              make_timestamp(started_at) AS started_at, make_timestamp(ended_at) AS ended_at, (ended_at - started_at) / 1e6 AS seconds, error_code, error_message, "rows", bytes FROM temp.main.tried
            """);
        Keep(session, LogTable, "What the steps of pipelines said", said.Count, "SELECT pipeline, run_id, step, attempt, line, make_timestamp(said_at) AS said_at, text FROM temp.main.said");
        _commits++;
    }

    private void Keep(LakeSession session, TableName table, string description, int count, string sql)
    {
        if (count == 0)
        {
            return;
        }
        session.Record(table, description, ["run_id"], sql);
        if (_commits % CompactEvery == CompactEvery - 1)
        {
            session.Compact(table);
        }
    }

    private static long? Micros(DateTimeOffset? moment) => moment is { } known ? (known.UtcDateTime - DateTime.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond : null;
}
