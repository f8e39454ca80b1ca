using Escale.Orchestrate.Pipelines.State;
using Xunit;

namespace Escale.Orchestrate.Tests.Pipelines.State;

/// <summary>Which runs a pipeline owes to what happened.</summary>
public sealed class SignalsTests
{
    private static readonly SignalSource _a = new("p", SignalSource.After, "a");
    private static readonly SignalSource _b = new("p", SignalSource.After, "b");

    [Fact]
    public void After_one_pipeline_comes_a_run_for_each_of_its_runs_in_the_order_of_their_intervals()
    {
        var owed = Signals.Owed([_a], [At(_a, 2, 20), At(_a, 1, 30), Asked(_a, 40)]);
        Assert.Equal(["1..2", "2..3", ".."], owed.Select(Shown));
        Assert.Empty(Signals.Owed([], [At(_a, 1, 10)]));
    }

    [Fact]
    public void After_several_comes_a_run_for_each_interval_that_all_have_done()
    {
        Assert.Empty(Signals.Owed([_a, _b], [At(_a, 1, 10), At(_a, 2, 20)]));
        var owed = Signals.Owed([_a, _b], [At(_a, 1, 10), At(_a, 2, 20), At(_b, 2, 30), At(_a, 3, 40)]);
        Assert.Equal("2..3", Shown(Assert.Single(owed)));
        Assert.Equal(["a 1", "a 2", "b 2"], owed[0].Signals.Select(signal => $"{signal.Source.Name} {signal.Item}")); // the older one is done for with it
    }

    [Fact]
    public void Where_intervals_differ_a_run_is_about_all_that_happened_until_each_had_ended_well()
    {
        var day = new Signal(_b, "day", "1", Time(25)) { IntervalBegin = Time(0), IntervalEnd = Time(24) };
        var owed = Signals.Owed([_a, _b], [At(_a, 1, 10), At(_a, 2, 20), day, Asked(_b, 26)]);
        Assert.Equal(("0..24", 4), (Shown(Assert.Single(owed)), owed[0].Signals.Count));
    }

    private static Signal At(SignalSource source, int hour, int ended) =>
        new(source, hour.ToString(System.Globalization.CultureInfo.InvariantCulture), "1", Time(ended)) { IntervalBegin = Time(hour), IntervalEnd = Time(hour + 1) };

    private static Signal Asked(SignalSource source, int ended) => new(source, "asked", "1", Time(ended));

    private static DateTimeOffset Time(int hour) => new DateTimeOffset(2026, 11, 22, 0, 0, 0, TimeSpan.Zero).AddHours(hour);

    private static string Shown(SignalledRun run) => $"{(run.Begin - Time(0))?.TotalHours}..{(run.End - Time(0))?.TotalHours}";
}
