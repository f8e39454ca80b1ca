using System.Globalization;
using Escale.Kernel;
using Escale.Projects;

namespace Escale.Orchestrate.Pipelines.Schedules;

/// <summary>
/// Five fields of cron: minute, hour, day of the month, month, day of the week, with lists, ranges, steps and names; <c>L</c> (the last day), <c>15W</c> (the working day
/// nearest to the 15th), <c>MON#2</c> (the second Monday), <c>FRIL</c> (the last Friday); and <c>@hourly</c>, <c>@daily</c>, <c>@weekly</c>, <c>@monthly</c>, <c>@yearly</c>.
/// When both days are restricted either is enough, as in every cron. Immutable.
/// </summary>
public sealed class CronExpression
{
    // A 29 February may be eight years away; what has not come in that time never does.
    private const int MostYears = 9;

    private static readonly Dictionary<string, string> _short = new(StringComparer.OrdinalIgnoreCase)
    {
        ["@hourly"] = "0 * * * *", ["@daily"] = "0 0 * * *", ["@midnight"] = "0 0 * * *", ["@weekly"] = "0 0 * * 0", ["@monthly"] = "0 0 1 * *", ["@yearly"] = "0 0 1 1 *", ["@annually"] = "0 0 1 1 *",
    };

    private readonly CronField _minute;
    private readonly CronField _hour;
    private readonly CronField _month;
    private readonly CronDays _days;

    private CronExpression(string text, string[] fields)
    {
        Text = text;
        _minute = CronField.Parse(fields[0], CronField.Minutes);
        _hour = CronField.Parse(fields[1], CronField.Hours);
        _month = CronField.Parse(fields[3], CronField.Months);
        _days = CronDays.Parse(fields[2], fields[4]);
    }

    /// <summary>The expression as it was written.</summary>
    public string Text { get; }

    /// <summary>Whether it comes every hour: such schedules follow elapsed time when clocks change, others follow the clock on the wall.</summary>
    public bool IsEveryHour => _hour.IsAny;

    /// <summary>Reads an expression.</summary>
    /// <exception cref="EscaleException"><c>orchestrate.cron</c>: which field is wrong, or that it never comes.</exception>
    public static CronExpression Parse(string text)
    {
        var words = text.Trim();
        if (words.StartsWith('@') && !_short.ContainsKey(words))
        {
            throw new EscaleException("orchestrate.cron", $"There is no schedule '{words}'.", Nearest.Remedy(words, _short.Keys, "It is one of " + string.Join(", ", _short.Keys) + "."));
        }
        var fields = _short.GetValueOrDefault(words, words).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        if (fields.Length != 5)
        {
            throw new EscaleException(
                "orchestrate.cron", string.Create(CultureInfo.InvariantCulture, $"'{text}' has {fields.Length} fields; a cron expression has 5."),
                "Write minute, hour, day of the month, month, day of the week: 0 6 * * 1-5 is six o'clock on working days.");
        }
        var cron = new CronExpression(words, fields);
        return cron.NextLocal(new DateTime(2023, 12, 31)) is not null ? cron
            : throw new EscaleException("orchestrate.cron", $"'{text}' never comes: no such month has such a day.", "Correct the day or the month.");
    }

    /// <summary>The next minute on the wall clock after this one, or null when none comes.</summary>
    public DateTime? NextLocal(DateTime after)
    {
        var at = new DateTime(after.Year, after.Month, after.Day, after.Hour, after.Minute, 0).AddMinutes(1);
        var end = after.Year + MostYears > 9998 ? DateTime.MaxValue : after.AddYears(MostYears);
        while (at < end)
        {
            if (!_month.Has(at.Month))
            {
                at = new DateTime(at.Year, at.Month, 1).AddMonths(1);
            }
            else if (!_days.Has(at))
            {
                at = at.Date.AddDays(1);
            }
            else if (!_hour.Has(at.Hour))
            {
                at = at.Date.AddHours(at.Hour + 1);
            }
            else if (!_minute.Has(at.Minute))
            {
                at = at.AddMinutes(1);
            }
            else
            {
                return at;
            }
        }
        return null;
    }
}
