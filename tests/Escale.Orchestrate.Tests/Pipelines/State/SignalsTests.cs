using System.Globalization;
using Escale.Orchestrate.Pipelines.State;
using Xunit;

namespace Escale.Orchestrate.Tests.Pipelines.State;

/// <summary>Which runs a pipeline owes to what happened.</summary>
public sealed class SignalsTests
{
    private static readonly SignalSource _a = new("p", SignalSource.After, "a");
    private static readonly SignalSource _b = new("p", SignalSource.After, "b");

    private static readonly SignalSource _c = new("p", SignalSource.After, "c");

    [Fact]
    public void After_one_pipeline_comes_a_run_for_each_of_its_runs_in_the_order_of_their_intervals()
    {
        Assert.Equal(["1..2 a1", "2..3 a2", ".. asked"], Owed([_a], At(_a, 2, 20), At(_a, 1, 30), Asked(_a, 40)));
        Assert.Empty(Owed([], At(_a, 1, 10)));
    }

    [Fact]
    public void After_several_comes_a_run_for_each_interval_that_all_have_done()
    {
        Assert.Empty(Owed([_a, _b], At(_a, 1, 10), At(_a, 2, 20)));
        Assert.Equal(["2..3 a2 b2"], Owed([_a, _b], At(_a, 1, 10), At(_a, 2, 20), At(_b, 2, 30), At(_a, 3, 40)));
        Assert.Equal(["1..2 a1 b1 c1", "3..4 a3 b3 c3"], Owed([_a, _b, _c], At(_a, 3, 4), At(_b, 3, 4), At(_c, 3, 4), At(_a, 1, 9), At(_b, 1, 9), At(_c, 1, 9), At(_a, 2, 9), At(_b, 2, 9)));
    }

    [Fact]
    public void What_one_of_several_mends_later_has_its_run_then()
    {
        List<Signal> waiting = [At(_a, 1, 2), At(_a, 2, 3), At(_b, 2, 3)];
        var first = Signals.Owed([_a, _b], waiting, _ => true);
        Assert.Equal(["2..3 a2 b2"], first.Runs.Select(Shown));
        waiting.RemoveAll(first.Runs[0].Signals.Contains);
        Assert.Equal(["1..2 a1 b1"], Owed([_a, _b], [.. waiting, At(_b, 1, 9)]));
        Assert.Empty(Owed([_a, _b], [.. waiting, At(_b, 7, 8)])); // neither has done the other's
    }

    [Fact]
    public void What_runs_at_other_minutes_of_the_hour_belongs_to_what_it_shares_most_with()
    {
        Assert.Equal(["1..2.25 a1 b1.25", "2..3.25 a2 b2.25"], Owed([_a, _b], At(_a, 1, 2), At(_b, 1.25, 2.3), At(_a, 2, 3), At(_b, 2.25, 3.3)));
        Assert.Empty(Owed([_a, _b], At(_b, 1.25, 2.3), At(_a, 2, 3))); // the first hour of the one failed; it does not shift all that follow
        Assert.Equal(["1..2.5 a1 b1.5", "2..3.5 a2 b2.5"], Owed([_a, _b], At(_a, 1, 2), At(_b, 1.5, 2.5), At(_a, 2, 3), At(_b, 2.5, 3.5)));
        Assert.Equal(["0..1 a0 b0 b0.75"], Owed([_a, _b], At(_b, 0, 0.75, length: 0.75), At(_a, 0, 1), At(_b, 0.75, 1.5, length: 0.25)));
    }

    [Fact]
    public void Hours_belong_to_their_day_which_waits_for_the_last_of_them()
    {
        var (day, hours) = (At(_b, 0, 24.1, length: 24), Enumerable.Range(0, 23).Select(hour => At(_a, hour, hour + 1.1)).ToList());
        Assert.Empty(Owed([_a, _b], [day, .. hours]));
        Assert.Equal("0..24", Owed([_a, _b], [day, .. hours, At(_a, 23, 24.2)]).Select(text => text.Split(' ')[0]).Single());
        Assert.Equal(25, Signals.Owed([_b, _a], [day, .. hours, At(_a, 23, 24.2), At(_a, 24, 25.1)], _ => true).Runs.Single().Signals.Count); // the next hour is another day's
        Assert.Equal(24, Signals.Owed([_a, _b], [day, .. hours, At(_a, 24, 25.1)], _ => true).Runs.Single().Signals.Count); // its last hour failed: not for ever
        Assert.Equal(["5..48 a5 b24 a24 a47"], Owed([_a, _b], At(_a, 5, 30), At(_a, 24, 25), At(_a, 47, 48), At(_b, 24, 48, length: 24))); // mended after its day: the next one's
    }

