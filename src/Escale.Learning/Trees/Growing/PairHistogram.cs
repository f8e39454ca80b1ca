using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
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

    /// <summary>Up to how many rows sorting beats counting even with few ranks.</summary>
    private const int VeryFewRows = 8;

    private readonly NativeArray<TRow> _bins;
    private readonly NativeArray<int> _codes;
    private readonly NativeArray<double> _leftWeights;
    private readonly NativeArray<double> _leftSums;
    private readonly ulong* _present;
    private TRow _left;
    private int _groups;

    /// <summary>Makes it.</summary>
    /// <param name="bins">Ranks at most.</param>
    /// <param name="present">A bit for each rank, all 0 between calls.</param>
    public PairHistogram(int bins, ulong* present)
    {
        _bins = new NativeArray<TRow>(Math.Max(bins, Ways * FewCodes));
        (_codes, _leftWeights, _leftSums) = (new(bins + INodeSplitter.FewRows), new(bins + INodeSplitter.FewRows), new(bins + INodeSplitter.FewRows));
        _present = present;
    }

    /// <summary>As <see cref="INodeSplitter.Find"/>.</summary>
    public bool Find(int feature, RankedColumn column, int* rows, TRow* pairs, int count, TRow total, ref NodeSplit best) => column.Bytes is { } bytes
        ? Find(feature, column, bytes.Pointer, rows, pairs, count, total, ref best)
        : Find(feature, column, column.Codes.Pointer, rows, pairs, count, total, ref best);

    public void Dispose()
    {
        _bins.Dispose();
        _codes.Dispose();
        _leftWeights.Dispose();
        _leftSums.Dispose();
    }

    private bool Find<TCode>(int feature, RankedColumn column, TCode* codes, int* rows, TRow* pairs, int count, TRow total, ref NodeSplit best)
        where TCode : unmanaged, IBinaryInteger<TCode>
    {
        if (count <= PairCandidates.MostRows && TRow.IsExact && TCriterion.QuotientFactor > 0 && total.Weight <= ushort.MaxValue && Avx2.IsSupported)
        {
            return FindFew(feature, column, codes, rows, pairs, count, total, ref best);
        }
        (_left, _groups) = (default, 0);
        if (column.Count <= FewCodes && count >= Ways * column.Count)
        {
            WalkInTurns(codes, rows, pairs, count, column.Count);
        }
        else if (count >= column.Count / 2)
        {
            WalkDense(codes, rows, pairs, count, column.Count);
        }
        else if (count <= (column.Count > INodeSplitter.ManyCodes ? INodeSplitter.FewRows : VeryFewRows))
        {
            WalkSorted(codes, rows, pairs, count);
        }
        else
        {
            WalkSparse(codes, rows, pairs, count, column.Count);
        }
        if (_groups < 2)
        {
            return false;
        }
        var (at, score) = TCriterion.QuotientFactor > 0 && _groups > Vector256<double>.Count ? BestOfQuotients(total, best.Score) : Best(total, best.Score);
        if (at >= 0)
        {
            var (last, next) = (_codes.Pointer[at], _codes.Pointer[at + 1]);
            best = new NodeSplit
            {
                Feature = feature,
                Score = score,
                LastLeft = last,
                Threshold = NodeSplit.Between(column.High[last], column.Low[next]),
                IsMissingLeft = _leftWeights.Pointer[at] * 2 >= total.Weight,
                LeftWeight = TRow.IsExact ? _leftWeights.Pointer[at] : 0,
                LeftSum = TRow.IsExact ? _leftSums.Pointer[at] : 0,
            };
        }
        return true;
    }

    // Neither sorted nor counted: each row is the last on the left once, all at the same time.
    [SkipLocalsInit]
    private static bool FindFew<TCode>(int feature, RankedColumn column, TCode* codes, int* rows, TRow* pairs, int count, TRow total, ref NodeSplit best)
        where TCode : unmanaged, IBinaryInteger<TCode>
    {
        PairCandidates few;
        var (least, most) = (int.MaxValue, -1);
        Vector512.Create(int.MaxValue).Store(few.Codes);
        for (var at = 0; at < count; at++)
        {
            var code = int.CreateTruncating(codes[rows[at]]);
            few.Codes[at] = code;
            few.Pairs[at] = (int)pairs[at].Weight | ((int)pairs[at].Sum << 16);
            (least, most) = (Math.Min(least, code), Math.Max(most, code));
        }
        if (least == most)
        {
            return false;
        }
        var (lane, score) = few.Best(count, total.Weight, total.Sum, TCriterion.QuotientFactor, best.Score);
        if (lane >= 0)
        {
            var (last, next) = (few.Codes[lane], few.NextAfter(few.Codes[lane], count));
            double leftWeight = few.Pairs[lane] & ushort.MaxValue;
            best = new NodeSplit
            {
                Feature = feature,
                Score = score,
                LastLeft = last,
                Threshold = NodeSplit.Between(column.High[last], column.Low[next]),
                IsMissingLeft = leftWeight * 2 >= total.Weight,
                LeftWeight = leftWeight,
                LeftSum = few.Pairs[lane] >>> 16,
            };
        }
        return true;
    }

    private void WalkInTurns<TCode>(TCode* codes, int* rows, TRow* pairs, int count, int codeCount)
        where TCode : unmanaged, IBinaryInteger<TCode>
    {
        var first = _bins.Pointer;
        var second = first + codeCount;
        var third = second + codeCount;
        var fourth = third + codeCount;
        var at = 0;
        for (; at <= count - Ways; at += Ways)
        {
            first[int.CreateTruncating(codes[rows[at]])] += pairs[at];
            second[int.CreateTruncating(codes[rows[at + 1]])] += pairs[at + 1];
            third[int.CreateTruncating(codes[rows[at + 2]])] += pairs[at + 2];
            fourth[int.CreateTruncating(codes[rows[at + 3]])] += pairs[at + 3];
        }
        for (; at < count; at++)
        {
            first[int.CreateTruncating(codes[rows[at]])] += pairs[at];
        }
        for (var code = 0; code < codeCount; code++)
        {
            var sum = first[code] + second[code] + (third[code] + fourth[code]);
            if (!sum.IsEmpty)
            {
                Step(code, sum);
            }
        }
        new Span<TRow>(first, Ways * codeCount).Clear();
    }

    private void WalkDense<TCode>(TCode* codes, int* rows, TRow* pairs, int count, int codeCount)
        where TCode : unmanaged, IBinaryInteger<TCode>
    {
        var bins = _bins.Pointer;
        for (var at = 0; at < count; at++)
        {
            bins[int.CreateTruncating(codes[rows[at]])] += pairs[at];
        }
        for (var code = 0; code < codeCount; code++)
        {
            if (!bins[code].IsEmpty)
            {
                Step(code, bins[code]);
            }
        }
        new Span<TRow>(bins, codeCount).Clear();
    }

    private void WalkSparse<TCode>(TCode* codes, int* rows, TRow* pairs, int count, int codeCount)
        where TCode : unmanaged, IBinaryInteger<TCode>
    {
        var bins = _bins.Pointer;
        var present = _present;
        for (var at = 0; at < count; at++)
        {
            var code = int.CreateTruncating(codes[rows[at]]);
            bins[code] += pairs[at];
            present[code >> 6] |= 1UL << (code & 63);
        }
        for (var word = 0; word <= (codeCount - 1) >> 6; word++)
        {
            for (var bits = present[word]; bits != 0; bits &= bits - 1)
            {
                var code = (word << 6) + BitOperations.TrailingZeroCount(bits);
                Step(code, bins[code]);
                bins[code] = default;
            }
            present[word] = 0;
        }
    }

    private void WalkSorted<TCode>(TCode* codes, int* rows, TRow* pairs, int count)
        where TCode : unmanaged, IBinaryInteger<TCode>
    {
        var keys = stackalloc uint[INodeSplitter.FewRows];
        for (var at = 0; at < count; at++)
        {
            var key = (uint.CreateTruncating(codes[rows[at]]) << 8) | (uint)at;
            var to = at;
            for (; to > 0 && keys[to - 1] > key; to--)
            {
                keys[to] = keys[to - 1];
            }
            keys[to] = key;
        }
        if (keys[0] >> 8 == keys[count - 1] >> 8)
        {
            Step((int)(keys[0] >> 8), pairs[0]);
            return;
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
    }

    // Comes to the next rank that is there: what lies up to it may be the left side.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Step(int code, TRow sum)
    {
        _left += sum;
        _codes.Pointer[_groups] = code;
        _leftWeights.Pointer[_groups] = _left.Weight;
        _leftSums.Pointer[_groups] = _left.Sum;
        _groups++;
    }

    // The best left side, if it scores more than asked; all but the last, which leaves nothing on the right.
    private (int At, double Score) Best(TRow total, double least)
    {
        var (best, bestAt, weight, sum) = (least, -1, total.Weight, total.Sum);
        for (var at = 0; at < _groups - 1; at++)
        {
            var (leftWeight, leftSum) = (_leftWeights.Pointer[at], _leftSums.Pointer[at]);
            var score = TCriterion.Worth(leftWeight, leftSum, weight - leftWeight, sum - leftSum);
            if (score > best && score < double.PositiveInfinity)
            {
                (best, bestAt) = (score, at);
            }
        }
        return (bestAt, best);
    }

    // The same, four at a time; of equal ones the first.
    private (int At, double Score) BestOfQuotients(TRow total, double least)
    {
        var (weights, sums, count) = (Vector256.Create(total.Weight), Vector256.Create(total.Sum), _groups - 1);
        var (best, bestAt) = (Vector256.Create(least), Vector256.Create(-1L));
        var at = Vector256.Create(0L, 1, 2, 3);
        var from = 0;
        for (; from <= count - 4; from += 4)
        {
            var (leftWeight, leftSum) = (Vector256.Load(_leftWeights.Pointer + from), Vector256.Load(_leftSums.Pointer + from));
            var (rightWeight, rightSum) = (weights - leftWeight, sums - leftSum);
            var score = Vector256.Create(TCriterion.QuotientFactor) * (leftSum * leftSum / leftWeight + rightSum * rightSum / rightWeight);
            var isBetter = Vector256.GreaterThan(score, best) & Vector256.LessThan(score, Vector256.Create(double.PositiveInfinity));
            best = Vector256.ConditionalSelect(isBetter, score, best);
            bestAt = Vector256.ConditionalSelect(isBetter.AsInt64(), at, bestAt);
            at += Vector256.Create(4L);
        }
        var (score1, at1) = (best[0], bestAt[0]);
        for (var lane = 1; lane < 4; lane++)
        {
            if (bestAt[lane] >= 0 && (at1 < 0 || best[lane] > score1 || (best[lane] == score1 && bestAt[lane] < at1)))
            {
                (score1, at1) = (best[lane], bestAt[lane]);
            }
        }
        for (; from < count; from++)
        {
            var (leftWeight, leftSum) = (_leftWeights.Pointer[from], _leftSums.Pointer[from]);
            var (rightWeight, rightSum) = (total.Weight - leftWeight, total.Sum - leftSum);
            var score = TCriterion.QuotientFactor * (leftSum * leftSum / leftWeight + rightSum * rightSum / rightWeight);
            if (score > score1 && score < double.PositiveInfinity)
            {
                (score1, at1) = (score, from);
            }
        }
        return ((int)at1, score1);
    }
}
