namespace Escale.Learning.Onnx;

/// <summary>The nodes of all trees of an ensemble, in the columns that ONNX keeps them in. The nodes of a tree follow one another, its root first.</summary>
internal sealed class OnnxTreeNodes
{
    private readonly List<long> _trees = [], _ids = [], _features = [], _yes = [], _no = [], _missingYes = [];
    private readonly List<long> _weightTrees = [], _weightNodes = [], _weightScores = [];
    private readonly List<double> _thresholds = [], _weights = [];
    private readonly List<string> _modes = [];
    private int _tree = -1;
    private int _nextId;

    /// <summary>Begins the next tree.</summary>
    /// <param name="nodeCount">Ids below it are the caller's; others are given by <see cref="NewId"/>.</param>
    public void BeginTree(int nodeCount) => (_tree, _nextId) = (_tree + 1, nodeCount);

    /// <summary>An id for a node that the tree does not have itself.</summary>
    public int NewId() => _nextId++;

    public void AddLeaf(int id) => AddNode(id, "LEAF", 0, 0, 0, 0, false);

    /// <summary>A node from which values up to the threshold go to <paramref name="yes"/>.</summary>
    public void AddBranch(int id, int feature, double threshold, int yes, int no, bool isMissingYes) => AddNode(id, "BRANCH_LEQ", feature, threshold, yes, no, isMissingYes);

    /// <summary>What a leaf adds to a score. Every leaf has one at least.</summary>
    public void AddWeight(int leaf, int score, double weight)
    {
        _weightTrees.Add(_tree);
        _weightNodes.Add(leaf);
        _weightScores.Add(score);
        _weights.Add(weight);
    }

    /// <summary>Adds the trees to a graph.</summary>
    /// <param name="graph">Where to.</param>
    /// <param name="features">Doubles, N rows × features.</param>
    /// <param name="starts">From what each score starts.</param>
    /// <returns>Singles, N rows × scores: the sums, made in double precision.</returns>
    public OnnxValue Add(OnnxGraph graph, OnnxValue features, double[] starts) => graph.LearningNode(
        "TreeEnsembleRegressor",
        OnnxType.Single,
        [features],
        OnnxAttribute.Of("n_targets", starts.Length),
        OnnxAttribute.Of("base_values_as_tensor", starts),
        OnnxAttribute.Of("aggregate_function", "SUM"),
        OnnxAttribute.Of("post_transform", "NONE"),
        OnnxAttribute.Of("nodes_treeids", [.. _trees]),
        OnnxAttribute.Of("nodes_nodeids", [.. _ids]),
        OnnxAttribute.Of("nodes_featureids", [.. _features]),
        OnnxAttribute.Of("nodes_modes", _modes),
        OnnxAttribute.Of("nodes_values_as_tensor", [.. _thresholds]),
        OnnxAttribute.Of("nodes_truenodeids", [.. _yes]),
        OnnxAttribute.Of("nodes_falsenodeids", [.. _no]),
        OnnxAttribute.Of("nodes_missing_value_tracks_true", [.. _missingYes]),
        OnnxAttribute.Of("target_treeids", [.. _weightTrees]),
        OnnxAttribute.Of("target_nodeids", [.. _weightNodes]),
        OnnxAttribute.Of("target_ids", [.. _weightScores]),
        OnnxAttribute.Of("target_weights_as_tensor", [.. _weights]));

    private void AddNode(int id, string mode, int feature, double threshold, int yes, int no, bool isMissingYes)
    {
        _trees.Add(_tree);
        _ids.Add(id);
        _modes.Add(mode);
        _features.Add(feature);
        _thresholds.Add(threshold);
        _yes.Add(yes);
        _no.Add(no);
        _missingYes.Add(isMissingYes ? 1 : 0);
    }
}
