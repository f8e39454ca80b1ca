using System.Text.Json;
using Escale.Orchestrate.Pipelines.Flow;
using Escale.Orchestrate.Pipelines.State;
using Npgsql;

namespace Escale.Orchestrate.Pipelines.Store;

/// <summary>Rows of PostgreSQL ↔ records.</summary>
internal static class PipelineRows
{
    public const string RunColumns = """
        r.id, r.pipeline, r.definition, r.trigger, r.key, r.interval_begin, r.interval_end, r.parameters, r.phase, r.priority, r.step_count, r.open_count, r.bad_count, r.stop,
        r.timeout, r.timeout_at, r.parent, r.parent_step, r.note, r.created_at, r.started_at, r.ended_at, r.root, r.cause, r.deadline_at, r.missed_at
        """;

    public const string StepColumns = """
        s.run_id, s.ordinal, s.id, s.phase, s.attempt, s.failures, s.losses, s.priority, s.pool, s.not_before, s.worker, s.claim, s.fence, s.lease_until, s.started_at, s.ended_at,
        s.error_code, s.error_message, s.error_remedy, s.output
        """;

    public const int RunColumnCount = 26;

    public const int StepColumnCount = 20;

    private static readonly string[] _runPhases = [.. Enum.GetNames<RunPhase>().Select(name => name.ToLowerInvariant())];
    private static readonly string[] _stepPhases = [.. Enum.GetNames<StepPhase>().Select(name => name == nameof(StepPhase.UpstreamFailed) ? "upstream_failed" : name.ToLowerInvariant())];

    public static string Word(this RunPhase phase) => _runPhases[(int)phase];

    public static string Word(this StepPhase phase) => _stepPhases[(int)phase];

    public static PipelineRun Run(NpgsqlDataReader reader, int at = 0) => new()
    {
        Id = reader.GetString(at),
        Pipeline = reader.GetString(at + 1),
        Definition = reader.GetString(at + 2),
        Trigger = reader.GetString(at + 3),
        Key = reader.GetString(at + 4),
        IntervalBegin = Time(reader, at + 5),
        IntervalEnd = Time(reader, at + 6),
        Parameters = JsonSerializer.Deserialize(reader.GetString(at + 7), PipelineJson.Default.DictionaryStringString)!,
        Phase = (RunPhase)Array.IndexOf(_runPhases, reader.GetString(at + 8)),
        Priority = reader.GetInt32(at + 9),
        StepCount = reader.GetInt32(at + 10),
        OpenCount = reader.GetInt32(at + 11),
        BadCount = reader.GetInt32(at + 12),
        Stop = Text(reader, at + 13),
        Timeout = reader.IsDBNull(at + 14) ? null : reader.GetTimeSpan(at + 14),
        TimeoutAt = Time(reader, at + 15),
        Parent = Text(reader, at + 16),
        ParentStep = reader.IsDBNull(at + 17) ? null : reader.GetInt32(at + 17),
        Note = Text(reader, at + 18),
        CreatedAt = reader.GetFieldValue<DateTimeOffset>(at + 19),
        StartedAt = Time(reader, at + 20),
        EndedAt = Time(reader, at + 21),
        Root = reader.GetString(at + 22),
        Cause = Text(reader, at + 23),
        DeadlineAt = Time(reader, at + 24),
        MissedAt = Time(reader, at + 25),
    };

    public static PipelineStep Step(NpgsqlDataReader reader, int at = 0) => new()
    {
        Run = reader.GetString(at),
        Ordinal = reader.GetInt32(at + 1),
        Id = reader.GetString(at + 2),
        Phase = (StepPhase)Array.IndexOf(_stepPhases, reader.GetString(at + 3)),
        Attempt = reader.GetInt32(at + 4),
        Failures = reader.GetInt32(at + 5),
        Losses = reader.GetInt32(at + 6),
        Priority = reader.GetInt32(at + 7),
        Pool = Text(reader, at + 8),
        NotBefore = reader.GetFieldValue<DateTimeOffset>(at + 9),
        Worker = Text(reader, at + 10),
        Claim = Text(reader, at + 11),
        Fence = reader.GetInt64(at + 12),
        LeaseUntil = Time(reader, at + 13),
        StartedAt = Time(reader, at + 14),
        EndedAt = Time(reader, at + 15),
        Failure = reader.IsDBNull(at + 16) ? null : new StepFailure(reader.GetString(at + 16), Text(reader, at + 17) ?? "", Text(reader, at + 18)),
        Output = Text(reader, at + 19),
    };

    public static string? Text(NpgsqlDataReader reader, int at) => reader.IsDBNull(at) ? null : reader.GetString(at);

    public static DateTimeOffset? Time(NpgsqlDataReader reader, int at) => reader.IsDBNull(at) ? null : reader.GetFieldValue<DateTimeOffset>(at);
}

/// <summary>Generated at build: runs are read often.</summary>
[System.Text.Json.Serialization.JsonSerializable(typeof(Dictionary<string, string>))]
internal sealed partial class PipelineJson : System.Text.Json.Serialization.JsonSerializerContext;
