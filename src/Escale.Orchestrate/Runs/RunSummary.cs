using Escale.Kernel;

namespace Escale.Orchestrate.Runs;

/// <summary>How a run ended.</summary>
public enum RunStatus
{
    /// <summary>It is under way.</summary>
    Running,

    /// <summary>Every step ended well.</summary>
    Succeeded,

    /// <summary>A step failed.</summary>
    Failed,

    /// <summary>The user stopped it.</summary>
    Cancelled,

    /// <summary>Its process died.</summary>
    Interrupted,
}

/// <summary>A run at its end.</summary>
/// <param name="Run">Its id.</param>
/// <param name="Status">How it ended.</param>
/// <param name="Outcomes">One per planned step, in the plan's order.</param>
/// <param name="Elapsed">From start to end.</param>
public sealed record RunSummary(RunId Run, RunStatus Status, IReadOnlyList<StepOutcome> Outcomes, TimeSpan Elapsed)
{
    /// <summary>How many steps ended so.</summary>
    public int Count(StepStatus status) => Outcomes.Count(outcome => outcome.Status == status);

    /// <summary>Rows written by steps that made data (the rows that a test found are not written).</summary>
    public long RowCount => Outcomes.Where(outcome => outcome.Version is not null && outcome.Status == StepStatus.Ok).Sum(outcome => outcome.Result?.RowCount ?? 0);

    /// <summary>Bytes written.</summary>
    public long SizeBytes => Outcomes.Sum(outcome => outcome.Result?.SizeBytes ?? 0);

    /// <summary>Rows sent to quarantine.</summary>
    public long QuarantinedCount => Outcomes.Sum(outcome => outcome.Result?.QuarantinedCount ?? 0);
}
