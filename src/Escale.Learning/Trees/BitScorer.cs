using System.Numerics;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Escale.Learning.Trees;

/// <summary>
/// Scores sixteen rows at once without walking: for each tree and row a word has a bit for each leaf that can still be reached, and every node that sends the row right
/// takes those of its left side away; the lowest bit left is the leaf. Nodes are visited by feature in the order of their thresholds, so that the first that no
/// row is above ends a feature. After Lucchese et al., "QuickScorer" (2015) and "Exploiting CPU SIMD extensions to speed-up document scoring" (2016). For trees of at most 32 leaves.
/// </summary>
internal sealed unsafe class BitScorer
{
    /// <summary>Rows at once.</summary>
    public const int Rows = 16;

    /// <summary>Most leaves of a tree.</summary>
    public const int MostLeaves = 32;

    /// <summary>Most trees at once: their words stay in the nearest cache.</summary>
    public const int MostTrees = 256;

    private readonly int _blockShift;
    private readonly int _scoreCount;
    private readonly NumberNode[] _numbers;
    private readonly LevelNode[] _levels;
    private readonly Run[] _runs;
    private readonly (int Score, int Values)[] _trees;
    private readonly uint[] _setBits;
    private readonly double[] _values;

    /// <summary>Takes over what <see cref="BitScorerCompiler"/> has laid out.</summary>
    public BitScorer(BitScorerCompiler compiler, int scoreCount, int blockShift, uint[] setBits)
    {
        (_scoreCount, _blockShift, _setBits) = (scoreCount, blockShift, setBits);
        (_numbers, _levels, _runs, _trees, _values) = ([.. compiler.Numbers], [.. compiler.Levels], [.. compiler.Runs], [.. compiler.Trees], [.. compiler.Values]);
    }

    /// <summary>Adds the values of the leaves of sixteen rows to their scores.</summary>
    /// <param name="keys">Keys of the rows, by feature.</param>
    /// <param name="scores">Added to, row after row.</param>
    public void Add(int* keys, double* scores)
    {
        var reach = stackalloc uint[_trees.Length * Rows];
        new Span<uint>(reach, _trees.Length * Rows).Fill(uint.MaxValue);
        fixed (NumberNode* numbers = _numbers)
        fixed (LevelNode* levels = _levels)
        fixed (uint* bits = _setBits)
        {
            foreach (var run in _runs)
            {
                var row = keys + ((long)run.Feature << _blockShift);
                if (run.IsCategory)
                {
                    TakeByLevel(levels + run.Begin, levels + run.End, row, bits, reach);
                }
                else
                {
                    TakeByNumber(numbers + run.Begin, row, run.Delta, reach);
                }
            }
        }
        Sum(reach, scores);
    }

    // A run ends with a threshold that nothing is above.
    private static void TakeByNumber(NumberNode* node, int* row, int delta, uint* reach)
    {
        var first = Vector256.Load(row) + Vector256.Create(delta);
        var second = Vector256.Load(row + 8) + Vector256.Create(delta);
        var most = Largest(Vector256.Max(first, second));
        for (; node->Threshold < most; node++)
        {
            var threshold = Vector256.Create(node->Threshold);
            var left = Vector256.Create(node->Left);
            var words = reach + node->Words;
            var firstLeft = left & Vector256.GreaterThan(first, threshold).AsUInt32();
            var secondLeft = left & Vector256.GreaterThan(second, threshold).AsUInt32();
            Vector256.AndNot(Vector256.Load(words), firstLeft).Store(words);
            Vector256.AndNot(Vector256.Load(words + 8), secondLeft).Store(words + 8);
        }
    }

    private static void TakeByLevel(LevelNode* node, LevelNode* end, int* row, uint* bits, uint* reach)
    {
        for (; node < end; node++)
        {
            for (var half = 0; half < Rows; half += 8)
            {
                var level = Vector256.Min(Vector256.Load(row + half).AsUInt32(), Vector256.Create(node->Limit)).AsInt32();
                var word = Avx2.GatherVector256((int*)bits + node->Start, level >>> 5, 4).AsUInt32();
                var goesRight = Avx2.ShiftRightLogicalVariable(word, (level & Vector256.Create(31)).AsUInt32()) & Vector256<uint>.One;
                var words = reach + node->Words + half;
                Vector256.AndNot(Vector256.Load(words), Vector256.Create(node->Left) & (Vector256<uint>.Zero - goesRight)).Store(words);
            }
        }
    }

    private static int Largest(Vector256<int> values)
    {
        var four = Vector128.Max(values.GetLower(), values.GetUpper());
        var two = Vector128.Max(four, Vector128.Shuffle(four, Vector128.Create(2, 3, 0, 1)));
        return Math.Max(two[0], two[1]);
    }

    private void Sum(uint* reach, double* scores)
    {
        fixed (double* all = _values)
        {
            foreach (var (score, from) in _trees)
            {
                var values = all + from;
                if (score >= 0)
                {
                    var to = scores + score;
                    for (var row = 0; row < Rows; row++, to += _scoreCount)
                    {
                        *to += values[BitOperations.TrailingZeroCount(reach[row])];
                    }
                }
                else
                {
                    for (var row = 0; row < Rows; row++)
                    {
                        var leaf = values + BitOperations.TrailingZeroCount(reach[row]) * _scoreCount;
                        for (var each = 0; each < _scoreCount; each++)
                        {
                            scores[row * _scoreCount + each] += leaf[each];
                        }
                    }
                }
                reach += Rows;
            }
        }
    }

    /// <summary>A split by a number: rows above the threshold lose the leaves of <see cref="Left"/>.</summary>
    internal readonly record struct NumberNode(int Threshold, uint Left, int Words);

    /// <summary>A split by category: rows whose level is in the set lose the leaves of <see cref="Left"/>.</summary>
    internal readonly record struct LevelNode(uint Start, uint Limit, uint Left, int Words);

    /// <summary>The nodes that ask for one feature (and send the missing value one way: with 1 added, its key wraps round to the lowest).</summary>
    internal readonly record struct Run(int Feature, int Begin, int End, int Delta, bool IsCategory);
}
