namespace Escale.Learning.Selection;

/// <summary>Which rows to learn from and which to judge by; both ascending, no row in both.</summary>
/// <param name="Train">Rows to learn from.</param>
/// <param name="Test">Rows to judge by.</param>
public sealed record Split(int[] Train, int[] Test);

/// <summary>What rows may be split by beside their target.</summary>
public sealed record SplitKeys
{
    /// <summary>A group for each row (a customer, a site): rows of one group are never on both sides. Null when there are none.</summary>
    public int[]? Groups { get; init; }

    /// <summary>When each row happened, in any unit that grows with time (ticks, for instance). Null: rows are in the order of time already.</summary>
    public long[]? Times { get; init; }
}

/// <summary>A way to part rows for learning and judging. Immutable; the same settings, rows and seed give the same parts.</summary>
public abstract record Splitter
{
    /// <summary>Parts the rows.</summary>
    /// <param name="target">What is predicted.</param>
    /// <param name="seed">Where randomness starts. Default 0.</param>
    /// <param name="keys">Groups and times of the rows, for those ways that need them.</param>
    /// <returns>The splits. For k folds every row is in exactly one test part.</returns>
    /// <exception cref="LearningException">Too few rows or groups (<c>learning.too-few-rows</c>, <c>learning.too-few-groups</c>), or no groups given (<c>learning.groups-needed</c>).</exception>
    public abstract IReadOnlyList<Split> Split(Target target, int seed = 0, SplitKeys? keys = null);

    /// <summary>What to tell people about splitting these rows: classes that some part will lack. Empty when there is nothing.</summary>
    public virtual IReadOnlyList<string> Warnings(Target target) => [];

    /// <summary>Makes splits of the fold that each row is tested in.</summary>
    private protected static IReadOnlyList<Split> OfFolds(int[] foldOf, int folds)
    {
        var splits = new Split[folds];
        for (var fold = 0; fold < folds; fold++)
        {
            splits[fold] = OfTest(row => foldOf[row] == fold, foldOf.Length);
        }
        return splits;
    }

    private protected static Split OfTest(Func<int, bool> isTest, int rows)
    {
        var (train, test) = (new List<int>(rows), new List<int>());
        for (var row = 0; row < rows; row++)
        {
            (isTest(row) ? test : train).Add(row);
        }
        return new Split([.. train], [.. test]);
    }

    private protected static void CheckFolds(int folds, int rows)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(folds, 2);
        if (rows < folds)
        {
            throw new LearningException("learning.too-few-rows", $"{rows} rows cannot be split into {folds} parts.", "Give more rows, or ask for fewer folds.");
        }
    }

    private protected static int[] GroupsOf(SplitKeys? keys, int rows, string name)
    {
        var groups = keys?.Groups ?? throw new LearningException("learning.groups-needed", $"{name} needs a group for each row.", "Give the column that says what rows belong together.");
        ArgumentOutOfRangeException.ThrowIfNotEqual(groups.Length, rows, nameof(keys));
        return groups;
    }

    private protected static IReadOnlyList<string> ScarceClasses(Target target, int folds)
    {
        if (target.Task == LearningTask.Regression)
        {
            return [];
        }
        var counts = new int[target.ClassCount];
        for (var row = 0; row < target.RowCount; row++)
        {
            counts[target.ClassOf(row)]++;
        }
        return [.. Enumerable.Range(0, counts.Length).Where(at => counts[at] > 0 && counts[at] < folds).Select(at => string.Create(
            System.Globalization.CultureInfo.InvariantCulture,
            $"Class '{target.Classes[at]}' has {counts[at]} rows, fewer than {folds} folds: some folds are judged without it."))];
    }

    private protected static int[] Ascending(int rows)
    {
        var result = new int[rows];
        for (var row = 0; row < rows; row++)
        {
            result[row] = row;
        }
        return result;
    }
}
