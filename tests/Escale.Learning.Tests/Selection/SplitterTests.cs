using Escale.Learning.Selection;
using Escale.Learning.Tests.Fixtures;
using FsCheck;
using FsCheck.Fluent;

namespace Escale.Learning.Tests.Selection;

public sealed class SplitterTests
{
    private static readonly Fixture _fixture = Fixture.Read("metrics");

    private static Target Numbers(int rows) => Target.OfNumbers([.. Enumerable.Range(0, rows).Select(row => (double)(row * 7 % 13))]);

    private static Target Classes(params int[] labels) => Target.OfClasses(labels, [.. Enumerable.Range(0, labels.Max() + 2).Select(at => "c" + at)]);

    [Fact]
    public void Every_row_is_tested_once_and_never_learned_from_by_its_own_fold()
    {
        Prop.ForAll(Gen.Choose(10, 60).Two().ToArbitrary(), pair =>
        {
            var (rows, seed) = pair;
            var random = new Random(seed);
            var (labels, groups) = (new int[rows].Select(_ => random.Next(3)).ToArray(), new int[rows].Select((_, row) => row < 4 ? row : random.Next(8)).ToArray());
            foreach (var splitter in new Splitter[] { new KFold { Folds = 4 }, new StratifiedKFold { Folds = 4 }, new GroupKFold { Folds = 4 }, new StratifiedGroupKFold { Folds = 4 } })
            {
                foreach (var target in new[] { Numbers(rows), Classes(labels) })
                {
                    var splits = splitter.Split(target, seed, new() { Groups = groups });
                    Assert.Equal(Enumerable.Range(0, rows), splits.SelectMany(split => split.Test).Order());
                    Assert.All(splits, split => Assert.Equal(Enumerable.Range(0, rows), split.Test.Concat(split.Train).Order()));
                    Assert.All(splits, split => Assert.Equal(split.Train.Order(), split.Train));
                    if (splitter is GroupKFold or StratifiedGroupKFold)
                    {
                        Assert.All(splits, split => Assert.Empty(split.Test.Select(row => groups[row]).Intersect(split.Train.Select(row => groups[row]))));
                    }
                }
            }
        }).AlwaysHolds();
    }

    [Fact]
    public void The_same_seed_gives_the_same_folds_and_another_gives_others()
    {
        foreach (var splitter in new Splitter[] { new KFold(), new StratifiedKFold(), new Repeated(new KFold()), new Holdout() })
        {
            var target = Classes([.. Enumerable.Range(0, 50).Select(row => row % 3)]);
            Assert.Equal(splitter.Split(target, 1).Select(split => split.Test), splitter.Split(target, 1).Select(split => split.Test));
            Assert.NotEqual(splitter.Split(target, 1).Select(split => split.Test), splitter.Split(target, 2).Select(split => split.Test));
        }
    }

    [Fact]
    public void Stratified_folds_are_those_of_scikit_learn()
    {
        var of = _fixture["stratified"];
        var target = Classes(of["labels"].Ints);
        Assert.Equal(of["tests"].Items.Select(fold => fold.Ints), new StratifiedKFold { Folds = 4, Shuffle = false }.Split(target).Select(split => split.Test));
        var shuffled = new StratifiedKFold { Folds = 4 }.Split(target, 9);
        Assert.Equal(of["counts"].Items.Select(fold => fold.Ints), shuffled.Select(split => Enumerable.Range(0, 4).Select(at => split.Test.Count(row => target.ClassOf(row) == at)).ToArray()));
    }

    [Fact]
    public void Grouped_and_timed_folds_are_those_of_scikit_learn()
    {
        var of = _fixture["grouped"];
        var groups = of["groups"].Ints;
        Assert.Equal(of["tests"].Items.Select(fold => fold.Ints), new GroupKFold { Folds = 3 }.Split(Numbers(groups.Length), 3, new() { Groups = groups }).Select(split => split.Test));
        var timed = new TimeOrdered { Folds = 4, GapRows = 2, MaxTrainRows = 9 }.Split(Numbers(23));
        Assert.Equal(_fixture["timed"].Items.Select(split => split.Items.Select(part => part.Ints).ToArray()), timed.Select(split => new[] { split.Train, split.Test }));
    }

    [Fact]
    public void A_class_of_fewer_rows_than_folds_is_tested_as_often_as_it_has_rows_and_it_is_said()
    {
        var target = Classes([.. Enumerable.Repeat(0, 18), 1, 1]);
        var splitter = new StratifiedKFold { Folds = 5 };
        Assert.Equal(2, splitter.Split(target).Count(split => split.Test.Any(row => target.ClassOf(row) == 1)));
        Assert.Contains("'c1' has 2 rows, fewer than 5", Assert.Single(splitter.Warnings(target)), StringComparison.Ordinal);
    }

