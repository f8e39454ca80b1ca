using Escale.Kernel;
using Escale.Learning;
using Escale.Learning.Automatic;
using Escale.Modeling.Training;

namespace Escale.Modeling.Tests.Training;

public sealed class A_training_file
{
    private const string Whole = """
        id: a1
        name: delay
        description: "How late: \"hours\""
        table: gold.calls
        target: delay
        task: regression
        exclude: [outcome, "a b"]
        roles: {terminal: category, id: ignored}
        weights: tonnes
        split: {by: time, column: arrived}
        metric: rmse
        budget: 90s
        trials: 12
        families: [linear, decision_tree, random_forest]
        seed: 7
        """;

    [Fact]
    public void Says_what_to_train()
    {
        var spec = ModelingProgram.Spec(Whole);
        Assert.Equal(("gold.calls", "delay", LearningTask.Regression, "RMSE", 7, 12), (spec.Table.ToString(), spec.Target, spec.Task, spec.Metric, spec.Seed, spec.Trials));
        Assert.Equal(TimeSpan.FromSeconds(90), spec.Budget);
        Assert.Equal(new SplitChoice(SplitKind.Time, "arrived"), spec.Split);
        Assert.Equal([ModelFamily.Linear, ModelFamily.DecisionTree, ModelFamily.RandomForest], spec.Families);
    }

    [Fact]
    public void Needs_a_table_and_a_target_only()
    {
        var spec = ModelingProgram.Spec("table: gold.calls\ntarget: delay\n");
        Assert.Equal((TimeSpan.FromMinutes(1), null, null), (spec.Budget, spec.Trials, spec.Split));
    }

    [Theory]
    [InlineData(Whole)]
    [InlineData("table: gold.calls\ntarget: 'yes'\ncosts: {false_positive: 1, false_negative: 2.5}\nsplit: {by: random}\ntrials: 5\n")]
    [InlineData("table: gold.calls\ntarget: 'l''heure: \\ é'\nsplit: {by: group, column: 'x y'}\nbudget: 1.5s\n")]
    public void Is_the_same_training_when_it_is_written_and_read_again(string yaml)
    {
        var spec = ModelingProgram.Spec(yaml);
        var again = ModelingProgram.Spec(SpecText.Write(spec));
        Assert.Equal(spec.Fingerprint(), again.Fingerprint());
        Assert.Equal((spec.Id, spec.Name, spec.Description, spec.Target, spec.Budget, spec.Split, spec.Costs), (again.Id, again.Name, again.Description, again.Target, again.Budget, again.Split, again.Costs));
    }

    [Theory]
    [InlineData("table: gold.calls\ntarget: delay\nbuget: 60s\n", "projects.unknown-key", "Did you mean 'budget'?", 3)]
    [InlineData("target: delay\n", "projects.missing-key", "Add 'table:' here.", 1)]
    [InlineData("table: calls\ntarget: delay\n", "kernel.table-name", null, 1)]
    [InlineData("table: gold.calls\ntarget: delay\nmetric: rocauc2\n", "projects.unknown-value", "Did you mean 'ROC AUC'?", 3)]
    [InlineData("table: gold.calls\ntarget: delay\nfamilies: [bosting]\n", "projects.unknown-value", "Did you mean 'boosting'?", 3)]
    [InlineData("table: gold.calls\ntarget: delay\nexclude: [delay]\n", "modeling.spec-invalid", null, 2)]
    [InlineData("table: gold.calls\ntarget: delay\nsplit: {by: time}\n", "projects.missing-key", null, 3)]
    [InlineData("table: gold.calls\ntarget: delay\nsplit: {column: x}\n", "projects.missing-key", null, 3)]
    [InlineData("table: gold.calls\ntarget: delay\nbudget: 10ms\n", "modeling.spec-invalid", null, 3)]
    [InlineData("table: gold.calls\ntarget: delay\ncosts: {false_positive: 0, false_negative: 0}\n", "modeling.spec-invalid", null, 3)]
    [InlineData("name: ../up\ntable: gold.calls\ntarget: delay\n", "modeling.spec-invalid", null, 1)]
    public void That_is_wrong_is_refused_with_its_place_and_the_way_out(string yaml, string code, string? remedy, int line)
    {
        var error = Assert.Throws<EscaleException>(() => ModelingProgram.Spec(yaml));
        Assert.Equal((code, line), (error.Code, error.Place?.Line));
        if (remedy is not null)
        {
            Assert.Equal(remedy, error.Remedy);
        }
    }
}
