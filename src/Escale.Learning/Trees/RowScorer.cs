using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Escale.Learning.Trees;

/// <summary>
/// Scores one row without walking (after Lucchese et al., QuickScorer, SIGIR 2015): the nodes of all trees stand by feature, those on numbers by threshold. Every node that sends
/// the row right strikes out the leaves on its left; the first leaf that a tree has left is the row's. A pass along an array costs far less than jumps that no processor foresees.
/// What all nodes of a feature up to every so many strike out of all trees is known beforehand: it is struck out eight trees at a time, and only the few nodes after that one by one.
/// Sums are those of <see cref="TreeEnsemble.Score"/>, bit for bit.
/// </summary>
internal sealed class RowScorer
{
    /// <summary>A tree has a bit for each leaf.</summary>
    public const int MaxLeaves = 32;

    /// <summary>Thresholds of a feature are followed by as many that nothing is above, so that this many can be compared at once.</summary>
    public const int Padding = 16;

    private const int MaxTrees = 4096;
    private const int MaxStrikes = 1 << 20;

    private readonly TreeEnsemble _ensemble;
    private readonly FeatureNodes[] _features;
    private readonly float[] _thresholds;
    private readonly Strike[] _strikes;
    private readonly uint[] _masks;
    private readonly int _blockShift;
    private readonly int[] _firstLeaf;
    private readonly double[] _values;

    private RowScorer(TreeEnsemble ensemble, RowScorerBuilder builder)
    {
        (_ensemble, _features, _firstLeaf) = (ensemble, builder.Features, [.. builder.FirstLeaf]);
        (_thresholds, _strikes, _values) = ([.. builder.Thresholds], [.. builder.Strikes], [.. builder.Values]);
        (_masks, _blockShift) = ([.. builder.Masks], builder.BlockShift);
    }

    /// <summary>Lays out an ensemble; null when a tree has more than 32 leaves, when a feature is a number here and a category there, or when it would be large.</summary>
    public static RowScorer? Build(TreeEnsemble ensemble)
    {
        var isFit = ensemble.Trees.Length <= MaxTrees && ensemble.FeatureCount <= 1 << 16
            && ensemble.Trees.All(tree => (tree.NodeCount + 1) / 2 <= MaxLeaves && !tree.Threshold.Any(float.IsNaN));
        return isFit && RowScorerBuilder.Build(ensemble, MaxStrikes) is { } builder ? new RowScorer(ensemble, builder) : null;
    }

    /// <summary>The scores of one row, as <see cref="TreeEnsemble.Score"/>.</summary>
    [SkipLocalsInit]
    public void Score(ReadOnlySpan<float> row, Span<double> scores)
    {
        scores = scores[.._ensemble.ScoreCount];
        scores.Clear();
        Span<uint> leaves = stackalloc uint[Words(_firstLeaf.Length)];
        leaves.Fill(uint.MaxValue);
        for (var feature = 0; feature < _features.Length; feature++)
        {
            Apply(_features[feature], row[feature], leaves);
        }
        if (scores.Length == 1)
        {
            scores[0] = SumOfOne(leaves);
        }
        else
        {
            Sum(leaves, scores);
        }
        for (var score = 0; score < scores.Length; score++)
        {
            scores[score] = _ensemble.Start[score] + _ensemble.Scale * scores[score];
        }
    }

    // A sum kept in memory would have each tree wait for the one before.
    private double SumOfOne(ReadOnlySpan<uint> leaves)
    {
        var sum = 0.0;
        for (var tree = 0; tree < _firstLeaf.Length; tree++)
        {
            sum += _values[_firstLeaf[tree] + BitOperations.TrailingZeroCount(leaves[tree])];
        }
        return sum;
    }

    private void Sum(ReadOnlySpan<uint> leaves, Span<double> scores)
    {
        var scoreOf = _ensemble.ScoreOf;
        for (var tree = 0; tree < scoreOf.Length; tree++)
        {
            var leaf = _firstLeaf[tree] + BitOperations.TrailingZeroCount(leaves[tree]) * (scoreOf[tree] < 0 ? scores.Length : 1);
            if (scoreOf[tree] >= 0)
            {
                scores[scoreOf[tree]] += _values[leaf];
                continue;
            }
            for (var score = 0; score < scores.Length; score++)
            {
                scores[score] += _values[leaf + score];
            }
        }
    }

