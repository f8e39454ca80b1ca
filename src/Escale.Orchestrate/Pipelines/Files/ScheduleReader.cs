using System.Globalization;
using Escale.Kernel;
using Escale.Orchestrate.Pipelines.Schedules;
using Escale.Projects;
using Escale.Projects.Yaml;

namespace Escale.Orchestrate.Pipelines.Files;

/// <summary>Reads <c>schedule</c> and <c>triggers</c>.</summary>
internal static class ScheduleReader
{
    private static readonly TimeSpan _shortest = TimeSpan.FromSeconds(1);

    /// <summary><c>schedule</c>: a cron expression, or a mapping; null when absent.</summary>
    public static ScheduleSpec? Read(YamlReader reader)
    {
        if (reader.Node("schedule") is not { } node)
        {
            return null;
        }
        if (node is YamlScalar)
        {
            return Checked(node, new ScheduleSpec { Cron = node.AsText() });
        }
        var own = node.AsMap("the schedule").Reader("the schedule");
        var (cron, every) = (own.TextOrNull("cron"), own.Duration("every"));
        if (cron is null == every is null)
        {
            throw node.Error("orchestrate.pipeline-invalid", cron is null ? "The schedule says no time." : "The schedule has cron and every.", "Write cron: \"0 6 * * *\" or every: 15m.");
        }
        if (every < _shortest)
        {
            throw own.Need("every").Error("orchestrate.pipeline-invalid", "A pipeline cannot run more often than every second.", "Write a longer time, such as 5m.");
        }
        var schedule = new ScheduleSpec
        {
            Cron = cron,
            Every = every,
            Zone = Zone(own),
            Except = [.. Days(own)],
            CatchUp = own.Choice("catch_up", CatchUp.Last),
        };
        schedule = schedule with { From = Moment(own, "from", schedule.Zone), Until = Moment(own, "until", schedule.Zone) };
        own.Done();
        return Checked(own.Node("cron") ?? node, schedule);
    }

    /// <summary><c>triggers</c>.</summary>
    public static TriggerSpec Triggers(YamlReader? reader)
    {
        if (reader is null)
        {
            return new TriggerSpec();
        }
        var triggers = new TriggerSpec { Webhook = reader.Bool("webhook", false), After = Distinct("after"), Assets = Distinct("assets"), Files = Distinct("files") };
        reader.Done();
        return triggers;

        IReadOnlyList<string> Distinct(string key) => [.. reader.Texts(key).Distinct(StringComparer.Ordinal)];
    }

    /// <summary><c>deadline</c>: a time span or a time of day; null when absent.</summary>
    public static DeadlineSpec? Deadline(YamlReader reader)
    {
        if (reader.Node("deadline") is not { } node)
        {
            return null;
        }
        return TimeOnly.TryParseExact(node.AsText(), ["HH:mm", "H:mm"], CultureInfo.InvariantCulture, DateTimeStyles.None, out var time) ? new DeadlineSpec(null, time)
            : reader.Duration("deadline") is { } span && span > TimeSpan.Zero ? new DeadlineSpec(span, null) : throw node.WrongType("a time span such as 45m, or a time of day such as \"07:30\"");
    }

    private static ScheduleSpec Checked(YamlNode node, ScheduleSpec schedule)
    {
        try
        {
            _ = new Schedule(schedule);
            return schedule;
        }
        catch (EscaleException error) when (error.Place is null)
        {
            throw error.At(node.Place);
        }
    }

    private static string Zone(YamlReader reader)
    {
        if (reader.Node("zone") is not { } node)
        {
            return "UTC";
        }
        return TimeZoneInfo.TryFindSystemTimeZoneById(node.AsText(), out _) ? node.AsText() : throw node.Error(
            "orchestrate.pipeline-invalid", $"There is no time zone '{node.AsText()}'.",
            Nearest.Remedy(node.AsText(), TimeZoneInfo.GetSystemTimeZones().Select(zone => zone.Id), "Write a name such as Africa/Dakar, Europe/Paris or UTC."));
    }

    private static IEnumerable<DaySpan> Days(YamlReader reader)
    {
        foreach (var node in reader.Node("except") is YamlList list ? list.Items : reader.Node("except") is { } one ? [one] : [])
        {
            var ends = node.AsText("a day").Split("..");
            if (ends.Length > 2 || !TryDay(ends[0], out var first) || !TryDay(ends[^1], out var last) || last < first)
            {
                throw node.WrongType("a day such as 2026-12-25, or days such as 2026-12-24..2027-01-02");
            }
            yield return new DaySpan(first, last);
        }
    }

    private static DateTimeOffset? Moment(YamlReader reader, string key, string zone)
    {
        if (reader.Node(key) is not { } node)
        {
            return null;
        }
        return DateTime.TryParseExact(node.AsText(), ["yyyy-MM-dd", "yyyy-MM-dd HH:mm", "yyyy-MM-dd'T'HH:mm"], CultureInfo.InvariantCulture, DateTimeStyles.None, out var wall)
            ? new DateTimeOffset(wall, TimeZoneInfo.FindSystemTimeZoneById(zone).GetUtcOffset(wall)).ToUniversalTime()
            : throw node.WrongType("a moment such as 2026-01-31 or 2026-01-31 06:00");
    }

    private static bool TryDay(string text, out DateOnly day) => DateOnly.TryParseExact(text.Trim(), "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out day);
}
