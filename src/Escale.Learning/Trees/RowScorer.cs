using System.Numerics;
using System.Runtime.CompilerServices;

namespace Escale.Learning.Trees;

/// <summary>
/// Scores one row without walking (after Lucchese et al., QuickScorer, SIGIR 2015): the nodes of all trees stand by feature, those on numbers by threshold. Every node that sends
/// the row right strikes out the leaves on its left; the first leaf that a tree has left is the row's. A pass along an array costs far less than jumps that no processor foresees.
/// Sums are those of <see cref="TreeEnsemble.Score"/>, bit for bit.
/// </summary>
internal sealed class RowScorer
{
    /// <summary>A tree has a bit for each leaf.</summary>
    public const int MaxLeaves = 32;

    private const int MaxTrees = 4096;
    private const int MaxStrikes = 1 << 20;

    private readonly TreeEnsemble _ensemble;
    private readonly FeatureNodes[] _features;
    private readonly float[] _thresholds;
    private readonly Strike[] _strikes;
    private readonly int[] _firstLeaf;
    private readonly double[] _values;

    private RowScorer(TreeEnsemble ensemble, RowScorerBuilder builder)
    {
        (_ensemble, _features, _firstLeaf) = (ensemble, builder.Features, [.. builder.FirstLeaf]);
        (_thresholds, _strikes, _values) = ([.. builder.Thresholds], [.. builder.Strikes], [.. builder.Values]);
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
        Span<uint> leaves = stackalloc uint[_firstLeaf.Length];
        leaves.Fill(uint.MaxValue);
        for (var feature = 0; feature < _features.Length; feature++)
        {
            Apply(_features[feature], row[feature], leaves);
        }
        var scoreOf = _ensemble.ScoreOf;
        for (var tree = 0; tree < leaves.Length; tree++)
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
        for (var score = 0; score < scores.Length; score++)
        {
            scores[score] = _ensemble.Start[score] + _ensemble.Scale * scores[score];
        }
    }

    private void Apply(in FeatureNodes nodes, float value, Span<uint> leaves)
    {
        if (nodes.Levels is { } levels)
        {
            // The last list is that of the missing value and of levels past all sets.
            var level = float.IsNaN(value) ? (uint)levels.Length - 2 : Math.Min((uint)(int)value, (uint)levels.Length - 2);
            StrikeOut(_strikes.AsSpan(levels[level]..levels[level + 1]), leaves);
            return;
        }
        if (float.IsNaN(value))
        {
            StrikeOut(_strikes.AsSpan(nodes.MissingFrom, nodes.MissingCount), leaves);
            return;
        }
        var thresholds = _thresholds.AsSpan(nodes.ThresholdFrom, nodes.Count);
        var strikes = _strikes.AsSpan(nodes.From, nodes.Count);
        for (var at = 0; at < thresholds.Length && thresholds[at] < value; at++)
        {
            leaves[strikes[at].Tree] &= strikes[at].Left;
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

    /// <summary>The nodes on one feature.</summary>
    /// <param name="From">Where their strikes begin, by threshold.</param>
    /// <param name="ThresholdFrom">Where their thresholds begin.</param>
    /// <param name="Count">How many.</param>
    /// <param name="MissingFrom">Where the strikes of a missing number begin.</param>
    /// <param name="MissingCount">How many.</param>
    /// <param name="Levels">For a category: where the strikes of each level begin, then those of the missing one, then the end; null for a number.</param>
    internal readonly record struct FeatureNodes(int From, int ThresholdFrom, int Count, int MissingFrom, int MissingCount, int[]? Levels);
}
