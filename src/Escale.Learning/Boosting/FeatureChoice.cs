using Escale.Learning.Threads;

namespace Escale.Learning.Boosting;

/// <summary>Which features a tree and each of its nodes may use, drawn from a seed: the same for any number of threads.</summary>
internal sealed class FeatureChoice
{
    private readonly int[] _ofTree;
    private readonly bool[] _isUsed;
    private readonly double _sharePerNode;
    private readonly ulong _seed;
    private int _node;

    /// <summary>Draws the features of a tree.</summary>
    /// <param name="features">How many there are.</param>
    /// <param name="share">The share to use; one feature at least.</param>
    /// <param name="sharePerNode">The share of these that each node uses; one feature at least.</param>
    /// <param name="seed">Of this tree.</param>
    public FeatureChoice(int features, double share, double sharePerNode, ulong seed)
    {
        (_sharePerNode, _seed, _isUsed) = (sharePerNode, seed, new bool[features]);
        _ofTree = Draw([.. Enumerable.Range(0, features)], share, Mix(seed, 0));
        Use(_ofTree);
    }

    /// <summary>Comes to a node.</summary>
    public void EnterNode(int node)
    {
        _node = node;
        if (_sharePerNode < 1)
        {
            Use(Draw(_ofTree, _sharePerNode, Mix(_seed, (ulong)node + 1)));
        }
    }

    /// <summary>Whether the node may use a feature.</summary>
    public bool Uses(int feature) => _isUsed[feature];

    /// <summary>A whole number from 0 to below <paramref name="count"/>, the same whenever this node and feature ask; 0 when there is none.</summary>
    public int RandomBelow(int feature, int count) => count <= 0 ? 0 : (int)(Mix(Mix(_seed, (ulong)_node + 1), (ulong)feature) % (ulong)count);

    /// <summary>Mixes a number into a seed (SplitMix64; Steele et al., 2014).</summary>
    public static ulong Mix(ulong seed, ulong number) => SplitMix.Mix(seed + (number + 1) * SplitMix.Step);

    private static int[] Draw(int[] from, double share, ulong seed)
    {
        var wanted = Math.Max(1, (int)Math.Round(from.Length * share));
        if (wanted >= from.Length)
        {
            return from;
        }
        var drawn = (int[])from.Clone();
        for (var at = 0; at < wanted; at++)
        {
            var other = at + (int)(Mix(seed, (ulong)at) % (ulong)(drawn.Length - at));
            (drawn[at], drawn[other]) = (drawn[other], drawn[at]);
        }
        return drawn[..wanted];
    }

    private void Use(int[] features)
    {
        Array.Clear(_isUsed);
        foreach (var feature in features)
        {
            _isUsed[feature] = true;
        }
    }
}
