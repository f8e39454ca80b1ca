namespace Escale.Orchestrate.Pipelines.Flow;

/// <summary>Where a step of a pipeline's run is.</summary>
public enum StepPhase
{
    /// <summary>It waits for the steps before it.</summary>
    Waiting,

    /// <summary>It may be taken, once its time has come.</summary>
    Ready,

    /// <summary>A worker has it, under a lease.</summary>
    Running,

    /// <summary>It waits for something outside and holds no worker.</summary>
    Deferred,

    /// <summary>It is done.</summary>
    Succeeded,

    /// <summary>It failed for good.</summary>
    Failed,

    /// <summary>It was not taken because a step before it failed.</summary>
    UpstreamFailed,

    /// <summary>It was not taken because a branch went elsewhere, or its rule did not hold.</summary>
    Skipped,

    /// <summary>The run was cancelled before it ended.</summary>
    Cancelled,
}

/// <summary>When a step is taken, by how the steps before it ended. The names are those of Airflow.</summary>
public enum TriggerRule
{
    /// <summary>All succeeded; the default.</summary>
    AllSuccess,

    /// <summary>All ended, however.</summary>
    AllDone,

    /// <summary>All failed.</summary>
    AllFailed,

    /// <summary>One succeeded; the others need not have ended.</summary>
    OneSuccess,

    /// <summary>One failed; the others need not have ended.</summary>
    OneFailed,

    /// <summary>None failed; some may have been skipped.</summary>
    NoneFailed,

    /// <summary>None failed and at least one succeeded.</summary>
    NoneFailedMinOneSuccess,

    /// <summary>None was skipped.</summary>
    NoneSkipped,
}

/// <summary>What follows from a rule.</summary>
public enum Verdict
{
    /// <summary>It is not decided.</summary>
    Wait,

    /// <summary>The step may be taken.</summary>
    Take,

    /// <summary>It is skipped.</summary>
    Skip,

    /// <summary>It cannot be taken because a step before it failed.</summary>
    Fail,
}

/// <summary>What phases and rules mean: the same in whichever order steps end. Pure.</summary>
public static class Phases
{
    /// <summary>Whether nothing more happens to a step.</summary>
    public static bool IsEnd(this StepPhase phase) => phase >= StepPhase.Succeeded;

    /// <summary>Whether it ended badly.</summary>
    public static bool IsBad(this StepPhase phase) => phase is StepPhase.Failed or StepPhase.UpstreamFailed or StepPhase.Cancelled;

    /// <summary>What a rule says of the steps before.</summary>
    /// <param name="rule">The rule.</param>
    /// <param name="before">The phases of the steps before; none at all means the step may be taken.</param>
    public static Verdict Decide(this TriggerRule rule, IReadOnlyCollection<StepPhase> before)
    {
        if (before.Count == 0)
        {
            return Verdict.Take;
        }
        int open = 0, good = 0, bad = 0, skipped = 0;
        foreach (var phase in before)
        {
            _ = !phase.IsEnd() ? open++ : phase == StepPhase.Succeeded ? good++ : phase.IsBad() ? bad++ : skipped++;
        }
        return rule switch
        {
            TriggerRule.AllSuccess => bad > 0 ? Verdict.Fail : open > 0 ? Verdict.Wait : skipped > 0 ? Verdict.Skip : Verdict.Take,
            TriggerRule.AllDone => open > 0 ? Verdict.Wait : Verdict.Take,
            TriggerRule.AllFailed => good + skipped > 0 ? Verdict.Skip : open > 0 ? Verdict.Wait : Verdict.Take,
            TriggerRule.OneSuccess => good > 0 ? Verdict.Take : open > 0 ? Verdict.Wait : bad > 0 ? Verdict.Fail : Verdict.Skip,
            TriggerRule.OneFailed => bad > 0 ? Verdict.Take : open > 0 ? Verdict.Wait : Verdict.Skip,
            TriggerRule.NoneFailed => bad > 0 ? Verdict.Fail : open > 0 ? Verdict.Wait : Verdict.Take,
            TriggerRule.NoneFailedMinOneSuccess => bad > 0 ? Verdict.Fail : open > 0 ? Verdict.Wait : good > 0 ? Verdict.Take : Verdict.Skip,
            TriggerRule.NoneSkipped => skipped > 0 ? Verdict.Skip : open > 0 ? Verdict.Wait : Verdict.Take,
            _ => throw new ArgumentOutOfRangeException(nameof(rule)),
        };
    }
}
