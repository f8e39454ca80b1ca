using Escale.Kernel;

namespace Escale.Orchestrate.Runs;

/// <summary>How a step ended.</summary>
public enum StepStatus
{
    /// <summary>It ran and succeeded.</summary>
    Ok,

    /// <summary>There was nothing to do: code, configuration and inputs are those that it was last made from; or a source had nothing new.</summary>
    Unchanged,

    /// <summary>It failed; what stood before still stands.</summary>
    Failed,

    /// <summary>It was not tried, because something that it needs failed or the run stopped early.</summary>
    Skipped,

    /// <summary>The run was interrupted while it ran.</summary>
    Cancelled,
}

/// <summary>Why a step failed, in the form of <see cref="EscaleException"/>.</summary>
public sealed record StepError(string Code, string Message, Place? Place, string? Remedy)
{
    /// <summary>The error of an exception; anything but an <see cref="EscaleException"/> is a bug of ours.</summary>
    public static StepError Of(Exception exception) => (DiskFull.Is(exception) ? DiskFull.Error(exception) : exception) is EscaleException error
        ? new StepError(error.Code, error.Message, error.Place, error.Remedy)
        : new StepError("orchestrate.internal-error", $"{exception.GetType().Name}: {exception.Message}", null,
            "Please report it with the trace in the run's log under .escale/logs.");
}

/// <summary>What became of a step.</summary>
public sealed record StepOutcome
{
    /// <summary>The step.</summary>
    public required PlannedStep Step { get; init; }

    /// <summary>How it ended.</summary>
    public required StepStatus Status { get; init; }

    /// <summary>Hash of code and input versions; null when skipped.</summary>
    public string? Fingerprint { get; init; }

    /// <summary>The version that now stands; null for kinds without data and for failures.</summary>
    public string? Version { get; init; }

    /// <summary>What the runner said, when it ran.</summary>
    public StepResult? Result { get; init; }

    /// <summary>The error, when it failed.</summary>
    public StepError? Error { get; init; }

    /// <summary>A few words: why unchanged or skipped.</summary>
    public string? Reason { get; init; }

    /// <summary>Attempts made.</summary>
    public int Attempts { get; init; }

    /// <summary>Time from start to end.</summary>
    public TimeSpan Elapsed { get; init; }

    /// <summary>The context of the attempt that succeeded, for <see cref="IStepRunner.CompleteAsync"/>.</summary>
    public StepContext? Context { get; init; }

    /// <summary>Whether what depends on it may go on.</summary>
    public bool IsGood => Status is StepStatus.Ok or StepStatus.Unchanged;
}
