using System.Globalization;
using Escale.Kernel;
using Escale.Orchestrate.Pipelines.Files;
using Escale.Orchestrate.Pipelines.Schedules;

namespace Escale.Orchestrate.Export;

/// <summary>A schedule as a cron expression of other programs.</summary>
/// <param name="Cron">Five fields of numbers.</param>
/// <param name="Zone">The zone of its clock.</param>
internal sealed record CronText(string Cron, string Zone);

/// <summary>Writes schedules as cron expressions that every reader of cron takes for the same: numbers, no names, no shortcuts.</summary>
internal static class CronTexts
{
    private const int Hour = 60;
    private const int Day = 24 * Hour;

    private static readonly Dictionary<string, string> _short = new(StringComparer.OrdinalIgnoreCase)
    {
        ["@hourly"] = "0 * * * *", ["@daily"] = "0 0 * * *", ["@midnight"] = "0 0 * * *", ["@weekly"] = "0 0 * * 0", ["@monthly"] = "0 0 1 * *", ["@yearly"] = "0 0 1 1 *", ["@annually"] = "0 0 1 1 *",
    };

    /// <summary>The schedule as cron, or null when it is a period that cron cannot say.</summary>
    /// <param name="pipeline">A pipeline with a schedule.</param>
    /// <param name="extras">Whether the reader is croniter, which knows the last day of the month, the second Monday and the last Friday.</param>
    /// <exception cref="EscaleException"><c>orchestrate.export</c>: days that no cron but ours knows.</exception>
    public static CronText? Of(PipelineSpec pipeline, bool extras) => pipeline.Schedule!.Cron is { } cron
        ? new CronText(string.Join(' ', Fields(pipeline, cron, extras)), pipeline.Schedule.Zone)
        : OfPeriod(pipeline.Schedule) is { } period ? new CronText(period, "UTC") : null;

    private static IEnumerable<string> Fields(PipelineSpec pipeline, string cron, bool extras)
    {
        var words = cron.Trim();
        var fields = _short.GetValueOrDefault(words, words).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        CronRange[] ranges = [CronField.Minutes, CronField.Hours, CronField.Days, CronField.Months, CronField.Weekdays];
        for (var at = 0; at < fields.Length; at++)
        {
            yield return fields[at] is "*" or "?" ? "*" : string.Join(',', fields[at].Split(',').SelectMany(part => Special(pipeline, part, fields[at], at, extras) is { } special ? [special] : Numbers(part, ranges[at])));
        }
    }

    private static IEnumerable<string> Numbers(string part, CronRange range)
    {
        var field = CronField.Parse(part, range);
        return part.StartsWith('*') ? [part] : Enumerable.Range(0, 64).Where(field.Has).Select(value => value.ToString(CultureInfo.InvariantCulture));
    }

    private static string? Special(PipelineSpec pipeline, string part, string text, int field, bool extras)
    {
        var (isDay, isWeekday) = (field == 2, field == 4);
        if (isDay && part is "L" or "l")
        {
            return extras ? "L" : throw Unknown(pipeline, part);
        }
        if (isDay && part.Length > 1 && part[^1] is 'W' or 'w')
        {
            throw Unknown(pipeline, part);
        }
        if (isWeekday && part.IndexOf('#', StringComparison.Ordinal) is var hash and > 0)
        {
            return extras ? $"{Weekday(part[..hash], text)}#{part[(hash + 1)..]}" : throw Unknown(pipeline, part);
        }
        return isWeekday && part.Length > 1 && part[^1] is 'L' or 'l' ? (extras ? $"L{Weekday(part[..^1], text)}" : throw Unknown(pipeline, part)) : null;
    }

    private static int Weekday(string word, string text) => CronField.Value(word, text, CronField.Weekdays) % 7;

    private static EscaleException Unknown(PipelineSpec pipeline, string part) =>
        ExportSet.Refusal(pipeline, $"its schedule says '{part}', which the cron of that program does not know.", "Write the days as numbers or weekdays, or leave this pipeline to Escale.");

    private static string? OfPeriod(ScheduleSpec schedule)
    {
        var (period, anchor) = (schedule.Every!.Value, schedule.From ?? DateTimeOffset.UnixEpoch);
        if (period.Ticks % TimeSpan.TicksPerMinute != 0 || anchor.UtcTicks % TimeSpan.TicksPerMinute != 0 || Day % period.TotalMinutes != 0)
        {
            return null;
        }
        var (minutes, first) = ((int)period.TotalMinutes, (int)((anchor.UtcTicks / TimeSpan.TicksPerMinute) % (int)period.TotalMinutes));
        return Hour % minutes == 0 ? $"{List(first, minutes, Hour)} * * * *"
            : minutes % Hour == 0 ? FormattableString.Invariant($"{first % Hour} {List(first / Hour, minutes / Hour, 24)} * * *") : null;
    }

    private static string List(int first, int step, int end) => step == 1 ? "*" : string.Join(',', Enumerable.Range(0, end / step).Select(at => (first + (at * step)).ToString(CultureInfo.InvariantCulture)));
}
