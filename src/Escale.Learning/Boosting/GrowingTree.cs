using Escale.Learning.Trees;

namespace Escale.Learning.Boosting;

/// <summary>A tree under construction, in bins; <see cref="ToTree"/> puts it in terms of values.</summary>
internal sealed class GrowingTree(BinnedMatrix matrix)
{
    private readonly List<Node> _nodes = [];

    /// <summary>Adds a leaf and returns its number.</summary>
    public int Add()
    {
        _nodes.Add(new Node());
        return _nodes.Count - 1;
    }

    /// <summary>Makes a leaf an inner node with two new leaves.</summary>
    public (int Left, int Right) Part(int node, in Split split)
    {
        var (left, right) = (Add(), Add());
        _nodes[node].Split = split;
        (_nodes[node].Left, _nodes[node].Right) = (left, right);
        return (left, right);
    }

    /// <summary>Gives a leaf its value.</summary>
    public void SetLeaf(int node, double value, double cover) => (_nodes[node].Value, _nodes[node].Cover) = (value, cover);

    /// <summary>Whether it is a root only.</summary>
    public bool IsLeaf => _nodes.Count == 1;

    /// <summary>The value of a node.</summary>
    public double ValueOf(int node) => _nodes[node].Value;

    /// <summary>Multiplies the values of all leaves.</summary>
    public void Scale(double factor) => _nodes.ForEach(node => node.Value *= factor);

    /// <summary>The leaf that a row of the matrix comes to.</summary>
    public int LeafOf(int row)
    {
        var at = 0;
        while (_nodes[at] is { Left: >= 0 } node)
        {
            at = node.Split.GoesLeft(matrix.Bin(node.Split.Feature, row), matrix.Features[node.Split.Feature].MissingBin) ? node.Left : node.Right;
        }
        return at;
    }

    /// <summary>The finished tree; inner nodes get the mean value of their leaves.</summary>
    public Tree ToTree()
    {
        var features = matrix.Features;
        // Children come after their parent, so backwards everything below a node is known.
        for (var at = _nodes.Count - 1; at >= 0; at--)
        {
            if (_nodes[at] is { Left: >= 0 } node)
            {
                var (left, right) = (_nodes[node.Left], _nodes[node.Right]);
                node.Cover = left.Cover + right.Cover;
                node.Value = (left.Value * left.Cover + right.Value * right.Cover) / Math.Max(node.Cover, double.Epsilon);
            }
        }
        return new Tree
        {
            Feature = [.. _nodes.Select(node => node.Left >= 0 ? node.Split.Feature : -1)],
            Threshold = [.. _nodes.Select(node => ThresholdOf(node, features))],
            Left = [.. _nodes.Select(node => node.Left)],
            Right = [.. _nodes.Select(node => node.Right)],
            IsMissingLeft = [.. _nodes.Select(node => node.Split.IsMissingLeft)],
            LeftLevels = [.. _nodes.Select(node => LevelsOf(node, features))],
            Value = [.. _nodes.Select(node => node.Value)],
            Cover = [.. _nodes.Select(node => node.Cover)],
            Gain = [.. _nodes.Select(node => node.Left >= 0 ? node.Split.Gain : 0)],
        };
    }

    private static float ThresholdOf(Node node, FeatureBins[] features)
    {
        if (node.Left < 0 || node.Split.LeftBins is not null)
        {
            return 0;
        }
        var thresholds = features[node.Split.Feature].Thresholds;
        // Past the last threshold: every value is left, only what is missing is right.
        return node.Split.Bin < thresholds.Length ? thresholds[node.Split.Bin] : float.PositiveInfinity;
    }

    private static ulong[]? LevelsOf(Node node, FeatureBins[] features)
    {
        if (node.Left < 0 || node.Split.LeftBins is not { } bins)
        {
            return null;
        }
        var levelToBin = features[node.Split.Feature].LevelToBin!;
        var levels = new ulong[(levelToBin.Length + 63) / 64];
        for (var level = 0; level < levelToBin.Length; level++)
        {
            if ((bins[levelToBin[level] >> 6] >> (levelToBin[level] & 63) & 1) != 0)
            {
                levels[level >> 6] |= 1UL << (level & 63);
            }
        }
        return levels;
    }

    private sealed class Node
    {
        public Split Split { get; set; } = Split.None;

        public int Left { get; set; } = -1;

        public int Right { get; set; } = -1;

        public double Value { get; set; }

        public double Cover { get; set; }
    }
}
