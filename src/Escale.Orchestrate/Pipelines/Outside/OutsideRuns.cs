using System.Text.Json;
using Escale.Kernel;
using Escale.Orchestrate.Pipelines.Files;
using Escale.Orchestrate.Pipelines.Flow;
using Escale.Orchestrate.Pipelines.State;
using Escale.Orchestrate.Pipelines.Store;

namespace Escale.Orchestrate.Pipelines.Outside;

/// <summary>What is asked of a run whose steps another program orders: Airflow, Argo, a script.</summary>
/// <param name="Pipeline">The pipeline as its file is now.</param>
/// <param name="Key">The other program's name for the run: steps with the same belong together.</param>
/// <param name="Parameters">The values of the parameters that were given.</param>
/// <param name="IntervalBegin">What time the run is about: its beginning, or null.</param>
/// <param name="IntervalEnd">What time the run is about: its end, or null.</param>
internal sealed record OutsideRun(PipelineSpec Pipeline, string Key, IReadOnlyDictionary<string, string> Parameters, DateTimeOffset? IntervalBegin, DateTimeOffset? IntervalEnd);

/// <summary>
/// Runs whose steps another program takes one by one. They are recorded beside the others, so that steps read each other's outputs and history shows them; our own workers never take them, since
/// they are over from the beginning: as far as they went.
/// </summary>
internal sealed class OutsideRuns(PostgresPipelineStore store, Definitions definitions, TimeProvider clock)
{
    /// <summary>What made these runs.</summary>
    public const string Trigger = "outside";

    // What has not been decided must not look like a success: other pipelines may come after it.
    private const string UnderWay = "Another program orders its steps and has not said yet that it is over.";

    private const string AddRun = """
        insert into orchestrate.pipeline_runs
          (id, pipeline, definition, trigger, key, interval_begin, interval_end, parameters, phase, priority, step_count, open_count, note, root, created_at, started_at, ended_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8::jsonb, 'cancelled', 0, $9, $9, $10, $1, clock_timestamp(), clock_timestamp(), clock_timestamp()) on conflict do nothing
        """;

    private const string FindRun = $"select {PipelineRows.RunColumns} from orchestrate.pipeline_runs r where r.pipeline = $1 and r.key = $2";

    private const string UseDefinition = "update orchestrate.pipeline_runs set definition = $2 where id = $1 and definition <> $2";

    private const string AddSteps = """
        insert into orchestrate.pipeline_steps (run_id, ordinal, id, phase, priority, pool, not_before)
        select $1, n.ordinal, n.id, 'waiting', 0, null, clock_timestamp() from unnest($2::int[], $3::text[]) as n(ordinal, id) on conflict do nothing
        """;

    // No lease: whether the step goes on is the other program's to know. What never said its end is found out by the outcome.
    private const string BeginStep = $"""
        update orchestrate.pipeline_steps s set phase = 'waiting', attempt = attempt + 1, worker = $3, started_at = clock_timestamp(), ended_at = null, error_code = null, error_message = null,
          error_remedy = null, output = null
        where s.run_id = $1 and s.ordinal = $2 returning {PipelineRows.StepColumns}
        """;

    private const string EndStep = """
        update orchestrate.pipeline_steps set phase = $3, ended_at = clock_timestamp(), error_code = $4, error_message = $5, error_remedy = $6, output = $7
        where run_id = $1 and ordinal = $2
        """;

    private const string AddAttempt = """
        insert into orchestrate.pipeline_attempts (run_id, ordinal, attempt, status, worker, started_at, ended_at, error_code, error_message, error_remedy)
        select run_id, ordinal, attempt, $3, worker, started_at, clock_timestamp(), error_code, error_message, error_remedy from orchestrate.pipeline_steps where run_id = $1 and ordinal = $2
        on conflict do nothing
        """;

    private const string Count = """
        update orchestrate.pipeline_runs r set ended_at = clock_timestamp(), phase = $2, note = $3,
          open_count = (select count(*) from orchestrate.pipeline_steps s where s.run_id = r.id and s.phase not in ('succeeded', 'failed', 'upstream_failed', 'skipped', 'cancelled')),
          bad_count = (select count(*) from orchestrate.pipeline_steps s where s.run_id = r.id and s.phase in ('failed', 'upstream_failed', 'cancelled'))
        where r.id = $1
        """;

    private const string Settle = """
        update orchestrate.pipeline_steps s set phase = u.phase, ended_at = coalesce(s.ended_at, clock_timestamp()), error_code = coalesce(s.error_code, u.code), error_message = coalesce(s.error_message, u.message)
        from unnest($2::int[], $3::text[], $4::text[], $5::text[]) as u(ordinal, phase, code, message) where s.run_id = $1 and s.ordinal = u.ordinal
        """;

