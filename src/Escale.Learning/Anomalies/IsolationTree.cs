using Escale.Learning.Trees;
using Escale.Learning.Trees.Growing;

namespace Escale.Learning.Anomalies;

/// <summary>Grows one isolation tree. The value of a leaf is how deep a row is there, with what the rows left in it would still need on average.</summary>
internal sealed class IsolationTree
{
    private readonly FeatureMatrix _features;
    private readonly int[] _rows;
    private readonly int[] _order;
    private readonly CartNodes _nodes = new(1);
    private TreeRandom _random;

    public IsolationTree(FeatureMatrix features, int sample, int seed, int number)
    {
        (_features, _random) = (features, new TreeRandom(seed, number));
        var chosen = new HashSet<int>();
        for (var at = features.RowCount - sample; at < features.RowCount; at++)
        {
            var row = _random.Below(at + 1); // Floyd's way of drawing without replacement
            chosen.Add(chosen.Contains(row) ? at : row);
        }
        _rows = [.. chosen];
        Array.Sort(_rows);
        _order = [.. Enumerable.Range(0, features.FeatureCount)];
    }

    /// <summary>How many steps an unsuccessful search in a binary search tree of so many rows takes on average.</summary>
    public static double MeanDepth(double rows) => rows switch
    {
        <= 1 => 0,
        <= 2 => 1,
        _ => 2 * (Math.Log(rows - 1) + 0.5772156649015329) - 2 * (rows - 1) / rows,
    };

    public Tree Grow()
    {
        var limit = (int)Math.Ceiling(Math.Log2(Math.Max(2, _rows.Length)));
        var pending = new Stack<(int Begin, int End, int Depth, int Parent, bool IsLeft)>([(0, _rows.Length, 0, -1, false)]);
        while (pending.TryPop(out var node))
        {
            var count = node.End - node.Begin;
            var at = _nodes.Add(node.Parent, node.IsLeft, new NodeFacts(count, 0, 0, false), [node.Depth + MeanDepth(count)]);
            if (count < 2 || node.Depth >= limit || !Draw(node.Begin, node.End, out var split))
            {
                continue;
            }
            _nodes.Part(at, split, 0);
            var middle = Part(node.Begin, node.End, split);
            pending.Push((middle, node.End, node.Depth + 1, at, false));
            pending.Push((node.Begin, middle, node.Depth + 1, at, true));
        }
        return _nodes.ToTree();
    }

    // A feature that varies, drawn evenly, and how to part it.
    private bool Draw(int begin, int end, out NodeSplit split)
    {
        for (var drawn = 0; drawn < _order.Length; drawn++)
        {
            var other = drawn + _random.Below(_order.Length - drawn);
            (_order[drawn], _order[other]) = (_order[other], _order[drawn]);
            var feature = _order[drawn];
            split = new NodeSplit { Feature = feature, IsMissingLeft = _random.NextBits() >> 63 != 0 };
            if (_features.Features[feature].IsCategory ? DrawLevels(begin, end, ref split) : DrawThreshold(begin, end, ref split))
            {
                return true;
            }
        }
        split = NodeSplit.None;
        return false;
    }

    private bool DrawThreshold(int begin, int end, ref NodeSplit split)
    {
        var (least, most, missing) = (float.PositiveInfinity, float.NegativeInfinity, 0);
        var column = _features[split.Feature];
        for (var at = begin; at < end; at++)
        {
            var value = column[_rows[at]];
            missing += float.IsNaN(value) ? 1 : 0;
            (least, most) = (float.MinNumber(least, value), float.MaxNumber(most, value));
        }
        if (least < most)
        {
            split.Threshold = Math.Clamp((float)(least + _random.NextDouble() * ((double)most - least)), least, MathF.BitDecrement(most));
            return true;
        }
        if (missing == 0 || missing == end - begin)
        {
            return false;
        }
        (split.Threshold, split.IsMissingLeft) = (float.MaxValue, false); // missing against the one value there is
        return true;
    }

    private bool DrawLevels(int begin, int end, ref NodeSplit split)
    {
        var column = _features[split.Feature];
        var levels = new SortedSet<int>();
        var missing = 0;
        for (var at = begin; at < end; at++)
        {
            var value = column[_rows[at]];
            if (float.IsNaN(value))
            {
                missing++;
            }
            else
            {
                levels.Add((int)value);
            }
        }
        if (levels.Count + (missing > 0 ? 1 : 0) < 2)
        {
            return false;
        }
        // Levels that the sample lacks fall to either side too: a set of coin tosses for all.
        var set = new ulong[(_features.Features[split.Feature].LevelCount + 63) / 64];
        for (var word = 0; word < set.Length; word++)
        {
            set[word] = _random.NextBits();
        }
        int Lefts(ulong[] of) => levels.Count(level => (of[level >> 6] >> (level & 63) & 1) != 0);
        if (levels.Count == 1)
        {
            split.IsMissingLeft = Lefts(set) == 0;
        }
        else if (Lefts(set) is var lefts && (lefts == 0 || lefts == levels.Count))
        {
            var turned = levels.ElementAt(_random.Below(levels.Count));
            set[turned >> 6] ^= 1UL << (turned & 63);
        }
        split.LeftLevels = set;
        return true;
    }

    private int Part(int begin, int end, in NodeSplit split)
    {
        var column = _features[split.Feature];
        var middle = begin;
        for (var at = begin; at < end; at++)
        {
            var value = column[_rows[at]];
            var goesLeft = float.IsNaN(value) ? split.IsMissingLeft
                : split.LeftLevels is { } set ? (set[(int)value >> 6] >> ((int)value & 63) & 1) != 0
                : value <= split.Threshold;
            if (goesLeft)
            {
                (_rows[at], _rows[middle]) = (_rows[middle], _rows[at]);
                middle++;
            }
        }
        return middle;
    }
}
