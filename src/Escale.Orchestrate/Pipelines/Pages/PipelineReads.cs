using Escale.Kernel;
using Escale.Orchestrate.Pipelines.State;
using Escale.Orchestrate.Pipelines.Store;
using Escale.Orchestrate.Pipelines.Working;

namespace Escale.Orchestrate.Pipelines.Pages;

/// <summary>What the pages read of pipelines' runs: each read is bounded, however long the history is.</summary>
internal sealed class PipelineReads(PostgresPipelineStore store)
{
    private const int LogRowsAtOnce = 2000;

    private const string Lately = $"""
        select {PipelineRows.RunColumns} from unnest($1::text[]) as p(name)
        cross join lateral (select * from orchestrate.pipeline_runs where pipeline = p.name order by created_at desc, coalesce(interval_end, created_at) desc limit $2) r
        """;

    private const string Page = $"""
        select {PipelineRows.RunColumns} from orchestrate.pipeline_runs r
        where r.pipeline = $1 and ($2::text is null or (r.created_at, coalesce(r.interval_end, r.created_at), r.id)
          < (select b.created_at, coalesce(b.interval_end, b.created_at), b.id from orchestrate.pipeline_runs b where b.id = $2))
          and ($3::timestamptz is null or (coalesce(r.interval_end, r.created_at) >= $3 and coalesce(r.interval_end, r.created_at) < $4))
        order by r.created_at desc, coalesce(r.interval_end, r.created_at) desc, r.id desc limit $5
        """;

    private const string Cells = "select run_id, id, phase, attempt, started_at, ended_at from orchestrate.pipeline_steps where run_id = any($1) and id = any($2)";

    private const string Days = """
        select (coalesce(interval_end, created_at) at time zone $2)::date, phase, count(*)::int from orchestrate.pipeline_runs where pipeline = $1 and created_at >= $3 group by 1, 2
        """;

    private const string Attempts = """
        select ordinal, attempt, status, worker, started_at, ended_at, error_code, error_message, error_remedy from orchestrate.pipeline_attempts where run_id = $1 order by ordinal, attempt
        """;

    private const string StartedRuns = "select parent_step, id, phase, step_count, open_count, bad_count from orchestrate.pipeline_runs where parent = $1 order by created_at, id";

    private const string Statuses = "select key, phase from orchestrate.pipeline_runs where pipeline = $1 and key = any($2)";

    private const string Failures = """
        select r.pipeline, r.id, coalesce(r.interval_end, r.created_at), s.id, s.error_code, s.error_message
        from orchestrate.pipelines p
        cross join lateral (
          select * from orchestrate.pipeline_runs where pipeline = p.name and phase in ('succeeded', 'failed', 'cancelled')
          order by created_at desc, coalesce(interval_end, created_at) desc limit 1) r
        left join lateral (select * from orchestrate.pipeline_steps where run_id = r.id and phase = 'failed' order by ordinal limit 1) s on true
        where r.phase = 'failed' order by r.ended_at desc limit $1
        """;

    private const string State = """
        select r.phase || ' ' || coalesce(r.stop, '') || coalesce(' ' || string_agg(s.phase || ' ' || s.count || ' ' || s.attempts, ' ' order by s.phase), '')
          || coalesce((select ' ' || string_agg(c.phase || ' ' || c.open_count || ' ' || c.bad_count, ' ' order by c.id) from orchestrate.pipeline_runs c where c.parent = $1), '')
        from orchestrate.pipeline_runs r
        left join (select run_id, phase, count(*) as count, sum(attempt) as attempts from orchestrate.pipeline_steps where run_id = $1 group by run_id, phase) s on s.run_id = r.id
        where r.id = $1 group by r.id
        """;

    private const string Log = """
        select ordinal, attempt, at, lines, id from orchestrate.pipeline_logs
        where run_id = $1 and id > $2 and ($3::int is null or ordinal = $3) and ($4::int is null or attempt = $4) order by id limit $5
        """;

    /// <summary>The newest runs of each pipeline, oldest first.</summary>
    public async Task<ILookup<string, RunFact>> LatelyAsync(IReadOnlyCollection<string> pipelines, int each, CancellationToken cancellationToken) =>
        (await store.ListAsync(Lately, [pipelines.ToArray(), each], reader => Fact(PipelineRows.Run(reader)), cancellationToken))
        .OrderBy(run => run.CreatedAt).ThenBy(run => run.Due).ToLookup(run => run.Pipeline, StringComparer.Ordinal);

    /// <summary>Runs of a pipeline, newest first.</summary>
    /// <param name="pipeline">Its name.</param>
    /// <param name="before">Those made before this run; null: the newest.</param>
    /// <param name="due">Only those that were due in this time; null: all.</param>
    /// <param name="limit">At most so many.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public Task<IReadOnlyList<PipelineRun>> PageAsync(string pipeline, string? before, (DateTimeOffset From, DateTimeOffset Until)? due, int limit, CancellationToken cancellationToken) =>
        store.ListAsync(Page, [pipeline, before, due?.From, due?.Until, limit], reader => PipelineRows.Run(reader), cancellationToken);

