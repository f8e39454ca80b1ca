using Escale.Learning.Persistence;

namespace Escale.Learning.Calibration;

/// <summary>
/// How unlike its prediction each calibration row was, sorted. Of a new row, exchangeable with them, the score is at most the ⌈(n + 1)·level⌉-th of n with a probability of at least
/// the level. More than <see cref="Most"/> are thinned by rank; what is asked for is then the next one kept, so that the promise stays.
/// </summary>
internal sealed class ConformalScores
{
    private const int Most = 10_000;

    private readonly double[] _kept;
    private readonly int _count;

    private ConformalScores(double[] kept, int count) => (_kept, _count) = (kept, count);

    /// <param name="scores">One a row; taken over and sorted.</param>
    public static ConformalScores Of(double[] scores)
    {
        Array.Sort(scores);
        return new ConformalScores(scores.Length <= Most ? scores : [.. Enumerable.Range(0, Most).Select(at => scores[RankOf(at, Most, scores.Length)])], scores.Length);
    }

    /// <summary>The score that a new row stays below with the probability asked for.</summary>
    /// <exception cref="LearningException">There are too few rows for this level (<c>learning.too-few-rows</c>).</exception>
    public double Quantile(double level)
    {
        if (level is not (> 0 and < 1))
        {
            throw new ArgumentOutOfRangeException(nameof(level), level, "A level is between 0 and 1.");
        }
        var rank = (long)Math.Ceiling((_count + 1.0) * level - 1e-9) - 1;
        if (rank >= _count)
        {
            throw TooFew(_count, level);
        }
        // The first one kept whose rank is not below; RankOf rises with its place.
        var (low, high) = (0, _kept.Length - 1);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = RankOf(middle, _kept.Length, _count) < rank ? (middle + 1, high) : (low, middle);
        }
        return _kept[low];
    }

    public static LearningException TooFew(int count, double level) => new("learning.too-few-rows", string.Create(
        System.Globalization.CultureInfo.InvariantCulture, $"{count} rows cannot tell an interval of level {level}."), "Calibrate with more rows, or ask for a lower level.");

    public void Save(SavedNode node)
    {
        node.Set("count", (long)_count);
        node.SetArray<double>("scores", _kept);
    }

    public static ConformalScores Load(SavedNode node)
    {
        var (kept, count) = (node.Array<double>("scores"), node.Int("count", 1, int.MaxValue));
        for (var at = 0; at < kept.Length; at++)
        {
            if (!double.IsFinite(kept[at]) || (at > 0 && kept[at] < kept[at - 1]))
            {
                throw SavedNode.Damaged("the scores of an interval are not sorted");
            }
        }
        return kept.Length == Math.Min(count, Most) ? new ConformalScores(kept, count) : throw SavedNode.Damaged($"an interval has {kept.Length} scores of {count}");
    }

    private static int RankOf(int at, int kept, int count) => kept == count ? at : (int)((at + 1L) * count / kept - 1);
}
