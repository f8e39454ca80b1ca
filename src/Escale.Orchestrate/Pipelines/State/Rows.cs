using Escale.Orchestrate.Pipelines.Flow;

namespace Escale.Orchestrate.Pipelines.State;

/// <summary>Where a run of a pipeline is.</summary>
public enum RunPhase
{
    /// <summary>It waits for an earlier run of its pipeline to end.</summary>
    Queued,

    /// <summary>Its steps may be taken.</summary>
    Running,

    /// <summary>It is done.</summary>
    Succeeded,

    /// <summary>A step failed that may not, or its time was over.</summary>
    Failed,

    /// <summary>Somebody stopped it.</summary>
    Cancelled,
}

/// <summary>What is kept of a pipeline beside its file.</summary>
/// <param name="Name">Its name.</param>
/// <param name="IsPaused">Whether only runs that somebody asks for begin.</param>
/// <param name="Cursor">The last time of its schedule that was looked after.</param>
/// <param name="Concurrency">How many of its runs may be under way, as its file said last.</param>
internal sealed record PipelineRow(string Name, bool IsPaused, DateTimeOffset Cursor, int Concurrency);

/// <summary>A pipeline that a transaction has locked.</summary>
/// <param name="Pipeline">What is kept of it.</param>
/// <param name="Running">Its runs under way.</param>
/// <param name="Queued">Its runs that wait.</param>
internal sealed record LockedPipeline(PipelineRow Pipeline, int Running, int Queued)
{
    /// <summary>How many more runs may begin.</summary>
    public int Room => Pipeline.Concurrency - Running;
}

/// <summary>A run of a pipeline.</summary>
internal sealed record PipelineRun
{
    public required string Id { get; init; }

    public required string Pipeline { get; init; }

    /// <summary>The hash of the pipeline as it was when the run was made.</summary>
    public required string Definition { get; init; }

    /// <summary>What made it: <c>schedule</c>, <c>manual</c>, <c>backfill</c>, <c>assets</c>, <c>file</c>, <c>webhook</c>, <c>after</c>, <c>pipeline</c>.</summary>
    public required string Trigger { get; init; }

    /// <summary>Which of all: two runs of a pipeline never have the same.</summary>
    public required string Key { get; init; }

    /// <summary>What time the run is about: its beginning.</summary>
    public DateTimeOffset? IntervalBegin { get; init; }

    /// <summary>What time the run is about: its end, which is when the schedule wanted it.</summary>
    public DateTimeOffset? IntervalEnd { get; init; }

    /// <summary>The values of its parameters.</summary>
    public IReadOnlyDictionary<string, string> Parameters { get; init; } = new Dictionary<string, string>();

    public RunPhase Phase { get; init; }

    public int Priority { get; init; }

    public int StepCount { get; init; }

    /// <summary>Steps that have not ended.</summary>
    public int OpenCount { get; init; }

    /// <summary>Steps that ended badly.</summary>
    public int BadCount { get; init; }

    /// <summary>Why it is being stopped: <c>cancelled</c> or <c>timeout</c>; null when it is not.</summary>
    public string? Stop { get; init; }

    /// <summary>How long it may take once it has begun.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>When its time is over, once it has begun.</summary>
    public DateTimeOffset? TimeoutAt { get; init; }

    /// <summary>The run that all began with: the parents' first, or itself.</summary>
    public required string Root { get; init; }

    /// <summary>The run whose step waits for this one, and that step's place.</summary>
    public string? Parent { get; init; }

    public int? ParentStep { get; init; }

    public string? Note { get; init; }

    /// <summary>What happened that made it, as JSON: <c>{"runs": […]}</c>, <c>{"builds": […]}</c>, <c>{"files": […]}</c>; or null.</summary>
    public string? Cause { get; init; }

    /// <summary>When it is to be over; null: no matter when.</summary>
    public DateTimeOffset? DeadlineAt { get; init; }