    /// <summary>What became of steps in runs.</summary>
    public Task<IReadOnlyList<CellFact>> CellsAsync(IReadOnlyCollection<string> runs, IReadOnlyCollection<string> steps, CancellationToken cancellationToken) => store.ListAsync(
        Cells, [runs.ToArray(), steps.ToArray()],
        reader => new CellFact(reader.GetString(0), reader.GetString(1), reader.GetString(2), reader.GetInt32(3), PipelineRows.Time(reader, 4), PipelineRows.Time(reader, 5)), cancellationToken);

    /// <summary>How many runs of each status were due on each day.</summary>
    public Task<IReadOnlyList<(DateOnly Day, string Status, int Count)>> DaysAsync(string pipeline, string zone, DateTimeOffset since, CancellationToken cancellationToken) =>
        store.ListAsync(Days, [pipeline, zone, since], reader => (reader.GetFieldValue<DateOnly>(0), reader.GetString(1), reader.GetInt32(2)), cancellationToken);

    /// <summary>A run with its steps and their attempts.</summary>
    /// <exception cref="EscaleException"><c>orchestrate.run-not-found</c>.</exception>
    public async Task<(PipelineRun Run, IReadOnlyList<StepFact> Steps)> DetailsAsync(string id, CancellationToken cancellationToken)
    {
        var run = await store.RunAsync(id, cancellationToken) ?? throw PipelineHistory.NotFound(id);
        var attempts = (await store.ListAsync(Attempts, [id], reader => (Ordinal: reader.GetInt32(0), Attempt: new AttemptFact(
            reader.GetInt32(1), reader.GetString(2), PipelineRows.Time(reader, 4), PipelineRows.Time(reader, 5),
            reader.IsDBNull(6) ? null : new StepFailure(reader.GetString(6), PipelineRows.Text(reader, 7) ?? "", PipelineRows.Text(reader, 8)), PipelineRows.Text(reader, 3))), cancellationToken))
            .ToLookup(pair => pair.Ordinal, pair => pair.Attempt);
        var steps = await store.StepsAsync(id, cancellationToken);
        var started = (await store.ListAsync(StartedRuns, [id], reader => (Step: reader.GetInt32(0), Run: new StartedRun(reader.GetString(1), reader.GetString(2), reader.GetInt32(3), reader.GetInt32(4), reader.GetInt32(5))), cancellationToken))
            .ToLookup(pair => pair.Step, pair => pair.Run);
        return (run, [.. steps.Select(step => new StepFact(
            step.Ordinal, step.Id, step.Phase.Word(), step.Attempt, step.StartedAt, step.EndedAt, step.Phase == Flow.StepPhase.Ready && step.Attempt > 0 ? step.NotBefore : null, step.Failure, step.Output,
            All(step, [.. attempts[step.Ordinal]])) { Started = [.. started[step.Ordinal]] })]);

        // The one that is under way is not among those that have ended.
        static IReadOnlyList<AttemptFact> All(PipelineStep step, List<AttemptFact> ended) =>
            step.Phase is Flow.StepPhase.Running or Flow.StepPhase.Deferred ? [.. ended, new AttemptFact(step.Attempt, step.Phase.Word(), step.StartedAt, null, null, step.Worker)] : ended;
    }

    /// <summary>The status of the runs that have one of these keys.</summary>
    public async Task<IReadOnlyDictionary<string, string>> StatusesAsync(string pipeline, IReadOnlyCollection<string> keys, CancellationToken cancellationToken) =>
        (await store.ListAsync(Statuses, [pipeline, keys.ToArray()], reader => (Key: reader.GetString(0), Status: reader.GetString(1)), cancellationToken)).ToDictionary(pair => pair.Key, pair => pair.Status, StringComparer.Ordinal);

    /// <summary>The pipelines whose newest run that ended failed, with the first step that failed.</summary>
    public Task<IReadOnlyList<(string Pipeline, string Run, DateTimeOffset Due, string? Step, string? Code, string? Message)>> FailuresAsync(int limit, CancellationToken cancellationToken) => store.ListAsync(
        Failures, [limit],
        reader => (reader.GetString(0), reader.GetString(1), reader.GetFieldValue<DateTimeOffset>(2), PipelineRows.Text(reader, 3), PipelineRows.Text(reader, 4), PipelineRows.Text(reader, 5)), cancellationToken);

    /// <summary>A text that changes with the state of a run and its steps; null when there is no such run.</summary>
    public async Task<string?> StateAsync(string run, CancellationToken cancellationToken) => (await store.ListAsync(State, [run], reader => reader.GetString(0), cancellationToken)) is [var state] ? state : null;

    /// <summary>What a run said behind an id of the log; a part of it at a time, and the last id.</summary>
    public async Task<(IReadOnlyList<LogLines> Lines, long Last)> LogAsync(string run, int? ordinal, int? attempt, long after, CancellationToken cancellationToken)
    {
        var last = after;
        var lines = await store.ListAsync(Log, [run, after, ordinal, attempt, LogRowsAtOnce], reader =>
        {
            last = reader.GetInt64(4);
            return new LogLines(reader.GetInt32(0), reader.GetInt32(1), reader.GetFieldValue<DateTimeOffset>(2), reader.GetString(3));
        }, cancellationToken);
        return (lines, last);
    }

    public static RunFact Fact(PipelineRun run) => new(run.Id, run.Pipeline, run.Phase.Word(), run.Trigger, run.IntervalBegin, run.IntervalEnd, run.CreatedAt, run.StartedAt, run.EndedAt);
}
