using Escale.Learning.Memory;

namespace Escale.Learning.Trees.Growing;

/// <summary>
/// The rows of one tree, node beside node, each with its weight and what it adds to the sums; finds splits and parts nodes. Rows keep their order when a node is
/// parted, so that memory is read forwards. One for each thread, used for one tree after another.
/// </summary>
internal abstract unsafe class NodeSplitter<TRow> : INodeSplitter
    where TRow : unmanaged, IRowSum<TRow>
{
    private readonly NativeArray<int> _rows;
    private readonly NativeArray<int> _otherRows;
    private readonly NativeArray<TRow> _pairs;
    private readonly NativeArray<TRow> _otherPairs;
    private readonly NativeArray<ulong> _present;

    protected NodeSplitter(RankedTable table, double[] targets, int minLeafRows)
    {
        (Table, Targets, MinLeafRows) = (table, targets, minLeafRows);
        (_rows, _otherRows) = (new(table.RowCount), new(table.RowCount));
        (_pairs, _otherPairs) = (new(table.RowCount), new(table.RowCount));
        _present = new NativeArray<ulong>(table.MostBins / 64 + 1);
    }

    /// <inheritdoc/>
    public abstract int ValueCount { get; }

    protected RankedTable Table { get; }

    /// <summary>The target of each row of the table.</summary>
    protected double[] Targets { get; }

    protected int MinLeafRows { get; }

    protected int* Rows => _rows.Pointer;

    /// <summary>For each row beside <see cref="Rows"/>: its weight and its target.</summary>
    protected TRow* Pairs => _pairs.Pointer;

    /// <summary>One bit for each rank, all 0 between calls.</summary>
    protected ulong* Present => _present.Pointer;

    /// <inheritdoc/>
    public int Load(ReadOnlySpan<double> weights)
    {
        var count = 0;
        var targets = Targets;
        for (var row = 0; row < weights.Length; row++)
        {
            if (weights[row] > 0)
            {
                Rows[count] = row;
                Pairs[count++] = TRow.Of(weights[row], targets[row]);
            }
        }
        return count;
    }

    /// <inheritdoc/>
    public abstract NodeFacts Describe(int begin, int end, Span<double> values);

    /// <inheritdoc/>
    public abstract bool Find(int feature, int begin, int end, ref NodeSplit best);

    /// <inheritdoc/>
    public abstract bool Draw(int feature, int begin, int end, ref TreeRandom random, ref NodeSplit best);

    /// <inheritdoc/>
    public int Part(int begin, int end, in NodeSplit split)
    {
        var column = Table.Columns[split.Feature];
        var codes = column.Codes.Pointer;
        var rows = _rows.Pointer;
        var pairs = _pairs.Pointer;
        var otherRows = _otherRows.Pointer;
        var otherPairs = _otherPairs.Pointer;
        var (left, right) = (begin, 0);
        var (missing, last) = (column.MissingCode, split.LastLeft);
        var never = split.IsMissingLeft ? missing : -1;
        for (var at = begin; at < end; at++)
        {
            var (row, pair) = (rows[at], pairs[at]);
            int code = codes[row];
            // Both sides are written and one is moved on: no branch to mispredict.
            var goes = split.LeftLevels is null
                ? (code <= last ? 1 : 0) | (code == never ? 1 : 0)
                : split.GoesLeft(code, missing) ? 1 : 0;
            rows[left] = row;
            pairs[left] = pair;
            otherRows[right] = row;
            otherPairs[right] = pair;
            left += goes;
            right += 1 - goes;
        }
        new ReadOnlySpan<int>(otherRows, right).CopyTo(new Span<int>(rows + left, right));
        new ReadOnlySpan<TRow>(otherPairs, right).CopyTo(new Span<TRow>(pairs + left, right));
        return left;
    }

    public virtual void Dispose()
    {
        _rows.Dispose();
        _otherRows.Dispose();
        _pairs.Dispose();
        _otherPairs.Dispose();
        _present.Dispose();
    }

    /// <summary>The smallest and the largest rank among rows, and how many are missing.</summary>
    protected (int Least, int Most, int Missing) RangeOf(RankedColumn column, int begin, int end)
    {
        var codes = column.Codes.Pointer;
        var (least, most, missing) = (int.MaxValue, -1, 0);
        for (var at = begin; at < end; at++)
        {
            int code = codes[Rows[at]];
            if (code == column.MissingCode)
            {
                missing++;
                continue;
            }
            least = Math.Min(least, code);
            most = Math.Max(most, code);
        }
        return (least, most, missing);
    }

    /// <summary>A threshold drawn evenly between the smallest and the largest value of a node, and the last rank below it.</summary>
    protected static (int LastLeft, float Threshold) DrawThreshold(RankedColumn column, int least, int most, ref TreeRandom random)
    {
        var (low, high) = ((double)column.Low[least], (double)column.High[most]);
        var drawn = (float)(low + random.NextDouble() * (high - low));
        var (from, size) = (least, most - least);
        while (size > 0)
        {
            var half = size >> 1;
            var isWhole = column.High[from + half] <= drawn;
            from = isWhole ? from + half + 1 : from;
            size = isWhole ? size - half - 1 : half;
        }
        // Ranks up to from − 1 lie below what was drawn; the largest rank of the node never goes left.
        var last = Math.Clamp(from - 1, least, most - 1);
        return (last, Math.Clamp(drawn, column.High[last], MathF.BitDecrement(column.Low[last + 1])));
    }

    /// <summary>Levels of a node sent left by the toss of a coin each, at least one to either side; the others follow <paramref name="restLeft"/>.</summary>
    protected ulong[] DrawLevels(RankedColumn column, int begin, int end, bool restLeft, ref TreeRandom random)
    {
        var codes = column.Codes.Pointer;
        for (var at = begin; at < end; at++)
        {
            int code = codes[Rows[at]];
            if (code != column.MissingCode)
            {
                Present[code >> 6] |= 1UL << (code & 63);
            }
        }
        var set = new ulong[(column.Count + 63) / 64];
        var (first, lefts, all) = (-1, 0, 0);
        for (var level = 0; level < column.Count; level++)
        {
            var bit = 1UL << (level & 63);
            if ((Present[level >> 6] & bit) == 0)
            {
                set[level >> 6] |= restLeft ? bit : 0;
                continue;
            }
            first = first < 0 ? level : first;
            var goes = random.NextBits() >> 63;
            set[level >> 6] |= goes * bit;
            lefts += (int)goes;
            all++;
        }
        if (lefts == 0 || lefts == all)
        {
            set[first >> 6] ^= 1UL << (first & 63);
        }
        new Span<ulong>(Present, set.Length).Clear();
        return set;
    }
}
