namespace Escale.Learning.Selection;

/// <summary>How rows to hold out are chosen.</summary>
public enum HoldoutBy
{
    /// <summary>At random.</summary>
    Random,

    /// <summary>At random within each class, so that both parts have every class in the same share; for regression, evenly over the order of the target.</summary>
    Class,

    /// <summary>Whole groups at random. Needs <see cref="SplitKeys.Groups"/>.</summary>
    Group,

    /// <summary>The latest. Rows as early as the first one held out are left out of learning.</summary>
    Time,
}

/// <summary>One test part that is never learned from.</summary>
public sealed record Holdout : Splitter
{
    /// <summary>Share of the rows held out, between 0 and 1. Default 0.2.</summary>
    public double TestShare { get; init; } = 0.2;

    /// <summary>How they are chosen. Default by class.</summary>
    public HoldoutBy By { get; init; } = HoldoutBy.Class;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Warnings(Target target) => By is HoldoutBy.Class or HoldoutBy.Random ? ScarceClasses(target, 2) : [];

    /// <inheritdoc/>
    public override IReadOnlyList<Split> Split(Target target, int seed = 0, SplitKeys? keys = null)
    {
        if (TestShare is not (> 0 and < 1))
        {
            throw new LearningException("learning.bad-setting", $"TestShare is {TestShare}, not between 0 and 1.", "Give a share such as 0.2.");
        }
        CheckFolds(2, target.RowCount);
        var random = new Random(seed);
        return [By switch
        {
            HoldoutBy.Time => Latest(target.RowCount, keys?.Times),
            HoldoutBy.Group => Groups(GroupsOf(keys, target.RowCount, "Holding out by group"), random),
            HoldoutBy.Class => Strata(target, random),
            _ => Chosen(Shuffled(target.RowCount, random), target.RowCount),
        }];
    }

    private int CountOf(int rows) => Math.Clamp((int)Math.Round(rows * TestShare, MidpointRounding.AwayFromZero), 1, rows - 1);

    private Split Chosen(int[] order, int rows)
    {
        var chosen = order.AsSpan(0, CountOf(rows)).ToArray().ToHashSet();
        return OfTest(chosen.Contains, rows);
    }

    private Split Latest(int rows, long[]? times)
    {
        var (order, sorted) = TimeOrdered.InOrder(rows, times);
        var from = rows - CountOf(rows);
        var until = from;
        while (until > 0 && sorted is not null && sorted[until - 1] == sorted[from])
        {
            until--;
        }
        return until > 0
            ? new Split(TimeOrdered.Sorted(order, 0, until), TimeOrdered.Sorted(order, from, rows))
            : throw new LearningException("learning.too-few-rows", "No row is earlier than the first one held out.", "Hold out fewer rows, or split by something else than time.");
    }

    /// <summary>Groups in random order until the share is reached, the last one only if that comes closer; one group at least on each side.</summary>
    private Split Groups(int[] keys, Random random)
    {
        var groups = RowGroups.Of(keys, 2);
        var (wanted, held, chosen) = (CountOf(keys.Length), 0, new HashSet<int>());
        foreach (var group in groups.Shuffled(random))
        {
            var size = groups.Sizes[group];
            if (chosen.Count + 1 < groups.Count && (chosen.Count == 0 || Math.Abs(held + size - wanted) < Math.Abs(held - wanted)))
            {
                chosen.Add(group);
                held += size;
            }
        }
        return OfTest(row => chosen.Contains(groups.GroupOf[row]), keys.Length);
    }

    /// <summary>
    /// Rows shuffled, sorted by target; of every class the share that is due, remainders to the classes that are cut the most. A class keeps one row to learn from, so that
    /// one of a single row is learned from, not tested.
    /// </summary>
    private Split Strata(Target target, Random random)
    {
        var order = Shuffled(target.RowCount, random).OrderBy(row => target.Values[row]).ToArray();
        return target.Task == LearningTask.Regression ? Spaced(order, random) : Proportional(target, order);
    }

    private Split Spaced(int[] order, Random random)
    {
        var (count, offset, chosen) = (CountOf(order.Length), random.NextDouble(), new HashSet<int>());
        for (var at = 0; at < count; at++)
        {
            chosen.Add(order[(int)((at + offset) * order.Length / count)]);
        }
        return OfTest(chosen.Contains, order.Length);
    }

    private Split Proportional(Target target, int[] order)
    {
        var runs = order.GroupBy(target.ClassOf).Select(run => run.ToArray()).ToArray();
        var due = runs.Select(run => (double)run.Length * CountOf(order.Length) / order.Length).ToArray();
        var counts = due.Select((share, at) => Math.Min((int)share, runs[at].Length - 1)).ToArray();
        foreach (var at in Enumerable.Range(0, runs.Length).OrderByDescending(at => due[at] - counts[at]))
        {
            if (counts.Sum() < CountOf(order.Length) && counts[at] < runs[at].Length - 1)
            {
                counts[at]++;
            }
        }
        var chosen = runs.SelectMany((run, at) => run.Take(counts[at])).ToHashSet();
        return chosen.Count > 0 ? OfTest(chosen.Contains, order.Length) : Chosen(order, order.Length);
    }

    private static int[] Shuffled(int rows, Random random)
    {
        var order = Ascending(rows);
        random.Shuffle(order);
        return order;
    }
}

/// <summary>Another way to split, several times with other seeds: more judgements of the same rows, for steadier means.</summary>
/// <param name="Splitter">The way.</param>
/// <param name="Times">How often. Default 3.</param>
public sealed record Repeated(Splitter Splitter, int Times = 3) : Splitter
{
    /// <inheritdoc/>
    public override IReadOnlyList<string> Warnings(Target target) => Splitter.Warnings(target);

    /// <inheritdoc/>
    public override IReadOnlyList<Split> Split(Target target, int seed = 0, SplitKeys? keys = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Times, 1);
        var seeds = new Random(seed);
        return [.. Enumerable.Range(0, Times).SelectMany(_ => Splitter.Split(target, seeds.Next(), keys))];
    }
}
