using Escale.Kernel;
using Escale.Orchestrate.Pipelines;
using Escale.Orchestrate.Pipelines.Files;
using Escale.Orchestrate.Pipelines.Schedules;
using Escale.Orchestrate.Pipelines.Scheduling;
using Escale.Orchestrate.Pipelines.State;
using Escale.Testing;
using Xunit;

namespace Escale.Orchestrate.Tests.Pipelines;

/// <summary>Which runs a backfill makes.</summary>
public sealed class BackfillTests
{
    private static readonly SetClock _clock = new(() => new DateTimeOffset(2026, 11, 22, 18, 0, 0, TimeSpan.Zero));

    private static readonly PipelineSpec _daily = new()
    {
        Name = "daily", Schedule = new ScheduleSpec { Cron = "0 6 * * *" }, Tasks = [new TaskSpec { Id = "a", Kind = TaskKind.Shell, With = new Dictionary<string, IReadOnlyList<string>> { ["line"] = ["true"] } }],
        Parameters =
        [
            new ParameterSpec("port", ParameterType.Text, "dakar", "", []), new ParameterSpec("year", ParameterType.Integer, "2026", "", []), new ParameterSpec("day", ParameterType.Date, "{{ interval.day }}", "", []),
            new ParameterSpec("kind", ParameterType.Text, "a", "", ["a", "b"]),
        ],
    };

    private static readonly PipelineSpec _plain = _daily with { Name = "plain", Schedule = null };

    [Fact]
    public void Days_make_the_runs_that_their_schedule_would_have_made_less_urgent_than_those()
    {
        var runs = Plan(_daily, new BackfillAsk("2026-11-01", "2026-11-03"));
        Assert.Equal(["at:2026-11-02T06:00:00Z", "at:2026-11-03T06:00:00Z", "at:2026-11-04T06:00:00Z"], runs.Select(run => run.Key));
        Assert.All(runs, run => Assert.Equal(("backfill", true, "dakar"), (run.Trigger, run.Priority < 0, run.Parameters["port"])));
        Assert.Equal(3, runs.Select(run => run.Id).Distinct().Count());
        Assert.Equal(PipelineScheduler.KeyOf(new DateTimeOffset(2026, 11, 2, 6, 0, 0, TimeSpan.Zero)), Assert.Single(Plan(_daily, new BackfillAsk("2026-11-01", null))).Key);
        Assert.Equal("at:2026-11-22T06:00:00Z", Plan(_daily, new BackfillAsk("2026-11-19", "2026-12-31", NewestFirst: true, Limit: 2))[0].Key); // what has not ended is not among them
        Assert.StartsWith("at:2026-11-02T06:00:00Z#", Plan(_daily, new BackfillAsk("2026-11-01", "2026-11-03", Again: true))[0].Key, StringComparison.Ordinal);
    }

    [Fact]
    public void There_is_a_run_for_each_value_and_each_combination_of_them()
    {
        Assert.Equal(["for", "for&kind=b", "for&port=lome%26", "for&port=lome%26&kind=b"], Plan(_plain, Values(("port", "dakar, lome&"), ("kind", "a,b"))).Select(run => run.Key));
        Assert.Equal(["2020", "2021", "2022", "1999"], Plan(_plain, Values(("year", "2020..2022,1999,2021"))).Select(run => run.Parameters["year"]));
        Assert.Equal(["2026-10-31", "2026-11-01"], Plan(_plain, Values(("day", "2026-10-31..2026-11-01"))).Select(run => run.Parameters["day"]));
        Assert.Equal(["1..2"], Plan(_plain, Values(("port", "1..2"))).Select(run => run.Parameters["port"])); // a text is what it is
        Assert.All(Plan(_plain, Values(("port", "lome"))), run => Assert.Equal((null, null, "backfill"), (run.IntervalBegin, run.IntervalEnd, run.Trigger)));
        var both = Plan(_daily, Values(("port", "dakar,lome")) with { From = "2026-11-01", To = "2026-11-02" });
        Assert.Equal(["at:2026-11-02T06:00:00Z", "at:2026-11-02T06:00:00Z&port=lome", "at:2026-11-03T06:00:00Z", "at:2026-11-03T06:00:00Z&port=lome"], both.Select(run => run.Key));
        Assert.InRange(Plan(_plain, Values(("port", new string('x', 5000))))[0].Key.Length, 30, 50);
    }

    [Theory]
    [InlineData("port", "", "is given no value")]
    [InlineData("prt", "x", "has no parameter 'prt'")]
    [InlineData("year", "soon", "cannot be 'soon'")]
    [InlineData("year", "2026..2020", "ends before it begins")]
    [InlineData("year", "1..9223372036854775807", "more than 10,000 runs")]
    [InlineData("kind", "a,c", "cannot be 'c'")]
    [InlineData("day", "2026-02-30", "cannot be '2026-02-30'")]
    public void What_cannot_be_is_said(string name, string text, string message)
    {
        var error = Assert.Throws<EscaleException>(() => Plan(_plain, Values((name, text))));
        Assert.Equal("orchestrate.parameter", error.Code);
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        Assert.NotNull(error.Remedy);
    }

    [Fact]
    public void What_is_missing_is_said()
    {
        Assert.Equal("orchestrate.no-schedule", Assert.Throws<EscaleException>(() => Plan(_plain, new BackfillAsk("2026-11-01", "2026-11-02"))).Code);
        Assert.Contains("first day is missing", Assert.Throws<EscaleException>(() => Plan(_daily, new BackfillAsk(null, null))).Message, StringComparison.Ordinal);
        Assert.Contains("before the first", Assert.Throws<EscaleException>(() => Plan(_daily, new BackfillAsk("2026-11-02", "2026-11-01"))).Message, StringComparison.Ordinal);
    }

    private static IReadOnlyList<NewRun> Plan(PipelineSpec spec, BackfillAsk ask) => Backfill.Plan(_clock, spec, ask);

    private static BackfillAsk Values(params (string Name, string Text)[] values) => new(null, null)
    {
        Parameters = values.ToDictionary(pair => pair.Name, pair => Partitions.Written(pair.Text), StringComparer.Ordinal),
    };
}
