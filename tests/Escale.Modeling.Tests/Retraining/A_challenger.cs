using System.Net.Http.Json;
using System.Text.Json;
using Escale.Kernel;
using Escale.Learning.Frames;
using Escale.Modeling.Registry;
using Escale.Modeling.Retraining;
using Escale.Modeling.Training;
using Escale.Projects.Yaml;

namespace Escale.Modeling.Tests.Retraining;

public sealed class A_challenger(ModelingProgram program)
{
    private const string Spec = "target: y\ntrials: 2\nfamilies: [linear]\nmetric: rmse\nsplit: {by: time, column: at}\nretrain: {new_rows: 100, margin: 0}\n";

    // From day 300 on the world is another, when there are so many days.
    private static string Days(int count) => $"select timestamp '2025-01-01' + to_days(i::int) as at, (i * 37 % 101)::double as x, (case when i < 300 then 2 else -3 end) * (i * 37 % 101) + (i * 7919 % 13) as y from range({count}) r(i) order by i";

    [Fact]
    public async Task Takes_the_place_of_the_champion_when_it_is_better_on_rows_that_neither_learned_from()
    {
        program.Make("gold.turning", Days(300));
        var spec = ModelingProgram.Spec("table: gold.turning\n" + Spec, "turning");
        await program.Get<TrainingJob>().RunAsync(new TrainingOrder { Spec = spec, Person = "test" }, CancellationToken.None);
        program.Make("gold.turning", Days(600));
        var challenge = await ChallengeAsync(spec);
        Assert.Equal(("promoted", 1, 2), (challenge.Outcome, challenge.Champion, challenge.Challenger));
        Assert.Equal((300, 150, "at", "2026-03-27 00:00"), (challenge.Rows!.New, challenge.Rows.Judging, challenge.Rows.Column, challenge.Rows.From));
        Assert.True(challenge.Low > 0 && challenge.ChallengerScore < challenge.ChampionScore);
        var registry = program.Get<ModelRegistry>();
        Assert.Equal(2, (await registry.GetAsync("turning", CancellationToken.None)).Aliases[ModelRegistry.Champion]);
        Assert.Contains("150", (await registry.MovesAsync("turning", CancellationToken.None))[0].Note, StringComparison.Ordinal);
        // What it was judged by, it had not learned: 600 rows less 150.
        Assert.Equal(450, program.Get<TrainingJob>().SummaryOf(challenge.Run!)!.RowCount);
        // And it can be repeated bit for bit, without those rows.
        var again = await program.Get<Repeating>().OrderAsync(challenge.Run!, "test", CancellationToken.None);
        var repeated = await program.Get<TrainingJob>().RunAsync(again, CancellationToken.None);
        Assert.True(await program.Get<Repeating>().CompareAsync(challenge.Run!, repeated, CancellationToken.None));
    }

    [Fact]
    public async Task Stays_behind_when_it_is_not_surely_better_and_says_why()
    {
        program.Make("gold.same", Days(200));
        var spec = ModelingProgram.Spec("table: gold.same\n" + Spec, "same");
        await program.Get<TrainingJob>().RunAsync(new TrainingOrder { Spec = spec, Person = "test" }, CancellationToken.None);
        program.Make("gold.same", Days(299));
        var challenge = await ChallengeAsync(spec);
        Assert.Equal(("kept", 1), (challenge.Outcome, (await program.Get<ModelRegistry>().GetAsync("same", CancellationToken.None)).Aliases[ModelRegistry.Champion]));
        Assert.Equal(2, (await program.Get<ModelRegistry>().GetAsync("same", CancellationToken.None)).Aliases[ChallengeWork.Challenger]);
        var browser = await program.SignInAsync();
        Assert.Contains("is not surely better", await browser.GetStringAsync("/models/same"), StringComparison.Ordinal);
        var listed = await program.Engineer.GetFromJsonAsync<JsonElement>("/api/v1/models/same/challenges");
        Assert.Equal("kept", listed.GetProperty("challenges")[0].GetProperty("outcome").GetString());
    }

    [Fact]
    public async Task Is_not_judged_without_new_rows()
    {
        program.Make("gold.still", Days(120));
        var spec = ModelingProgram.Spec("table: gold.still\n" + Spec, "still");
        await program.Get<TrainingJob>().RunAsync(new TrainingOrder { Spec = spec, Person = "test" }, CancellationToken.None);
        var challenge = await ChallengeAsync(spec);
        Assert.Equal(("unjudged", "modeling.challenge-few-rows"), (challenge.Outcome, challenge.Code));
        Assert.Equal(1, (await program.Get<ModelRegistry>().GetAsync("still", CancellationToken.None)).Aliases[ModelRegistry.Champion]);
    }

