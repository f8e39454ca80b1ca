using System.Runtime.Intrinsics.X86;

namespace Escale.Learning.Trees;

/// <summary>Lays out some trees of an ensemble for <see cref="BitScorer"/>.</summary>
internal sealed class BitScorerCompiler
{
    private readonly List<(int Feature, int Delta, BitScorer.NumberNode Node)> _numbers = [];
    private readonly List<(int Feature, BitScorer.LevelNode Node)> _levels = [];

    private BitScorerCompiler()
    {
    }

    public List<BitScorer.NumberNode> Numbers { get; } = [];

    public List<BitScorer.LevelNode> Levels { get; } = [];

    public List<BitScorer.Run> Runs { get; } = [];

    public List<(int Score, int Values)> Trees { get; } = [];

    public List<double> Values { get; } = [];

    /// <summary>Scorers for all trees, one after the other; none when a tree is too large or the machine cannot.</summary>
    public static BitScorer[] Compile(TreeEnsemble ensemble, int blockShift)
    {
        if (!Avx2.IsSupported || ensemble.Trees.Any(tree => tree.NodeCount > 2 * BitScorer.MostLeaves - 1))
        {
            return [];
        }
        var scorers = new List<BitScorer>();
        for (var from = 0; from < ensemble.Trees.Length; from += BitScorer.MostTrees)
        {
            var (compiler, setBits) = (new BitScorerCompiler(), new List<uint>());
            for (var tree = from; tree < Math.Min(ensemble.Trees.Length, from + BitScorer.MostTrees); tree++)
            {
                compiler.Add(ensemble.Trees[tree], ensemble.ScoreOf[tree], setBits);
            }
            compiler.MakeRuns();
            scorers.Add(new BitScorer(compiler, ensemble.ScoreCount, blockShift, [.. setBits, 0]));
        }
        return [.. scorers];
    }

    private void Add(Tree tree, int score, List<uint> setBits)
    {
        Trees.Add((score, Values.Count));
        AddNode(tree, 0, 0, setBits);
        Values.AddRange(new double[Math.Max(0, BitScorer.MostLeaves * tree.ValueCount - (Values.Count - Trees[^1].Values))]);
    }

    // Leaves are numbered from left to right. Returns how many leaves there are up to the end of this node.
    private int AddNode(Tree tree, int node, int leaves, List<uint> setBits)
    {
        if (tree.Left[node] < 0)
        {
            Values.AddRange(tree.Value.AsSpan(node * tree.ValueCount, tree.ValueCount));
            return leaves + 1;
        }
        var middle = AddNode(tree, tree.Left[node], leaves, setBits);
        var left = (uint)(((1UL << middle) - 1) & ~((1UL << leaves) - 1));
        var words = (Trees.Count - 1) * BitScorer.Rows;
        if (tree.LeftLevels[node] is { } levels)
        {
            var set = TreeCompiler.AddSet(setBits, levels, tree.IsMissingLeft[node]);
            _levels.Add((tree.Feature[node], new BitScorer.LevelNode(set.Start, set.Limit, left, words)));
        }
        else
        {
            var (threshold, delta) = TreeCompiler.KeyOf(tree, node);
            _numbers.Add((tree.Feature[node], delta, new BitScorer.NumberNode(threshold, left, words)));
        }
        return AddNode(tree, tree.Right[node], middle, setBits);
    }

    private void MakeRuns()
    {
        foreach (var run in _numbers.GroupBy(number => (number.Feature, number.Delta)))
        {
            var begin = Numbers.Count;
            Numbers.AddRange(run.Select(number => number.Node).OrderBy(node => node.Threshold));
            Numbers.Add(new BitScorer.NumberNode(int.MaxValue, 0, 0));
            Runs.Add(new BitScorer.Run(run.Key.Feature, begin, Numbers.Count, run.Key.Delta, false));
        }
        foreach (var run in _levels.GroupBy(level => level.Feature))
        {
            var begin = Levels.Count;
            Levels.AddRange(run.Select(level => level.Node));
            Runs.Add(new BitScorer.Run(run.Key, begin, Levels.Count, 0, true));
        }
    }
}
