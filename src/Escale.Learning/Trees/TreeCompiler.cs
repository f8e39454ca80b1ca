using System.Buffers;
using System.Numerics;
using Escale.Learning.Threads;

namespace Escale.Learning.Trees;

/// <summary>Lays out the trees of an ensemble for <see cref="CompiledTrees"/>.</summary>
internal sealed class TreeCompiler
{
    private const int BlockValues = 1 << 13;
    private const int BlockValuesOfLargeTrees = 1 << 15;
    private const int LargeTree = 1 << 10;
    // A thread is not worth starting for less.
    private const int NodesPerThread = 1 << 15;
    private const int MostFeatures = 1 << 12;
    private const int MostScores = 1 << 10;

    private readonly TreeEnsemble _ensemble;
    private readonly int _blockShift;
    private readonly int[] _valueFrom;

    private TreeCompiler(TreeEnsemble ensemble)
    {
        _ensemble = ensemble;
        var nodes = ensemble.Trees.Sum(tree => (long)tree.NodeCount);
        // A large tree comes from far: many rows walk it while it is near.
        var isLarge = nodes > (long)LargeTree * ensemble.Trees.Length;
        var values = isLarge ? BlockValuesOfLargeTrees : BlockValues;
        _blockShift = Math.Clamp(BitOperations.Log2((uint)(values / Math.Max(1, ensemble.FeatureCount)) | 1), 5, isLarge ? 11 : 8);
        (IsCategory, _valueFrom) = (new bool[ensemble.FeatureCount], new int[ensemble.Trees.Length + 1]);
        Trees = new CompiledTrees.CompiledTree[ensemble.Trees.Length];
        Nodes = GC.AllocateUninitializedArray<CompiledTrees.Node>(checked((int)nodes));
    }

    public int BlockShift => _blockShift;

    public bool[] IsCategory { get; }

    public CompiledTrees.Node[] Nodes { get; }

    /// <summary>One for each node; none when no tree parts by category.</summary>
    public CompiledTrees.LevelSet[] Sets { get; private set; } = [];

    /// <summary>Bits of all level sets; the first word is nobody's and 0.</summary>
    public List<uint> SetBits { get; } = [0];

    public double[] Values { get; private set; } = [];

    public CompiledTrees.CompiledTree[] Trees { get; }

    /// <summary>Compiles; null for what is too wide for it, or takes a feature for a number here and for a category there.</summary>
    /// <param name="ensemble">The trees.</param>
    /// <param name="threads">Threads to work with.</param>
    public static CompiledTrees? Compile(TreeEnsemble ensemble, int threads)
    {
        if (ensemble.FeatureCount > MostFeatures || ensemble.ScoreCount > MostScores || ensemble.Trees.Sum(tree => (long)tree.NodeCount * tree.ValueCount) > Array.MaxLength)
        {
            return null;
        }
        var compiler = new TreeCompiler(ensemble);
        using var team = new WorkerTeam(Math.Clamp(threads, 1, 1 + compiler.Nodes.Length / NodesPerThread));
        return compiler.FindCategories(team) && compiler.AddAll(team) ? new CompiledTrees(ensemble, compiler, BitScorerCompiler.Compile(ensemble, compiler._blockShift)) : null;
    }

    // Which features are categories, and how much room the values of each tree take.
    private bool FindCategories(WorkerTeam team)
    {
        var isNumber = new bool[IsCategory.Length];
        team.Run(Trees.Length, at =>
        {
            var (tree, leaves) = (_ensemble.Trees[at], 0);
            for (var node = 0; node < tree.NodeCount; node++)
            {
                if (tree.Left[node] < 0)
                {
                    leaves++;
                    continue;
                }
                // Only ever set: whoever comes first.
                (tree.LeftLevels[node] is null ? isNumber : IsCategory)[tree.Feature[node]] = true;
            }
            _valueFrom[at + 1] = leaves * tree.ValueCount;
        });
        for (var at = 0; at < Trees.Length; at++)
        {
            _valueFrom[at + 1] += _valueFrom[at];
            Trees[at] = new CompiledTrees.CompiledTree(at == 0 ? 0 : Trees[at - 1].Root + _ensemble.Trees[at - 1].NodeCount, _ensemble.ScoreOf[at], false);
        }
        Values = GC.AllocateUninitializedArray<double>(_valueFrom[^1]);
        return !isNumber.Zip(IsCategory).Any(both => both.First && both.Second);
    }

    private bool AddAll(WorkerTeam team)
    {
        if (IsCategory.Contains(true))
        {
            Sets = new CompiledTrees.LevelSet[Nodes.Length];
            return Enumerable.Range(0, Trees.Length).All(Add); // Sets stand one after the other.
        }
        var isDone = new bool[Trees.Length];
        team.Run(Trees.Length, at => isDone[at] = Add(at));
        return !isDone.Contains(false);
    }

    // Breadth first: the top of a tree, which every row passes, lies close together. False for branches that grow together again, as no tree of ours has but a file may say: laid out,
    // they could be endless.
    private bool Add(int at)
    {
        var (tree, root, value, hasSets) = (_ensemble.Trees[at], Trees[at].Root, _valueFrom[at], false);
        var source = ArrayPool<int>.Shared.Rent(tree.NodeCount);
        source[0] = 0;
        var (count, isTree) = (1, true);
        for (var place = 0; place < count && isTree; place++)
        {
            var node = source[place];
            if (tree.Left[node] < 0)
            {
                isTree = value + tree.ValueCount <= _valueFrom[at + 1];
                if (isTree)
                {
                    Nodes[root + place] = new CompiledTrees.Node { Threshold = int.MaxValue, Delta = value, Left = root + place };
                    tree.Value.AsSpan(node * tree.ValueCount, tree.ValueCount).CopyTo(Values.AsSpan(value));
                    value += tree.ValueCount;
                }
                continue;
            }
            isTree = count + 2 <= tree.NodeCount;
            if (isTree)
            {
                Nodes[root + place] = Inner(tree, node, root + count);
                if (tree.LeftLevels[node] is { } levels)
                {
                    hasSets = true;
                    Sets[root + place] = AddSet(SetBits, levels, tree.IsMissingLeft[node]);
                }
                (source[count], source[count + 1]) = (tree.Left[node], tree.Right[node]);
                count += 2;
            }
        }
        ArrayPool<int>.Shared.Return(source);
        Trees[at] = Trees[at] with { HasSets = hasSets };
        return isTree;
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
