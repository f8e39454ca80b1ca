using System.Globalization;

namespace Escale.Lake;

/// <summary>Durations in table properties, such as <c>interval 7 days</c>.</summary>
internal static class Intervals
{
    /// <summary>How long files that left the table are kept; one week unless the table says otherwise.</summary>
    public static TimeSpan DeletedFileRetention(IReadOnlyDictionary<string, string> configuration) =>
        Read(configuration, "delta.deletedFileRetentionDuration") ?? TimeSpan.FromDays(7);

    /// <summary>How long log entries are kept; thirty days unless the table says otherwise.</summary>
    public static TimeSpan LogRetention(IReadOnlyDictionary<string, string> configuration) =>
        Read(configuration, "delta.logRetentionDuration") ?? TimeSpan.FromDays(30);

    /// <summary>Commits between checkpoints; ten unless the table says otherwise.</summary>
    public static long CheckpointInterval(IReadOnlyDictionary<string, string> configuration) =>
        configuration.TryGetValue("delta.checkpointInterval", out var text)
        && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var commits) && commits > 0 ? commits : 10;

    private static TimeSpan? Read(IReadOnlyDictionary<string, string> configuration, string name)
    {
        if (!configuration.TryGetValue(name, out var text))
        {
            return null;
        }
        var words = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var total = TimeSpan.Zero;
        for (var i = words is ["interval", ..] ? 1 : 0; i + 1 < words.Length; i += 2)
        {
            if (!double.TryParse(words[i], CultureInfo.InvariantCulture, out var count))
            {
                return null;
            }
            total += words[i + 1].TrimEnd('s').ToLowerInvariant() switch
            {
                "week" => TimeSpan.FromDays(7 * count),
                "day" => TimeSpan.FromDays(count),
                "hour" => TimeSpan.FromHours(count),
                "minute" => TimeSpan.FromMinutes(count),
                "second" => TimeSpan.FromSeconds(count),
                "millisecond" => TimeSpan.FromMilliseconds(count),
                _ => TimeSpan.Zero,
            };
        }
        return total;
    }
}
