namespace Escale.Learning.Selection;

/// <summary>
/// Tests always on rows later than those learned from: the last rows in time are cut into as many test parts as there are folds, and each is predicted from what came before. Rows of the same
/// time are never on both sides: those that learning would share with the test part are left out of learning. Rows are in the order of <see cref="SplitKeys.Times"/>, or of the table without.
/// </summary>
public sealed record TimeOrdered : Splitter
{
    /// <summary>How many test parts. Default 5.</summary>
    public int Folds { get; init; } = 5;

    /// <summary>Rows left out between learning and test part, so that what is known late does not leak. Default 0.</summary>
    public int GapRows { get; init; }

    /// <summary>Time left out between the last row learned from and the first one tested, in the unit of the times. Default 0.</summary>
    public long GapTime { get; init; }

    /// <summary>Rows of each test part; null for rows ÷ (folds + 1). Default null.</summary>
    public int? TestRows { get; init; }

    /// <summary>Learn from the latest so many rows only (a sliding window); null for all that came before (an expanding one). Default null.</summary>
    public int? MaxTrainRows { get; init; }

    /// <inheritdoc/>
    public override IReadOnlyList<Split> Split(Target target, int seed = 0, SplitKeys? keys = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(Folds, 1);
        ArgumentOutOfRangeException.ThrowIfNegative(GapRows);
        ArgumentOutOfRangeException.ThrowIfNegative(GapTime);
        var rows = target.RowCount;
        var (order, times) = InOrder(rows, keys?.Times);
        var test = TestRows ?? rows / (Folds + 1);
        var splits = new Split[Folds];
        for (var fold = 0; fold < Folds; fold++)
        {
            var from = rows - ((long)Folds - fold) * test;
            var until = from - GapRows;
            while (test > 0 && until > 0 && times is not null && (times[until - 1] >= times[from] || times[from] - times[until - 1] < GapTime))
            {
                until--;
            }
            if (test < 1 || until < 1)
            {
                throw new LearningException("learning.too-few-rows", $"{rows} rows do not leave any to learn from before the first of {Folds} test parts.", "Give more rows, or ask for fewer folds or a smaller gap.");
            }
            var start = Math.Max(0, until - (MaxTrainRows ?? until));
            splits[fold] = new Split(Sorted(order, (int)start, (int)until), Sorted(order, (int)from, (int)from + test));
        }
        return splits;
    }

    /// <summary>Rows by time, those of equal time in the order of the table.</summary>
    internal static (int[] Order, long[]? Times) InOrder(int rows, long[]? times)
    {
        var order = Ascending(rows);
        if (times is null)
        {
            return (order, null);
        }
        ArgumentOutOfRangeException.ThrowIfNotEqual(times.Length, rows, nameof(times));
        order = [.. order.OrderBy(row => times[row])];
        return (order, [.. order.Select(row => times[row])]);
    }

    internal static int[] Sorted(int[] order, int from, int until)
    {
        var rows = order[from..until];
        Array.Sort(rows);
        return rows;
    }
}
