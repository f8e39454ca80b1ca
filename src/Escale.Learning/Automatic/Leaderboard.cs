using Escale.Learning.Metrics;

namespace Escale.Learning.Automatic;

/// <summary>Makes rows of the leaderboard.</summary>
internal static class Leaderboard
{
    /// <summary>A row, without the interval, which takes time.</summary>
    public static LeaderboardEntry Entry(Contender contender, Metric metric) => new(
        contender.Candidate.Name, contender.Candidate.Family, ScoreOf(metric, contender.Loss), null, contender.Loss, contender.Candidate.IsInterpretable, contender.FitSeconds,
        contender.PredictSeconds, SettingsOf(contender.Candidate.Estimator));

    public static double ScoreOf(Metric metric, double loss) => metric.IsHigherBetter ? 1 - loss : loss;

    // What differs from the defaults, from the record's own text.
    private static string SettingsOf(Estimator estimator)
    {
        if (estimator is Transforms.LogTarget log)
        {
            return SettingsOf(log.Inner);
        }
        var (start, text) = (((Estimator?)Activator.CreateInstance(estimator.GetType()))?.ToString(), estimator.ToString());
        var usual = start is null ? [] : Parts(start);
        return string.Join(", ", Parts(text).Where(part => !usual.Contains(part)).Select(part => part.Replace(" = ", " ", StringComparison.Ordinal)));
    }

    private static HashSet<string> Parts(string record) =>
        [.. record[(record.IndexOf('{', StringComparison.Ordinal) + 1)..].TrimEnd('}', ' ').Split(", ").Select(part => part.Trim()).Where(part => !part.StartsWith("Name =", StringComparison.Ordinal) && !part.StartsWith("Style =", StringComparison.Ordinal))];
}
