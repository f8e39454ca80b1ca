using System.Globalization;
using Escale.Orchestrate.Pipelines.Files;
using Escale.Orchestrate.Pipelines.Schedules;
using Escale.Ui;

namespace Escale.Orchestrate.Pipelines.Pages;

/// <summary>When a pipeline runs, as one would say it; an expression for which there are no words stands as it is.</summary>
internal static class ScheduleWords
{
    private static readonly Text _byHand = new("when asked", "à la demande");
    private static readonly Text _webhook = new("on a webhook", "sur webhook");
    private static readonly Text _after = new("after {0}", "après {0}");
    private static readonly Text _assets = new("when {0} changes", "quand {0} change");
    private static readonly Text _files = new("when a file comes: {0}", "à l'arrivée d'un fichier : {0}");
    private static readonly Text _everyMinute = new("every minute", "chaque minute");
    private static readonly Text _everyHour = new("every hour", "toutes les heures");
    private static readonly Text _everyHourAt = new("every hour at minute {0}", "toutes les heures à la minute {0}");
    private static readonly Text _everyMinutes = new("every {0} minutes", "toutes les {0} minutes");
    private static readonly Text _everyHours = new("every {0} hours", "toutes les {0} heures");
    private static readonly Text _everyHoursAt = new("every {0} hours at minute {1}", "toutes les {0} heures à la minute {1}");
    private static readonly Text _everyDays = new("every {0} days", "tous les {0} jours");
    private static readonly Text _everySeconds = new("every {0} seconds", "toutes les {0} secondes");
    private static readonly Text _everyDay = new("every day at {0}", "chaque jour à {0}");
    private static readonly Text _weekdays = new("{0} to {1} at {2}", "du {0} au {1} à {2}");
    private static readonly Text _onDays = new("{0} at {1}", "{0} à {1}");
    private static readonly Text _monthly = new("on day {0} of each month at {1}", "le {0} de chaque mois à {1}");
    private static readonly Text _monthEnd = new("on the last day of each month at {0}", "le dernier jour de chaque mois à {0}");
    private static readonly Text _yearly = new("each year on {1} {0} at {2}", "chaque année le {0} {1} à {2}");
    private static readonly Text _but = new("but on some days", "sauf certains jours");
    private static readonly string[] _dayCodes = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

    private static readonly Dictionary<string, string> _aliases = new(StringComparer.OrdinalIgnoreCase)
    {
        ["@hourly"] = "0 * * * *", ["@daily"] = "0 0 * * *", ["@midnight"] = "0 0 * * *", ["@weekly"] = "0 0 * * 0", ["@monthly"] = "0 0 1 * *", ["@yearly"] = "0 0 1 1 *", ["@annually"] = "0 0 1 1 *",
    };

    /// <summary>When a pipeline runs.</summary>
    public static string Of(Reader reader, PipelineSpec pipeline)
    {
        var parts = new List<string>();
        if (pipeline.Schedule is { } schedule)
        {
            parts.Add(Of(reader, schedule));
        }
        if (pipeline.Triggers.Webhook)
        {
            parts.Add(reader[_webhook]);
        }
        if (pipeline.Triggers.After.Count > 0)
        {
            parts.Add(reader[_after, string.Join(", ", pipeline.Triggers.After)]);
        }
        if (pipeline.Triggers.Assets.Count > 0)
        {
            parts.Add(reader[_assets, string.Join(", ", pipeline.Triggers.Assets)]);
        }
        if (pipeline.Triggers.Files.Count > 0)
        {
            parts.Add(reader[_files, string.Join(", ", pipeline.Triggers.Files)]);
        }
        return parts.Count == 0 ? reader[_byHand] : string.Join(" · ", parts);
    }

    /// <summary>A schedule.</summary>
    public static string Of(Reader reader, ScheduleSpec schedule)
    {
        var words = schedule.Every is { } every ? Every(reader, every) : Cron(reader, schedule.Cron!) is { } said ? said : schedule.Cron!;
        var hasClock = schedule.Every is null && words.Contains(':', StringComparison.Ordinal);
        return words + (schedule.Zone != "UTC" || hasClock ? $" ({schedule.Zone})" : "") + (schedule.Except.Count > 0 ? ", " + reader[_but] : "");
    }

