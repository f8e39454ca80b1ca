using Escale.Kernel;
using Escale.Learning;
using Escale.Learning.Frames;
using Escale.Modeling.Registry;
using Escale.Modeling.Tracking;
using Escale.Modeling.Training;
using Microsoft.Extensions.DependencyInjection;

namespace Escale.Modeling.Tests.Training;

public sealed class A_training(ModelingProgram program)
{
    private const string Delay = "table: gold.calls\ntarget: delay\nexclude: [outcome]\n";

    [Fact]
    public async Task Leaves_a_version_a_record_and_files_that_judge_it()
    {
        var trained = await program.TrainAsync(Delay + "trials: 6\nfamilies: [linear, decision_tree, boosting]\n", "left");
        Assert.Equal((1, LearningTask.Regression, "R²"), (trained.Version, trained.Task, trained.Metric));
        Assert.True(trained.Score > 0.8 && trained.Score > trained.BaselineScore, $"{trained.Score}");
        Assert.Equal(("time", "arrived"), (trained.Split.By, trained.Split.Column));
        var tracked = await program.Get<TrackingStore>().ShowAsync(trained.Run, CancellationToken.None);
        Assert.Equal(("FINISHED", "gold.calls", "0"), (tracked.Run.Status, tracked.Run.Table, tracked.Run.DataVersion));
        Assert.Equal(64, tracked.Run.DataFingerprint!.Length);
        Assert.Equal("delay", tracked.Params["target"]);
        Assert.Contains(tracked.Metrics, metric => metric.Key == "rmse" && metric.Value > 0);
        Assert.Equal(["clock.bin", "curves.json", "explanations.json", "insights.json", "judgement.json", "leaderboard.json", "model.escale", "reference.json", "schema.json", "training.yml"], tracked.Artifacts.Select(artifact => artifact.Path));
        var folder = program.Get<RunFolder>();
        Assert.Equal("tonnes", folder.ReadJson<ModelExplanations>(trained.Run, "explanations.json")!.Importance[0].Column);
        Assert.NotEmpty(folder.ReadJson<Curves>(trained.Run, "curves.json")!.Residuals);
        Assert.NotEmpty((await program.Get<TrackingStore>().HistoryAsync(trained.Run, "best_score", CancellationToken.None)));
    }

    [Fact]
    public async Task Of_classes_is_judged_by_rows_that_were_not_seen()
    {
        var trained = await program.TrainSmallAsync("judged");
        var judgement = program.Get<RunFolder>().ReadJson<Judgement>(trained.Run, "judgement.json")!;
        Assert.Equal(["late", "on time"], judgement.Classes);
        Assert.Equal(600, judgement.Rows);
        Assert.Equal(600, judgement.Confusion.Sum(row => row.Sum()));
        Assert.InRange(judgement.Metrics["ROC AUC"], 0.8, 1);
        var curve = Assert.Single(program.Get<RunFolder>().ReadJson<Curves>(trained.Run, "curves.json")!.Ranking);
        Assert.Equal(judgement.Metrics["ROC AUC"], curve.Area, 9);
    }

    [Fact]
    public async Task With_a_number_of_trials_gives_the_same_bits_twice()
    {
        var (one, other) = (await program.TrainSmallAsync("twice"), await program.TrainSmallAsync("twice"));
        Assert.Equal((one.Sha256, 1, 2), (other.Sha256, one.Version, other.Version));
    }

    [Fact]
    public async Task With_a_time_limit_gives_the_same_bits_when_its_run_is_repeated()
    {
        // Networks and forests look at the clock while they learn, several at a time.
        var trained = await program.TrainAsync(Delay + "budget: 3s\nfamilies: [linear, random_forest, boosting, network]\nsplit: {by: random}\n", "timed");
        var again = await program.Get<TrainingJob>().RunAsync(await program.Get<Repeating>().OrderAsync(trained.Run, "test", CancellationToken.None), CancellationToken.None);
        Assert.Equal(trained.Sha256, again.Sha256);
        Assert.True(await program.Get<Repeating>().CompareAsync(trained.Run, again, CancellationToken.None));
        Assert.Equal(trained.Run, (await program.Get<TrackingStore>().GetAsync(again.Run, CancellationToken.None)).AgainOf);
        Assert.Equal(1, (await program.Get<ModelRegistry>().GetAsync("timed", CancellationToken.None)).Latest); // a repetition is no new version
    }

    [Fact]
    public async Task Is_repeated_on_the_rows_as_they_were()
    {
        const string Rows = "select i % 13 as x, (i % 13) * {0} + i % 3 as y from range(300) r(i) order by i";
        program.Make("silver.changing", Rows.Replace("{0}", "2", StringComparison.Ordinal));
        var trained = await program.TrainAsync("table: silver.changing\ntarget: y\ntask: regression\ntrials: 2\nfamilies: [linear]\n", "changing");
        program.Make("silver.changing", Rows.Replace("{0}", "-2", StringComparison.Ordinal));
        var again = await program.Get<TrainingJob>().RunAsync(await program.Get<Repeating>().OrderAsync(trained.Run, "test", CancellationToken.None), CancellationToken.None);
        Assert.Equal(trained.Sha256, again.Sha256);
    }

