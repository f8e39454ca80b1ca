using System.Numerics;
using Escale.Learning.Memory;

namespace Escale.Learning.Trees.Growing;

/// <summary>
/// Splits for three classes or more. Rows are sorted by rank (by counting) and moved one by one from the right to the left side, which costs the same for any number of
/// classes. Levels of a category are ordered by the first principal component of their classes' shares (Coppersmith, Hong and Hosking, 1999).
/// </summary>
internal sealed unsafe class ClassSplitter<TCriterion> : NodeSplitter<ClassedRow>
    where TCriterion : struct, IClassCriterion
{
    private readonly int _classes;
    private readonly double[] _total;
    private readonly double[] _left;
    private readonly double[] _right;
    private readonly NativeArray<int> _binRows;
    private readonly NativeArray<int> _sorted;
    private readonly int[] _codes;
    private readonly int[] _begins;
    private readonly int[] _order;
    private readonly LevelOrder _levelOrder;
    private double _terms;
    private double _weight;

    /// <summary>Makes a splitter.</summary>
    /// <param name="table">The features.</param>
    /// <param name="targets">Classes from 0.</param>
    /// <param name="classes">How many.</param>
    /// <param name="minLeafRows">Rows that either side must have.</param>
    public ClassSplitter(RankedTable table, double[] targets, int classes, int minLeafRows)
        : base(table, targets, minLeafRows)
    {
        _classes = classes;
        (_total, _left, _right) = (new double[classes], new double[classes], new double[classes]);
        var bins = table.MostBins;
        (_binRows, _sorted) = (new(bins), new(table.RowCount));
        (_codes, _begins, _order) = (new int[bins], new int[bins + 1], new int[bins]);
        _levelOrder = new LevelOrder(classes);
    }

    public override int ValueCount => _classes;

    public override NodeFacts Describe(int begin, int end, Span<double> values)
    {
        Array.Clear(_total);
        for (var at = begin; at < end; at++)
        {
            _total[Pairs[at].Class] += Pairs[at].Weight;
        }
        (_terms, _weight) = (0, 0);
        var present = 0;
        foreach (var weight in _total)
        {
            _weight += weight;
            _terms += TCriterion.Term(weight);
            present += weight > 0 ? 1 : 0;
        }
        for (var of = 0; of < _classes; of++)
        {
            values[of] = _total[of] / _weight;
        }
        return new NodeFacts(_weight, TCriterion.Impurity(_terms, _weight), TCriterion.Worth(_terms, _weight), present <= 1);
    }

    public override bool Find(int feature, int begin, int end, ref NodeSplit best)
    {
        var column = Table.Columns[feature];
        var groups = end - begin <= INodeSplitter.FewRows && column.Count > INodeSplitter.ManyCodes ? Sort(column, begin, end) : Count(column, begin, end);
        var missing = groups > 0 && _codes[groups - 1] == column.MissingCode ? --groups : -1; // sorted last
        if (groups == 0 || (groups == 1 && missing < 0))
        {
            return false;
        }
        for (var group = 0; group < groups; group++)
        {
            _order[group] = group;
        }
        if (column.IsCategory && groups > 2)
        {
            _levelOrder.Sort(_order.AsSpan(0, groups), _begins, _sorted.Pointer, Pairs);
        }
        var (at, score) = Walk(-1, missing < 0 ? groups - 1 : groups, end - begin, best.Score);
        var isMissingLeft = false;
        if (missing >= 0 && Walk(missing, groups - 1, end - begin, score) is { At: >= 0 } with)
        {
            (at, score, isMissingLeft) = (with.At, with.Score, true);
        }
        if (at >= 0)
        {
            best = Make(feature, column, groups, at, score, missing >= 0, isMissingLeft);
        }
        return true;
    }

    public override bool Draw(int feature, int begin, int end, ref TreeRandom random, ref NodeSplit best)
    {
        if (!TryDraw(feature, begin, end, ref random, out var split, out var hasBothSides))
        {
            return false;
        }
        Try(begin, end, split, ref best);
        if (split.IsMissingSeen && hasBothSides)
        {
            split.IsMissingLeft = true;
            Try(begin, end, split, ref best);
        }
        return true;
    }

    public override void Dispose()
    {
        _binRows.Dispose();
        _sorted.Dispose();
        base.Dispose();
    }

    private void Try(int begin, int end, in NodeSplit split, ref NodeSplit best)
    {
        Array.Clear(_left);
        var codes = NodeCodes;
        var pairs = Pairs + begin;
        var (rows, count, missingCode) = (0, end - begin, Table.Columns[split.Feature].MissingCode);
        for (var at = 0; at < count; at++)
        {
            var goes = GoesLeft(split, codes[at], missingCode);
            _left[pairs[at].Class] += pairs[at].Weight * goes;
            rows += goes;
        }
        if (rows < MinLeafRows || count - rows < MinLeafRows)
        {
            return;
        }
        var (leftTerms, rightTerms, leftWeight) = (0.0, 0.0, 0.0);
        for (var of = 0; of < _classes; of++)
        {
            leftTerms += TCriterion.Term(_left[of]);
            rightTerms += TCriterion.Term(Math.Max(0, _total[of] - _left[of]));
            leftWeight += _left[of];
        }
        var score = TCriterion.Worth(leftTerms, leftWeight) + TCriterion.Worth(rightTerms, _weight - leftWeight);
        if (score > best.Score && score < double.PositiveInfinity)
        {
            best = Keep(split, score, split.IsMissingSeen ? split.IsMissingLeft : leftWeight * 2 >= _weight);
        }
    }

    // Sorts rows by rank by counting them; rows of a group keep their order.
    private int Count(RankedColumn column, int begin, int end)
    {
        var codes = column.Codes.Pointer;
        var bins = _binRows.Pointer;
        var rows = Rows;
        var isDense = end - begin >= column.Count / 2;
        for (var at = begin; at < end; at++)
        {
            int code = codes[rows[at]];
            bins[code]++;
            Present[code >> 6] |= isDense ? 0 : 1UL << (code & 63);
        }
        var (groups, from) = (0, begin);
        if (isDense)
        {
            for (var code = 0; code <= column.Count; code++)
            {
                if (bins[code] > 0)
                {
                    Take(code, ref groups, ref from);
                }
            }
        }
        else
        {
            for (var word = 0; word <= column.Count >> 6; word++)
            {
                for (var bits = Present[word]; bits != 0; bits &= bits - 1)
                {
                    Take((word << 6) + BitOperations.TrailingZeroCount(bits), ref groups, ref from);
                }
                Present[word] = 0;
            }
        }
        _begins[groups] = end;
        for (var at = begin; at < end; at++)
        {
            _sorted.Pointer[bins[codes[rows[at]]]++] = at;
        }
        for (var group = 0; group < groups; group++)
        {
            bins[_codes[group]] = 0;
        }
        return groups;
    }

    // From a number of rows to where they begin among the sorted.
    private void Take(int code, ref int groups, ref int from)
    {
        (_codes[groups], _begins[groups]) = (code, from);
        groups++;
        var rows = _binRows.Pointer[code];
        _binRows.Pointer[code] = from;
        from += rows;
    }

    private int Sort(RankedColumn column, int begin, int end)
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
        var groups = 0;
        for (var at = 0; at < keys.Length; at++)
        {
            var code = (int)(keys[at] >> 32);
            _sorted.Pointer[begin + at] = begin + (int)(uint)keys[at];
            if (groups == 0 || _codes[groups - 1] != code)
            {
                (_codes[groups], _begins[groups]) = (code, begin + at);
                groups++;
            }
        }
        _begins[groups] = end;
        return groups;
    }

    // The best parting after one of the first groups in order, if it scores more than asked; the group of the missing value begins on the left when one is given.
    private (int At, double Score) Walk(int missing, int last, int rows, double least)
    {
        Array.Clear(_left);
        Array.Copy(_total, _right, _classes);
        var side = new Sides { RightTerms = _terms, RightWeight = _weight };
        if (missing >= 0)
        {
            Move(missing, ref side);
        }
        var (best, bestAt) = (least, -1);
        for (var at = 0; at < last; at++)
        {
            Move(_order[at], ref side);
            if (side.LeftRows < MinLeafRows || rows - side.LeftRows < MinLeafRows)
            {
                continue;
            }
            var score = TCriterion.Worth(side.LeftTerms, side.LeftWeight) + TCriterion.Worth(side.RightTerms, side.RightWeight);
            if (score > best && score < double.PositiveInfinity)
            {
                (best, bestAt) = (score, at);
            }
        }
        return (bestAt, best);
    }

    private void Move(int group, ref Sides side)
    {
        var sorted = _sorted.Pointer;
        var pairs = Pairs;
        var end = _begins[group + 1];
        for (var at = _begins[group]; at < end; at++)
        {
            var pair = pairs[sorted[at]];
            var (weight, of) = (pair.Weight, pair.Class);
            var (left, right) = (_left[of], _right[of]);
            var (more, less) = (left + weight, right - weight);
            side.LeftTerms += TCriterion.Term(more) - TCriterion.Term(left);
            side.RightTerms += TCriterion.Term(less) - TCriterion.Term(right);
            side.LeftWeight += weight;
            side.RightWeight -= weight;
            (_left[of], _right[of]) = (more, less);
        }
        side.LeftRows += end - _begins[group];
    }

    private NodeSplit Make(int feature, RankedColumn column, int groups, int at, double score, bool isMissingSeen, bool isMissingLeft)
    {
        var split = new NodeSplit { Feature = feature, Score = score, IsMissingSeen = isMissingSeen, IsMissingLeft = isMissingLeft };
        if (!isMissingSeen)
        {
            var left = 0.0;
            for (var group = 0; group <= at; group++)
            {
                for (var row = _begins[_order[group]]; row < _begins[_order[group] + 1]; row++)
                {
                    left += Pairs[_sorted.Pointer[row]].Weight;
                }
            }
            split.IsMissingLeft = left * 2 >= _weight;
        }
        split.PartAfter(at, column, _codes.AsSpan(0, groups), _order);
        return split;
    }

    private struct Sides
    {
        public double LeftTerms;
        public double RightTerms;
        public double LeftWeight;
        public double RightWeight;
        public int LeftRows;
    }
}
