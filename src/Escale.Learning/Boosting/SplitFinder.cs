using Escale.Learning.Memory;
using Escale.Learning.Threads;

namespace Escale.Learning.Boosting;

/// <summary>
/// Looks through a leaf's histogram for the split with the largest gain G²ₗ/(Hₗ+λ) + G²ᵣ/(Hᵣ+λ) − G²/(H+λ) (Chen and Guestrin, 2016).
/// Numbers: every threshold, with the missing value on either side. Categories: levels in the order of G/(H+smoothing) (Fisher, 1958; as
/// LightGBM does), every prefix.
/// </summary>
internal sealed unsafe class SplitFinder(BinnedMatrix matrix, Histograms histograms, GrowthSettings settings, WorkerTeam team)
{
    private readonly Split[] _found = new Split[matrix.Features.Length];
    private NativeArray<long> _histogram = null!;
    private PackedGradients _packed = null!;
    private long _total;
    private int _rowCount;
    private bool[]? _isUsed;

    /// <summary>The best split of a leaf.</summary>
    /// <param name="histogram">Its histogram.</param>
    /// <param name="total">Its packed derivatives.</param>
    /// <param name="rowCount">Its rows.</param>
    /// <param name="packed">What the packed numbers stand for.</param>
    /// <param name="isUsed">Which features may be used; null for all.</param>
    public Split Find(NativeArray<long> histogram, long total, int rowCount, PackedGradients packed, bool[]? isUsed)
    {
        if (rowCount < 2 * settings.MinLeafRows)
        {
            return Split.None;
        }
        (_histogram, _total, _rowCount, _packed, _isUsed) = (histogram, total, rowCount, packed, isUsed);
        var parts = Math.Min(team.Count, matrix.Features.Length);
        team.Run(parts, part =>
        {
            for (var feature = part; feature < _found.Length; feature += parts)
            {
                _found[feature] = _isUsed is null || _isUsed[feature] ? FindIn(feature) : Split.None;
            }
        });
        var best = Split.None;
        foreach (var split in _found)
        {
            best = split.Beats(best) ? split : best;
        }
        return best.Gain > settings.MinGain ? best : Split.None;
    }

    private Split FindIn(int feature)
    {
        var bins = _histogram.Pointer + histograms.OffsetOf(feature);
        return matrix.Features[feature].IsCategorical ? FindLevels(feature, bins) : FindThreshold(feature, bins);
    }

    private Split FindThreshold(int feature, long* bins)
    {
        var scale = new Scale(_packed, _total, _rowCount, settings, settings.L2);
        var of = matrix.Features[feature];
        var missing = of.HasMissing ? bins[of.MissingBin] : 0;
        var last = of.BinCount - 1 - (of.HasMissing ? 1 : 0);
        var (best, bestBin, bestIsLeft, bestSum) = (scale.Least, -1, false, 0L);
        long left = 0;
        for (var bin = 0; bin < last; bin++)
        {
            if (bins[bin] == 0)
            {
                continue; // The same rows on both sides as at the threshold before.
            }
            left += bins[bin];
            var score = scale.Score(left);
            if (score > best)
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
        return bestBin < 0 ? Split.None : new Split(best - scale.Parent, feature, bestBin, null, bestIsLeft, bestSum);
    }

    private Split FindLevels(int feature, long* bins)
    {
        var of = matrix.Features[feature];
        var order = new int[of.BinCount];
        var keys = new double[of.BinCount];
        var count = 0;
        for (var bin = 0; bin < of.BinCount; bin++)
        {
            if (bins[bin] != 0)
            {
                keys[count] = PackedGradients.Gradient(bins[bin]) * _packed.GradientStep
                    / (PackedGradients.Hessian(bins[bin]) * _packed.HessianStep + settings.CategorySmoothing);
                order[count++] = bin;
            }
        }
        Array.Sort(keys, order, 0, count);
        var scale = new Scale(_packed, _total, _rowCount, settings, settings.L2 + settings.CategoryL2);
        var (best, bestPrefix, bestSum) = (scale.Least, -1, 0L);
        long left = 0;
        for (var at = 0; at < count - 1; at++)
        {
            left += bins[order[at]];
            var score = scale.Score(left);
            if (score > best)
            {
                (best, bestPrefix, bestSum) = (score, at, left);
            }
        }
        if (bestPrefix < 0)
        {
            return Split.None;
        }
        var set = new ulong[(of.BinCount + 63) / 64];
        for (var at = 0; at <= bestPrefix; at++)
        {
            set[order[at] >> 6] |= 1UL << (order[at] & 63);
        }
        var isMissingLeft = of.HasMissing && (set[of.MissingBin >> 6] >> (of.MissingBin & 63) & 1) != 0;
        return new Split(best - scale.Parent, feature, -1, set, isMissingLeft, bestSum);
    }

    /// <summary>From packed sums to the score of a split, with what it must keep to.</summary>
    private readonly struct Scale
    {
        private readonly double _gradientStep;
        private readonly double _hessianStep;
        private readonly double _l1;
        private readonly double _l2;
        private readonly double _leastHessian;
        private readonly double _gradient;
        private readonly double _hessian;

        public Scale(PackedGradients packed, long total, int rowCount, GrowthSettings settings, double l2)
        {
            (_gradientStep, _hessianStep, _l1, _l2) = (packed.GradientStep, packed.HessianStep, settings.L1, l2);
            _gradient = PackedGradients.Gradient(total) * _gradientStep;
            _hessian = PackedGradients.Hessian(total) * _hessianStep;
            // Rows are not counted by bin; their share of the second derivatives stands for their number, as in LightGBM.
            _leastHessian = Math.Max(settings.MinLeafHessian, (settings.MinLeafRows - 0.5) * _hessian / rowCount);
            Parent = Part(_gradient, _hessian);
            Least = Parent + settings.MinGain;
        }

        public double Parent { get; }

        public double Least { get; }

        public double Score(long left)
        {
            var gradient = PackedGradients.Gradient(left) * _gradientStep;
            var hessian = PackedGradients.Hessian(left) * _hessianStep;
            var rest = _hessian - hessian;
            return hessian < _leastHessian || rest < _leastHessian ? double.NegativeInfinity : Part(gradient, hessian) + Part(_gradient - gradient, rest);
        }

        private double Part(double gradient, double hessian)
        {
            if (_l1 > 0)
            {
                gradient = Math.CopySign(Math.Max(0, Math.Abs(gradient) - _l1), gradient);
            }
            return gradient * gradient / (hessian + _l2 + 1e-12);
        }
    }
}
