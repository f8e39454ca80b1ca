using System.Numerics;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Escale.Learning.Trees.Growing;

/// <summary>
/// A few rows with counts, where most nodes of a full-grown tree are: each row in turn would be the last on the left, and all those partings are judged at once, eight to a vector.
/// No sorting, whose every step is a coin toss. Needs AVX2.
/// </summary>
internal unsafe struct PairCandidates
{
    /// <summary>Rows at most.</summary>
    public const int MostRows = 16;

    private const int Lanes = 8;

    /// <summary>The rank of each row; past the last the largest number.</summary>
    public fixed int Codes[MostRows];

    /// <summary>How often each row counts, and from bit 16 the same if it is of the second class; after <see cref="Best"/> the same of all rows that go left with it.</summary>
    public fixed int Pairs[MostRows];

    /// <summary>The best row to be the last on the left; of equal ones the lowest rank. −1 when none scores more than asked.</summary>
    public (int Lane, double Score) Best(int count, double weight, double sum, double factor, double least)
    {
        fixed (int* codes = Codes)
        fixed (int* pairs = Pairs)
        {
            var scores = stackalloc double[MostRows];
            var most = Vector256.Create(double.NegativeInfinity);
            var (first, second) = (Vector256.Load(codes), Vector256.Load(codes + Lanes));
            var (left, leftOfSecond) = (Vector256<int>.Zero, Vector256<int>.Zero);
            for (var at = 0; at < count; at++)
            {
                var (code, pair) = (Vector256.Create(codes[at]), Vector256.Create(pairs[at]));
                left += Vector256.AndNot(pair, Vector256.GreaterThan(code, first));
                leftOfSecond += Vector256.AndNot(pair, Vector256.GreaterThan(code, second));
            }
            left.Store(pairs);
            leftOfSecond.Store(pairs + Lanes);
            for (var from = 0; from < count; from += Lanes / 2)
            {
                var four = Vector128.Load(pairs + from);
                var (leftWeight, leftSum) = (Avx.ConvertToVector256Double(four & Vector128.Create((int)ushort.MaxValue)), Avx.ConvertToVector256Double(four >>> 16));
                var (rightWeight, rightSum) = (Vector256.Create(weight) - leftWeight, Vector256.Create(sum) - leftSum);
                var score = Vector256.Create(factor) * (leftSum * leftSum / leftWeight + rightSum * rightSum / rightWeight);
                // Nothing on the right is no number.
                score = Vector256.ConditionalSelect(Vector256.LessThan(score, Vector256.Create(double.PositiveInfinity)), score, Vector256.Create(double.NegativeInfinity));
                score.Store(scores + from);
                most = Avx.Max(most, score);
            }
            var two = Vector128.Max(most.GetLower(), most.GetUpper());
            var best = Math.Max(two[0], two[1]);
            return best > least ? (Lowest(scores, codes, count, best), best) : (-1, least);
        }
    }

    /// <summary>The lowest rank above one.</summary>
    public readonly int NextAfter(int code, int count)
    {
        var next = int.MaxValue;
        for (var at = 0; at < count; at++)
        {
            next = Math.Min(next, Codes[at] > code ? Codes[at] : int.MaxValue);
        }
        return next;
    }

    private static int Lowest(double* scores, int* codes, int count, double best)
    {
        var bits = 0u;
        for (var from = 0; from < count; from += Lanes / 2)
        {
            bits |= Vector256.Equals(Vector256.Load(scores + from), Vector256.Create(best)).ExtractMostSignificantBits() << from;
        }
        var lowest = BitOperations.TrailingZeroCount(bits);
        for (bits &= bits - 1; bits != 0; bits &= bits - 1)
        {
            var lane = BitOperations.TrailingZeroCount(bits);
            lowest = codes[lane] < codes[lowest] ? lane : lowest;
        }
        return lowest;
    }
}
