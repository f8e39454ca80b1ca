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

/// <summary>What signals come to.</summary>
/// <param name="Runs">The runs that they ask for, in order.</param>
/// <param name="GivenUp">Those that waited for others in vain, and count no further.</param>
internal sealed record OwedRuns(IReadOnlyList<SignalledRun> Runs, IReadOnlyList<Signal> GivenUp)
{
    public bool IsNothing => Runs.Count == 0 && GivenUp.Count == 0;
}

/// <summary>Which runs signals ask for. Pure.</summary>
internal static class Signals
{
    /// <summary>
    /// The runs that a pipeline owes: one for each run of the pipeline that it comes after; of several pipelines, one for each interval that all of them have done (<see cref="IntervalMatch"/>).
    /// For assets that changed and for files there is one run, however many they are.
    /// </summary>
    /// <param name="sources">All that the pipeline waits for.</param>
    /// <param name="pending">What happened, in any order.</param>
    /// <param name="hasIntervals">Whether the runs of a pipeline of this name are about intervals by themselves, so that one without is the exception.</param>
    public static OwedRuns Owed(IReadOnlyCollection<SignalSource> sources, IEnumerable<Signal> pending, Func<string, bool> hasIntervals)
    {
        var all = pending.OrderBy(signal => signal.Order).ThenBy(signal => signal.At).ThenBy(signal => signal.Item, StringComparer.Ordinal).ToLookup(signal => signal.Source);
        var after = sources.Where(source => source.Kind == SignalSource.After).ToList();
        var owed = after is [var only] ? new OwedRuns([.. all[only].Select(signal => new SignalledRun([signal], signal.IntervalBegin, signal.IntervalEnd))], [])
            : OwedAfter([.. after.Select(source => new Upstream([.. all[source]], hasIntervals(source.Name)))]);
        var others = sources.Where(source => source.Kind != SignalSource.After).GroupBy(source => source.Kind).Select(kind => kind.SelectMany(source => all[source]).ToList());
        return owed with { Runs = [.. owed.Runs, .. others.Where(signals => signals.Count > 0).Select(signals => new SignalledRun(signals, null, null))] };
    }

    // Pipelines whose runs are about no interval are waited for once: what the others have done until then is one run.
    private static OwedRuns OwedAfter(IReadOnlyList<Upstream> upstreams)
    {
        var (timed, others) = (upstreams.Where(upstream => upstream.HasIntervals).Select(upstream => upstream.Pending).ToList(), upstreams.Where(upstream => !upstream.HasIntervals).Select(upstream => upstream.Pending).ToList());
        var groups = IntervalMatch.Groups(timed);
        var isReady = upstreams.Count > 0 && others.TrueForAll(pending => pending.Count > 0) && (timed.Count == 0 || groups.Count > 0);
        List<SignalledRun> runs = !isReady ? [] : others.Count > 0 ? [About([.. groups.SelectMany(group => group), .. others.SelectMany(pending => pending)])] : [.. groups.Select(About)];
        return new OwedRuns(runs, IntervalMatch.InVain(timed, groups));
    }

    private static SignalledRun About(IReadOnlyList<Signal> signals) => new(signals, signals.Min(signal => signal.IntervalBegin), signals.Max(signal => signal.IntervalEnd));

    private sealed record Upstream(IReadOnlyList<Signal> Pending, bool HasIntervals);
}
