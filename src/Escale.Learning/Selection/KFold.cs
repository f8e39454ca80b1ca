namespace Escale.Learning.Selection;

/// <summary>Parts of equal size (one row more or less), each the test part once.</summary>
public sealed record KFold : Splitter
{
    /// <summary>How many, at least 2. Default 5.</summary>
    public int Folds { get; init; } = 5;

    /// <summary>Whether rows are shuffled first; otherwise folds are runs of neighbouring rows. Default true.</summary>
    public bool Shuffle { get; init; } = true;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Warnings(Target target) => ScarceClasses(target, Folds);

    /// <inheritdoc/>
    public override IReadOnlyList<Split> Split(Target target, int seed = 0, SplitKeys? keys = null)
    {
        CheckFolds(Folds, target.RowCount);
        var (order, foldOf) = (Ascending(target.RowCount), new int[target.RowCount]);
        if (Shuffle)
        {
            new Random(seed).Shuffle(order);
        }
        var at = 0;
        for (var fold = 0; fold < Folds; fold++)
        {
            var size = order.Length / Folds + (fold < order.Length % Folds ? 1 : 0);
            for (var taken = 0; taken < size; taken++)
            {
                foldOf[order[at++]] = fold;
            }
        }
        return OfFolds(foldOf, Folds);
    }
}

/// <summary>
/// Parts of equal size that have each class in the share that all rows have it (one row more or less). A class of fewer rows than folds is in the test part of as many folds as it has
/// rows, and <see cref="Splitter.Warnings"/> says so. For regression, rows next to each other in the order of the target go to different folds, so that every fold has low and high ones.
/// </summary>
public sealed record StratifiedKFold : Splitter
{
    /// <summary>How many, at least 2. Default 5.</summary>
    public int Folds { get; init; } = 5;

    /// <summary>Whether rows of a class are shuffled; otherwise the first of each class are in the first fold. Default true.</summary>
    public bool Shuffle { get; init; } = true;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Warnings(Target target) => ScarceClasses(target, Folds);

    /// <inheritdoc/>
    public override IReadOnlyList<Split> Split(Target target, int seed = 0, SplitKeys? keys = null)
    {
        CheckFolds(Folds, target.RowCount);
        var random = new Random(seed);
        return OfFolds(target.Task == LearningTask.Regression ? ByOrder(target, random) : ByClass(target, random), Folds);
    }

    /// <summary>How many of each class a fold gets is what it would get if the rows, sorted by class, were dealt out like cards: sizes and shares then differ by one at most.</summary>
    private int[] ByClass(Target target, Random random)
    {
        var byClass = new List<int>[target.ClassCount];
        for (var at = 0; at < byClass.Length; at++)
        {
            byClass[at] = [];
        }
        var seen = new List<int>();
        for (var row = 0; row < target.RowCount; row++)
        {
            var at = target.ClassOf(row);
            if (byClass[at].Count == 0)
            {
                seen.Add(at);
            }
            byClass[at].Add(row);
        }
        var (foldOf, dealt) = (new int[target.RowCount], 0);
        foreach (var at in seen)
        {
            var counts = new int[Folds];
            for (var row = 0; row < byClass[at].Count; row++)
            {
                counts[dealt++ % Folds]++;
            }
            var folds = Enumerable.Range(0, Folds).SelectMany(fold => Enumerable.Repeat(fold, counts[fold])).ToArray();
            if (Shuffle)
            {
                random.Shuffle(folds);
            }
            for (var row = 0; row < folds.Length; row++)
            {
                foldOf[byClass[at][row]] = folds[row];
            }
        }
        return foldOf;
    }

    private int[] ByOrder(Target target, Random random)
    {
        var (order, foldOf, hand) = (Ascending(target.RowCount), new int[target.RowCount], Ascending(Folds));
        if (Shuffle)
        {
            random.Shuffle(order); // equal targets in no order of the table
        }
        var keys = new double[order.Length];
        for (var at = 0; at < order.Length; at++)
        {
            keys[at] = target.Values[order[at]];
        }
        Array.Sort(keys, order);
        for (var at = 0; at < order.Length; at++)
        {
            if (Shuffle && at % Folds == 0)
            {
                random.Shuffle(hand);
            }
            foldOf[order[at]] = hand[at % Folds];
        }
        return foldOf;
    }
}
