using Escale.Learning.Trees;

namespace Escale.Learning.Tests.Onnx;

/// <summary>Ensembles and rows made at random: every shape that <see cref="TreeEnsemble"/> allows, learned from nothing.</summary>
internal sealed class RandomTrees(int seed)
{
    private readonly Random _random = new(seed);

    /// <summary>An ensemble whose feature f has <paramref name="levelCounts"/>[f] levels, or is a number where that is 0.</summary>
    public TreeEnsemble Ensemble(int[] levelCounts, int treeCount, int maxDepth, int scoreCount, ScoreLink link, bool valuesForEveryScore) => new()
    {
        Trees = [.. Enumerable.Range(0, treeCount).Select(_ => Tree(levelCounts, maxDepth, valuesForEveryScore ? scoreCount : 1))],
        ScoreOf = [.. Enumerable.Range(0, treeCount).Select(tree => valuesForEveryScore ? -1 : tree % scoreCount)],
        Start = [.. Enumerable.Range(0, scoreCount).Select(_ => _random.NextDouble() - 0.5)],
        Scale = treeCount == 0 ? 1 : 1.0 / treeCount,
        Link = link,
        FeatureCount = levelCounts.Length,
    };

    /// <summary>Rows, some values missing, some exactly at thresholds.</summary>
    public float[] Rows(int[] levelCounts, int rowCount) =>
        [.. Enumerable.Range(0, rowCount * levelCounts.Length).Select(at => _random.Next(8) == 0 ? float.NaN : Value(levelCounts[at % levelCounts.Length]))];

    private float Value(int levelCount) => levelCount > 0 ? _random.Next(levelCount) : _random.Next(3) == 0 ? _random.Next(-5, 6) : (float)(_random.NextDouble() * 10 - 5);

    private Tree Tree(int[] levelCounts, int maxDepth, int valueCount)
    {
        var (feature, threshold, left, right, missing, levels) = (new List<int>(), new List<float>(), new List<int>(), new List<int>(), new List<bool>(), new List<ulong[]?>());
        void Grow(int depth)
        {
            var node = feature.Count;
            var split = _random.Next(levelCounts.Length);
            feature.Add(split);
            threshold.Add(Value(0));
            missing.Add(_random.Next(2) == 0);
            left.Add(-1);
            right.Add(-1);
            levels.Add(null);
            if (depth == maxDepth || (depth > 0 && _random.Next(5) == 0))
            {
                return;
            }
            levels[node] = levelCounts[split] == 0 ? null : Set(levelCounts[split]);
            left[node] = feature.Count;
            Grow(depth + 1);
            right[node] = feature.Count;
            Grow(depth + 1);
        }
        Grow(0);
        return new Tree
        {
            Feature = [.. feature],
            Threshold = [.. threshold],
            Left = [.. left],
            Right = [.. right],
            IsMissingLeft = [.. missing],
            LeftLevels = [.. levels],
            ValueCount = valueCount,
            Value = [.. Enumerable.Range(0, feature.Count * valueCount).Select(_ => _random.NextDouble() * 4 - 2)],
            Cover = new double[feature.Count],
            Gain = new double[feature.Count],
        };
    }

    /// <summary>A set of levels: any, none, all, one, a run; sometimes too short for the last levels.</summary>
    private ulong[] Set(int levelCount)
    {
        var words = new ulong[Math.Max(1, (levelCount + 63) / 64 - _random.Next(2))];
        var (kind, chosen, from) = (_random.Next(5), _random.Next(levelCount), _random.Next(levelCount));
        for (var level = 0; level < Math.Min(levelCount, words.Length * 64); level++)
        {
            var isIn = kind switch { 0 => true, 1 => false, 2 => level == chosen, 3 => level >= from && level <= from + chosen, _ => _random.Next(2) == 0 };
            words[level >> 6] |= isIn ? 1UL << (level & 63) : 0;
        }
        return words;
    }
}