    [Fact]
    public void What_is_started_by_hand_belongs_to_what_else_is()
    {
        Assert.Empty(Owed([_a, _b], Asked(_a, 1), At(_b, 1, 2)));
        Assert.Equal(["1..2 a1 b1"], Owed([_a, _b], Asked(_a, 1), At(_a, 1, 2), At(_b, 1, 2)));
        Assert.Equal([".. asked asked"], Owed([_a, _b], Asked(_a, 1), Asked(_b, 2), At(_b, 1, 2)));
    }

    [Fact]
    public void Pipelines_without_intervals_are_waited_for_once()
    {
        Assert.Equal(["1..3 a1 b1 a2 b2 asked"], Owed([_a, _b, _c], "ab", At(_a, 1, 2), At(_b, 1, 2), At(_a, 2, 3), At(_b, 2, 3), At(_a, 3, 4), Asked(_c, 5)));
        Assert.Empty(Owed([_a, _b, _c], "ab", At(_a, 1, 2), Asked(_c, 5)));
        Assert.Empty(Owed([_a, _b, _c], "ab", At(_a, 1, 2), At(_b, 1, 2)));
        Assert.Equal([".. asked asked asked"], Owed([_a, _b], "", Asked(_a, 1), Asked(_b, 2), Asked(_a, 3)));
    }

    [Fact]
    public void First_runs_that_are_about_no_time_at_all_belong_together()
    {
        Assert.Equal(["1..1 a1 b1"], Owed([_a, _b], At(_a, 1, 1, length: 0), At(_b, 1, 1, length: 0)));
        Assert.Equal(["0..1 a0 b1"], Owed([_a, _b], At(_a, 0, 1), At(_b, 1, 1, length: 0)));
        Assert.Empty(Owed([_a, _b], At(_a, 1, 2), At(_b, 1, 1, length: 0)));
    }

    [Fact]
    public void An_interval_that_the_others_never_do_is_given_up_when_ten_thousand_later_ones_have_passed()
    {
        List<Signal> waiting = [.. Enumerable.Range(0, 10_003).Select(hour => At(_a, hour, hour)), Asked(_b, 9_000), Asked(_b, 10_000)];
        var owed = Signals.Owed([_a, _b], waiting, _ => true);
        Assert.Empty(owed.Runs);
        Assert.Equal(["a 0", "a 1", "b asked"], owed.GivenUp.Select(signal => $"{signal.Source.Name} {signal.Item}"));
        Assert.Equal(9_000, Signals.Owed([_a, _b], [.. waiting, .. Enumerable.Range(0, 9_000).Select(hour => At(_b, hour, hour))], _ => true).Runs.Count);
        Assert.Empty(Signals.Owed([_a, _b], waiting, _ => false).GivenUp);
    }

    private static IEnumerable<string> Owed(IReadOnlyCollection<SignalSource> sources, params Signal[] pending) => Owed(sources, "abc", pending);

    private static IEnumerable<string> Owed(IReadOnlyCollection<SignalSource> sources, string timed, params Signal[] pending) => Signals.Owed(sources, pending, name => timed.Contains(name, StringComparison.Ordinal)).Runs.Select(Shown);

    private static Signal At(SignalSource source, double hour, double ended, double length = 1) =>
        new(source, hour.ToString(CultureInfo.InvariantCulture), "1", Time(ended)) { IntervalBegin = Time(hour), IntervalEnd = Time(hour + length) };

    private static Signal Asked(SignalSource source, double ended) => new(source, "asked", Time(ended).ToString("O"), Time(ended));

    private static DateTimeOffset Time(double hour) => new DateTimeOffset(2026, 11, 22, 0, 0, 0, TimeSpan.Zero).AddHours(hour);

    private static string Shown(SignalledRun run) => string.Create(
        CultureInfo.InvariantCulture,
        $"{(run.Begin - Time(0))?.TotalHours}..{(run.End - Time(0))?.TotalHours} {string.Join(' ', run.Signals.Select(signal => signal.Item == "asked" ? "asked" : signal.Source.Name + signal.Item))}");
}