    /// <summary>The run, made when it is not there yet.</summary>
    /// <exception cref="EscaleException"><c>orchestrate.parameter</c>; <c>orchestrate.pipeline-changed</c>: it was begun with other steps.</exception>
    public async Task<PipelineRun> OpenAsync(OutsideRun asked, CancellationToken cancellationToken)
    {
        var (spec, definition, key) = (asked.Pipeline, Definition.Of(asked.Pipeline), $"{Trigger}:{asked.Key}");
        var values = JsonSerializer.Serialize(ParameterReader.Values(spec, asked.Parameters), PipelineJson.Default.DictionaryStringString);
        await definitions.KeepAsync([definition], cancellationToken);
        await DoAsync(
            AddRun,
            [PipelineRunId.New(clock), spec.Name, definition.Hash, Trigger, key, Time(asked.IntervalBegin), Time(asked.IntervalEnd), values, spec.Tasks.Count, UnderWay], cancellationToken);
        var run = (await store.ListAsync(FindRun, [spec.Name, key], reader => PipelineRows.Run(reader), cancellationToken))[0];
        await DoAsync(AddSteps, [run.Id, Enumerable.Range(0, spec.Tasks.Count).ToArray(), spec.Tasks.Select(task => task.Id).ToArray()], cancellationToken);
        var steps = await StepsAsync(run.Id, cancellationToken);
        if (!steps.Select(step => step.Id).SequenceEqual(spec.Tasks.Select(task => task.Id)))
        {
            throw new EscaleException("orchestrate.pipeline-changed", $"The run {asked.Key} of '{spec.Name}' began with other steps than the file has now.", "Begin another run; export the pipeline again if other programs order its steps.");
        }
        await DoAsync(UseDefinition, [run.Id, definition.Hash], cancellationToken);
        return run with { Definition = definition.Hash };
    }

    /// <summary>What time a run of another pipeline was about, given as <c>PIPELINE/KEY</c>; null when there is no such run, or it was about none.</summary>
    public async Task<(DateTimeOffset Begin, DateTimeOffset End)?> IntervalOfAsync(string other, CancellationToken cancellationToken) =>
        other.Split('/', 2) is [var pipeline, var key] && await store.ListAsync(FindRun, [pipeline, $"{Trigger}:{key}"], reader => PipelineRows.Run(reader), cancellationToken) is [{ IntervalBegin: { } begin, IntervalEnd: { } end }]
            ? (begin, end) : null;

    /// <summary>The steps of a run.</summary>
    public Task<IReadOnlyList<PipelineStep>> StepsAsync(string run, CancellationToken cancellationToken) => store.StepsAsync(run, cancellationToken);

    /// <summary>Notes that an attempt at a step begins.</summary>
    public async Task<ClaimedStep> BeginAsync(PipelineRun run, int ordinal, string worker, CancellationToken cancellationToken) =>
        new(run, (await store.ListAsync(BeginStep, [run.Id, ordinal, worker], reader => PipelineRows.Step(reader), cancellationToken))[0]);

    /// <summary>Notes how the attempt ended.</summary>
    public async Task EndAsync(PipelineRun run, PipelineSpec spec, AttemptReport report, CancellationToken cancellationToken)
    {
        var word = report.Phase.Word();
        await DoAsync(EndStep, [run.Id, report.Ordinal, word, report.Failure?.Code, report.Failure?.Message, report.Failure?.Remedy, report.Output], cancellationToken);
        await DoAsync(AddAttempt, [run.Id, report.Ordinal, word], cancellationToken);
        var steps = await StepsAsync(run.Id, cancellationToken);
        var isBad = steps.Any(step => step.Phase == StepPhase.Failed && !spec.Tasks[step.Ordinal].MayFail);
        await DoAsync(Count, [run.Id, isBad ? "failed" : "cancelled", UnderWay], cancellationToken);
    }

    /// <summary>
    /// Decides how the run ended, by the rules of the pipeline: a step whose turn had come and that never said how it ended has failed, whatever kept it from beginning.
    /// </summary>
    /// <returns>Whether it is a success.</returns>
    public async Task<bool> DecideAsync(PipelineRun run, PipelineSpec spec, CancellationToken cancellationToken)
    {
        var (steps, graph) = (await StepsAsync(run.Id, cancellationToken), spec.Graph());
        var (phases, lost) = (graph.Begin(), new List<int>());
        while (Array.IndexOf(phases, StepPhase.Ready) is var next and >= 0)
        {
            if (!steps[next].Phase.IsEnd())
            {
                lost.Add(next);
            }
            graph.End(phases, next, steps[next].Phase.IsEnd() ? steps[next].Phase : StepPhase.Failed);
        }
        var isGood = graph.IsSuccess(phases);
        await DoAsync(
            Settle,
            [
                run.Id, Enumerable.Range(0, phases.Length).ToArray(), phases.Select(phase => phase.Word()).ToArray(), phases.Select((_, at) => lost.Contains(at) ? "orchestrate.worker-lost" : null).ToArray(),
                phases.Select((_, at) => lost.Contains(at) ? "Its turn had come, but it never said how it ended." : null).ToArray(),
            ], cancellationToken);
        await DoAsync(Count, [run.Id, isGood ? "succeeded" : "failed", null], cancellationToken);
        return isGood;
    }

    private static DateTimeOffset? Time(DateTimeOffset? time) => time?.ToUniversalTime();

    private Task DoAsync(string sql, IReadOnlyList<object?> parameters, CancellationToken cancellationToken) => store.ListAsync(sql, [.. parameters.Select(Parameter)], _ => true, cancellationToken);

    private static object? Parameter(object? value) => value ?? DBNull.Value;
}
