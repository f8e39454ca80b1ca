using System.Text.Json.Serialization;
using Escale.Kernel;
using Escale.Orchestrate.Pipelines.State;

namespace Escale.Orchestrate.Pipelines.Store;

/// <summary>A run of a pipeline, as it is shown. The interval is what the run is about; started and finished are when it happened.</summary>
internal sealed record ShownRun
{
    public required string Id { get; init; }

    public required string Pipeline { get; init; }

    public required string Status { get; init; }

    public required string Trigger { get; init; }

    public DateTimeOffset? IntervalBegin { get; init; }

    public DateTimeOffset? IntervalEnd { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? StartedAt { get; init; }

    public DateTimeOffset? FinishedAt { get; init; }

    public double? Seconds { get; init; }

    public required IReadOnlyDictionary<string, string> Parameters { get; init; }

    public string? Note { get; init; }

    /// <summary>What happened that made it, as JSON, or null.</summary>
    public string? Cause { get; init; }

    /// <summary>When it is to be over, or null.</summary>
    public DateTimeOffset? DeadlineAt { get; init; }

    /// <summary>When it was found to be late, or null.</summary>
    public DateTimeOffset? MissedAt { get; init; }

    public required int StepCount { get; init; }

    public required int OpenCount { get; init; }

    /// <summary>Its steps in the order of the file; null in lists.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<ShownStep>? Steps { get; init; }

    [JsonIgnore]
    public string Definition { get; init; } = "";

    [JsonIgnore]
    public bool IsOver => Status is "succeeded" or "failed" or "cancelled";
}

/// <summary>A step of a run, as it is shown.</summary>
internal sealed record ShownStep(
    string Id, string Status, int Attempts, DateTimeOffset? StartedAt, DateTimeOffset? FinishedAt, double? Seconds, StepFailure? Error, string? Output, string? Worker, IReadOnlyList<ShownAttempt> History);

/// <summary>An attempt that has ended, as it is shown.</summary>
internal sealed record ShownAttempt(int Attempt, string Status, DateTimeOffset? StartedAt, DateTimeOffset FinishedAt, StepFailure? Error);

/// <summary>What is recorded of pipelines' runs.</summary>
internal sealed class PipelineHistory(PostgresPipelineStore store)
{
    private const string Runs = $"""
        select {PipelineRows.RunColumns} from orchestrate.pipeline_runs r where ($1::text is null or r.pipeline = $1) and ($2::text is null or r.id = $2)
        order by r.created_at desc, r.id desc limit $3
        """;

    private const string Attempts = """
        select ordinal, attempt, status, started_at, ended_at, error_code, error_message, error_remedy from orchestrate.pipeline_attempts where run_id = $1 order by ordinal, attempt
        """;

    private const string Pipelines = "select name, is_paused, cursor, concurrency from orchestrate.pipelines";

    private const string Newest = $"select distinct on (r.pipeline) {PipelineRows.RunColumns} from orchestrate.pipeline_runs r order by r.pipeline, r.created_at desc, r.id desc";

    private const string Workers = "select distinct worker from orchestrate.pipeline_steps where phase = 'running'";

    private const string Late = $"""
        select {PipelineRows.RunColumns} from orchestrate.pipeline_runs r where r.phase in ('queued', 'running') and r.missed_at is not null order by r.deadline_at limit 20
        """;

    private const string OldLogs = "delete from orchestrate.pipeline_logs where at < clock_timestamp() - interval '30 days'";

    private const string OldRuns = "delete from orchestrate.pipeline_runs where ended_at < clock_timestamp() - interval '180 days'";

    private const string OldDefinitions = """
        delete from orchestrate.definitions d where made_at < clock_timestamp() - interval '1 day' and not exists (select 1 from orchestrate.pipeline_runs r where r.definition = d.hash)
        """;

    /// <summary>The newest runs first.</summary>
    public async Task<IReadOnlyList<ShownRun>> ListAsync(string? pipeline, int limit, CancellationToken cancellationToken) =>
        [.. (await store.ListAsync(Runs, [pipeline, null, limit], reader => PipelineRows.Run(reader), cancellationToken)).Select(run => Shown(run, null))];

    /// <summary>The newest run of each pipeline.</summary>
    public async Task<IReadOnlyDictionary<string, ShownRun>> NewestAsync(CancellationToken cancellationToken) =>
        (await store.ListAsync(Newest, [], reader => PipelineRows.Run(reader), cancellationToken)).ToDictionary(run => run.Pipeline, run => Shown(run, null), StringComparer.Ordinal);

