using System.Numerics;
using System.Runtime.CompilerServices;
using Escale.Learning.Memory;

namespace Escale.Learning.Trees.Growing;

/// <summary>
/// The quick way of <see cref="PairSplitter{TCriterion, TRow}"/> for what is most frequent: a number, nothing missing, any number of rows to a side. Sums rows by rank
/// and walks through the ranks that are there, in one go, leaving the sums at zero for the next.
/// </summary>
internal sealed unsafe class PairHistogram<TCriterion, TRow> : IDisposable
    where TCriterion : struct, IPairCriterion
    where TRow : unmanaged, IRowSum<TRow>
{
    /// <summary>Up to how many ranks rows are summed in turns into four histograms: many rows of the same rank would otherwise wait for one another.</summary>
    private const int FewCodes = 256;

    private const int Ways = 4;

    private readonly NativeArray<TRow> _bins;
    private readonly ulong* _present;
    private TRow _total;
    private TRow _left;
    private TRow _bestLeft;
    private double _best;
    private int _last;
    private int _bestLast;
    private int _bestNext;

    /// <summary>Makes it.</summary>
    /// <param name="bins">Ranks at most.</param>
    /// <param name="present">A bit for each rank, all 0 between calls.</param>
    public PairHistogram(int bins, ulong* present)
    {
        _bins = new NativeArray<TRow>(Math.Max(bins, Ways * FewCodes));
        _present = present;
    }

    /// <summary>As <see cref="INodeSplitter.Find"/>.</summary>
    public bool Find(int feature, RankedColumn column, int* rows, TRow* pairs, int count, TRow total, ref NodeSplit best)
    {
        (_total, _left, _best, _last, _bestLast) = (total, default, best.Score, -1, -1);
        var codes = column.Codes.Pointer;
        bool isVaried;
        if (column.Count <= FewCodes && count >= Ways * column.Count)
        {
            isVaried = WalkInTurns(codes, rows, pairs, count, column.Count);
        }
        else if (count >= column.Count / 2)
        {
            isVaried = WalkDense(codes, rows, pairs, count, column.Count);
        }
        else if (count <= INodeSplitter.FewRows)
        {
            isVaried = WalkSorted(codes, rows, pairs, count);
        }
        else
        {
            isVaried = WalkSparse(codes, rows, pairs, count, column.Count);
        }
        if (_bestLast >= 0)
        {
            best = new NodeSplit
            {
                Feature = feature,
                Score = _best,
                LastLeft = _bestLast,
                Threshold = NodeSplit.Between(column.High[_bestLast], column.Low[_bestNext]),
                IsMissingLeft = _bestLeft.Weight * 2 >= total.Weight,
            };
        }
        return isVaried;
    }

    public void Dispose() => _bins.Dispose();

    private bool WalkInTurns(ushort* codes, int* rows, TRow* pairs, int count, int codeCount)
    {
        var first = _bins.Pointer;
        var second = first + codeCount;
        var third = second + codeCount;
        var fourth = third + codeCount;
        var at = 0;
        for (; at <= count - Ways; at += Ways)
        {
            first[codes[rows[at]]] += pairs[at];
            second[codes[rows[at + 1]]] += pairs[at + 1];
            third[codes[rows[at + 2]]] += pairs[at + 2];
            fourth[codes[rows[at + 3]]] += pairs[at + 3];
        }
        for (; at < count; at++)
        {
            first[codes[rows[at]]] += pairs[at];
        }
        var groups = 0;
        for (var code = 0; code < codeCount; code++)
        {
            var sum = first[code] + second[code] + (third[code] + fourth[code]);
            if (!sum.IsEmpty)
            {
                Step(code, sum);
                groups++;
            }
        }
        new Span<TRow>(first, Ways * codeCount).Clear();
        return groups > 1;
    }

    private bool WalkDense(ushort* codes, int* rows, TRow* pairs, int count, int codeCount)
    {
        var bins = _bins.Pointer;
        for (var at = 0; at < count; at++)
        {
            bins[codes[rows[at]]] += pairs[at];
        }
        var groups = 0;
        for (var code = 0; code < codeCount; code++)
        {
            if (!bins[code].IsEmpty)
            {
                Step(code, bins[code]);
                groups++;
            }
        }
        new Span<TRow>(bins, codeCount).Clear();
        return groups > 1;
    }

    private bool WalkSparse(ushort* codes, int* rows, TRow* pairs, int count, int codeCount)
    {
        var bins = _bins.Pointer;
        var present = _present;
        for (var at = 0; at < count; at++)
        {
            int code = codes[rows[at]];
            bins[code] += pairs[at];
            present[code >> 6] |= 1UL << (code & 63);
        }
        var groups = 0;
        for (var word = 0; word <= (codeCount - 1) >> 6; word++)
        {
            for (var bits = present[word]; bits != 0; bits &= bits - 1)
            {
                var code = (word << 6) + BitOperations.TrailingZeroCount(bits);
                Step(code, bins[code]);
                bins[code] = default;
                groups++;
            }
            present[word] = 0;
        }
        return groups > 1;
    }

    private bool WalkSorted(ushort* codes, int* rows, TRow* pairs, int count)
    {
        var keys = stackalloc uint[INodeSplitter.FewRows];
        for (var at = 0; at < count; at++)
        {
            var key = ((uint)codes[rows[at]] << 8) | (uint)at;
            var to = at;
            for (; to > 0 && keys[to - 1] > key; to--)
            {
                keys[to] = keys[to - 1];
            }
            keys[to] = key;
        }
        if (keys[0] >> 8 == keys[count - 1] >> 8)
        {
            return false;
        }
        for (var at = 0; at < count;)
        {
            var code = keys[at] >> 8;
            var sum = pairs[(byte)keys[at++]];
            for (; at < count && keys[at] >> 8 == code; at++)
            {
                sum += pairs[(byte)keys[at]];
            }
            Step((int)code, sum);
        }
        return true;
    }

    // Comes to the next rank: what lies before it may be the left side.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Step(int code, TRow sum)
    {
        if (_last >= 0)
        {
            var score = Worth(_left);
            if (score > _best && score < double.PositiveInfinity)
            {
                (_best, _bestLast, _bestNext, _bestLeft) = (score, _last, code, _left);
            }
        }
        _left += sum;
        _last = code;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private double Worth(TRow left)
    {
        var right = _total - left;
        return TCriterion.Worth(left.Weight, left.Sum, right.Weight, right.Sum);
    }
}
