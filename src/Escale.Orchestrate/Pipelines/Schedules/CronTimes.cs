namespace Escale.Orchestrate.Pipelines.Schedules;

/// <summary>
/// When a cron expression comes in a time zone. A schedule for certain hours follows the clock on the wall: a time that a change of clocks leaves out comes at the moment of the
/// change, once; a time that comes twice is taken the first time. A schedule for every hour follows elapsed time. Pure.
/// </summary>
public static class CronTimes
{
    private static readonly TimeSpan _minute = TimeSpan.FromMinutes(1);

    /// <summary>The first moment after this one, or null when none comes.</summary>
    public static DateTimeOffset? Next(CronExpression cron, TimeZoneInfo zone, DateTimeOffset after)
    {
        var (from, offset) = (after.UtcDateTime, zone.GetUtcOffset(after.UtcDateTime));
        var wall = Local(from + offset);
        var repeatedUntil = cron.IsEveryHour ? DateTime.MinValue : EndOfRepetition(zone, from, offset);
        while (cron.NextLocal(wall) is { } next)
        {
            if (next - DateTime.MinValue < offset)
            {
                return null;
            }
            var moment = DateTime.SpecifyKind(next - offset, DateTimeKind.Utc);
            if (Change(zone, from, moment, offset) is not { } change)
            {
                if (next >= repeatedUntil)
                {
                    return new DateTimeOffset(moment, TimeSpan.Zero);
                }
                (from, wall) = (moment, next); // the clock shows this time for the second time
                continue;
            }
            var then = zone.GetUtcOffset(change);
            var isLeftOut = then > offset && next < Local(change + then);
            if (isLeftOut && !cron.IsEveryHour)
            {
                return new DateTimeOffset(change, TimeSpan.Zero);
            }
            repeatedUntil = then < offset && !cron.IsEveryHour ? Local(change + offset) : DateTime.MinValue;
            (from, offset, wall) = (change, then, Local(change + then) - _minute);
        }
        return null;
    }

    private static DateTime Local(DateTime time) => DateTime.SpecifyKind(time, DateTimeKind.Unspecified);

    /// <summary>Until when, on the wall, the clock shows times for the second time at this moment.</summary>
    private static DateTime EndOfRepetition(TimeZoneInfo zone, DateTime moment, TimeSpan offset)
    {
        var wall = Local(moment + offset);
        if (!zone.IsAmbiguousTime(wall) || zone.GetAmbiguousTimeOffsets(wall).Max() == offset)
        {
            return DateTime.MinValue;
        }
        while (zone.IsAmbiguousTime(wall))
        {
            wall += _minute;
        }
        return new DateTime(wall.Year, wall.Month, wall.Day, wall.Hour, wall.Minute, 0);
    }

    /// <summary>The first change of the offset after one moment and not after another, or null.</summary>
    private static DateTime? Change(TimeZoneInfo zone, DateTime after, DateTime until, TimeSpan offset)
    {
        for (var day = after; day < until;)
        {
            var next = until - day > TimeSpan.FromDays(1) ? day.AddDays(1) : until;
            if (zone.GetUtcOffset(next) != offset)
            {
                return Between(zone, day, next, offset);
            }
            day = next;
        }
        return null;
    }

    private static DateTime Between(TimeZoneInfo zone, DateTime before, DateTime changed, TimeSpan offset)
    {
        var (low, high) = (before.Ticks / TimeSpan.TicksPerSecond, (changed.Ticks + TimeSpan.TicksPerSecond - 1) / TimeSpan.TicksPerSecond);
        while (low + 1 < high)
        {
            var middle = (low + high) / 2;
            (low, high) = zone.GetUtcOffset(new DateTime(middle * TimeSpan.TicksPerSecond, DateTimeKind.Utc)) == offset ? (middle, high) : (low, middle);
        }
        return new DateTime(high * TimeSpan.TicksPerSecond, DateTimeKind.Utc);
    }
}
