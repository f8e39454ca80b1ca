using Escale.Learning.Threads;

namespace Escale.Learning.Boosting;

/// <summary>
/// Looks through a leaf's histogram for the split that lowers the loss most. Numbers: every threshold, with the missing value on either side.
/// Categories: see <see cref="LevelSplits"/>.
/// </summary>
internal sealed unsafe class SplitFinder
{
    private readonly BinnedMatrix _matrix;
    private readonly Histograms _histograms;
    private readonly GrowthSettings _settings;
    private readonly WorkerTeam _team;
    private readonly Split[] _found;
    private readonly LevelSplits[] _levels;
    private readonly Action<int> _findPart;
    private readonly int _parts;

    // What the step under way works on.
    private GrowingLeaf _leaf = null!;
    private PackedGradients _packed = null!;
    private FeatureChoice _choice = null!;

    public SplitFinder(BinnedMatrix matrix, Histograms histograms, GrowthSettings settings, WorkerTeam team)
    {
        (_matrix, _histograms, _settings, _team) = (matrix, histograms, settings, team);
        _found = new Split[matrix.Features.Length];
        _parts = Math.Min(team.Count, matrix.Features.Length);
        _levels = [.. Enumerable.Range(0, _parts).Select(_ => new LevelSplits(settings))];
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
        for (var feature = part; feature < _found.Length; feature += _parts)
        {
            _found[feature] = !_choice.Uses(feature) ? Split.None
                : _matrix.Features[feature].IsCategorical ? _levels[part].Find(_matrix.Features[feature], feature, Bins(feature), _leaf, _packed, _choice)
                : FindThreshold(feature, Bins(feature));
        }
    }

    private long* Bins(int feature) => _leaf.Histogram!.Pointer + _histograms.OffsetOf(feature);

    private Split FindThreshold(int feature, long* bins)
    {
        var scale = new LeafScale(_packed, _leaf, _settings, _settings.L2, _settings.Directions is { } directions ? directions[feature] : 0);
        var of = _matrix.Features[feature];
        var missing = of.HasMissing ? bins[of.MissingBin] : 0;
        var last = of.BinCount - 1 - (of.HasMissing ? 1 : 0);
        var only = _settings.ExtraRandom ? _choice.RandomBelow(feature, last) : -1;
        var (best, bestBin, bestIsLeft, bestSum) = (scale.Parent, -1, false, 0L);
        long left = 0;
        for (var bin = 0; bin < last; bin++)
        {
            left += bins[bin];
            if (bins[bin] == 0 ? only != bin : only >= 0 && only != bin)
            {
                continue; // The same rows on both sides as at the threshold before, or not the one drawn.
            }
            if (scale.Score(left) is var score && score > best)
            {
                (best, bestBin, bestIsLeft, bestSum) = (score, bin, false, left);
            }
            if (missing != 0 && scale.Score(left + missing) is var with && with > best)
            {
                (best, bestBin, bestIsLeft, bestSum) = (with, bin, true, left + missing);
            }
        }
        if (missing != 0 && last >= 0 && scale.Score(left + bins[last]) is var alone && alone > best)
        {
            (best, bestBin, bestIsLeft, bestSum) = (alone, last, false, left + bins[last]); // The missing value against all others.
        }
        if (bestBin < 0)
        {
            return Split.None;
        }
        // Where nothing was missing here, what is missing later goes with most rows.
        var isMissingLeft = missing != 0 ? bestIsLeft : 2 * _packed.Hessian(bestSum) >= _packed.Hessian(_leaf.Sum);
        return new Split(best - scale.Parent, feature, bestBin, null, isMissingLeft, bestSum);
    }
}
