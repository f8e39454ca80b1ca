using Escale.Kernel;
using Escale.Orchestrate.Pipelines.Files;
using Escale.Orchestrate.Pipelines.State;

namespace Escale.Orchestrate.Pipelines.Pages;

/// <summary>A run, as lists and grids show it.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Pipeline">Its pipeline.</param>
/// <param name="Status">Its status.</param>
/// <param name="Trigger">What made it.</param>
/// <param name="IntervalBegin">What time it is about: the beginning.</param>
/// <param name="IntervalEnd">What time it is about: the end.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="StartedAt">When it really began.</param>
/// <param name="EndedAt">When it really ended.</param>
public sealed record RunFact(
    string Id, string Pipeline, string Status, string Trigger, DateTimeOffset? IntervalBegin, DateTimeOffset? IntervalEnd, DateTimeOffset CreatedAt, DateTimeOffset? StartedAt, DateTimeOffset? EndedAt)
{
    /// <summary>When it was due: at the end of its interval, else when it was made.</summary>
    public DateTimeOffset Due => IntervalEnd ?? CreatedAt;

    /// <summary>How long it took, once it has ended.</summary>
    public TimeSpan? Took => EndedAt - StartedAt;

    /// <summary>The pipeline whose part it is, or null.</summary>
    public string? Owner => PipelineSpec.OwnerOf(Pipeline);

    /// <summary>The pipeline that a file has: its own, or that whose part it is.</summary>
    public string InFile => Owner ?? Pipeline;

    /// <summary>Whether nothing more happens to it.</summary>
    public bool IsOver => Status is "succeeded" or "failed" or "cancelled";
}

/// <summary>A step of a run, as grids show it.</summary>
public sealed record CellFact(string Run, string Step, string Status, int Attempts, DateTimeOffset? StartedAt, DateTimeOffset? EndedAt)
{
    /// <summary>How long its last attempt took.</summary>
    public TimeSpan? Took => EndedAt - StartedAt;
}

/// <summary>An attempt, as the run's page shows it.</summary>
public sealed record AttemptFact(int Number, string Status, DateTimeOffset? StartedAt, DateTimeOffset? EndedAt, StepFailure? Failure, string? Worker);

/// <summary>A step of a run with its attempts.</summary>
public sealed record StepFact(int Ordinal, string Id, string Status, int Attempts, DateTimeOffset? StartedAt, DateTimeOffset? EndedAt, DateTimeOffset? NotBefore, StepFailure? Failure, string? Output, IReadOnlyList<AttemptFact> History)
{
    /// <summary>What the step does, as the run has it.</summary>
    public TaskSpec? Task { get; init; }

    /// <summary>The runs that it started, oldest first.</summary>
    public IReadOnlyList<StartedRun> Started { get; init; } = [];
}

/// <summary>A run that a step started.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Status">Its status.</param>
/// <param name="Count">How many steps it has.</param>
/// <param name="Open">How many of them have not ended.</param>
/// <param name="Bad">How many ended badly.</param>
public sealed record StartedRun(string Id, string Status, int Count, int Open, int Bad);

/// <summary>A run with everything that its page shows.</summary>
public sealed record RunDetails(RunFact Run, IReadOnlyDictionary<string, string> Parameters, string? Note, string? Stop, string? Parent, IReadOnlyList<StepFact> Steps)
{
    /// <summary>The pipeline as the run has it.</summary>
    public required PipelineSpec Pipeline { get; init; }

    /// <summary>When it should have ended, or null.</summary>
    public DateTimeOffset? DeadlineAt { get; init; }

    /// <summary>When it was found to be late, or null.</summary>
    public DateTimeOffset? MissedAt { get; init; }

    /// <summary>The runs of other pipelines that made it.</summary>
    public IReadOnlyList<string> CauseRuns { get; init; } = [];

    /// <summary>Whether the file says something else now; null when the file is gone or cannot be read.</summary>
    public bool? HasChanged { get; init; }
}

/// <summary>A pipeline in the list.</summary>
public sealed record ListedPipeline(PipelineSpec Spec, bool IsPaused, DateTimeOffset? Next, IReadOnlyList<RunFact> Runs);

