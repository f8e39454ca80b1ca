namespace Escale.Orchestrate.Pipelines.State;

/// <summary>What a pipeline waits for besides its schedule.</summary>
/// <param name="Pipeline">The pipeline that waits.</param>
/// <param name="Kind">What of: <c>after</c>, <c>assets</c>, <c>file</c>; also the word for what made the run.</param>
/// <param name="Name">Which: the name of another pipeline, a selection of assets, a pattern of files.</param>
internal sealed record SignalSource(string Pipeline, string Kind, string Name)
{
    public const string After = "after";
    public const string Assets = "assets";
    public const string File = "file";
}

/// <summary>Something that happened and that a pipeline has not had a run for.</summary>
/// <param name="Source">What the pipeline waits for.</param>
/// <param name="Item">What it was: the id of a run, the path of a file.</param>
/// <param name="Version">Which time: a run that is done again is a signal again, and so is a file that is written anew.</param>
/// <param name="At">When.</param>
internal sealed record Signal(SignalSource Source, string Item, string Version, DateTimeOffset At)
{
    public DateTimeOffset? IntervalBegin { get; init; }

    public DateTimeOffset? IntervalEnd { get; init; }

    public int Priority { get; init; }

    /// <summary>What signals are ordered by: what they are about, or when they came.</summary>
    public DateTimeOffset Order => IntervalEnd ?? At;
}

/// <summary>A run that signals ask for.</summary>
/// <param name="Signals">The signals that it is made for, which count no further.</param>
/// <param name="Begin">What time it is about: its beginning, or null.</param>
/// <param name="End">What time it is about: its end, or null.</param>
internal sealed record SignalledRun(IReadOnlyList<Signal> Signals, DateTimeOffset? Begin, DateTimeOffset? End);

/// <summary>Which runs signals ask for. Pure.</summary>
internal static class Signals
{
    /// <summary>
    /// The runs that a pipeline owes: one for each run of the pipeline that it comes after. Of several, one for each interval that all of them have done; where their intervals are not the
    /// same, one for all that happened until each of them had ended well. For assets that changed and for files there is one run, however many they are.
    /// </summary>
    /// <param name="sources">All that the pipeline waits for.</param>
    /// <param name="pending">What happened, in any order.</param>
    public static IReadOnlyList<SignalledRun> Owed(IReadOnlyCollection<SignalSource> sources, IEnumerable<Signal> pending)
    {
        var all = pending.ToList();
        return
        [
            .. OwedAfter([.. sources.Where(source => source.Kind == SignalSource.After)], all),
            .. sources.Where(source => source.Kind != SignalSource.After).GroupBy(source => source.Kind).Select(kind => all.Where(signal => kind.Contains(signal.Source)).ToList())
                .Where(signals => signals.Count > 0).Select(signals => new SignalledRun(signals, null, null)),
        ];
    }

    private static List<SignalledRun> OwedAfter(List<SignalSource> sources, List<Signal> pending)
    {
        var queues = sources.ToDictionary(source => source, _ => new List<Signal>());
        foreach (var signal in pending.OrderBy(signal => signal.Order).ThenBy(signal => signal.At).ThenBy(signal => signal.Item, StringComparer.Ordinal))
        {
            if (queues.TryGetValue(signal.Source, out var queue))
            {
                queue.Add(signal);
            }
        }
        var owed = new List<SignalledRun>();
        while (queues.Count > 0 && queues.Values.All(queue => queue.Count > 0))
        {
            owed.Add(Next([.. queues.Values]));
            foreach (var signal in owed[^1].Signals)
            {
                queues[signal.Source].Remove(signal);
            }
        }
        return owed;
    }

    private static SignalledRun Next(IReadOnlyList<List<Signal>> queues)
    {
        if (queues is [[var first, ..]])
        {
            return new SignalledRun([first], first.IntervalBegin, first.IntervalEnd);
        }
        var shared = queues[0].FirstOrDefault(signal => signal.IntervalEnd is not null && queues.All(queue => queue.Exists(other => IsAbout(other, signal))));
        if (shared is not null)
        {
            var older = queues.SelectMany(queue => queue.Take(queue.FindIndex(other => IsAbout(other, shared)) + 1));
            return new SignalledRun([.. older], shared.IntervalBegin, shared.IntervalEnd);
        }
        var all = queues.SelectMany(queue => queue).ToList();
        return new SignalledRun(all, all.Min(signal => signal.IntervalBegin), all.Max(signal => signal.IntervalEnd));
    }

    private static bool IsAbout(Signal one, Signal other) => one.IntervalBegin == other.IntervalBegin && one.IntervalEnd == other.IntervalEnd;
}