    /// <summary>What is kept of each pipeline.</summary>
    public async Task<IReadOnlyDictionary<string, PipelineRow>> PipelinesAsync(CancellationToken cancellationToken) =>
        (await store.ListAsync(Pipelines, [], reader => new PipelineRow(reader.GetString(0), reader.GetBoolean(1), reader.GetFieldValue<DateTimeOffset>(2), reader.GetInt32(3)), cancellationToken))
        .ToDictionary(row => row.Name, StringComparer.Ordinal);

    /// <summary>One run without its steps.</summary>
    /// <exception cref="EscaleException"><c>orchestrate.run-not-found</c>.</exception>
    public async Task<ShownRun> RunAsync(string id, CancellationToken cancellationToken) =>
        (await store.ListAsync(Runs, [null, id, 1], reader => PipelineRows.Run(reader), cancellationToken)) is [var run] ? Shown(run, null)
        : throw NotFound(id);

    internal static EscaleException NotFound(string id) => new("orchestrate.run-not-found", $"There is no run '{id}' of a pipeline.", "List them with `escale pipeline runs`.");

    /// <summary>One run with its steps and their attempts.</summary>
    /// <exception cref="EscaleException"><c>orchestrate.run-not-found</c>.</exception>
    public async Task<ShownRun> ShowAsync(string id, CancellationToken cancellationToken)
    {
        var run = await RunAsync(id, cancellationToken);
        var attempts = (await store.ListAsync(Attempts, [id], reader => (reader.GetInt32(0), new ShownAttempt(
            reader.GetInt32(1), reader.GetString(2), PipelineRows.Time(reader, 3), reader.GetFieldValue<DateTimeOffset>(4),
            reader.IsDBNull(5) ? null : new StepFailure(reader.GetString(5), PipelineRows.Text(reader, 6) ?? "", PipelineRows.Text(reader, 7)))), cancellationToken)).ToLookup(pair => pair.Item1, pair => pair.Item2);
        var steps = await store.StepsAsync(id, cancellationToken);
        return run with { Steps = [.. steps.Select(step => Shown(step, [.. attempts[step.Ordinal]]))] };
    }

    /// <summary>Runs that are late and not over.</summary>
    public async Task<IReadOnlyList<ShownRun>> LateAsync(CancellationToken cancellationToken) =>
        [.. (await store.ListAsync(Late, [], reader => PipelineRows.Run(reader), cancellationToken)).Select(run => Shown(run, null))];

    /// <summary>The workers that have steps.</summary>
    public Task<IReadOnlyList<string>> WorkersAsync(CancellationToken cancellationToken) => store.ListAsync(Workers, [], reader => reader.GetString(0), cancellationToken);

    /// <summary>Forgets logs after 30 days and runs after 180.</summary>
    public async Task ForgetOldAsync(CancellationToken cancellationToken)
    {
        foreach (var statement in (string[])[OldLogs, OldRuns, OldDefinitions, SignalSql.Forget])
        {
            await store.ListAsync(statement, [], _ => true, cancellationToken);
        }
    }

    private static ShownRun Shown(PipelineRun run, IReadOnlyList<ShownStep>? steps) => new()
    {
        Id = run.Id, Pipeline = run.Pipeline, Status = run.Phase.Word(), Trigger = run.Trigger, IntervalBegin = run.IntervalBegin, IntervalEnd = run.IntervalEnd, CreatedAt = run.CreatedAt,
        StartedAt = run.StartedAt, FinishedAt = run.EndedAt, Seconds = Seconds(run.StartedAt, run.EndedAt), Parameters = run.Parameters, Note = run.Note, Cause = run.Cause, DeadlineAt = run.DeadlineAt, MissedAt = run.MissedAt, StepCount = run.StepCount, OpenCount = run.OpenCount,
        Definition = run.Definition, Steps = steps,
    };

    private static ShownStep Shown(PipelineStep step, IReadOnlyList<ShownAttempt> attempts) => new(
        step.Id, step.Phase.Word(), step.Attempt, step.StartedAt, step.EndedAt, Seconds(step.StartedAt, step.EndedAt), step.Failure, step.Output, step.Worker, attempts);

    private static double? Seconds(DateTimeOffset? from, DateTimeOffset? to) => from is { } begin && to is { } end ? Math.Round((end - begin).TotalSeconds, 3) : null;
}
