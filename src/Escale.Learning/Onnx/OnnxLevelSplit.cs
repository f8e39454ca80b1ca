using Escale.Learning.Trees;

namespace Escale.Learning.Onnx;

/// <summary>
/// A split by category said in comparisons: the levels, in the order of their indices, fall into runs that go the same way, and a search finds the run that a level is in.
/// A set of any width costs at most about twice its runs in nodes and some log₂(runs) + 6 steps, where a chain of equalities costs a node and a step for each level.
/// </summary>
/// <remarks>
/// Several nodes lead to the same child, which ONNX Runtime allows from "yes" sides only (converters of LightGBM's trees rely on it as well): it lays trees out "no" side first and wants every
/// "no" child to be new there. So one "no" side, the one laid out first (that of the last run), leads to its child; every other goes through a node whose "yes" side everything takes.
/// </remarks>
internal readonly ref struct OnnxLevelSplit
{
    /// <summary>Up to so many runs are tried one after the other.</summary>
    private const int ChainRuns = 6;

    private readonly OnnxTreeNodes _nodes;
    private readonly Tree _tree;
    private readonly int _split;
    private readonly List<(double Last, bool IsLeft)> _runs;

    private OnnxLevelSplit(OnnxTreeNodes nodes, Tree tree, int split) => (_nodes, _tree, _split, _runs) = (nodes, tree, split, Runs(tree, split));

    /// <summary>Adds the nodes of a split of a tree.</summary>
    public static void Add(OnnxTreeNodes nodes, Tree tree, int split)
    {
        var search = new OnnxLevelSplit(nodes, tree, split);
        if (search._runs.Count > 1)
        {
            search.Search(split, 0, search._runs.Count - 1);
            return;
        }
        var isLeft = search._runs[0].IsLeft;
        nodes.AddBranch(split, tree.Feature[split], double.PositiveInfinity, search.Child(isLeft), search.Child(!isLeft), isLeft == tree.IsMissingLeft[split]);
    }

    /// <summary>The levels as runs: the last level of each and the side it goes to. Neighbours differ; the last run has no end.</summary>
    private static List<(double Last, bool IsLeft)> Runs(Tree tree, int split)
    {
        var runs = new List<(double Last, bool IsLeft)>();
        var levelCount = tree.LeftLevels[split]!.Length * 64;
        var isLeft = tree.GoesLeft(split, 0);
        for (var level = 1; level <= levelCount; level++)
        {
            if (tree.GoesLeft(split, level) != isLeft)
            {
                runs.Add((level - 1, isLeft));
                isLeft = !isLeft;
            }
        }
        runs.Add((double.PositiveInfinity, isLeft));
        return runs;
    }

    /// <summary>A node that tells the runs from <paramref name="from"/> to <paramref name="to"/> apart, two at least, and those below it.</summary>
    private void Search(int node, int from, int to)
    {
        var lastYes = to - from < ChainRuns ? from : (from + to) / 2;
        var isMissingYes = lastYes > from || _runs[from].IsLeft == _tree.IsMissingLeft[_split];
        var yes = lastYes > from ? _nodes.NewId() : Child(_runs[from].IsLeft);
        var no = lastYes + 1 < to || to < _runs.Count - 1 ? _nodes.NewId() : Child(_runs[to].IsLeft);
        _nodes.AddBranch(node, _tree.Feature[_split], _runs[lastYes].Last, yes, no, isMissingYes);
        if (lastYes > from)
        {
            Search(yes, from, lastYes);
        }
        if (lastYes + 1 < to)
        {
            Search(no, lastYes + 1, to);
        }
        else if (to < _runs.Count - 1)
        {
            Pass(no, Child(_runs[to].IsLeft));
        }
    }

    /// <summary>A node that leads everything to a child.</summary>
    private void Pass(int node, int child)
    {
        var nobody = _nodes.NewId();
        _nodes.AddBranch(node, _tree.Feature[_split], double.PositiveInfinity, child, nobody, isMissingYes: true);
        _nodes.AddLeaf(nobody);
        _nodes.AddWeight(nobody, 0, 0);
    }

    private int Child(bool isLeft) => isLeft ? _tree.Left[_split] : _tree.Right[_split];
}