    [Fact]
    public void Stratified_regression_puts_low_and_high_targets_into_every_fold()
    {
        var target = Target.OfNumbers([.. Enumerable.Range(0, 100).Select(row => (double)row)]);
        Assert.All(new StratifiedKFold().Split(target, 4), split => Assert.InRange(split.Test.Average(), 44.5, 54.5));
    }

    [Fact]
    public void Stratified_groups_keep_the_share_of_classes()
    {
        var random = new Random(5);
        var groups = Enumerable.Range(0, 600).Select(row => row / 10).ToArray();
        var target = Classes([.. groups.Select(group => random.NextDouble() < (group % 6 == 0 ? 0.9 : 0.1) ? 1 : 0)]);
        var all = Enumerable.Range(0, 600).Count(row => target.ClassOf(row) == 1) / 600.0;
        Assert.All(new StratifiedGroupKFold().Split(target, 1, new() { Groups = groups }), split =>
            Assert.Equal(all, split.Test.Count(row => target.ClassOf(row) == 1) / (double)split.Test.Length, 0.03));
    }

    [Fact]
    public void Learning_ends_before_testing_begins_whatever_the_order_of_the_table()
    {
        var random = new Random(6);
        var times = Enumerable.Range(0, 200).Select(_ => (long)random.Next(40)).ToArray();
        foreach (var splitter in new Splitter[] { new TimeOrdered { GapTime = 3 }, new Holdout { By = HoldoutBy.Time } })
        {
            Assert.All(splitter.Split(Numbers(200), 0, new() { Times = times }), split =>
                Assert.True(split.Test.Min(row => times[row]) - split.Train.Max(row => times[row]) >= (splitter is TimeOrdered ? 3 : 1)));
        }
    }

    [Fact]
    public void A_holdout_keeps_shares_of_classes_and_every_class_is_learned_from()
    {
        var target = Classes([.. Enumerable.Repeat(0, 60), .. Enumerable.Repeat(1, 39), 2]);
        var split = Assert.Single(new Holdout { TestShare = 0.2 }.Split(target, 3));
        Assert.Equal(20, split.Test.Length);
        Assert.Equal(12, split.Test.Count(row => target.ClassOf(row) == 0));
        Assert.Contains(split.Train, row => target.ClassOf(row) == 2);
        var groups = Enumerable.Range(0, 100).Select(row => row / 7).ToArray();
        var grouped = Assert.Single(new Holdout { By = HoldoutBy.Group }.Split(target, 3, new() { Groups = groups }));
        Assert.Empty(grouped.Test.Select(row => groups[row]).Intersect(grouped.Train.Select(row => groups[row])));
        Assert.InRange(grouped.Test.Length, 14, 27);
        Assert.Equal(25, Assert.Single(new Holdout { TestShare = 0.25 }.Split(Numbers(100), 3)).Test.Length);
    }

    [Fact]
    public void Nested_splits_are_splits_of_the_rows_of_a_split()
    {
        var target = Classes([.. Enumerable.Range(0, 60).Select(row => row % 2)]);
        foreach (var outer in new StratifiedKFold { Folds = 3 }.Split(target, 1))
        {
            foreach (var inner in new StratifiedKFold { Folds = 4 }.Split(target.Rows(outer.Train), 2))
            {
                var (train, test) = (inner.Train.Select(at => outer.Train[at]), inner.Test.Select(at => outer.Train[at]));
                Assert.Equal(outer.Train, train.Concat(test).Order());
                Assert.Empty(test.Intersect(outer.Test));
            }
        }
    }

    [Fact]
    public void What_cannot_be_split_is_said()
    {
        Assert.Equal("learning.too-few-rows", Assert.Throws<LearningException>(() => new KFold().Split(Numbers(4))).Code);
        Assert.Equal("learning.too-few-rows", Assert.Throws<LearningException>(() => new TimeOrdered().Split(Numbers(5))).Code);
        Assert.Equal("learning.too-few-rows", Assert.Throws<LearningException>(() => new TimeOrdered().Split(Numbers(50), 0, new() { Times = new long[50] })).Code);
        Assert.Equal("learning.too-few-groups", Assert.Throws<LearningException>(() => new GroupKFold().Split(Numbers(9), 0, new() { Groups = [1, 1, 1, 2, 2, 2, 3, 3, 3] })).Code);
        Assert.Equal("learning.groups-needed", Assert.Throws<LearningException>(() => new GroupKFold().Split(Numbers(9))).Code);
        Assert.Equal("learning.bad-setting", Assert.Throws<LearningException>(() => new Holdout { TestShare = 1 }.Split(Numbers(9))).Code);
    }
}
