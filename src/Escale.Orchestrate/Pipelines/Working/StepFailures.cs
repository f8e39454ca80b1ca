using Escale.Kernel;
using Escale.Orchestrate.Pipelines.State;

namespace Escale.Orchestrate.Pipelines.Working;

/// <summary>What a step's attempt failed with, in words.</summary>
internal static class StepFailures
{
    /// <summary>The failure that an exception tells of: our errors as they are, a full disk by its name, all else as our bug.</summary>
    public static StepFailure Of(Exception error) => error switch
    {
        EscaleException known => new StepFailure(known.Code, known.Message + (known.Place is { } place ? $" ({place})" : ""), known.Remedy),
        _ when DiskFull.Is(error) => Of(DiskFull.Error(error)),
        _ => new StepFailure("orchestrate.internal-error", $"{error.GetType().Name}: {error.Message}", "Please report it with the log of the step."),
    };
}
