using Escale.Orchestrate.Pipelines.Flow;

namespace Escale.Orchestrate.Pipelines.State;

internal sealed partial class PipelineEngine
{
    /// <summary>The code under which an attempt says that somebody decided how a step ended; its message is the note.</summary>
    public const string Marked = "orchestrate.marked";

    /// <summary>Decides how steps of a run ended, or the whole run. What could not be taken because of them is decided anew: after a success the run goes on.</summary>
    /// <param name="run">The run.</param>
    /// <param name="steps">The places of the steps; null: the run, with all of its steps that did not end so.</param>
    /// <param name="phase">Succeeded or Failed.</param>
    /// <param name="note">Why.</param>
    /// <param name="by">Who says so.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <returns>How many steps end so now; 0 when all of them did, or the run has no steps yet; −1 while one of them is under way, or the run is being stopped.</returns>
    public Task<int> MarkAsync(string run, IReadOnlyCollection<int>? steps, StepPhase phase, string note, string by, CancellationToken cancellationToken)
    {
        if (phase is not (StepPhase.Succeeded or StepPhase.Failed))
        {
            throw new ArgumentOutOfRangeException(nameof(phase));
        }
        return store.TransactAsync(async transaction =>
        {
            if (await OpenAsync(transaction, new() { [run] = null }, cancellationToken) is not [var slice] || slice.Run.StartedAt is null)
            {
                return 0;
            }
            var chosen = Chosen(slice, steps, phase);
            if ((slice.Run.Stop is not null && !slice.Run.IsOver) || chosen.Any(ordinal => slice[ordinal].Phase == StepPhase.Running))
            {
                return -1;
            }
            if (chosen.Count > 0)
            {
                await MarkAsync(transaction, slice, chosen, phase, new StepFailure(Marked, note, null), by, decidesBehind: steps is not null);
            }
            return chosen.Count;
        }, cancellationToken);
    }

    // A run that is to have failed needs one step that did: the last that ended well, when nothing else is open.
    private static List<int> Chosen(RunSlice slice, IReadOnlyCollection<int>? steps, StepPhase phase)
    {
        var all = Enumerable.Range(0, slice.Run.StepCount);
        if (steps is not null)
        {
            return [.. steps.Distinct().Where(ordinal => slice[ordinal].Phase != phase).Order()];
        }
        if (phase == StepPhase.Succeeded)
        {
            return [.. all.Where(ordinal => !slice[ordinal].Phase.IsEnd() || slice[ordinal].Phase.IsBad())];
        }
        var open = all.Where(ordinal => !slice[ordinal].Phase.IsEnd()).ToList();
        return open.Count > 0 || slice.Run.Phase == RunPhase.Failed ? open
            : [.. all.Where(ordinal => slice[ordinal].Phase == StepPhase.Succeeded && !slice.Graph.Steps[ordinal].MayFail).OrderByDescending(ordinal => slice[ordinal].EndedAt).Take(1)];
    }

    private async Task MarkAsync(PipelineTransaction transaction, RunSlice slice, List<int> chosen, StepPhase phase, StepFailure note, string by, bool decidesBehind)
    {
        var now = await transaction.NowAsync();
        slice.GoOn();
        foreach (var step in chosen.Select(ordinal => slice[ordinal]).ToList())
        {
            var marked = Released(step) with { Attempt = step.Attempt + 1, StartedAt = step.StartedAt ?? now };
            transaction.Insert(AttemptOf(marked with { Worker = by, StartedAt = now }, $"marked_{phase.ToString().ToLowerInvariant()}", now, note));
            slice.End(marked, phase, phase == StepPhase.Failed ? note : null, step.Output);
        }
        var again = !decidesBehind ? [] : Behind(slice.Graph, [.. chosen]).Except(chosen).Where(ordinal => IsUndone(slice[ordinal])).ToList();
        foreach (var ordinal in again)
        {
            slice.Change(slice[ordinal] with { Phase = StepPhase.Waiting, Failure = null, EndedAt = null });
        }
        await slice.SettleAsync(again);
        slice.Save();
    }

    // Nothing of it was ever done: its order decided.
    private static bool IsUndone(PipelineStep step) => step.Phase is StepPhase.UpstreamFailed or StepPhase.Ready || (step.Phase == StepPhase.Skipped && step.Attempt == 0);
}
