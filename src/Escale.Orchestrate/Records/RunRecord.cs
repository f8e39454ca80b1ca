using System.Threading.Channels;
using Escale.Engines.Postgres;
using Escale.Kernel;
using Escale.Orchestrate.Runs;
using Npgsql;

namespace Escale.Orchestrate.Records;

/// <summary>
/// Writes what happens to PostgreSQL while it happens. Steps do not wait for it: one writer sends what has gathered in one
/// transaction, which first checks that this run still holds the lease. When the server is away it waits for it; what gathers meanwhile
/// is bounded by the steps of the plan and their attempts.
/// </summary>
/// <remarks>A record lost to a kill does no harm: what stands is read from the data.</remarks>
internal sealed class RunRecord : RunWatcher, IAsyncDisposable
{
    private const int LargestBatch = 500;

    private const string PlanSteps = """
        insert into orchestrate.steps (run_id, asset_id, kind, name, ordinal, status)
        select $1, id, kind, name, ordinal, 'planned' from unnest($2::text[], $3::text[], $4::text[], $5::int[]) as s(id, kind, name, ordinal)
        on conflict do nothing
        """;

    private const string CountSteps = "update orchestrate.runs set step_count = $2 where id = $1";

    private const string StartStep = """
        update orchestrate.steps set status = 'running', started_at = $3 where run_id = $1 and asset_id = $2 and status = 'planned'
        """;

    private const string StartAttempt = """
        insert into orchestrate.attempts (run_id, asset_id, attempt, status, started_at) values ($1, $2, $3, 'running', $4)
        on conflict do nothing
        """;

    private const string EndAttempt = """
        update orchestrate.attempts
        set status = $4, elapsed_ms = $5, row_count = $6, size_bytes = $7, version = $8, error_code = $9, error_message = $10, error_place = $11
        where run_id = $1 and asset_id = $2 and attempt = $3
        """;

    private const string EndStep = """
        update orchestrate.steps
        set status = $3, reason = $4, fingerprint = $5, version = $6, row_count = $7, size_bytes = $8, quarantined_count = $9, warning = $10,
          attempt_count = $11, elapsed_ms = $12, error_code = $13, error_message = $14, error_place = $15, error_remedy = $16
        where run_id = $1 and asset_id = $2
        """;

    private const string Pass = """
        insert into orchestrate.passed (asset_id, fingerprint, run_id, passed_at, warning, row_count) values ($1, $2, $3, $4, $5, $6)
        on conflict (asset_id) do update set fingerprint = excluded.fingerprint, run_id = excluded.run_id, passed_at = excluded.passed_at,
          warning = excluded.warning, row_count = excluded.row_count
        """;

    private const string EndRun = "update orchestrate.runs set status = $2, ended_at = $3 where id = $1";

    private const string Holds = "select 1 from orchestrate.lease where name = 'run' and fence = $1 for share";

    private static readonly TimeSpan _patience = TimeSpan.FromMinutes(10);

    private readonly PostgresServer _server;
    private readonly TimeProvider _clock;
    private readonly RunId _run;
    private readonly long _fence;
    private readonly Channel<NpgsqlBatchCommand> _queue = Channel.CreateUnbounded<NpgsqlBatchCommand>(new UnboundedChannelOptions { SingleReader = true });
    private readonly CancellationTokenSource _giveUp = new();
    private readonly Task _writing;

    public RunRecord(PostgresServer server, TimeProvider clock, RunId run, long fence)
    {
        _server = server;
        _clock = clock;
        _run = run;
        _fence = fence;
        _writing = Task.Run(WriteAsync);
    }

    public override void Started(RunId run, RunPlan plan)
    {
        var steps = plan.Steps;
        Enqueue(PlanSteps, _run.Value, steps.Select(step => step.Asset.Id).ToArray(), steps.Select(step => step.Asset.Kind).ToArray(),
            steps.Select(step => Display.RunText.Label(step.Asset)).ToArray(), steps.Select(step => step.Order).ToArray());
        Enqueue(CountSteps, _run.Value, steps.Count);
    }

