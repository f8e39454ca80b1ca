using Escale.Learning.Threads;

namespace Escale.Learning.Boosting;

/// <summary>
/// Looks through a leaf's histogram for the split that lowers the loss most: <see cref="ThresholdSplits"/> of numbers, <see cref="LevelSplits"/> of categories.
/// </summary>
internal sealed unsafe class SplitFinder
{
    private readonly BinnedMatrix _matrix;
    private readonly Histograms _histograms;
    private readonly GrowthSettings _settings;
    private readonly WorkerTeam _team;
    private readonly Split[] _found;
    private readonly LevelSplits[] _levels;
    private readonly ThresholdSplits[] _thresholds;
    private readonly Action<int> _findPart;
    private readonly int _parts;

    // What the step under way works on.
    private GrowingLeaf _leaf = null!;
    private PackedGradients _packed = null!;
    private FeatureChoice _choice = null!;
    private int _nextFeature;

    public SplitFinder(BinnedMatrix matrix, Histograms histograms, GrowthSettings settings, WorkerTeam team)
    {
        (_matrix, _histograms, _settings, _team) = (matrix, histograms, settings, team);
        _found = new Split[matrix.Features.Length];
        _parts = Math.Min(team.Count, matrix.Features.Length);
        _levels = [.. Enumerable.Range(0, _parts).Select(_ => new LevelSplits(settings))];
        _thresholds = [.. Enumerable.Range(0, _parts).Select(_ => new ThresholdSplits(settings))];
        _findPart = FindPart;
    }

    /// <summary>Sets a leaf's best split.</summary>
    /// <param name="leaf">The leaf, with its histogram.</param>
    /// <param name="packed">What packed numbers stand for.</param>
    /// <param name="choice">Which features and thresholds may be used.</param>
    public void Find(GrowingLeaf leaf, PackedGradients packed, FeatureChoice choice)
    {
        leaf.Split = Split.None;
        if (leaf.Count < 2 * _settings.MinLeafRows || (_settings.MaxDepth > 0 && leaf.Depth >= _settings.MaxDepth))
        {
            return;
        }
        (_leaf, _packed, _choice) = (leaf, packed, choice);
        choice.EnterNode(leaf.Node);
        _nextFeature = 0;
        _team.Run(_parts, _findPart);
        var best = Split.None;
        foreach (var split in _found)
        {
            best = split.Beats(best) ? split : best;
        }
        // A gain within rounding of what the leaf has already is none.
        var least = 1e-10 * Math.Abs(new LeafScale(packed, leaf, _settings, _settings.L2, 0).Parent);
        leaf.Split = best.Gain > Math.Max(_settings.MinGain, least) ? best : Split.None;
    }

    private void FindPart(int part)
    {
        while (Interlocked.Increment(ref _nextFeature) - 1 is var feature && feature < _found.Length)
        {
            _found[feature] = !_choice.Uses(feature) ? Split.None
                : _matrix.Features[feature].IsCategorical ? _levels[part].Find(_matrix.Features[feature], feature, Bins(feature), _leaf, _packed, _choice)
                : _thresholds[part].Find(_matrix.Features[feature], feature, Bins(feature), _leaf, _packed, _choice);
        }
    }

    private long* Bins(int feature) => _leaf.Histogram!.Pointer + _histograms.OffsetOf(feature);
}
