using Escale.Learning.Automatic;
using Escale.Learning.Frames;
using Escale.Learning.Metrics;
using Escale.Learning.Selection;

namespace Escale.Learning.Tests.Automatic;

public sealed class AutoMlTests
{
    private static readonly AutoMlSettings Few = new() { TimeLimit = null, Trials = 6, Threads = 2 };

    [Fact]
    public void Finds_a_model_better_than_the_baseline_and_shows_both()
    {
        var frame = Customers(600, 1);
        var result = AutoMl.Train(frame, "left", Few);

        Assert.Equal(LearningTask.Binary, result.Task);
        Assert.Contains(result.Leaderboard, entry => entry.Family == ModelFamily.Baseline);
        Assert.Contains(result.Leaderboard, entry => entry is { Family: ModelFamily.Linear, IsInterpretable: true });
        Assert.Equal(result.Leaderboard.OrderBy(entry => entry.Loss), result.Leaderboard);
        Assert.True(result.Leaderboard[0].Score > 0.75, result.Leaderboard[0].ToString());

        var fresh = Customers(600, 2);
        var score = Metric.RocAuc.Score(Targets.Of(fresh["left"], result.Task, result.Best.Classes), result.Best.Predict(fresh).Outputs);
        Assert.InRange(score, result.Leaderboard[0].Score - 0.06, 1);
    }

    [Fact]
    public void Gives_the_same_with_the_same_trials_for_any_number_of_threads()
    {
        var frame = Customers(300, 3);
        var (one, three) = (AutoMl.Train(frame, "left", Few with { Threads = 1 }), AutoMl.Train(frame, "left", Few with { Threads = 3 }));

        Assert.Equal(one.Leaderboard.Select(entry => (entry.Name, entry.Loss)), three.Leaderboard.Select(entry => (entry.Name, entry.Loss)));
        Assert.Equal(one.Best.Predict(frame).Outputs.ToArray(), three.Best.Predict(frame).Outputs.ToArray());
    }

    [Fact]
    public void A_network_is_tried_and_its_model_is_saved()
    {
        var frame = Customers(400, 12);
        var settings = Few with { Families = [ModelFamily.Network], Trials = 4, Splitter = new Learning.Selection.StratifiedKFold { Folds = 2 } };
        var result = AutoMl.Train(frame, "left", settings);

        var network = Assert.Single(result.Leaderboard, entry => entry.Family == ModelFamily.Network);
        Assert.InRange(network.Score, 0.7, 1);
        var best = result.ModelOf(network.Name);
        using var file = new MemoryStream();
        best.Save(file);
        file.Position = 0;
        Assert.Equal(best.Predict(frame).Outputs.ToArray(), Model.Load(file).Predict(frame).Outputs.ToArray());
    }

    [Fact]
    public void Names_and_leaves_out_a_column_that_is_the_target_in_other_words()
    {
        var frame = Customers(400, 4);
        var copy = Column.OfCategories("reason_for_leaving", Enumerable.Range(0, frame.RowCount).Select(row => frame["left"].TextAt(row) == "yes" ? "moved" : "none"));

        var result = AutoMl.Train(frame.With(copy), "left", Few with { Trials = 3 });

        Assert.Equal("reason_for_leaving", Assert.Single(result.Leaks, leak => leak.IsDropped).Feature);
        Assert.Contains(result.Warnings, warning => warning.Contains("'reason_for_leaving'", StringComparison.Ordinal));
        Assert.False(result.Best.Schema.Has("reason_for_leaving"));
        Assert.True(result.Leaderboard[0].Score < 0.99);
    }

    [Fact]
    public void Shuffled_labels_are_not_predicted_by_anything()
    {
        var frame = Customers(500, 5);
        var random = new Random(6);
        var left = Enumerable.Range(0, frame.RowCount).Select(row => frame["left"].TextAt(row)).ToArray();
        random.Shuffle(left);
        var shuffled = frame.Without("left").With(Column.OfCategories("left", left));

        var result = AutoMl.Train(shuffled, "left", Few with { Trials = 8 });

        // The best of several is a little above chance by choice alone; the ensemble's score is not chosen on the rows that it is taken on.
        Assert.All(result.Leaderboard, entry => Assert.InRange(entry.Score, 0.35, 0.62));
    }

    [Fact]
    public void Keeps_the_best_so_far_when_told_to_stop()
    {
        using var stop = new CancellationTokenSource();
        var progress = new Told(step =>
        {
            if (step.Leaderboard.Count >= 3)
            {
                stop.Cancel();
            }
        });

        var result = AutoMl.Train(Customers(300, 7), "left", Few with { Trials = null, Stop = stop.Token, Progress = progress });

        Assert.InRange(result.Trials, 3, 5);
        Assert.NotNull(result.Best);
    }

    [Fact]
    public void Gives_nothing_when_cancelled()
    {
        using var cancel = new CancellationTokenSource();
        var progress = new Told(_ => cancel.Cancel());

        Assert.ThrowsAny<OperationCanceledException>(() => AutoMl.Train(Customers(300, 7), "left", Few with { Progress = progress }, cancel.Token));
    }

    [Fact]
    public void A_budget_of_no_time_still_gives_a_baseline_and_a_linear_model()
    {
        var result = AutoMl.Train(Customers(300, 8), "left", Few with { Trials = null, TimeLimit = TimeSpan.FromMilliseconds(1) });

        Assert.Contains(result.Leaderboard, entry => entry.Family == ModelFamily.Baseline);
        Assert.Contains(result.Leaderboard, entry => entry.Family == ModelFamily.Linear);
        Assert.Equal(2, result.Best.Predict(Customers(10, 9)).Outputs.Length / 10);
    }