    public override void StepStarted(PlannedStep step) => Enqueue(StartStep, _run.Value, step.Asset.Id, _clock.GetUtcNow());

    public override void AttemptStarted(StepContext context) =>
        Enqueue(StartAttempt, _run.Value, context.Asset.Id, context.Attempt, _clock.GetUtcNow());

    public override void AttemptEnded(StepContext context, StepResult? result, StepError? error, TimeSpan elapsed, TimeSpan? retryIn) =>
        Enqueue(EndAttempt, _run.Value, context.Asset.Id, context.Attempt, error is null ? "ok" : "failed", (long)elapsed.TotalMilliseconds,
            result?.RowCount, result?.SizeBytes, result?.Version, error?.Code, error?.Message, error?.Place?.ToString());

    public override void StepEnded(StepOutcome outcome)
    {
        var (result, error, id) = (outcome.Result, outcome.Error, outcome.Step.Asset.Id);
        Enqueue(EndStep, _run.Value, id, Display.RunText.Word(outcome.Status), outcome.Reason, outcome.Fingerprint, outcome.Version,
            result?.RowCount, result?.SizeBytes, result?.QuarantinedCount ?? 0L, result?.Warning, outcome.Attempts,
            (long)outcome.Elapsed.TotalMilliseconds, error?.Code, error?.Message, error?.Place?.ToString(), error?.Remedy);
        if (outcome is { Status: StepStatus.Ok, Version: null, Fingerprint: { } fingerprint })
        {
            Enqueue(Pass, id, fingerprint, _run.Value, _clock.GetUtcNow(), result?.Warning, result?.RowCount);
        }
    }

    public override void Ended(RunSummary summary) =>
        Enqueue(EndRun, _run.Value, summary.Status.ToString().ToLowerInvariant(), _clock.GetUtcNow());

    /// <summary>Writes what is left; at most ten seconds when the server is away.</summary>
    public async ValueTask DisposeAsync()
    {
        _queue.Writer.TryComplete();
        _giveUp.CancelAfter(TimeSpan.FromSeconds(10));
        await _writing;
        _giveUp.Dispose();
    }

    private void Enqueue(string sql, params IReadOnlyList<object?> parameters) => _queue.Writer.TryWrite(Sql.Command(sql, parameters));

    private async Task WriteAsync()
    {
        try
        {
            while (await _queue.Reader.WaitToReadAsync(_giveUp.Token))
            {
                var gathered = new List<NpgsqlBatchCommand>();
                while (gathered.Count < LargestBatch && _queue.Reader.TryRead(out var command))
                {
                    gathered.Add(command);
                }
                if (!await _server.RetryAsync(token => SendAsync(gathered, token), _giveUp.Token, _patience))
                {
                    return; // another run holds the lease: nothing of ours may be written any more
                }
            }
        }
        catch (Exception error) when (error is EscaleException or OperationCanceledException)
        {
            // The server stayed away. The run's data is safe in the lake; its record shows it as interrupted.
        }
    }

    private async Task<bool> SendAsync(List<NpgsqlBatchCommand> commands, CancellationToken cancellationToken)
    {
        var writer = await _server.WriterAsync(cancellationToken);
        await using var connection = await writer.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using var holds = Sql.Command(Holds, _fence).On(connection, transaction);
        if (await holds.ExecuteScalarAsync(cancellationToken) is null)
        {
            return false;
        }
        await using var batch = new NpgsqlBatch(connection, transaction);
        foreach (var command in commands)
        {
            // A command belongs to one batch; a repeated attempt needs its own.
            batch.BatchCommands.Add(Sql.Command(command.CommandText, [.. command.Parameters.Select(parameter => parameter.Value)]));
        }
        await batch.ExecuteNonQueryAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return true;
    }
}
