using System.Numerics;
using System.Runtime.CompilerServices;
using Escale.Learning.Memory;

namespace Escale.Learning.Trees.Growing;

/// <summary>
/// Splits for numbers and for two classes. Rows are summed by rank (no sorting); the ranks of a node are then walked through in order. Levels of a category are
/// ordered by their mean, which holds the best of all partings into two (Fisher, 1958; Breiman et al., 1984, theorem 4.5). Missing values are tried on both sides.
/// </summary>
internal sealed unsafe class PairSplitter<TCriterion, TRow> : NodeSplitter<TRow>
    where TCriterion : struct, IPairCriterion
    where TRow : unmanaged, IRowSum<TRow>
{
    private readonly double[] _exact;
    private readonly double _center;
    private readonly NativeArray<TRow> _bins;
    private readonly NativeArray<int> _binRows;
    private readonly NativeArray<TRow> _sums;
    private readonly NativeArray<int> _sumRows;
    private readonly int[] _codes;
    private readonly double[] _means;
    private readonly int[] _order;
    private readonly TRow[] _unordered;
    private readonly int[] _unorderedRows;
    private readonly bool _counts;
    private readonly PairHistogram<TCriterion, TRow> _histogram;
    private TRow _total;
    private double _worth;

    /// <summary>Makes a splitter.</summary>
    /// <param name="table">The features.</param>
    /// <param name="targets">Numbers less <paramref name="center"/>, or classes 0 and 1.</param>
    /// <param name="exact">The targets as they were.</param>
    /// <param name="center">What was taken off the targets, so that sums of squares keep their digits.</param>
    /// <param name="minLeafRows">Rows that either side must have.</param>
    public PairSplitter(RankedTable table, double[] targets, double[] exact, double center, int minLeafRows)
        : base(table, targets, minLeafRows)
    {
        (_exact, _center, _counts) = (exact, center, minLeafRows > 1);
        var bins = table.MostBins;
        (_bins, _binRows, _sums, _sumRows) = (new(bins), new(bins), new(bins), new(bins));
        _histogram = new PairHistogram<TCriterion, TRow>(bins, Present);
        var levels = 1 + table.Columns.Where(column => column.IsCategory).Select(column => column.Count).DefaultIfEmpty(0).Max();
        (_codes, _means, _order, _unordered, _unorderedRows) = (new int[bins], new double[levels], new int[levels], new TRow[levels], new int[levels]);
    }

    public override int ValueCount => TCriterion.IsForClasses ? 2 : 1;

    public override NodeFacts Describe(int begin, int end, Span<double> values)
    {
        var (even, odd) = (default(TRow), default(TRow));
        var at = begin;
        for (; at < end - 1; at += 2)
        {
            even += Pairs[at];
            odd += Pairs[at + 1];
        }
        _total = even + odd + (at < end ? Pairs[at] : default);
        var (weight, sum) = (_total.Weight, _total.Sum);
        _worth = TCriterion.Worth(weight, sum);
        if (TCriterion.IsForClasses)
        {
            return OfClasses(weight, sum, values);
        }
        var (terms, least, most) = (0.0, double.PositiveInfinity, double.NegativeInfinity);
        for (at = begin; at < end; at++)
        {
            var target = Targets[Rows[at]];
            terms += Pairs[at].Weight * TCriterion.Term(target);
            least = Math.Min(least, target);
            most = Math.Max(most, target);
        }
        values[0] = least == most ? _exact[Rows[begin]] : _center + Math.Clamp(sum / weight, least, most);
        return new NodeFacts(weight, TCriterion.Impurity(weight, sum, terms), _worth, least == most);
    }

    public override bool IsPureSide(in NodeSplit split, bool isLeft, Span<double> values, out NodeFacts facts)
    {
        facts = default;
        if (!TRow.IsExact || !TCriterion.IsForClasses || split.LeftWeight == 0)
        {
            return false;
        }
        var (weight, sum) = isLeft ? (split.LeftWeight, split.LeftSum) : (_total.Weight - split.LeftWeight, _total.Sum - split.LeftSum);
        if (sum != 0 && sum != weight)
        {
            return false;
        }
        facts = OfClasses(weight, sum, values);
        return true;
    }

    public override bool Find(int feature, int begin, int end, ref NodeSplit best)
    {
        var column = Table.Columns[feature];
        if (!_counts && !column.HasMissing && !column.IsCategory)
        {
            return _histogram.Find(feature, column, Rows + begin, Pairs + begin, end - begin, _total, ref best);
        }
        var (missing, missingRows) = (default(TRow), 0);
        var groups = end - begin <= INodeSplitter.FewRows && column.Count > INodeSplitter.ManyCodes
            ? Sort(column, begin, end, ref missing, ref missingRows)
            : Sum(column, begin, end, ref missing, ref missingRows);
        if (groups == 0 || (groups == 1 && missingRows == 0))
        {
            return false;
        }
        if (column.IsCategory)
        {
            Order(groups);
        }
        // With rows missing, the last threshold tells them from all others.
        var rows = end - begin;
        var (at, score) = Walk(default(TRow), 0, missingRows > 0 ? groups : groups - 1, rows, best.Score);
        var isMissingLeft = false;
        if (missingRows > 0 && Walk(missing, missingRows, groups - 1, rows, score) is { At: >= 0 } with)
        {
            (at, score, isMissingLeft) = (with.At, with.Score, true);
        }
        if (at >= 0)
        {
            best = Make(feature, column, groups, at, score, missingRows > 0, isMissingLeft);
        }
        return true;
    }

    public override bool Draw(int feature, int begin, int end, ref TreeRandom random, ref NodeSplit best)
    {
        if (!TryDraw(feature, begin, end, ref random, out var split, out var hasBothSides))
        {
            return false;
        }
        var codes = NodeCodes;
        var pairs = Pairs + begin;
        var (missingCode, count) = (Table.Columns[feature].MissingCode, end - begin);
        var (left, missed, rows, missing) = (default(TRow), default(TRow), 0, 0);
        if (split.LeftLevels is null && !split.IsMissingSeen)
        {
            for (var at = 0; at < count; at++)
            {
                var goes = codes[at] <= split.LastLeft ? 1 : 0;
                left += TRow.If(pairs[at], goes);
                rows += goes;
            }
        }
        else
        {
            for (var at = 0; at < count; at++)
            {
                var (goes, isMissing) = (GoesLeft(split, codes[at], missingCode), codes[at] == missingCode ? 1 : 0);
                left += TRow.If(pairs[at], goes);
                missed += TRow.If(pairs[at], isMissing);
                (rows, missing) = (rows + goes, missing + isMissing);
            }
        }
        Try(left, rows, count, split, ref best, isMissingLeft: missing == 0 && left.Weight * 2 >= _total.Weight);
        if (missing > 0 && hasBothSides)
        {
            Try(left + missed, rows + missing, count, split, ref best, isMissingLeft: true);
        }
        return true;
    }

    public override void Dispose()
    {
        _histogram.Dispose();
        _bins.Dispose();
        _binRows.Dispose();
        _sums.Dispose();
        _sumRows.Dispose();
        base.Dispose();
    }

    private void Try(TRow left, int rows, int all, in NodeSplit split, ref NodeSplit best, bool isMissingLeft)
    {
        var score = Worth(left);
        if (score > best.Score && score < double.PositiveInfinity && rows >= MinLeafRows && all - rows >= MinLeafRows)
        {
            best = Keep(split, score, isMissingLeft);
        }
    }

    private static NodeFacts OfClasses(double weight, double sum, Span<double> values)
    {
        var share = sum / weight;
        (values[0], values[1]) = (1 - share, share);
        return new NodeFacts(weight, TCriterion.Impurity(weight, sum, 0), TCriterion.Worth(weight, sum), sum == 0 || sum == weight);
    }

    // Sums rows by rank; ranks without rows are left out.
    private int Sum(RankedColumn column, int begin, int end, ref TRow missing, ref int missingRows)
    {
        var codes = column.Codes.Pointer;
        var bins = _bins.Pointer;
        var rows = Rows;
        var pairs = Pairs;
        var count = column.Count;
        var isDense = end - begin >= count / 2;
        if (isDense)
        {
            for (var at = begin; at < end; at++)
            {
                bins[codes[rows[at]]] += pairs[at];
            }
        }
        else
        {
            for (var at = begin; at < end; at++)
            {
                int code = codes[rows[at]];
                bins[code] += pairs[at];
                Present[code >> 6] |= 1UL << (code & 63);
            }
            Present[count >> 6] &= ~(1UL << (count & 63));
        }
        if (_counts || column.HasMissing)
        {
            for (var at = begin; at < end; at++)
            {
                _binRows.Pointer[codes[rows[at]]]++;
            }
            (missing, missingRows) = (bins[count], _binRows.Pointer[count]);
            (bins[count], _binRows.Pointer[count]) = (default, 0);
        }
        return isDense ? TakeAll(count) : TakePresent(count);
    }

    private int TakeAll(int count)
    {
        var bins = _bins.Pointer;
        var groups = 0;
        for (var code = 0; code < count; code++)
        {
            if (!bins[code].IsEmpty)
            {
                Take(code, groups++);
            }
        }
        return groups;
    }

    private int TakePresent(int count)
    {
        var groups = 0;
        for (var word = 0; word <= (count - 1) >> 6; word++)
        {
            for (var bits = Present[word]; bits != 0; bits &= bits - 1)
            {
                Take((word << 6) + BitOperations.TrailingZeroCount(bits), groups++);
            }
            Present[word] = 0;
        }
        return groups;
    }

    private void Take(int code, int group)
    {
        _codes[group] = code;
        _sums.Pointer[group] = _bins.Pointer[code];
        _sumRows.Pointer[group] = _binRows.Pointer[code];
        _bins.Pointer[code] = default;
        _binRows.Pointer[code] = 0;
    }

    private int Sort(RankedColumn column, int begin, int end, ref TRow missing, ref int missingRows)
    {
        Span<ulong> keys = stackalloc ulong[INodeSplitter.FewRows];
        keys = keys[..(end - begin)];
        for (var at = 0; at < keys.Length; at++)
        {
            var key = ((ulong)column.Codes.Pointer[Rows[begin + at]] << 32) | (uint)at;
            var to = at;
            for (; to > 0 && keys[to - 1] > key; to--)
            {
                keys[to] = keys[to - 1];
            }
            keys[to] = key;
        }
        var (groups, last) = (0, -1);
        foreach (var key in keys)
        {
            var (code, pair) = ((int)(key >> 32), Pairs[begin + (int)(uint)key]);
            if (code == column.MissingCode)
            {
                (missing, missingRows) = (missing + pair, missingRows + 1);
                continue;
            }
            if (code != last)
            {
                (_codes[groups], _sums.Pointer[groups], _sumRows.Pointer[groups], last) = (code, default, 0, code);
                groups++;
            }
            _sums.Pointer[groups - 1] += pair;
            _sumRows.Pointer[groups - 1]++;
        }
        return groups;
    }

    private void Order(int groups)
    {
        for (var group = 0; group < groups; group++)
        {
            var sum = _sums.Pointer[group];
            (_means[group], _order[group], _unordered[group], _unorderedRows[group]) = (sum.Sum / sum.Weight, group, sum, _sumRows.Pointer[group]);
        }
        Array.Sort(_means, _order, 0, groups);
        for (var group = 0; group < groups; group++)
        {
            (_sums.Pointer[group], _sumRows.Pointer[group]) = (_unordered[_order[group]], _unorderedRows[_order[group]]);
        }
    }

    // The best parting after one of the first groups, if it scores more than asked.
    private (int At, double Score) Walk(TRow left, int leftRows, int last, int rows, double least)
    {
        var (best, bestAt) = (least, -1);
        var sums = _sums.Pointer;
        for (var at = 0; at < last; at++)
        {
            left += sums[at];
            if (_counts)
            {
                leftRows += _sumRows.Pointer[at];
                if (leftRows < MinLeafRows || rows - leftRows < MinLeafRows)
                {
                    continue;
                }
            }
            var score = Worth(left);
            if (score > best && score < double.PositiveInfinity)
            {
                (best, bestAt) = (score, at);
            }
        }
        return (bestAt, best);
    }

    private NodeSplit Make(int feature, RankedColumn column, int groups, int at, double score, bool isMissingSeen, bool isMissingLeft)
    {
        var split = new NodeSplit { Feature = feature, Score = score, IsMissingSeen = isMissingSeen, IsMissingLeft = isMissingLeft };
        if (!isMissingSeen)
        {
            var left = 0.0;
            for (var group = 0; group <= at; group++)
            {
                left += _sums.Pointer[group].Weight;
            }
            split.IsMissingLeft = left * 2 >= _total.Weight;
        }
        split.PartAfter(at, column, _codes.AsSpan(0, groups), _order);
        return split;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private double Worth(TRow left)
    {
        var right = _total - left;
        return TCriterion.Worth(left.Weight, left.Sum, right.Weight, right.Sum);
    }
}