    [Fact]
    public async Task That_is_stopped_keeps_the_best_so_far()
    {
        using var stop = new CancellationTokenSource();
        var order = new TrainingOrder
        {
            Spec = ModelingProgram.Spec(Delay + "budget: 40s\nfamilies: [linear, boosting]\nsplit: {by: random}\n", "stopped"), Person = "test",
            Report = (_, progress) =>
            {
                if (progress.Leaderboard.Count >= 2)
                {
                    stop.Cancel();
                }
            },
        };
        var trained = await program.Get<TrainingJob>().RunAsync(order, stop.Token);
        Assert.InRange(trained.Leaderboard.Count, 2, 8);
        Assert.Equal("FINISHED", (await program.Get<TrackingStore>().GetAsync(trained.Run, CancellationToken.None)).Status);
    }

    [Fact]
    public async Task That_cannot_be_done_is_recorded_with_its_error()
    {
        var runs = new List<string>();
        var order = new TrainingOrder { Spec = ModelingProgram.Spec("table: gold.calls\ntarget: dely\n", "failed"), Person = "test", Started = runs.Add };
        var error = await Assert.ThrowsAsync<EscaleException>(() => program.Get<TrainingJob>().RunAsync(order, CancellationToken.None));
        Assert.Equal(("modeling.target-missing", "Did you mean 'delay'?"), (error.Code, error.Remedy));
        var run = await program.Get<TrackingStore>().GetAsync(Assert.Single(runs), CancellationToken.None);
        Assert.Equal(("FAILED", "modeling.target-missing"), (run.Status, run.ErrorCode));
    }

    [Fact]
    public async Task As_a_step_is_done_once_for_the_same_inputs()
    {
        var spec = ModelingProgram.Spec(Delay + "trials: 2\nfamilies: [linear]\nsplit: {by: random}\n", "step");
        var asset = new Asset { Id = "training.harbour.step", Kind = "training", Name = "step", CodeFingerprint = spec.Fingerprint(), Definition = spec };
        var context = new StepContext { Run = new RunId("20260101T000000Z-000001"), Asset = asset, Attempt = 1, Fingerprint = "f1" };
        var runner = program.Services.GetServices<IStepRunner>().Single(one => one.Kind == "training");
        Assert.Null(await runner.InspectAsync(asset, CancellationToken.None));
        var first = await runner.RunAsync(context, CancellationToken.None);
        Assert.Equal(new AssetState(first.Version!, "f1"), await runner.InspectAsync(asset, CancellationToken.None));
        // As after a crash between the files and the record: nothing is trained again, and no version is added.
        var again = await runner.RunAsync(context, CancellationToken.None);
        Assert.Equal((false, first.Version), (again.Changed, again.Version));
        Assert.Equal(1, (await program.Get<ModelRegistry>().GetAsync("step", CancellationToken.None)).Latest);
    }

    [Fact]
    public async Task Of_a_table_that_nothing_makes_is_old_when_the_table_has_changed()
    {
        program.Make("silver.uploaded", "select i % 13 as x, i % 2 as y from range(100) r(i) order by i");
        var spec = ModelingProgram.Spec("table: silver.uploaded\ntarget: y\ntrials: 2\nfamilies: [linear]\n", "uploaded");
        var asset = new Asset { Id = "training.harbour.uploaded", Kind = "training", Name = "uploaded", CodeFingerprint = spec.Fingerprint(), Definition = spec };
        var runner = program.Services.GetServices<IStepRunner>().Single(one => one.Kind == "training");
        await runner.RunAsync(new StepContext { Run = new RunId("20260101T000000Z-000002"), Asset = asset, Attempt = 1, Fingerprint = "f1" }, CancellationToken.None);
        Assert.Equal("f1", (await runner.InspectAsync(asset, CancellationToken.None))!.Fingerprint);
        program.Make("silver.uploaded", "select i % 11 as x, i % 2 as y from range(100) r(i) order by i");
        Assert.Null((await runner.InspectAsync(asset, CancellationToken.None))!.Fingerprint);
        await runner.RunAsync(new StepContext { Run = new RunId("20260101T000000Z-000003"), Asset = asset, Attempt = 1, Fingerprint = "f1" }, CancellationToken.None);
        Assert.Equal(2, (await program.Get<ModelRegistry>().GetAsync("uploaded", CancellationToken.None)).Latest);
    }

    [Fact]
    public async Task Predicts_what_the_library_predicts_after_it_was_kept()
    {
        var trained = await program.TrainSmallAsync("kept", "delay");
        var registry = program.Get<ModelRegistry>();
        var model = registry.Load(await registry.FindAsync("kept", null, CancellationToken.None));
        var frame = program.Get<FrameReader>().Read(TableName.Parse("gold.calls"), null, CancellationToken.None).Frame;
        var errors = model.Predict(frame).Outputs.ToArray().Select((value, row) => Math.Abs(value - ((NumberColumn)frame["delay"]).Number(row)));
        Assert.Equal(trained.Sha256, (await registry.FindAsync("kept", "1", CancellationToken.None)).Sha256);
        Assert.True(errors.Average() < 0.6, $"{errors.Average()}");
    }
}
