using System.Numerics;

namespace Escale.Learning.Trees;

/// <summary>Lays out the trees of an ensemble for <see cref="CompiledTrees"/>.</summary>
internal sealed class TreeCompiler
{
    private const int BlockValues = 1 << 13;
    private const int MostFeatures = 1 << 12;
    private const int MostScores = 1 << 10;

    private readonly TreeEnsemble _ensemble;
    private readonly int _blockShift;

    private TreeCompiler(TreeEnsemble ensemble)
    {
        _ensemble = ensemble;
        _blockShift = Math.Clamp(BitOperations.Log2((uint)(BlockValues / Math.Max(1, ensemble.FeatureCount)) | 1), 5, 8);
        IsCategory = new bool[ensemble.FeatureCount];
    }

    public int BlockShift => _blockShift;

    public bool[] IsCategory { get; }

    public List<CompiledTrees.Node> Nodes { get; } = [];

    public List<CompiledTrees.LevelSet> Sets { get; } = [];

    /// <summary>Bits of all level sets; the first word is nobody's and 0.</summary>
    public List<uint> SetBits { get; } = [0];

    public List<double> Values { get; } = [];

    public List<CompiledTrees.CompiledTree> Trees { get; } = [];

    /// <summary>Compiles; null for what is too wide for it, or takes a feature for a number here and for a category there.</summary>
    public static CompiledTrees? Compile(TreeEnsemble ensemble)
    {
        var compiler = new TreeCompiler(ensemble);
        if (ensemble.FeatureCount > MostFeatures || ensemble.ScoreCount > MostScores || !compiler.FindCategories())
        {
            return null;
        }
        for (var tree = 0; tree < ensemble.Trees.Length; tree++)
        {
            if (!compiler.Add(ensemble.Trees[tree], ensemble.ScoreOf[tree]))
            {
                return null;
            }
        }
        return new CompiledTrees(ensemble, compiler, BitScorerCompiler.Compile(ensemble, compiler._blockShift));
    }

    private bool FindCategories()
    {
        var isNumber = new bool[IsCategory.Length];
        foreach (var tree in _ensemble.Trees)
        {
            for (var node = 0; node < tree.NodeCount; node++)
            {
                if (tree.Left[node] >= 0)
                {
                    (tree.LeftLevels[node] is null ? isNumber : IsCategory)[tree.Feature[node]] = true;
                }
            }
        }
        return !isNumber.Zip(IsCategory).Any(both => both.First && both.Second);
    }

    // Breadth first: the top of a tree, which every row passes, lies close together.
    private bool Add(Tree tree, int score)
    {
        var (root, hasSets) = (Nodes.Count, false);
        Make();
        var queue = new Queue<(int Node, int Place)>([(0, root)]);
        while (queue.TryDequeue(out var next))
        {
            if (tree.Left[next.Node] < 0)
            {
                Nodes[next.Place] = new CompiledTrees.Node { Threshold = int.MaxValue, Delta = Values.Count, Left = next.Place };
                Values.AddRange(tree.Value.AsSpan(next.Node * tree.ValueCount, tree.ValueCount));
                continue;
            }
            var left = Nodes.Count;
            if (left - root >= tree.NodeCount)
            {
                return false; // Branches that grow together again, as no tree of ours has but a file may say: laid out, they could be endless.
            }
            Make();
            Make();
            Nodes[next.Place] = Inner(tree, next.Node, left);
            hasSets |= tree.LeftLevels[next.Node] is not null;
            Sets[next.Place] = tree.LeftLevels[next.Node] is { } levels ? AddSet(SetBits, levels, tree.IsMissingLeft[next.Node]) : default;
            queue.Enqueue((tree.Left[next.Node], left));
            queue.Enqueue((tree.Right[next.Node], left + 1));
        }
        Trees.Add(new CompiledTrees.CompiledTree(root, score, hasSets));
        return true;
    }

    private void Make()
    {
        Nodes.Add(default);
        Sets.Add(default);
    }

    private CompiledTrees.Node Inner(Tree tree, int node, int left)
    {
        // By category the set alone says where to go.
        var (threshold, delta) = tree.LeftLevels[node] is null ? KeyOf(tree, node) : (int.MaxValue, 0);
        return new CompiledTrees.Node { Threshold = threshold, Delta = delta, Feature = tree.Feature[node] << _blockShift, Left = left };
    }

    /// <summary>The key of a threshold, and what is added to keys before they are compared with it: 1 makes the missing one the lowest.</summary>
    public static (int Threshold, int Delta) KeyOf(Tree tree, int node)
    {
        var delta = tree.IsMissingLeft[node] ? 1 : 0;
        // Nothing is at most what is no number: below all numbers, above the missing value where it goes left.
        return (float.IsNaN(tree.Threshold[node]) ? int.MinValue + delta : CompiledTrees.NumberKey(tree.Threshold[node]) + delta, delta);
    }

    /// <summary>Adds a set of levels, turned round: those that go right, and last the way of the missing value.</summary>
    public static CompiledTrees.LevelSet AddSet(List<uint> bits, ulong[] levels, bool isMissingLeft)
    {
        var start = bits.Count;
        foreach (var word in levels)
        {
            bits.Add(~(uint)word);
            bits.Add(~(uint)(word >> 32));
        }
        bits.Add(isMissingLeft ? 0u : 1u);
        return new CompiledTrees.LevelSet((uint)start, (uint)levels.Length * 64);
    }
}
