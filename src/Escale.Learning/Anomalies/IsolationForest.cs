using Escale.Learning.Threads;
using Escale.Learning.Trees;

namespace Escale.Learning.Anomalies;

/// <summary>
/// Finds unusual rows without being told what is usual (Liu, Ting and Zhou, 2008): trees part small samples at random, and what is unusual is soon alone. Numbers are parted at a value drawn between
/// the least and the greatest, categories by a random set of levels, and a missing value goes to a side drawn for each node. O(trees × sample × log sample) to fit.
/// </summary>
public sealed record IsolationForest
{
    /// <summary>How many trees. Default 100.</summary>
    public int Trees { get; init; } = 100;

    /// <summary>Rows drawn for each tree, without replacement; 2 or more. Default 256.</summary>
    public int SampleRows { get; init; } = 256;

    /// <summary>
    /// Which share of the training rows is taken for unusual, above 0 and at most 0.5: sets the threshold. Null, the default, for a threshold of 0.5, above which a row is easier to isolate than
    /// rows without any structure would be.
    /// </summary>
    public double? Contamination { get; init; }

    /// <summary>Learns what is usual.</summary>
    /// <param name="features">The rows, in the native style.</param>
    /// <param name="options">Seed, threads, cancellation; the result does not depend on the threads.</param>
    /// <exception cref="LearningException">No row (<c>learning.no-rows</c>), or a setting out of range (<c>learning.bad-setting</c>).</exception>
    public IsolationDetector Fit(FeatureMatrix features, FitOptions? options = null)
    {
        options ??= FitOptions.Default;
        Check(Trees >= 1, nameof(Trees), Trees, "1 or more");
        Check(SampleRows >= 2, nameof(SampleRows), SampleRows, "2 or more");
        Check(Contamination is null or (> 0 and <= 0.5), nameof(Contamination), Contamination ?? 0, "above 0 and at most 0.5");
        if (features.RowCount == 0)
        {
            throw new LearningException("learning.no-rows", "There is no row to learn from.", "Give a table with at least one row.");
        }
        var sample = Math.Min(SampleRows, features.RowCount);
        var trees = new Tree?[Trees];
        using (var team = new WorkerTeam(options.Threads))
        {
            team.Run(Trees, at => trees[at] = options.CancellationToken.IsCancellationRequested ? null : new IsolationTree(features, sample, options.Seed, at).Grow());
        }
        options.CancellationToken.ThrowIfCancellationRequested();
        var ensemble = new TreeEnsemble
        {
            Trees = [.. trees.Select(tree => tree!)],
            ScoreOf = new int[Trees],
            Start = [0],
            Scale = 1.0 / Trees,
            FeatureCount = features.FeatureCount,
        };
        var detector = new IsolationDetector(ensemble, sample, 0.5);
        return Contamination is { } share ? new IsolationDetector(ensemble, sample, Threshold(detector.Score(features, options.Threads), share)) : detector;
    }

    // Between the last row that is unusual and the first that is not.
    private static double Threshold(double[] scores, double share)
    {
        Array.Sort(scores);
        var usual = Math.Clamp((int)Math.Round((1 - share) * scores.Length), 1, scores.Length);
        return usual == scores.Length ? scores[^1] : (scores[usual - 1] + scores[usual]) / 2;
    }

    private static void Check(bool isRight, string setting, double value, string range)
    {
        if (!isRight)
        {
            throw new LearningException(
                "learning.bad-setting", FormattableString.Invariant($"{setting} of isolation forest is {value}; it must be {range}."), $"Set {setting} to a value {range}.");
        }
    }
}
