using System.Numerics;
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
    private readonly NativeArray<ushort> _nodeCodes;
    private readonly ulong[] _drawnLevels;

    protected NodeSplitter(RankedTable table, double[] targets, int minLeafRows)
    {
        (Table, Targets, MinLeafRows) = (table, targets, minLeafRows);
        (_rows, _otherRows) = (new(table.RowCount), new(table.RowCount));
        (_pairs, _otherPairs) = (new(table.RowCount), new(table.RowCount));
        _present = new NativeArray<ulong>(table.MostBins / 64 + 1);
        _nodeCodes = new NativeArray<ushort>(table.RowCount);
        _drawnLevels = new ulong[table.MostBins / 64 + 1];
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

    /// <summary>The ranks that <see cref="Gather"/> collected last.</summary>
    protected ushort* NodeCodes => _nodeCodes.Pointer;

    /// <inheritdoc/>
    public int Load(ReadOnlySpan<double> weights)
    {
        var count = 0;
        var targets = Targets;
        for (var row = 0; row < weights.Length; row++)
        {
            // Written in any case and moved on from if it counts: whether a row was drawn is a coin toss.
            Rows[count] = row;
            Pairs[count] = TRow.Of(weights[row], targets[row]);
            count += weights[row] > 0 ? 1 : 0;
        }
        return count;
    }

    /// <inheritdoc/>
    public abstract NodeFacts Describe(int begin, int end, Span<double> values);

    /// <inheritdoc/>
    public virtual bool IsPureSide(in NodeSplit split, bool isLeft, Span<double> values, out NodeFacts facts)
    {
        facts = default;
        return false;
    }

    /// <inheritdoc/>
    public abstract bool Find(int feature, int begin, int end, ref NodeSplit best);

    /// <inheritdoc/>
    public abstract bool Draw(int feature, int begin, int end, ref TreeRandom random, ref NodeSplit best);

    /// <inheritdoc/>
    public int Part(int begin, int end, in NodeSplit split)
    {
        var column = Table.Columns[split.Feature];
        return column.Bytes is { } bytes ? Part(bytes.Pointer, column.MissingCode, begin, end, split) : Part(column.Codes.Pointer, column.MissingCode, begin, end, split);
    }

    private int Part<TCode>(TCode* codes, int missing, int begin, int end, in NodeSplit split)
        where TCode : unmanaged, IBinaryInteger<TCode>
    {
        var rows = _rows.Pointer;
        var pairs = _pairs.Pointer;
        var otherRows = _otherRows.Pointer;
        var otherPairs = _otherPairs.Pointer;
        var (left, right) = (begin, 0);
        var last = split.LastLeft;
        var never = split.IsMissingLeft ? missing : -1;
        for (var at = begin; at < end; at++)
        {
            var (row, pair) = (rows[at], pairs[at]);
            var code = int.CreateTruncating(codes[row]);
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
        _nodeCodes.Dispose();
    }

    /// <summary>Draws a split by a feature; its score is left open.</summary>
    /// <returns>False when the feature is constant among the rows.</returns>
    protected bool TryDraw(int feature, int begin, int end, ref TreeRandom random, out NodeSplit split, out bool hasBothSides)
    {
        var column = Table.Columns[feature];
        var (least, most, missing) = Gather(column, begin, end);
        split = new NodeSplit { Feature = feature, IsMissingSeen = missing > 0, LastLeft = most, Threshold = float.MaxValue };
        hasBothSides = least < most;
        if (most < 0 || (least == most && missing == 0))
        {
            return false;
        }
        if (column.IsCategory)
        {
            split.LeftLevels = _drawnLevels;
            DrawLevels(column, end - begin, ref random);
        }
        else if (hasBothSides)
        {
            (split.LastLeft, split.Threshold) = DrawThreshold(column, least, most, ref random);
        }
        return true;
    }

    /// <summary>Which way each gathered rank goes: 1 for left. Missing values go left when the split says so.</summary>
    protected static int GoesLeft(in NodeSplit split, int code, int missingCode) => split.LeftLevels is { } levels && code != missingCode
        ? (int)(levels[code >> 6] >> (code & 63) & 1)
        : (code <= split.LastLeft ? 1 : 0) | (code == missingCode & split.IsMissingLeft ? 1 : 0);

    /// <summary>A drawn split to keep: its levels are still those that the next draw writes to.</summary>
    protected NodeSplit Keep(in NodeSplit split, double score, bool isMissingLeft) => split with
    {
        Score = score,
        IsMissingLeft = isMissingLeft,
        LeftLevels = split.LeftLevels?[..((Table.Columns[split.Feature].Count + 63) / 64)],
    };

    // The ranks of a node beside one another, the smallest and the largest, and how many are missing.
    private (int Least, int Most, int Missing) Gather(RankedColumn column, int begin, int end)
    {
        var codes = column.Codes.Pointer;
        var rows = Rows + begin;
        var gathered = NodeCodes;
        var (least, most, missing, count) = (int.MaxValue, -1, 0, end - begin);
        if (!column.HasMissing)
        {
            for (var at = 0; at < count; at++)
            {
                int code = gathered[at] = codes[rows[at]];
                least = Math.Min(least, code);
                most = Math.Max(most, code);
            }
            return (least, most, 0);
        }
        for (var at = 0; at < count; at++)
        {
            int code = gathered[at] = codes[rows[at]];
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

    // A threshold drawn evenly between the smallest and the largest value of a node, and the last rank below it.
    private static (int LastLeft, float Threshold) DrawThreshold(RankedColumn column, int least, int most, ref TreeRandom random)
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

    // Each level goes left by the toss of a coin, those that the node lacks too; of those that it has, at least one to either side. One level alone goes left.
    private void DrawLevels(RankedColumn column, int count, ref TreeRandom random)
    {
        for (var at = 0; at < count; at++)
        {
            int code = NodeCodes[at];
            Present[code >> 6] |= 1UL << (code & 63);
        }
        Present[column.Count >> 6] &= ~(1UL << (column.Count & 63)); // the missing value
        var (first, lefts, all) = (-1, 0, 0);
        for (var word = 0; word <= (column.Count - 1) >> 6; word++)
        {
            _drawnLevels[word] = random.NextBits();
            lefts += BitOperations.PopCount(_drawnLevels[word] & Present[word]);
            all += BitOperations.PopCount(Present[word]);
            first = first < 0 && Present[word] != 0 ? (word << 6) + BitOperations.TrailingZeroCount(Present[word]) : first;
        }
        if (lefts == 0 || (lefts == all && all > 1))
        {
            _drawnLevels[first >> 6] ^= 1UL << (first & 63);
        }
        new Span<ulong>(Present, (column.Count >> 6) + 1).Clear();
    }
}