    [Fact]
    public async Task Is_due_when_the_rule_says_so_and_not_before()
    {
        program.Make("gold.due", Days(100));
        var spec = ModelingProgram.Spec("table: gold.due\n" + Spec, "due");
        await program.Get<TrainingJob>().RunAsync(new TrainingOrder { Spec = spec, Person = "test" }, CancellationToken.None);
        var keeper = program.Get<Modeling.Alerts.ModelKeeper>();
        Assert.Null(await keeper.ReasonAsync(spec, spec.Retrain!, [], CancellationToken.None));
        program.Make("gold.due", Days(150));
        Assert.Null(await keeper.ReasonAsync(spec, spec.Retrain!, [], CancellationToken.None)); // 50 rows of 100
        program.Make("gold.due", Days(260));
        Assert.Equal(("new-rows", "160"), await keeper.ReasonAsync(spec, spec.Retrain!, [], CancellationToken.None) is { } reason ? (reason.Kind, reason.Values[0]) : default);
        var drift = new Modeling.Alerts.ModelAlert("due", "due", "drift", "warn", ["x", "500"], DateTimeOffset.UtcNow);
        Assert.Equal("drift", (await keeper.ReasonAsync(spec, spec.Retrain! with { OnDrift = true }, [drift], CancellationToken.None))!.Kind);
        await ChallengeAsync(spec);
        Assert.Null(await keeper.ReasonAsync(spec, spec.Retrain! with { OnDrift = true }, [drift], CancellationToken.None)); // a day's pause
    }

    [Fact]
    public void Is_judged_by_the_newest_of_the_rows_that_were_added()
    {
        var then = new Frame(Column.OfNumbers("a", new double[] { 1, 1, 2 }), Column.OfTexts("b", new string?[] { "x", "x", null }));
        var now = new Frame(Column.OfNumbers("a", new double[] { 2, 1, 1, 1, 3 }), Column.OfTexts("b", new string?[] { null, "x", "x", "x", "y" }));
        Assert.Equal([3, 4], NewRows.Of(now, then, new HashSet<int>())); // the third 1 x, and 3 y
        Assert.Equal([2, 3, 4], NewRows.Of(now, then, new HashSet<int> { 0 }));
    }

    [Fact]
    public void Is_judged_by_whole_entities_when_entities_come_again()
    {
        // 200 old rows of ships 0 to 9; 160 new ones: ships 5 to 12, twenty rows each.
        var ships = Enumerable.Range(0, 200).Select(row => $"ship {row / 20}").Concat(Enumerable.Range(0, 160).Select(row => $"ship {5 + (row % 8)}")).ToArray();
        var frame = new Frame(Column.OfTexts("ship", ships), Column.OfNumbers("late", Enumerable.Range(0, 360).Select(row => (double)row).ToArray()));
        var added = Enumerable.Range(200, 160).ToArray();
        var judged = NewRows.Newest(frame, added, "late", null, "ship");
        Assert.Equal(["ship 10", "ship 11", "ship 12"], judged.Select(row => ships[row]).Distinct().Order()); // never met, and enough
        Assert.Equal(60, judged.Count);
        var met = added.Where(row => ships[row] is not ("ship 10" or "ship 11" or "ship 12")).ToArray();
        var some = NewRows.Newest(frame, met, "late", null, "ship");
        Assert.Equal((60, 3), (some.Count, some.Select(row => ships[row]).Distinct().Count())); // at least half of 100, and none in part
        Assert.Equal(50, NewRows.Newest(frame, met, "late", null).Count);
    }

    [Theory]
    [InlineData("retrain: {}\n")]
    [InlineData("retrain: {margin: 1}\n")]
    [InlineData("retrain: {drift: true, margin: -1}\n")]
    [InlineData("retrain: {drift: true, when: never}\n")]
    [InlineData("truth: {table: gold.x}\n")]
    public void Is_refused_with_a_rule_that_cannot_be(string yaml) => Assert.Throws<EscaleException>(() => ModelingProgram.Spec("table: gold.x\ntarget: y\n" + yaml));

    [Fact]
    public void Keeps_its_rule_when_the_file_is_written()
    {
        var spec = ModelingProgram.Spec("table: gold.x\ntarget: y\ntruth: {table: gold.t, key: [id, at]}\nretrain: {drift: true, quality: true, new_rows: 500, age: 30d, margin: 0.5, pause: 12h, promote: false}\n");
        var again = TrainingReader.Read(YamlFile.Parse(SpecText.Write(spec), "ml/delay.yml"), "delay", "ml/delay.yml");
        Assert.Equal(spec.Retrain, again.Retrain);
        Assert.Equal((spec.Truth!.Table, "id,at"), (again.Truth!.Table, string.Join(',', again.Truth.Keys)));
        Assert.Equal(ModelingProgram.Spec("table: gold.x\ntarget: y\n").Fingerprint(), again.Fingerprint());
    }

    private Task<Challenge> ChallengeAsync(TrainingSpec spec) => program.Get<ChallengeWork>().RunAsync(spec, new RetrainReason("asked", []), "awa", order => order, CancellationToken.None);
}