    /// <summary>Words for so many trees: a whole number of vectors.</summary>
    public static int Words(int trees) => (trees + 7) & ~7;

    private void Apply(in FeatureNodes nodes, float value, Span<uint> leaves)
    {
        if (nodes.Levels is { } levels)
        {
            // The last list is that of the missing value and of levels past all sets.
            var level = float.IsNaN(value) ? (uint)levels.Length - 1 : Math.Min((uint)(int)value, (uint)levels.Length - 1);
            StrikeOut(levels[level], leaves);
            return;
        }
        if (float.IsNaN(value))
        {
            StrikeOut(nodes.Missing, leaves);
            return;
        }
        var below = CountBelow(_thresholds.AsSpan(nodes.ThresholdFrom, nodes.Count + Padding), value);
        if (below >> _blockShift is > 0 and var blocks)
        {
            StrikeOut(_masks.AsSpan(nodes.MaskFrom + (blocks - 1) * leaves.Length, leaves.Length), leaves);
        }
        var done = below & -(1 << _blockShift);
        StrikeOut(_strikes.AsSpan(nodes.From + done, below - done), leaves);
    }

    // How many thresholds are below the value: halved without branches until the rest is compared at once.
    private static int CountBelow(ReadOnlySpan<float> thresholds, float value)
    {
        var (from, size) = (0, thresholds.Length - Padding);
        ref var first = ref MemoryMarshal.GetReference(thresholds);
        while (size > Padding)
        {
            var half = size >> 1;
            from += half & -(Unsafe.Add(ref first, from + half - 1) < value ? 1 : 0);
            size -= half;
        }
        var values = Vector256.Create(value);
        var lower = Vector256.LessThan(Vector256.LoadUnsafe(ref first, (nuint)from), values).ExtractMostSignificantBits();
        var upper = Vector256.LessThan(Vector256.LoadUnsafe(ref first, (nuint)from + 8), values).ExtractMostSignificantBits();
        return from + BitOperations.PopCount(lower | (upper << 8));
    }

    private void StrikeOut(in Strikes strikes, Span<uint> leaves)
    {
        if (strikes.IsMask)
        {
            StrikeOut(_masks.AsSpan(strikes.From, leaves.Length), leaves);
        }
        else
        {
            StrikeOut(_strikes.AsSpan(strikes.From, strikes.Count), leaves);
        }
    }

    private static void StrikeOut(ReadOnlySpan<uint> mask, Span<uint> leaves)
    {
        ref var left = ref MemoryMarshal.GetReference(leaves);
        ref var stays = ref MemoryMarshal.GetReference(mask);
        for (nuint at = 0; at < (nuint)mask.Length; at += 8)
        {
            (Vector256.LoadUnsafe(ref left, at) & Vector256.LoadUnsafe(ref stays, at)).StoreUnsafe(ref left, at);
        }
    }

    private static void StrikeOut(ReadOnlySpan<Strike> strikes, Span<uint> leaves)
    {
        foreach (ref readonly var strike in strikes)
        {
            leaves[strike.Tree] &= strike.Left;
        }
    }

    /// <summary>What a node does when it sends the row right: of the leaves of its tree these stay.</summary>
    internal readonly record struct Strike(int Tree, uint Left);

    /// <summary>Nodes that strike together: where they begin and how many; or, when they are many, where the words are that they leave of each tree.</summary>
    internal readonly record struct Strikes(int From, int Count, bool IsMask);

    /// <summary>The nodes on one feature.</summary>
    /// <param name="From">Where their strikes begin, by threshold.</param>
    /// <param name="ThresholdFrom">Where their thresholds begin.</param>
    /// <param name="Count">How many.</param>
    /// <param name="MaskFrom">Where the words begin that the first nodes leave of each tree: after the first block of them, after the first two and so on.</param>
    /// <param name="Missing">What a missing number strikes out.</param>
    /// <param name="Levels">For a category: what each level strikes out, and last the missing one; null for a number.</param>
    internal readonly record struct FeatureNodes(int From, int ThresholdFrom, int Count, int MaskFrom, Strikes Missing, Strikes[]? Levels);
}
