using Escale.Orchestrate.Pipelines.Files;
using Escale.Orchestrate.Pipelines.Pages;
using Escale.Orchestrate.Pipelines.Schedules;
using Escale.Ui;
using Xunit;

namespace Escale.Orchestrate.Tests.Pipelines.Pages;

/// <summary>Schedules as one would say them.</summary>
public sealed class ScheduleWordsTests
{
    [Theory]
    [InlineData("0 6 * * *", "every day at 06:00 (UTC)", "chaque jour à 06:00 (UTC)")]
    [InlineData("@daily", "every day at 00:00 (UTC)", "chaque jour à 00:00 (UTC)")]
    [InlineData("30 6,18 * * *", "every day at 06:30, 18:30 (UTC)", "chaque jour à 06:30, 18:30 (UTC)")]
    [InlineData("0 6 * * 1-5", "Monday to Friday at 06:00 (UTC)", "du lundi au vendredi à 06:00 (UTC)")]
    [InlineData("0 6 * * MON,thu", "Monday, Thursday at 06:00 (UTC)", "lundi, jeudi à 06:00 (UTC)")]
    [InlineData("0 6 * * 7", "Sunday at 06:00 (UTC)", "dimanche à 06:00 (UTC)")]
    [InlineData("0 0 1 * *", "on day 1 of each month at 00:00 (UTC)", "le 1 de chaque mois à 00:00 (UTC)")]
    [InlineData("0 23 L * *", "on the last day of each month at 23:00 (UTC)", "le dernier jour de chaque mois à 23:00 (UTC)")]
    [InlineData("0 8 14 7 *", "each year on July 14 at 08:00 (UTC)", "chaque année le 14 juillet à 08:00 (UTC)")]
    [InlineData("*/15 * * * *", "every 15 minutes", "toutes les 15 minutes")]
    [InlineData("0 * * * *", "every hour", "toutes les heures")]
    [InlineData("20 * * * *", "every hour at minute 20", "toutes les heures à la minute 20")]
    [InlineData("0 */6 * * *", "every 6 hours", "toutes les 6 heures")]
    [InlineData("5 4 1-7 * 1", "5 4 1-7 * 1", "5 4 1-7 * 1")]
    [InlineData("0 6 15W * *", "0 6 15W * *", "0 6 15W * *")]
    public void Are_told_in_words_or_as_they_are_written(string cron, string english, string french)
    {
        var spec = new ScheduleSpec { Cron = cron };
        Assert.Equal((english, french), (ScheduleWords.Of(new Reader(Language.English), spec), ScheduleWords.Of(new Reader(Language.French), spec)));
    }

    [Fact]
    public void Name_their_zone_and_what_else_starts_the_pipeline()
    {
        var reader = new Reader(Language.English);
        var pipeline = new PipelineSpec { Name = "p", Tasks = [] };
        Assert.Equal("when asked", ScheduleWords.Of(reader, pipeline));
        pipeline = pipeline with { Schedule = new ScheduleSpec { Cron = "0 6 * * *", Zone = "Africa/Dakar", Except = [new DaySpan(new DateOnly(2026, 12, 25), new DateOnly(2026, 12, 25))] }, Triggers = new TriggerSpec { Webhook = true } };
        Assert.Equal("every day at 06:00 (Africa/Dakar), but on some days · on a webhook", ScheduleWords.Of(reader, pipeline));
        Assert.Equal("every 5 minutes", ScheduleWords.Of(reader, new ScheduleSpec { Every = TimeSpan.FromMinutes(5) }));
        Assert.Equal("every 24 hours", ScheduleWords.Of(reader, new ScheduleSpec { Every = TimeSpan.FromDays(1) }));
        Assert.Equal("every 90 seconds", ScheduleWords.Of(reader, new ScheduleSpec { Every = TimeSpan.FromSeconds(90) }));
    }
}
