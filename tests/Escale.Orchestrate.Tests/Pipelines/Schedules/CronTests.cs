using System.Globalization;
using Escale.Kernel;
using Escale.Orchestrate.Pipelines.Schedules;

namespace Escale.Orchestrate.Tests.Pipelines.Schedules;

/// <summary>When cron expressions come: on the wall clock, and in zones whose clocks change.</summary>
public sealed class CronTests
{
    [Theory]
    [InlineData("*/15 * * * *", "2026-01-01 00:00", "2026-01-01 00:15")]
    [InlineData("0 6 * * 1-5", "2026-11-20 06:00", "2026-11-23 06:00")]
    [InlineData("0 6 * * FRI-SUN", "2026-11-23 00:00", "2026-11-27 06:00")]
    [InlineData("30 4 1,15 * *", "2026-11-15 04:30", "2026-12-01 04:30")]
    [InlineData("0 0 29 2 *", "2026-03-01 00:00", "2028-02-29 00:00")]
    [InlineData("0 0 13 * FRI", "2026-11-14 00:00", "2026-11-20 00:00")] // the 13th or a Friday
    [InlineData("0 0 L * *", "2026-02-01 00:00", "2026-02-28 00:00")]
    [InlineData("0 0 15W * *", "2026-08-01 00:00", "2026-08-14 00:00")] // the 15th is a Saturday
    [InlineData("0 0 1W * *", "2026-08-01 00:00", "2026-08-03 00:00")] // not in the month before
    [InlineData("0 9 * * MON#2", "2026-11-01 00:00", "2026-11-09 09:00")]
    [InlineData("0 9 * * 5L", "2026-11-01 00:00", "2026-11-27 09:00")]
    [InlineData("@monthly", "2026-12-01 00:00", "2027-01-01 00:00")]
    [InlineData("5-59/20 8-10 * JAN,jul *", "2026-01-31 10:45", "2026-07-01 08:05")]
    [InlineData("0 0 * * 7", "2026-11-20 00:00", "2026-11-22 00:00")]
    public void Come_next(string cron, string after, string next) =>
        Assert.Equal(Wall(next), CronExpression.Parse(cron).NextLocal(Wall(after)));

    [Theory]
    [InlineData("60 * * * *", "minute")]
    [InlineData("* 24 * * *", "hour")]
    [InlineData("* * 0 * *", "day of the month")]
    [InlineData("* * * FOO *", "month")]
    [InlineData("* * * * 8", "day of the week")]
    [InlineData("* * * * MON#6", "day of the week")]
    [InlineData("5-1 * * * *", "minute")]
    [InlineData("*/0 * * * *", "minute")]
    [InlineData("1,,2 * * * *", "minute")]
    [InlineData("* * * *", "4 fields")]
    [InlineData("0 0 31 2,4 *", "never comes")]
    [InlineData("@dayly", "no schedule '@dayly'")]
    public void Are_refused_with_the_field_that_is_wrong(string cron, string says)
    {
        var error = Assert.Throws<EscaleException>(() => CronExpression.Parse(cron));
        Assert.Equal("orchestrate.cron", error.Code);
        Assert.Contains(says, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    // Paris: 2026-03-29 02:00 becomes 03:00 (01:00 UTC); 2026-10-25 03:00 becomes 02:00 (01:00 UTC).
    [InlineData("30 2 * * *", "2026-03-28T01:30Z", "2026-03-29T01:00Z")] // left out: at the change
    [InlineData("30 2 * * *", "2026-03-29T01:00Z", "2026-03-30T00:30Z")] // and only once
    [InlineData("0 3 * * *", "2026-03-28T12:00Z", "2026-03-29T01:00Z")]
    [InlineData("30 2 * * *", "2026-10-24T12:00Z", "2026-10-25T00:30Z")] // twice on the wall: the first
    [InlineData("30 2 * * *", "2026-10-25T00:30Z", "2026-10-26T01:30Z")]
    [InlineData("30 2 * * *", "2026-10-25T01:10Z", "2026-10-26T01:30Z")] // asked while it repeats
    [InlineData("0 3 * * *", "2026-10-25T00:10Z", "2026-10-25T02:00Z")]
    [InlineData("30 * * * *", "2026-10-25T00:30Z", "2026-10-25T01:30Z")] // every hour is every hour
    [InlineData("30 * * * *", "2026-10-25T01:30Z", "2026-10-25T02:30Z")]
    [InlineData("30 * * * *", "2026-03-29T00:30Z", "2026-03-29T01:30Z")]
    [InlineData("0 12 1 7 *", "2026-07-01T10:00Z", "2027-07-01T10:00Z")] // over two changes
    public void Follow_the_clocks_of_Paris(string cron, string after, string next) =>
        Assert.Equal(Moment(next), CronTimes.Next(CronExpression.Parse(cron), TimeZoneInfo.FindSystemTimeZoneById("Europe/Paris"), Moment(after)));

    [Theory]
    [InlineData("Europe/Paris")]
    [InlineData("America/New_York")]
    [InlineData("Australia/Lord_Howe")] // half an hour
    [InlineData("Africa/Dakar")]
    [InlineData("Asia/Kathmandu")]
    public void Come_once_a_day_and_once_an_hour_all_year_long_wherever_one_is(string name)
    {
        var zone = TimeZoneInfo.FindSystemTimeZoneById(name);
        var (start, end) = (Moment("2026-01-01T00:00Z"), Moment("2027-01-01T00:00Z"));
        Assert.InRange(Times(CronExpression.Parse("0 * * * *"), zone, start, end).Count, 24 * 365 - 1, 24 * 365 + 1);
        for (var hour = 0; hour < 24; hour++)
        {
            var times = Times(CronExpression.Parse(string.Create(CultureInfo.InvariantCulture, $"10 {hour} * * *")), zone, start, end);
            Assert.Equal(365, times.Count);
            Assert.Equal(times.Count, times.Select(time => TimeZoneInfo.ConvertTime(time, zone).Date).Distinct().Count());
        }
    }

    private static List<DateTimeOffset> Times(CronExpression cron, TimeZoneInfo zone, DateTimeOffset start, DateTimeOffset end)
    {
        var times = new List<DateTimeOffset>();
        for (var time = CronTimes.Next(cron, zone, start); time is { } next && next <= end; time = CronTimes.Next(cron, zone, next))
        {
            times.Add(next);
        }
        return times;
    }

    private static DateTime Wall(string text) => DateTime.ParseExact(text, "yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);

    private static DateTimeOffset Moment(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);
}
