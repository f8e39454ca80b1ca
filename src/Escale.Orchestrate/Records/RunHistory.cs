using Escale.Kernel;

namespace Escale.Orchestrate.Records;

/// <summary>A run in the list of runs.</summary>
public sealed record RunEntry(
    string Id, string Verb, string Status, DateTimeOffset StartedAt, double? Seconds, string? Resumes, int Steps, int Ok, int Unchanged, int Failed, int Skipped, long Rows)
{
    /// <summary>What it was asked to run, in the selection's words; empty for everything.</summary>
    public IReadOnlyList<string> Select { get; init; } = [];

    /// <summary>Whether it is under way.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public bool IsRunning => Status == "running";

    /// <summary>The process that runs it.</summary>
    internal ProcessIdentity? Process { get; init; }
}

/// <summary>A step in the record of a run.</summary>
public sealed record StepEntry(
    string Asset, string Kind, string Name, string Status, string? Reason, string? Version, long? Rows, long? Bytes, long Quarantined, string? Warning,
    int Attempts, double? Seconds, string? ErrorCode, string? ErrorMessage, string? ErrorPlace, string? ErrorRemedy, DateTimeOffset? StartedAt = null);

/// <summary>Reads the record of runs. A run whose process is gone is shown as interrupted before anybody has marked it so.</summary>
public sealed class RunHistory(RunStore store)
{
    private const string Runs = """
        select r.id, r.verb, r.status, r.started_at, extract(epoch from r.ended_at - r.started_at)::float8, r.resumes, r.step_count,
          count(*) filter (where s.status = 'ok'), count(*) filter (where s.status = 'unchanged'),
          count(*) filter (where s.status = 'failed'), count(*) filter (where s.status = 'skipped'),
          coalesce(sum(s.row_count) filter (where s.status = 'ok' and s.version is not null), 0)::int8, r.host, r.process_id, r.process_start,
          array(select jsonb_array_elements_text(coalesce(r.request -> 'select', '[]')))
        from orchestrate.runs r left join orchestrate.steps s on s.run_id = r.id
        where $1::text is null or r.id = $1
        group by r.id order by r.started_at desc, r.id desc limit $2
        """;

    private const string StepColumns = """
        select asset_id, kind, name, status, reason, version, row_count, size_bytes, quarantined_count, warning, attempt_count,
          elapsed_ms / 1000.0::float8, error_code, error_message, error_place, error_remedy, started_at
        from orchestrate.steps where run_id = $1
        """;

    private const string Steps = $"{StepColumns} order by ordinal";

    private const string Troubled = $"{StepColumns} and (status = 'failed' or warning is not null) order by ordinal limit $2";

    /// <summary>The newest runs first.</summary>
    public Task<IReadOnlyList<RunEntry>> ListAsync(int limit, CancellationToken cancellationToken) => RunsAsync(null, limit, cancellationToken);

    /// <summary>One run with its steps in order; the newest when no id is given.</summary>
    /// <exception cref="EscaleException"><c>orchestrate.run-not-found</c>.</exception>
    public async Task<(RunEntry Run, IReadOnlyList<StepEntry> Steps)> ShowAsync(string? id, CancellationToken cancellationToken)
    {
        var run = await RunAsync(id, cancellationToken);
        return (run, await StepsAsync(Steps, [run.Id], cancellationToken));
    }

    /// <summary>One run with its counts, without the steps; the newest when no id is given.</summary>
    /// <exception cref="EscaleException"><c>orchestrate.run-not-found</c>.</exception>
    public async Task<RunEntry> RunAsync(string? id, CancellationToken cancellationToken)
    {
        var found = await RunsAsync(id, 1, cancellationToken);
        return found.Count > 0 ? found[0] : throw new EscaleException(
            "orchestrate.run-not-found", id is null ? "There was no run yet." : $"There is no run '{id}'.", id is null ? "Start one with `escale run`." : "List the runs with `escale runs`.");
    }

    /// <summary>The steps of a run that failed or have a warning, in order; at most so many.</summary>
    public Task<IReadOnlyList<StepEntry>> TroubledAsync(string id, int limit, CancellationToken cancellationToken) => StepsAsync(Troubled, [id, limit], cancellationToken);

    private async Task<IReadOnlyList<StepEntry>> StepsAsync(string sql, IReadOnlyList<object?> parameters, CancellationToken cancellationToken) =>
        await store.ReadAsync(sql, parameters, async reader =>
        {
            var list = new List<StepEntry>();
            while (await reader.ReadAsync(cancellationToken))
            {
                list.Add(new StepEntry(
                    reader.GetString(0), reader.GetString(1), reader.GetString(2), reader.GetString(3), Text(4), Text(5), Number(6), Number(7),
                    reader.GetInt64(8), Text(9), reader.GetInt32(10), reader.IsDBNull(11) ? null : reader.GetDouble(11), Text(12), Text(13), Text(14), Text(15),
                    reader.IsDBNull(16) ? null : reader.GetFieldValue<DateTimeOffset>(16)));
            }
            return list;

            string? Text(int column) => reader.IsDBNull(column) ? null : reader.GetString(column);
            long? Number(int column) => reader.IsDBNull(column) ? null : reader.GetInt64(column);
        }, cancellationToken);

    private async Task<IReadOnlyList<RunEntry>> RunsAsync(string? id, int limit, CancellationToken cancellationToken)
    {
        await store.OpenAsync(cancellationToken);
        return await store.ReadAsync(Runs, [id, limit], async reader =>
        {
            var list = new List<RunEntry>();
            while (await reader.ReadAsync(cancellationToken))
            {
                var process = new ProcessIdentity(reader.GetString(12), reader.GetInt32(13), reader.GetString(14));
                var status = reader.GetString(2) == "running" && process is { IsHere: true, IsAlive: false } ? "interrupted" : reader.GetString(2);
                list.Add(new RunEntry(
                    reader.GetString(0), reader.GetString(1), status, reader.GetFieldValue<DateTimeOffset>(3),
                    reader.IsDBNull(4) ? null : Math.Round(reader.GetDouble(4), 3), reader.IsDBNull(5) ? null : reader.GetString(5), reader.GetInt32(6),
                    (int)reader.GetInt64(7), (int)reader.GetInt64(8), (int)reader.GetInt64(9), (int)reader.GetInt64(10), reader.GetInt64(11))
                {
                    Select = reader.GetFieldValue<string[]>(15), Process = process,
                });
            }
            return (IReadOnlyList<RunEntry>)list;
        }, cancellationToken);
    }
}
