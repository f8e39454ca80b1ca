using Escale.Learning.Trees;

namespace Escale.Learning.Explanations;

/// <summary>
/// The leaves of one tree, each as the conditions that lead to it, put together by feature: a feature that is split on several times is one player of the game. For a player not taken
/// part, the share of the training weight that went the way of the leaf stands in.
/// </summary>
internal sealed class LeafPaths
{
    private const double LeastShare = 1e-12;

    private readonly List<int> _leaves = [];
    private readonly List<int> _playerEnds = [];
    private readonly List<int> _features = [];
    private readonly List<double> _shares = [];
    private readonly List<int> _checkEnds = [];
    private readonly List<int> _checks = [];
    private readonly List<(int Node, bool IsLeft)> _path = [];
    private readonly List<double> _pathShares = [];

    /// <summary>How many leaves.</summary>
    public int Count => _leaves.Count;

    /// <summary>Features on the longest path.</summary>
    public int MostPlayers { get; private set; }

    /// <summary>The node of a leaf.</summary>
    public int Leaf(int at) => _leaves[at];

    /// <summary>Where the players of a leaf begin.</summary>
    public int PlayersFrom(int at) => at == 0 ? 0 : _playerEnds[at - 1];

    /// <summary>Where they end.</summary>
    public int PlayersTo(int at) => _playerEnds[at];

    /// <summary>The feature of a player.</summary>
    public int Feature(int player) => _features[player];

    /// <summary>What stands in for it.</summary>
    public double Share(int player) => _shares[player];

    /// <summary>Whether a row meets all conditions of a player.</summary>
    /// <param name="player">The player.</param>
    /// <param name="goesLeft">Which way the row would go at each node.</param>
    public bool IsMet(int player, ReadOnlySpan<bool> goesLeft)
    {
        for (var at = player == 0 ? 0 : _checkEnds[player - 1]; at < _checkEnds[player]; at++)
        {
            var check = _checks[at];
            if (goesLeft[check >> 1] != ((check & 1) != 0))
            {
                return false;
            }
        }
        return true;
    }

    /// <summary>Takes the leaves of a tree.</summary>
    public void Read(Tree tree)
    {
        _leaves.Clear();
        _playerEnds.Clear();
        _features.Clear();
        _shares.Clear();
        _checkEnds.Clear();
        _checks.Clear();
        MostPlayers = 0;
        Visit(tree);
    }

    // Depth first without recursion: a path is as long as the tree is deep.
    private void Visit(Tree tree)
    {
        var pending = new Stack<(int Node, int Depth)>([(0, 0)]);
        var parents = new int[tree.NodeCount];
        while (pending.TryPop(out var top))
        {
            _path.RemoveRange(Math.Max(0, top.Depth - 1), _path.Count - Math.Max(0, top.Depth - 1));
            _pathShares.RemoveRange(_path.Count, _pathShares.Count - _path.Count);
            if (top.Depth > 0)
            {
                var parent = parents[top.Node];
                _path.Add((parent, tree.Left[parent] == top.Node));
                _pathShares.Add(ShareOf(tree, parent, top.Node));
            }
            if (tree.Left[top.Node] < 0)
            {
                AddLeaf(tree, top.Node);
                continue;
            }
            foreach (var child in (ReadOnlySpan<int>)[tree.Right[top.Node], tree.Left[top.Node]])
            {
                parents[child] = top.Node;
                pending.Push((child, top.Depth + 1));
            }
        }
    }

    private static double ShareOf(Tree tree, int parent, int child)
    {
        var both = tree.Cover[tree.Left[parent]] + tree.Cover[tree.Right[parent]];
        return both > 0 ? Math.Clamp(tree.Cover[child] / both, LeastShare, 1) : 0.5;
    }

    private void AddLeaf(Tree tree, int leaf)
    {
        var first = _features.Count;
        for (var at = 0; at < _path.Count; at++)
        {
            var feature = tree.Feature[_path[at].Node];
            if (IsListed(feature, first))
            {
                continue;
            }
            var share = 1.0;
            for (var other = at; other < _path.Count; other++)
            {
                if (tree.Feature[_path[other].Node] == feature)
                {
                    share *= _pathShares[other];
                    _checks.Add((_path[other].Node << 1) | (_path[other].IsLeft ? 1 : 0));
                }
            }
            _features.Add(feature);
            _shares.Add(share);
            _checkEnds.Add(_checks.Count);
        }
        _leaves.Add(leaf);
        _playerEnds.Add(_features.Count);
        MostPlayers = Math.Max(MostPlayers, _features.Count - first);
    }

    private bool IsListed(int feature, int first)
    {
        for (var player = first; player < _features.Count; player++)
        {
            if (_features[player] == feature)
            {
                return true;
            }
        }
        return false;
    }
}