    /// <summary>When it was found to be late; null: it is not.</summary>
    public DateTimeOffset? MissedAt { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? StartedAt { get; init; }

    public DateTimeOffset? EndedAt { get; init; }

    public bool IsOver => Phase >= RunPhase.Succeeded;
}

/// <summary>A step of a run.</summary>
internal sealed record PipelineStep
{
    public required string Run { get; init; }

    /// <summary>Its place in the pipeline.</summary>
    public required int Ordinal { get; init; }

    public required string Id { get; init; }

    public StepPhase Phase { get; init; }

    /// <summary>Attempts begun.</summary>
    public int Attempt { get; init; }

    /// <summary>Attempts that failed by themselves.</summary>
    public int Failures { get; init; }

    /// <summary>Attempts whose worker went away.</summary>
    public int Losses { get; init; }

    public int Priority { get; init; }

    public string? Pool { get; init; }

    /// <summary>When it may be taken, while it is ready or deferred.</summary>
    public DateTimeOffset NotBefore { get; init; }

    /// <summary>Who has it.</summary>
    public string? Worker { get; init; }

    /// <summary>By which claim.</summary>
    public string? Claim { get; init; }

    /// <summary>Grows with every claim: what an earlier holder says is not believed.</summary>
    public long Fence { get; init; }

    public DateTimeOffset? LeaseUntil { get; init; }

    public DateTimeOffset? StartedAt { get; init; }

    public DateTimeOffset? EndedAt { get; init; }

    public StepFailure? Failure { get; init; }

    /// <summary>What it gave, as JSON, or null.</summary>
    public string? Output { get; init; }
}

/// <summary>Why an attempt failed.</summary>
/// <param name="Code">Stable code.</param>
/// <param name="Message">What happened.</param>
/// <param name="Remedy">What to do, or null.</param>
public sealed record StepFailure(string Code, string Message, string? Remedy);

/// <summary>An attempt at a step, once it has ended.</summary>
/// <param name="Run">The run.</param>
/// <param name="Ordinal">The step's place.</param>
/// <param name="Attempt">From 1.</param>
/// <param name="Status"><c>succeeded</c>, <c>failed</c>, <c>skipped</c>, <c>deferred</c>, <c>cancelled</c>, <c>lost</c>.</param>
/// <param name="Worker">Who made it.</param>
/// <param name="StartedAt">When it began.</param>
/// <param name="EndedAt">When it ended.</param>
/// <param name="Failure">Why it failed, or null.</param>
internal sealed record PipelineAttempt(
    string Run, int Ordinal, int Attempt, string Status, string? Worker, DateTimeOffset? StartedAt, DateTimeOffset EndedAt, StepFailure? Failure);

/// <summary>A step that a worker has.</summary>
/// <param name="Run">Its run.</param>
/// <param name="Step">The step as it was claimed.</param>
internal sealed record ClaimedStep(PipelineRun Run, PipelineStep Step);

/// <summary>What became of an attempt, as its worker tells it.</summary>
/// <param name="Run">The run.</param>
/// <param name="Definition">What the run was made from.</param>
/// <param name="Ordinal">The step's place.</param>
/// <param name="Fence">The fence of the claim.</param>
/// <param name="Phase">Succeeded, Failed, Skipped, Cancelled, Deferred, or Ready: given back untouched.</param>
internal sealed record AttemptReport(string Run, string Definition, int Ordinal, long Fence, StepPhase Phase)
{
    /// <summary>What became of a step that was claimed.</summary>
    public static AttemptReport Of(ClaimedStep claimed, StepPhase phase) => new(claimed.Run.Id, claimed.Run.Definition, claimed.Step.Ordinal, claimed.Step.Fence, phase);

    public StepFailure? Failure { get; init; }

    public string? Output { get; init; }

    /// <summary>How long a deferred step waits before it is looked at again.</summary>
    public TimeSpan Wait { get; init; }
}
