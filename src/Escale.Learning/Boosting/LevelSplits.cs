namespace Escale.Learning.Boosting;

/// <summary>
/// Splits by category: levels are put in the order of G ÷ (H + smoothing), and every prefix of that order is tried (Fisher, 1958; as LightGBM does). Levels that no row of the leaf has go to the larger side. One for each worker: it holds what it works with.
/// </summary>
internal sealed unsafe class LevelSplits(GrowthSettings settings)
{
    private int[] _order = [];
    private double[] _keys = [];

    /// <summary>The best split of a leaf by a category.</summary>
    public Split Find(FeatureBins of, int feature, long* bins, GrowingLeaf leaf, PackedGradients packed, FeatureChoice choice)
    {
        if (_order.Length < of.BinCount)
        {
            (_order, _keys) = (new int[of.BinCount], new double[of.BinCount]);
        }
        var count = 0;
        for (var bin = 0; bin < of.BinCount; bin++)
        {
            if (bins[bin] != 0)
            {
                _keys[count] = packed.Gradient(bins[bin]) / (packed.Hessian(bins[bin]) + settings.CategorySmoothing);
                _order[count++] = bin;
            }
        }
        Array.Sort(_keys, _order, 0, count);
        var scale = new LeafScale(packed, leaf, settings, settings.L2 + settings.CategoryL2, 0);
        var only = settings.ExtraRandom ? choice.RandomBelow(feature, count - 1) : -1;
        var (best, bestPrefix, bestSum) = (scale.Parent, -1, 0L);
        long left = 0;
        for (var at = 0; at < count - 1; at++)
        {
            left += bins[_order[at]];
            if ((only >= 0 && at != only) || Math.Min(at + 1, count - 1 - at) > settings.MaxCategoryThreshold)
            {
                continue;
            }
            if (scale.Score(left) is var score && score > best)
            {
                (best, bestPrefix, bestSum) = (score, at, left);
            }
        }
        return bestPrefix < 0 ? Split.None : Make(of, feature, bins, bestPrefix, best - scale.Parent, bestSum, 2 * packed.Hessian(bestSum) >= packed.Hessian(leaf.Sum));
    }

    private Split Make(FeatureBins of, int feature, long* bins, int prefix, double gain, long sum, bool isLeftLarger)
    {
        var set = new ulong[(of.BinCount + 63) / 64];
        for (var at = 0; at <= prefix; at++)
        {
            set[_order[at] >> 6] |= 1UL << (_order[at] & 63);
        }
        for (var bin = 0; isLeftLarger && bin < of.BinCount; bin++)
        {
            if (bins[bin] == 0)
            {
                set[bin >> 6] |= 1UL << (bin & 63);
            }
        }
        var isMissingLeft = of.HasMissing ? (set[of.MissingBin >> 6] >> (of.MissingBin & 63) & 1) != 0 : isLeftLarger;
        return new Split(gain, feature, -1, set, isMissingLeft, sum);
    }
}
