using Escale.Orchestrate.Pipelines.Flow;

namespace Escale.Orchestrate.Pipelines.State;

/// <summary>
/// The part of a locked run that a transaction looks at: steps are read when they are needed, so that the end of one among thousands costs what is around it.
/// </summary>
internal sealed class RunSlice(PipelineTransaction transaction, PipelineRun run, Definition definition, DateTimeOffset now)
{
    private readonly Dictionary<int, PipelineStep> _steps = [];
    private readonly HashSet<int> _changed = [];
    private readonly List<int> _ended = [];

    /// <summary>The run, with what has changed so far.</summary>
    public PipelineRun Run { get; private set; } = run;

    public Definition Definition => definition;

    public FlowGraph Graph => definition.Graph;

    /// <summary>The steps that became ready.</summary>
    public List<int> Ready { get; } = [];

    public PipelineStep this[int ordinal] => _steps[ordinal];

    /// <summary>Whether the step was read.</summary>
    public bool Has(int ordinal) => _steps.ContainsKey(ordinal);

    /// <summary>The places that the end of a step is decided with: itself, those behind it, and those before these.</summary>
    public static IEnumerable<int> Around(FlowGraph graph, int step)
    {
        yield return step;
        foreach (var after in graph.After(step).ToArray())
        {
            yield return after;
            foreach (var before in graph.Before(after).ToArray())
            {
                yield return before;
            }
        }
    }

    public void Add(IEnumerable<PipelineStep> steps)
    {
        foreach (var step in steps)
        {
            _steps.TryAdd(step.Ordinal, step);
        }
    }

    public async Task EnsureAsync(IEnumerable<int> ordinals)
    {
        var missing = ordinals.Where(ordinal => !_steps.ContainsKey(ordinal)).Distinct().ToList();
        if (missing.Count > 0)
        {
            Add(await transaction.StepsAsync(new Dictionary<string, IReadOnlyCollection<int>?> { [Run.Id] = missing }));
        }
    }

    public async Task EnsureAllAsync()
    {
        if (_steps.Count < Run.StepCount)
        {
            Add(await transaction.StepsAsync(new Dictionary<string, IReadOnlyCollection<int>?> { [Run.Id] = null }));
        }
    }

    /// <summary>Changes a step; the counts of the run follow.</summary>
    public void Change(PipelineStep step)
    {
        var before = _steps[step.Ordinal].Phase;
        _steps[step.Ordinal] = step;
        _changed.Add(step.Ordinal);
        Run = Run with
        {
            OpenCount = Run.OpenCount + (step.Phase.IsEnd() ? 0 : 1) - (before.IsEnd() ? 0 : 1),
            BadCount = Run.BadCount + (step.Phase.IsBad() ? 1 : 0) - (before.IsBad() ? 1 : 0),
        };
        if (step.Phase.IsEnd() && !before.IsEnd())
        {
            _ended.Add(step.Ordinal);
        }
    }

    /// <summary>Ends a step.</summary>
    public void End(PipelineStep step, StepPhase phase, StepFailure? failure = null, string? output = null) => Change(step with
    {
        Phase = phase, EndedAt = now, LeaseUntil = null, Failure = failure, Output = output,
    });

    /// <summary>Decides about what waits for steps that have ended since, as far as that goes; and about the run, when nothing is open any more.</summary>
    /// <param name="also">Steps to decide about besides.</param>
    public async Task SettleAsync(IEnumerable<int>? also = null)
    {
        var frontier = new HashSet<int>(also ?? []);
        while (true)
        {
            foreach (var ended in _ended)
            {
                frontier.UnionWith(Graph.After(ended).ToArray());
            }
            _ended.Clear();
            if (frontier.Count == 0)
            {
                break;
            }
            await EnsureAsync(frontier.SelectMany(step => Graph.Before(step).ToArray().Append(step)));
            foreach (var step in frontier.Order())
            {
                Decide(_steps[step]);
            }
            frontier.Clear();
        }
        if (Run.OpenCount == 0 && !Run.IsOver)
        {
            await FinishAsync();
        }
    }

    /// <summary>From now on nothing of the run is begun.</summary>
    public void Stop(string reason, string? note) => Run = Run with { Stop = reason, Note = note ?? Run.Note };

    /// <summary>The run goes on, also after its end.</summary>
    public void GoOn() => Run = Run with { Phase = RunPhase.Running, Stop = null, EndedAt = null, TimeoutAt = now + Run.Timeout };

    /// <summary>Writes down what changed.</summary>
    public void Save()
    {
        foreach (var ordinal in _changed)
        {
            transaction.Save(_steps[ordinal]);
        }
        transaction.Save(Run);
    }

    private void Decide(PipelineStep step)
    {
        if (step.Phase != StepPhase.Waiting)
        {
            return;
        }
        var before = Graph.Before(step.Ordinal);
        var phases = new StepPhase[before.Length];
        for (var at = 0; at < phases.Length; at++)
        {
            phases[at] = _steps[before[at]].Phase;
        }
        switch (Graph.Steps[step.Ordinal].Rule.Decide(phases))
        {
            case Verdict.Take:
                Change(step with { Phase = StepPhase.Ready, NotBefore = now });
                Ready.Add(step.Ordinal);
                break;
            case Verdict.Skip:
                End(step, StepPhase.Skipped);
                break;
            case Verdict.Fail:
                End(step, StepPhase.UpstreamFailed);
                break;
        }
    }

    private async Task FinishAsync()
    {
        var isGood = Run.BadCount == 0;
        if (!isGood && Run.Stop is null)
        {
            await EnsureAllAsync();
            isGood = Graph.IsSuccess([.. Enumerable.Range(0, Run.StepCount).Select(ordinal => _steps[ordinal].Phase)]);
        }
        Run = Run with
        {
            Phase = isGood ? RunPhase.Succeeded : Run.Stop == PipelineEngine.Cancelled ? RunPhase.Cancelled : RunPhase.Failed, EndedAt = now,
        };
        if (Run is { Parent: { } parent, ParentStep: { } step })
        {
            transaction.Wake(parent, step);
        }
    }
}
