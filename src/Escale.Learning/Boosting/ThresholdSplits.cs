using System.Runtime.Intrinsics;

namespace Escale.Learning.Boosting;

/// <summary>
/// The best split of a number: every threshold, with the missing value on either side. What lies below each threshold that parts rows is written down first, so that four
/// of them are judged at a time. One for each thread.
/// </summary>
internal sealed unsafe class ThresholdSplits(GrowthSettings settings)
{
    // 255 bins, and room to fill up the last four.
    private const int Most = 256 + 4;

    private readonly double[] _gradients = new double[Most];
    private readonly double[] _hessians = new double[Most];
    private readonly int[] _bins = new int[Most];

    /// <summary>Looks through a feature's bins.</summary>
    /// <param name="of">The feature.</param>
    /// <param name="feature">Its index.</param>
    /// <param name="bins">The leaf's sums of its bins.</param>
    /// <param name="leaf">The leaf.</param>
    /// <param name="packed">What packed numbers stand for.</param>
    /// <param name="choice">Which thresholds may be used.</param>
    public Split Find(FeatureBins of, int feature, long* bins, GrowingLeaf leaf, PackedGradients packed, FeatureChoice choice)
    {
        var scale = new LeafScale(packed, leaf, settings, settings.L2, settings.Directions is { } directions ? directions[feature] : 0);
        var missing = of.HasMissing ? bins[of.MissingBin] : 0;
        var last = of.BinCount - 1 - (of.HasMissing ? 1 : 0);
        var (count, all) = settings.ExtraRandom ? ListOne(bins, last, choice.RandomBelow(feature, last), packed) : List(bins, last, packed);
        var best = new Threshold(scale.Parent, -1);
        Judge(scale, count, 0, ref best);
        var (isMissingLeft, sumOf) = (false, 0L);
        if (missing != 0)
        {
            var with = new Threshold(scale.Parent, -1);
            Judge(scale, count, missing, ref with);
            // Of equals the one met first, going up through the thresholds, the missing value right before left.
            if (with.At >= 0 && (with.Score > best.Score || best.At < 0 || (with.Score == best.Score && with.At < best.At)))
            {
                (best, isMissingLeft, sumOf) = (with, true, missing);
            }
            if (last >= 0 && scale.Score(all + bins[last]) is var alone && alone > best.Score)
            {
                return new Split(alone - scale.Parent, feature, last, null, false, all + bins[last]); // The missing value against all others.
            }
        }
        if (best.At < 0)
        {
            return Split.None;
        }
        var bin = _bins[best.At];
        for (var at = 0; at <= bin; at++)
        {
            sumOf += bins[at];
        }
        // Where nothing was missing here, what is missing later goes with most rows.
        isMissingLeft = missing != 0 ? isMissingLeft : 2 * packed.Hessian(sumOf) >= packed.Hessian(leaf.Sum);
        return new Split(best.Score - scale.Parent, feature, bin, null, isMissingLeft, sumOf);
    }

    // A bin without rows has the same rows on both sides as the threshold before.
    private (int Count, long All) List(long* bins, int last, PackedGradients packed)
    {
        var (shift, mask, count, left) = (packed.Shift, (1L << packed.Shift) - 1, 0, 0L);
        fixed (double* gradients = _gradients, hessians = _hessians)
        fixed (int* places = _bins)
        {
            for (var bin = 0; bin < last; bin++)
            {
                // A leaf of few rows has long runs of empty bins.
                while (bin <= last - Vector256<long>.Count && Vector256.Load(bins + bin) == Vector256<long>.Zero)
                {
                    bin += Vector256<long>.Count;
                }
                if (bin >= last)
                {
                    break;
                }
                left += bins[bin];
                gradients[count] = left >> shift;
                hessians[count] = left & mask;
                places[count] = bin;
                count += bins[bin] != 0 ? 1 : 0;
            }
        }
        return (count, left);
    }

    private (int Count, long All) ListOne(long* bins, int last, int only, PackedGradients packed)
    {
        var left = 0L;
        for (var bin = 0; bin < last; bin++)
        {
            left += bins[bin];
            if (bin == only)
            {
                (_gradients[0], _hessians[0], _bins[0]) = (left >> packed.Shift, left & ((1L << packed.Shift) - 1), bin);
            }
        }
        return (last > 0 ? 1 : 0, left);
    }

    // Sums are whole numbers still, so that what is missing adds to them exactly.
    private void Judge(in LeafScale scale, int count, long missing, ref Threshold best)
    {
        var (moreGradient, moreHessian) = (Vector256.Create(scale.Whole(missing).Gradient), Vector256.Create(scale.Whole(missing).Hessian));
        for (var at = count; at < count + Vector256<double>.Count - 1 && count > 0; at++)
        {
            (_gradients[at], _hessians[at]) = (_gradients[count - 1], _hessians[count - 1]); // as good as the last, so that it is never chosen instead
        }
        var (top, topAt) = (Vector256.Create(best.Score), Vector256.Create(-1.0));
        for (var at = 0; at < count; at += Vector256<double>.Count)
        {
            var scores = scale.Scores(Vector256.Create(_gradients, at) + moreGradient, Vector256.Create(_hessians, at) + moreHessian);
            var isBetter = Vector256.GreaterThan(scores, top);
            top = Vector256.ConditionalSelect(isBetter, scores, top);
            topAt = Vector256.ConditionalSelect(isBetter, Vector256.Create((double)at), topAt);
        }
        for (var lane = 0; lane < Vector256<double>.Count; lane++)
        {
            var at = (int)topAt[lane] + lane;
            if (topAt[lane] >= 0 && (top[lane] > best.Score || (top[lane] == best.Score && at < best.At)))
            {
                best = new Threshold(top[lane], at);
            }
        }
    }

    // Where in the list.
    private readonly record struct Threshold(double Score, int At);
}
