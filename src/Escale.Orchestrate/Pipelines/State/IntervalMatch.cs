namespace Escale.Orchestrate.Pipelines.State;

/// <summary>
/// Which runs of several pipelines belong together: those about the same interval; where intervals differ, those that share half of the shorter one or more. So hours belong to their day, and what
/// runs five minutes past the hour to what runs on the hour. Pure.
/// </summary>
internal static class IntervalMatch
{
    /// <summary>So many later intervals pass until one has waited in vain.</summary>
    public const int MostWaiting = 10_000;

    private static readonly TimeSpan _leastWait = TimeSpan.FromDays(1);

    /// <summary>
    /// What has been done by all of them, in order. Long intervals wait until the short ones in them are done, or those after them; a short one that is done after its long one has had its run counts with the next.
    /// Runs about no interval belong to each other.
    /// </summary>
    /// <param name="upstreams">The runs of each pipeline that nothing has come of yet, ordered by what they are about.</param>
    public static IReadOnlyList<IReadOnlyList<Signal>> Groups(IReadOnlyList<IReadOnlyList<Signal>> upstreams)
    {
        var groups = new List<IReadOnlyList<Signal>>();
        if (upstreams.Count == 0)
        {
            return groups;
        }
        var timed = upstreams.Select(pending => new Line([.. pending.Where(IsTimed)])).ToList();
        if (timed.TrueForAll(line => line.Signals.Count > 0))
        {
            groups.AddRange(GroupsOf(timed));
        }
        var untimed = upstreams.Select(pending => pending.Where(signal => !IsTimed(signal)).ToList()).ToList();
        if (untimed.TrueForAll(pending => pending.Count > 0))
        {
            groups.Add([.. untimed.SelectMany(pending => pending)]);
        }
        return groups;
    }

    /// <summary>What is not to be waited for any more: what the others never did while <see cref="MostWaiting"/> later ones passed, and runs about no interval after a day.</summary>
    public static IReadOnlyList<Signal> InVain(IReadOnlyList<IReadOnlyList<Signal>> upstreams, IReadOnlyList<IReadOnlyList<Signal>> groups)
    {
        var all = upstreams.SelectMany(pending => pending).ToList();
        if (all.Count == 0)
        {
            return [];
        }
        var (newest, last) = (all.Max(signal => signal.IntervalEnd), all.Max(signal => signal.At));
        var matched = groups.SelectMany(group => group).ToHashSet();
        return [.. all.Where(signal => !matched.Contains(signal) && (IsTimed(signal) ? newest - signal.IntervalEnd > Longest(_leastWait, Length(signal) * MostWaiting) : last - signal.At > _leastWait))];
    }

    // The longest intervals are what the others are sorted into.
    private static IEnumerable<IReadOnlyList<Signal>> GroupsOf(List<Line> lines)
    {
        var longest = lines.MaxBy(line => line.Longest)!; // of several, the first
        var others = lines.Where(line => line != longest).ToList();
        var early = others.SelectMany(line => line.Signals).Where(signal => Length(signal) > TimeSpan.Zero && !longest.Overlapping(signal).Any(about => BelongTogether(about, signal))).ToHashSet();
        var taken = new HashSet<Signal>();
        foreach (var same in longest.Signals.GroupBy(signal => (signal.IntervalBegin, signal.IntervalEnd)))
        {
            var about = same.First();
            var parts = others.ConvertAll(line => line.Overlapping(about).Where(signal => !taken.Contains(signal) && BelongTogether(about, signal)).ToList());
            if (parts.Zip(others).All(pair => pair.First.Count > 0 && IsDone(pair.First[^1], about, pair.Second)))
            {
                List<Signal> group = [.. early.Where(signal => signal.IntervalEnd <= about.IntervalBegin && Length(signal) < Length(about)), .. same, .. parts.SelectMany(part => part)];
                early.ExceptWith(group);
                taken.UnionWith(group);
                yield return group;
            }
        }
    }

    // Whether a pipeline has nothing more to do for this interval: its next run is about another one, or has been done already.
    private static bool IsDone(Signal last, Signal about, Line line)
    {
        var next = last with { IntervalBegin = last.IntervalEnd, IntervalEnd = last.IntervalEnd + Length(last) };
        return Length(last) == TimeSpan.Zero || !BelongTogether(about, next) || line.Signals[^1].IntervalBegin >= about.IntervalEnd;
    }

    // What lies half in one and half in the next belongs to the earlier.
    private static bool BelongTogether(Signal about, Signal other)
    {
        if (about.IntervalBegin == other.IntervalBegin && about.IntervalEnd == other.IntervalEnd)
        {
            return true;
        }
        var (begin, end) = (about.IntervalBegin > other.IntervalBegin ? about.IntervalBegin : other.IntervalBegin, about.IntervalEnd < other.IntervalEnd ? about.IntervalEnd : other.IntervalEnd);
        var (twice, shorter) = ((end - begin)!.Value * 2, Length(about) < Length(other) ? Length(about) : Length(other));
        return Length(other) == TimeSpan.Zero ? other.IntervalEnd > about.IntervalBegin && other.IntervalEnd <= about.IntervalEnd
            : twice > shorter || (twice == shorter && shorter > TimeSpan.Zero && other.IntervalBegin > about.IntervalBegin);
    }

    private static bool IsTimed(Signal signal) => signal.IntervalBegin is not null && signal.IntervalEnd is not null;

    private static TimeSpan Length(Signal signal) => signal.IntervalEnd!.Value - signal.IntervalBegin!.Value;

    private static TimeSpan Longest(TimeSpan one, TimeSpan other) => one > other ? one : other;

    /// <summary>The runs of one pipeline, ordered by the ends of their intervals.</summary>
    private sealed class Line(List<Signal> signals)
    {
        public List<Signal> Signals => signals;

        public TimeSpan Longest { get; } = signals.Count == 0 ? TimeSpan.Zero : signals.Max(Length);

        /// <summary>Those that have time in common with this interval, or touch it.</summary>
        public IEnumerable<Signal> Overlapping(Signal about)
        {
            var (from, to) = (0, signals.Count);
            while (from < to)
            {
                var middle = (from + to) / 2;
                (from, to) = signals[middle].IntervalEnd < about.IntervalBegin ? (middle + 1, to) : (from, middle);
            }
            for (; from < signals.Count && signals[from].IntervalEnd <= about.IntervalEnd + Longest; from++)
            {
                yield return signals[from];
            }
        }
    }
}