    private static string Every(Reader reader, TimeSpan period) => period switch
    {
        { TotalDays: 1 } or { TotalHours: 24 } => reader[_everyHours, 24],
        { TotalDays: > 1 } when period.Ticks % TimeSpan.TicksPerDay == 0 => reader[_everyDays, period.Days],
        { TotalHours: 1 } => reader[_everyHour],
        { TotalHours: > 1 } when period.Ticks % TimeSpan.TicksPerHour == 0 => reader[_everyHours, (int)period.TotalHours],
        { TotalMinutes: 1 } => reader[_everyMinute],
        { TotalMinutes: > 1 } when period.Ticks % TimeSpan.TicksPerMinute == 0 => reader[_everyMinutes, (int)period.TotalMinutes],
        _ => reader[_everySeconds, reader.Number(period.TotalSeconds, 3)],
    };

    private static string? Cron(Reader reader, string cron)
    {
        var fields = _aliases.GetValueOrDefault(cron.Trim(), cron).Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (fields is not [var minute, var hour, var day, var month, var weekday])
        {
            return null;
        }
        weekday = weekday == "?" ? "*" : weekday;
        day = day == "?" ? "*" : day;
        return (day, month, weekday) is ("*", "*", "*") && Often(reader, minute, hour) is { } often ? often
            : Clock(minute, hour) is { } clock ? OnDays(reader, clock, day, month, weekday) : null;
    }

    private static string? Often(Reader reader, string minute, string hour) => (minute, hour) switch
    {
        ("*", "*") => reader[_everyMinute],
        (_, "*") when Step(minute) is { } minutes => reader[_everyMinutes, minutes],
        ("0", "*") => reader[_everyHour],
        (_, "*") when Number(minute) is { } at => reader[_everyHourAt, at],
        ("0", _) when Step(hour) is { } hours => reader[_everyHours, hours],
        (_, _) when Step(hour) is { } hours && Number(minute) is { } at => reader[_everyHoursAt, hours, at],
        _ => null,
    };

    private static string? OnDays(Reader reader, string clock, string day, string month, string weekday) => (day, month, weekday) switch
    {
        ("*", "*", "*") => reader[_everyDay, clock],
        ("*", "*", _) when weekday.Split('-') is [var first, var last] && Day(reader, first) is { } from && Day(reader, last) is { } to => reader[_weekdays, from, to, clock],
        ("*", "*", _) when weekday.Split(',').Select(one => Day(reader, one)).ToList() is var days && days.TrueForAll(one => one is not null) => reader[_onDays, string.Join(", ", days), clock],
        ("L", "*", "*") => reader[_monthEnd, clock],
        (_, "*", "*") when day.Split(',').All(one => Number(one) is not null) => reader[_monthly, day.Replace(",", ", ", StringComparison.Ordinal), clock],
        (_, _, "*") when Number(day) is { } number && Number(month) is >= 1 and <= 12 and var place => reader[_yearly, number, reader.Culture.DateTimeFormat.MonthNames[place - 1], clock],
        _ => null,
    };

    private static string? Clock(string minute, string hour) => Number(minute) is { } minutes && hour.Split(',') is { Length: <= 4 } hours && hours.All(one => Number(one) is not null)
        ? string.Join(", ", hours.Select(one => FormattableString.Invariant($"{Number(one):00}:{minutes:00}"))) : null;

    private static string? Day(Reader reader, string code)
    {
        var place = Number(code) is { } number ? number % 7 : Array.FindIndex(_dayCodes, one => one.Equals(code, StringComparison.OrdinalIgnoreCase));
        return place >= 0 ? reader.Culture.DateTimeFormat.DayNames[place] : null;
    }

    private static int? Step(string field) => field.StartsWith("*/", StringComparison.Ordinal) ? Number(field[2..]) : null;

    private static int? Number(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