    [Fact]
    public void What_was_chosen_learns_from_all_rows_too()
    {
        var frame = Customers(300, 14);

        var result = AutoMl.Train(frame, "left", Few with { Splitter = new StratifiedKFold { Folds = 3 }, Families = [ModelFamily.RandomForest] });

        // Three models of three folds, and two more that share the encoder of all rows when another seed gives another forest, else one.
        foreach (var members in result.Best.Members.GroupBy(member => member.Name))
        {
            Assert.Equal(members.Key.Contains("forest", StringComparison.Ordinal) ? 5 : 4, members.Count());
            Assert.Equal(4, members.Select(member => member.Preparation).Distinct().Count());
        }
    }

    [Fact]
    public void Is_done_when_its_time_is_up()
    {
        // A clock on which every look takes a tenth of a second: what is done between looks takes none, on any machine.
        var clock = new Ticking();

        var result = AutoMl.Train(Customers(3000, 15), "left", Few with { Trials = null, TimeLimit = TimeSpan.FromSeconds(60), Clock = clock, Threads = 1 });

        Assert.InRange(result.Elapsed.TotalSeconds, 30, 60);
        Assert.Contains(result.Leaderboard, entry => entry.Family == ModelFamily.Boosting);
    }

    [Fact]
    public void Rows_without_a_target_are_left_out_and_counted()
    {
        var frame = Customers(300, 10);
        var left = Enumerable.Range(0, 300).Select(row => row % 10 == 0 ? null : frame["left"].TextAt(row));

        var result = AutoMl.Train(frame.Without("left").With(Column.OfCategories("left", left)), "left", Few with { Trials = 3 });

        Assert.Equal(30, result.Best.Info.RowsWithoutTarget);
        Assert.Contains(result.Warnings, warning => warning.StartsWith("30 rows", StringComparison.Ordinal));
    }

    [Fact]
    public void Predicts_numbers_with_a_skewed_target()
    {
        var random = new Random(11);
        var (x, y) = (new double[400], new double[400]);
        for (var row = 0; row < x.Length; row++)
        {
            x[row] = random.NextDouble() * 6;
            y[row] = Math.Exp(x[row]) * (0.9 + 0.2 * random.NextDouble());
        }

        var result = AutoMl.Train(new Frame(Column.OfNumbers("x", x), Column.OfNumbers("y", y)), "y", Few with { Trials = 12 });

        Assert.Equal(LearningTask.Regression, result.Task);
        Assert.True(result.Leaderboard[0].Score > 0.97, result.Leaderboard[0].ToString());
        Assert.Contains(result.Leaderboard, entry => entry.Name.Contains("logarithm", StringComparison.Ordinal));
    }

    [Fact]
    public void A_target_with_one_class_is_refused()
    {
        var frame = Customers(50, 12).Without("left").With(Column.OfCategories("left", Enumerable.Repeat("no", 50)));

        Assert.Equal("learning.one-class", Assert.Throws<LearningException>(() => AutoMl.Train(frame, "left", Few)).Code);
    }

    [Fact]
    public void Rows_of_one_group_are_never_on_both_sides()
    {
        // The group alone gives the answer away: who splits it in two is near perfect, who keeps it whole is at chance.
        var random = new Random(13);
        var groups = Enumerable.Range(0, 400).Select(row => row / 10).ToArray();
        var answers = Enumerable.Range(0, 40).Select(_ => random.Next(2)).ToArray();
        var signature = Enumerable.Range(0, 40).Select(_ => random.NextDouble()).ToArray();
        var frame = new Frame(
            Column.OfNumbers("signature", groups.Select(group => signature[group]).ToArray()), Column.OfCategories("customer", groups.Select(group => "c" + group)),
            Column.OfCategories("answer", groups.Select(group => answers[group] == 1 ? "yes" : "no")));

        var result = AutoMl.Train(frame, "answer", Few with { GroupColumn = "customer", DropLeaks = false });

        Assert.True(result.Leaderboard[0].Score < 0.85, result.Leaderboard[0].ToString());
        Assert.False(result.Best.Schema.Has("customer"));
    }

    private static Frame Customers(int rows, int seed)
    {
        var random = new Random(seed);
        var (months, price, plan, left) = (new double[rows], new double[rows], new string[rows], new string[rows]);
        for (var row = 0; row < rows; row++)
        {
            months[row] = random.Next(1, 60);
            price[row] = random.Next(20) == 0 ? double.NaN : 20 + 80 * random.NextDouble();
            plan[row] = random.Next(3) switch { 0 => "monthly", 1 => "yearly", _ => "two years" };
            var odds = 1.5 - 0.08 * months[row] + (plan[row] == "monthly" ? 1.5 : -1) + (double.IsNaN(price[row]) ? 0 : 0.02 * (price[row] - 60));
            left[row] = random.NextDouble() < 1 / (1 + Math.Exp(-odds)) ? "yes" : "no";
        }
        return new Frame(Column.OfNumbers("months", months), Column.OfNumbers("price", price), Column.OfCategories("plan", plan), Column.OfCategories("left", left));
    }

    private sealed class Ticking : TimeProvider
    {
        private long _now;

        public override long TimestampFrequency => 1000;

        public override long GetTimestamp() => Interlocked.Add(ref _now, 100);

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => new Never();

        private sealed class Never : ITimer
        {
            public bool Change(TimeSpan dueTime, TimeSpan period) => true;

            public void Dispose()
            {
            }

            public ValueTask DisposeAsync() => ValueTask.CompletedTask;
        }
    }

    private sealed class Told(Action<AutoMlProgress> told) : IProgress<AutoMlProgress>
    {
        public void Report(AutoMlProgress value) => told(value);
    }
}
