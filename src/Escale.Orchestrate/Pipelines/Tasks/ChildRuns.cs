using System.Text.Json;
using Escale.Kernel;
using Escale.Orchestrate.Pipelines.State;

namespace Escale.Orchestrate.Pipelines.Tasks;

/// <summary>
/// Runs that a step starts and waits for without holding a worker. However often its worker is lost, an attempt starts one; a new attempt, after a failure or by somebody's will, starts another.
/// </summary>
internal sealed class ChildRuns(PipelineEngine engine, TimeProvider clock)
{
    // A step is woken at the end; this is for the case that the end came before it waited.
    private static readonly TimeSpan _lookAgain = TimeSpan.FromSeconds(5);

    /// <summary>What there is of an attempt's run.</summary>
    /// <param name="call">The attempt.</param>
    /// <param name="kind">The step's kind.</param>
    /// <param name="cancellationToken">Ends the looking.</param>
    public async Task<ChildRun> FindAsync(TaskCall call, string kind, CancellationToken cancellationToken)
    {
        var (newest, ended, hasFailed) = await engine.Store.ChildAsync(call.Run, call.Ordinal, cancellationToken);
        var key = FormattableString.Invariant($"{kind}:{call.Run}/{call.Step}/{ended}");
        if (newest is null)
        {
            return new ChildRun(null, IsOwn: false, IsMended: false, key);
        }
        // One that was stopped while nobody waited for it is not waited for again.
        var isOfKey = newest.Key.TrimEnd('+') == key;
        var isOwn = IdOf(call.Earlier) == newest.Id || (newest.IsOver ? isOfKey && newest.Phase != RunPhase.Cancelled : newest.Stop is null);
        return new ChildRun(newest, isOwn, !isOwn && hasFailed && newest.Phase == RunPhase.Succeeded, isOfKey ? newest.Key + "+" : key);
    }

    /// <summary>The run that a step belongs to.</summary>
    public async Task<PipelineRun> ParentAsync(TaskCall call, CancellationToken cancellationToken) =>
        await engine.Store.RunAsync(call.Run, cancellationToken) ?? throw new InvalidOperationException($"The run {call.Run} is gone.");

    /// <summary>Starts a run that belongs to the step; what the parent's run is about, it is about.</summary>
    public async Task<TaskOutcome> StartAsync(TaskCall call, PipelineRun parent, NewRun asked, CancellationToken cancellationToken)
    {
        var run = await engine.StartAsync(asked with { Root = parent.Root, Parent = call.Run, ParentStep = call.Ordinal, Starter = Claim(call) }, cancellationToken);
        call.Log($"started the run {run.Id} of {run.Pipeline}");
        return Waits(run.Id);
    }

    /// <summary>The step as this attempt has it.</summary>
    public static StepClaim Claim(TaskCall call) => new(call.Run, call.Ordinal, call.Fence);

    /// <summary>An id for such a run.</summary>
    public string NewId() => PipelineRunId.New(clock);

    /// <summary>The step waits for a run.</summary>
    public static TaskOutcome Waits(string run) => new(Output(run)) { LookAgainIn = _lookAgain };

    /// <summary>What a step gives that started a run.</summary>
    public static string Output(string run) => JsonSerializer.Serialize(new Dictionary<string, string> { ["run"] = run });

    private static string? IdOf(string? output)
    {
        if (output is null)
        {
            return null;
        }
        using var document = JsonDocument.Parse(output);
        return document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty("run", out var run) ? run.GetString() : null;
    }
}

/// <summary>The newest run that a step started.</summary>
/// <param name="Run">The run; null: it started none yet.</param>
/// <param name="IsOwn">Whether this attempt waits for it, or for its end; else an earlier attempt did.</param>
/// <param name="IsMended">Whether the attempt before failed by it, and somebody saw to it since that it ended well.</param>
/// <param name="Key">The key of a run that this attempt would start.</param>
internal sealed record ChildRun(PipelineRun? Run, bool IsOwn, bool IsMended, string Key);