/// <summary>What every part of a pipeline's page shows at its top.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Spec">Its file, or the one of its newest run when the file cannot be read.</param>
/// <param name="Error">What is wrong with its file, or null.</param>
/// <param name="IsPaused">Whether it begins no run by itself.</param>
/// <param name="Next">When it runs next, or null.</param>
/// <param name="CanRun">Whether the reader may start and stop runs.</param>
public sealed record PipelineHead(string Name, PipelineSpec Spec, EscaleException? Error, bool IsPaused, DateTimeOffset? Next, bool CanRun)
{
    /// <summary>The pipeline whose part it is, or null.</summary>
    public string? Owner => PipelineSpec.OwnerOf(Name);
}

/// <summary>Runs × steps.</summary>
/// <param name="Runs">The runs, oldest first.</param>
/// <param name="Cells">What became of the steps, by run and step.</param>
/// <param name="Steps">The steps that are shown.</param>
/// <param name="FirstStep">The place of the first of them.</param>
/// <param name="Older">The id to go on with for older runs, or null.</param>
/// <param name="IsNewest">Whether these are the newest.</param>
/// <param name="Day">The day that was chosen, or null.</param>
public sealed record GridFacts(
    IReadOnlyList<RunFact> Runs, IReadOnlyDictionary<(string Run, string Step), CellFact> Cells, IReadOnlyList<TaskSpec> Steps, int FirstStep, string? Older, bool IsNewest, DateOnly? Day);

/// <summary>A day of the calendar.</summary>
/// <param name="Day">The day.</param>
/// <param name="Succeeded">Runs that succeeded.</param>
/// <param name="Failed">Runs that failed or were cancelled.</param>
/// <param name="Open">Runs that have not ended.</param>
/// <param name="IsPlanned">Whether runs will come on it.</param>
public sealed record CalendarDay(DateOnly Day, int Succeeded, int Failed, int Open, bool IsPlanned);

/// <summary>The days of the past months and the coming weeks, whole weeks from Monday.</summary>
public sealed record CalendarFacts(IReadOnlyList<CalendarDay> Days, DateOnly Today, string Zone);

/// <summary>How long runs and their steps took, oldest first.</summary>
public sealed record TimesFacts(IReadOnlyList<RunFact> Runs, IReadOnlyDictionary<string, IReadOnlyDictionary<string, double>> StepSeconds);

/// <summary>The steps with what became of them in a run.</summary>
public sealed record GraphFacts(PipelineSpec Pipeline, RunFact? Run, IReadOnlyDictionary<string, CellFact> Cells);

/// <summary>The file with the lines of a step.</summary>
public sealed record CodeFacts(string Path, IReadOnlyList<string> Lines, int First, int Last);

/// <summary>The form that starts a run.</summary>
public sealed record StartFacts(IReadOnlyDictionary<string, string> Values, IReadOnlyList<(DateTimeOffset Begin, DateTimeOffset End)> Intervals, string Interval, EscaleException? Error);

/// <summary>The form of a backfill.</summary>
public sealed record BackfillFacts(BackfillAsk? Ask, BackfillPlan? Plan, EscaleException? Error, int? Made);

/// <summary>What a backfill would do.</summary>
/// <param name="Count">How many runs there are.</param>
/// <param name="There">How many of them ran already.</param>
/// <param name="Runs">The first of them.</param>
public sealed record BackfillPlan(int Count, int There, IReadOnlyList<PlannedRun> Runs);

/// <summary>A run that a backfill would make.</summary>
/// <param name="IntervalBegin">What it is about: the beginning, or null.</param>
/// <param name="IntervalEnd">What it is about: the end, or null.</param>
/// <param name="Parameters">The values that were asked for.</param>
/// <param name="Status">The status of the run that is there already, or null.</param>
public sealed record PlannedRun(DateTimeOffset? IntervalBegin, DateTimeOffset? IntervalEnd, IReadOnlyDictionary<string, string> Parameters, string? Status);
