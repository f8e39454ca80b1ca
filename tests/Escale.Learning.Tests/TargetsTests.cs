using Escale.Learning.Frames;
using Escale.Learning.Tests.Fixtures;

namespace Escale.Learning.Tests;

public sealed class TargetsTests
{
    [Fact]
    public void The_task_follows_from_the_values()
    {
        Assert.Equal(LearningTask.Binary, Targets.Detect(Column.OfTexts("y", new[] { "a", "b", null })));
        Assert.Equal(LearningTask.Multiclass, Targets.Detect(Column.OfCategories("y", ["a", "b", "c"])));
        Assert.Equal(LearningTask.Binary, Targets.Detect(Column.OfBooleans("y", new[] { true, false })));
        Assert.Equal(LearningTask.Binary, Targets.Detect(Column.OfNumbers("y", new[] { 0.5, 1.5, 0.5 })));
        Assert.Equal(LearningTask.Multiclass, Targets.Detect(Column.OfIntegers("y", Enumerable.Range(0, 50).Select(row => row % 10L).ToArray())));
        Assert.Equal(LearningTask.Regression, Targets.Detect(Column.OfIntegers("y", Enumerable.Range(0, 50).Select(row => row % 11L).ToArray())));
        Assert.Equal(LearningTask.Regression, Targets.Detect(Column.OfNumbers("y", new[] { 0.5, 1.5, 2.5 })));
        Assert.Equal("learning.target-kind", Assert.Throws<LearningException>(() => Targets.Detect(Column.OfTimestamps("y", new DateTime[3]))).Code);
    }

    [Fact]
    public void Classes_are_sorted_and_the_second_of_two_is_positive()
    {
        Assert.Equal(["<=50K", ">50K"], Targets.Of(Column.OfTexts("y", new[] { ">50K", "<=50K" })).Classes);
        Assert.Equal(["false", "true"], Targets.Of(Column.OfBooleans("y", new[] { true, false })).Classes);
        Assert.Equal(["2", "9", "10"], Targets.Of(Column.OfIntegers("y", new[] { 10L, 9, 2 })).Classes);
        Assert.Equal([2, 1, 0], Targets.Of(Column.OfIntegers("y", new[] { 10L, 9, 2 })).Values.ToArray());
        Assert.Equal(LearningTask.Regression, Targets.Of(Column.OfIntegers("y", new[] { 1L, 0 }), LearningTask.Regression).Task);
    }

    [Fact]
    public void Classes_that_are_known_keep_their_order()
    {
        var target = Targets.Of(Column.OfTexts("y", new[] { "b", "b" }), classes: ["a", "b", "c"]);
        Assert.Equal((LearningTask.Multiclass, 1), (target.Task, target.ClassOf(0)));
        Refused("learning.target-class-unknown", () => Targets.Of(Column.OfTexts("y", new[] { "d" }), classes: ["a", "b", "c"]));
        Refused("learning.one-class", () => Targets.Of(Column.OfTexts("y", new[] { "b", "b" })));
        Refused("learning.target-not-finite", () => Targets.Of(Column.OfTexts("y", new[] { "b", null, "a" })));
        Refused("learning.target-not-finite", () => Targets.Of(Column.OfNumbers("y", new[] { 0.5, 7, double.NaN, double.PositiveInfinity })));
        Refused("learning.not-a-number", () => Targets.Of(Column.OfTexts("y", new[] { "b", "a" }), LearningTask.Regression));
        Refused("learning.text-not-unicode", () => Targets.Of(Column.OfTexts("y", new[] { "b", "\ud800" })));
    }

    [Fact]
    public void Balanced_weights_are_those_of_scikit_learn()
    {
        var expected = Fixture.Read("preparation");
        var texts = expected["classes"].Items.Select(item => item.Text).ToArray();
        var target = Targets.Of(Column.OfTexts("y", texts));
        var weights = ClassWeights.Balanced.Apply(target);
        Assert.Equal(texts.Select(text => expected["balanced"].Doubles["abc".IndexOf(text, StringComparison.Ordinal)]), weights, (one, other) => Math.Abs(one - other) < 1e-12);
        Assert.Equal(weights.Select(weight => weight * 3), ClassWeights.Balanced.Apply(target, Enumerable.Repeat(3.0, texts.Length).ToArray()));
    }

    [Fact]
    public void Weights_by_class_are_one_for_the_others_and_name_a_class_that_is_not_there()
    {
        var target = Targets.Of(Column.OfTexts("y", new[] { "a", "b", "a" }));
        Assert.Equal([1, 5, 1], ClassWeights.ByClass(new Dictionary<string, double> { ["b"] = 5 }).Apply(target));
        Assert.Empty(ClassWeights.None.Apply(target));
        Assert.Equal([2, 3, 4], ClassWeights.None.Apply(target, [2, 3, 4]));
        Refused("learning.class-weight", () => ClassWeights.ByClass(new Dictionary<string, double> { ["B"] = 5 }).Apply(target));
    }

    private static void Refused(string code, Func<object> act) => Assert.Equal(code, Assert.Throws<LearningException>(act).Code);
}
