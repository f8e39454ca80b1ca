namespace Escale.Learning.Selection;

/// <summary>Parts that no group is split between, of sizes as equal as the groups allow: the largest group goes first, each to the fold with the fewest rows. Needs <see cref="SplitKeys.Groups"/>.</summary>
public sealed record GroupKFold : Splitter
{
    /// <summary>How many, at least 2. Default 5.</summary>
    public int Folds { get; init; } = 5;

    /// <inheritdoc/>
    public override IReadOnlyList<Split> Split(Target target, int seed = 0, SplitKeys? keys = null)
    {
        var groups = RowGroups.Of(GroupsOf(keys, target.RowCount, nameof(GroupKFold)), Folds);
        var order = groups.Shuffled(new Random(seed));
        var (sizes, foldOf) = (new int[Folds], new int[groups.Count]);
        foreach (var group in order.OrderByDescending(group => groups.Sizes[group]))
        {
            var lightest = Array.IndexOf(sizes, sizes.Min());
            (foldOf[group], sizes[lightest]) = (lightest, sizes[lightest] + groups.Sizes[group]);
        }
        return OfFolds([.. groups.GroupOf.Select(group => foldOf[group])], Folds);
    }
}

/// <summary>
/// Parts that no group is split between and that have each class in about the share that all rows have it: groups with the most uneven classes go first, each to the fold where the shares
/// then differ least. O(groups × folds × classes). For regression as <see cref="GroupKFold"/>. Needs <see cref="SplitKeys.Groups"/>.
/// </summary>
public sealed record StratifiedGroupKFold : Splitter
{
    /// <summary>How many, at least 2. Default 5.</summary>
    public int Folds { get; init; } = 5;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Warnings(Target target) => ScarceClasses(target, Folds);

    /// <inheritdoc/>
    public override IReadOnlyList<Split> Split(Target target, int seed = 0, SplitKeys? keys = null)
    {
        if (target.Task == LearningTask.Regression)
        {
            return new GroupKFold { Folds = Folds }.Split(target, seed, keys);
        }
        var groups = RowGroups.Of(GroupsOf(keys, target.RowCount, nameof(StratifiedGroupKFold)), Folds);
        var counts = new int[groups.Count][];
        for (var group = 0; group < counts.Length; group++)
        {
            counts[group] = new int[target.ClassCount];
        }
        var totals = new int[target.ClassCount];
        for (var row = 0; row < target.RowCount; row++)
        {
            counts[groups.GroupOf[row]][target.ClassOf(row)]++;
            totals[target.ClassOf(row)]++;
        }
        var foldOf = Assign(counts, totals, groups.Shuffled(new Random(seed)));
        return OfFolds([.. groups.GroupOf.Select(group => foldOf[group])], Folds);
    }

    private int[] Assign(int[][] counts, int[] totals, int[] order)
    {
        var (foldOf, inFold, sizes) = (new int[counts.Length], new int[Folds][], new int[Folds]);
        for (var fold = 0; fold < Folds; fold++)
        {
            inFold[fold] = new int[totals.Length];
        }
        foreach (var group in order.OrderByDescending(group => Spread([.. counts[group].Select(count => (double)count)])))
        {
            var (best, least, smallest) = (0, double.PositiveInfinity, int.MaxValue);
            for (var fold = 0; fold < Folds; fold++)
            {
                var unevenness = Unevenness(inFold, totals, fold, counts[group]);
                if (unevenness < least - 1e-12 || (unevenness < least + 1e-12 && sizes[fold] < smallest))
                {
                    (best, least, smallest) = (fold, unevenness, sizes[fold]);
                }
            }
            foldOf[group] = best;
            sizes[best] += counts[group].Sum();
            for (var at = 0; at < totals.Length; at++)
            {
                inFold[best][at] += counts[group][at];
            }
        }
        return foldOf;
    }

    /// <summary>Mean over the classes of the deviation between folds of the share of the class, were the group in this fold.</summary>
    private static double Unevenness(int[][] inFold, int[] totals, int fold, int[] group)
    {
        var (sum, shares) = (0.0, new double[inFold.Length]);
        for (var at = 0; at < totals.Length; at++)
        {
            for (var other = 0; other < shares.Length; other++)
            {
                shares[other] = (inFold[other][at] + (other == fold ? group[at] : 0)) / (double)Math.Max(1, totals[at]);
            }
            sum += Spread(shares);
        }
        return sum / totals.Length;
    }

    private static double Spread(double[] values)
    {
        var mean = values.Average();
        return Math.Sqrt(values.Sum(value => (value - mean) * (value - mean)) / values.Length);
    }
}

/// <summary>Groups numbered from 0 in the order in which they occur.</summary>
/// <param name="GroupOf">The group of each row.</param>
/// <param name="Sizes">Rows of each group.</param>
internal sealed record RowGroups(int[] GroupOf, int[] Sizes)
{
    public int Count => Sizes.Length;

    public static RowGroups Of(int[] keys, int parts)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(parts, 2);
        var (known, sizes, groupOf) = (new Dictionary<int, int>(), new List<int>(), new int[keys.Length]);
        for (var row = 0; row < keys.Length; row++)
        {
            if (!known.TryGetValue(keys[row], out var group))
            {
                known[keys[row]] = group = sizes.Count;
                sizes.Add(0);
            }
            groupOf[row] = group;
            sizes[group]++;
        }
        return sizes.Count >= parts ? new RowGroups(groupOf, [.. sizes]) : throw new LearningException(
            "learning.too-few-groups", $"{sizes.Count} groups cannot be split into {parts} parts.", "Give rows of more groups, or ask for fewer folds.");
    }

    public int[] Shuffled(Random random)
    {
        var order = Enumerable.Range(0, Count).ToArray();
        random.Shuffle(order);
        return order;
    }
}
