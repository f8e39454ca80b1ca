using Escale.Kernel;
using Escale.Projects;

namespace Escale.Orchestrate.Pipelines.Flow;

/// <summary>A step of a pipeline, as far as order goes.</summary>
/// <param name="Id">Its id, unique in the pipeline.</param>
/// <param name="DependsOn">The ids of the steps before it.</param>
/// <param name="Rule">When it is taken.</param>
/// <param name="MayFail">Whether its failure leaves the run a success.</param>
public sealed record FlowStep(string Id, IReadOnlyList<string> DependsOn, TriggerRule Rule = TriggerRule.AllSuccess, bool MayFail = false);

/// <summary>The steps of a pipeline in the order in which they may be taken. Immutable.</summary>
public sealed class FlowGraph
{
    private readonly int[][] _before;
    private readonly int[][] _after;
    private readonly Dictionary<string, int> _places;

    /// <summary>Checks and orders steps.</summary>
    /// <exception cref="EscaleException"><c>orchestrate.pipeline-steps</c>: two steps of one id, a step that is not there, or a circle, named.</exception>
    public FlowGraph(IReadOnlyList<FlowStep> steps)
    {
        Steps = steps;
        _places = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var at = 0; at < steps.Count; at++)
        {
            if (!_places.TryAdd(steps[at].Id, at))
            {
                throw Wrong($"Two steps are called '{steps[at].Id}'.", "Give each an id of its own.");
            }
        }
        _before = [.. steps.Select(step => step.DependsOn.Select(id => PlaceOf(id, step.Id)).Distinct().ToArray())];
        _after = After(_before);
        RefuseCircles();
    }

    /// <summary>The steps as given.</summary>
    public IReadOnlyList<FlowStep> Steps { get; }

    /// <summary>The places of the steps right before one.</summary>
    public ReadOnlySpan<int> Before(int step) => _before[step];

    /// <summary>The places of the steps right behind one.</summary>
    public ReadOnlySpan<int> After(int step) => _after[step];

    /// <summary>The place of a step that somebody names.</summary>
    /// <exception cref="EscaleException"><c>orchestrate.step-not-found</c>.</exception>
    public int PlaceOf(string id) => _places.TryGetValue(id, out var place) ? place
        : throw new EscaleException("orchestrate.step-not-found", $"There is no step '{id}'.", Nearest.Remedy(id, _places.Keys, $"Its steps: {string.Join(", ", _places.Keys.Take(20))}."));

    /// <summary>The phases of a run that begins: steps with nothing before them are ready.</summary>
    public StepPhase[] Begin()
    {
        var phases = new StepPhase[Steps.Count];
        Settle(phases, Enumerable.Range(0, phases.Length));
        return phases;
    }

    /// <summary>Notes that a step ended, and decides about those behind it.</summary>
    /// <param name="phases">The phases, changed in place.</param>
    /// <param name="step">The step.</param>
    /// <param name="end">How it ended.</param>
    /// <returns>The steps whose phase changed, the given one among them.</returns>
    public IReadOnlyList<int> End(StepPhase[] phases, int step, StepPhase end)
    {
        if (!end.IsEnd())
        {
            throw new ArgumentOutOfRangeException(nameof(end));
        }
        phases[step] = end;
        return [step, .. Settle(phases, _after[step])];
    }

    /// <summary>Whether all steps have ended.</summary>
    public static bool IsOver(IReadOnlyCollection<StepPhase> phases) => phases.All(phase => phase.IsEnd());

    /// <summary>Whether a run whose steps have all ended is a success: no step failed but those that may.</summary>
    public bool IsSuccess(IReadOnlyList<StepPhase> phases) =>
        Enumerable.Range(0, Steps.Count).All(at => !phases[at].IsBad() || (phases[at] == StepPhase.Failed && Steps[at].MayFail) || (phases[at] == StepPhase.UpstreamFailed && IsForgiven(phases, at)));

    // A step that could not be taken because of one that may fail.
    private bool IsForgiven(IReadOnlyList<StepPhase> phases, int step) =>
        Array.TrueForAll(_before[step], before => !phases[before].IsBad() || (phases[before] == StepPhase.Failed && Steps[before].MayFail) || (phases[before] == StepPhase.UpstreamFailed && IsForgiven(phases, before)));

    private List<int> Settle(StepPhase[] phases, IEnumerable<int> perhaps)
    {
        var changed = new List<int>();
        var pending = new Queue<int>(perhaps);
        while (pending.TryDequeue(out var step))
        {
            if (phases[step] != StepPhase.Waiting)
            {
                continue;
            }
            var verdict = Steps[step].Rule.Decide(Array.ConvertAll(_before[step], before => phases[before]));
            if (verdict == Verdict.Wait)
            {
                continue;
            }
            phases[step] = verdict switch { Verdict.Take => StepPhase.Ready, Verdict.Skip => StepPhase.Skipped, _ => StepPhase.UpstreamFailed };
            changed.Add(step);
            if (phases[step].IsEnd())
            {
                Array.ForEach(_after[step], pending.Enqueue);
            }
        }
        return changed;
    }

    private int PlaceOf(string id, string step) => _places.TryGetValue(id, out var place) ? place
        : throw Wrong($"The step '{step}' depends on '{id}', which is not there.", Nearest.Remedy(id, _places.Keys, "Name a step of the same pipeline."));

    private static int[][] After(int[][] before)
    {
        var after = new List<int>[before.Length];
        for (var step = 0; step < before.Length; step++)
        {
            foreach (var other in before[step])
            {
                (after[other] ??= []).Add(step);
            }
        }
        return Array.ConvertAll(after, list => list?.ToArray() ?? []);
    }

    // Without recursion: a pipeline may be a chain of thousands.
    private void RefuseCircles()
    {
        var open = Array.ConvertAll(_before, before => before.Length);
        var free = new Queue<int>(Enumerable.Range(0, open.Length).Where(step => open[step] == 0));
        while (free.TryDequeue(out var step))
        {
            foreach (var next in _after[step])
            {
                if (--open[next] == 0)
                {
                    free.Enqueue(next);
                }
            }
        }
        if (Array.FindIndex(open, left => left > 0) is var at and >= 0)
        {
            // Every step that is left waits for one that is left: going back comes round.
            var path = new List<int>();
            for (var step = at; !path.Contains(step); step = Array.Find(_before[step], before => open[before] > 0))
            {
                path.Add(step);
                at = Array.Find(_before[step], before => open[before] > 0);
            }
            var circle = path.Skip(path.IndexOf(at)).Append(at).Select(place => Steps[place].Id);
            throw Wrong($"The steps wait for each other: {string.Join(" waits for ", circle)}.", "Take one of them out of depends_on.");
        }
    }

    private static EscaleException Wrong(string message, string remedy) => new("orchestrate.pipeline-steps", message, remedy);
}
