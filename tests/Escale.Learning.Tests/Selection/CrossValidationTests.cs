using Escale.Learning.Baselines;
using Escale.Learning.Frames;
using Escale.Learning.Linear;
using Escale.Learning.Metrics;
using Escale.Learning.Selection;
using Escale.Learning.Selection.Search;
using Escale.Learning.Trees;

namespace Escale.Learning.Tests.Selection;

public sealed class CrossValidationTests
{
    [Fact]
    public void Judges_each_row_once_by_a_model_that_did_not_see_it()
    {
        // A tree knows every row that it saw by its number; of others it can say nothing.
        var random = new Random(1);
        var frame = new Frame(Column.OfNumbers("number", Enumerable.Range(0, 200).Select(_ => random.NextDouble()).ToArray()), Column.OfNumbers("y", Enumerable.Range(0, 200).Select(_ => random.NextDouble()).ToArray()));

        var result = CrossValidation.Run(frame, "y", rows => new Pipeline { Estimator = new DecisionTree() }.Fit(rows, "y"), new KFold { Folds = 4 }, [Metric.R2, Metric.Mae]);

        Assert.Equal(Enumerable.Range(0, 200), result.Tested.SelectMany(part => part.Rows).Order());
        Assert.Equal(["R2", "MAE"], result.Scores.Select(score => score.Metric.Name.Replace("²", "2", StringComparison.Ordinal)));
        Assert.All(result.Scores[0].Scores, score => Assert.True(score < 0, "predicted what it cannot know"));
    }

    [Fact]
    public void Classes_that_the_training_rows_lack_get_no_probability()
    {
        var frame = new Frame(Column.OfNumbers("x", Enumerable.Range(0, 60).Select(row => Math.Sqrt(row)).ToArray()), Column.OfCategories("y", Enumerable.Range(0, 60).Select(row => row == 59 ? "rare" : row % 2 == 0 ? "a" : "b")));

        var result = CrossValidation.Run(frame, "y", rows => new Pipeline { Estimator = new Baseline() }.Fit(rows, "y"), new KFold { Folds = 3, Shuffle = false }, [Metric.Accuracy]);

        Assert.Equal(3, result.Target.ClassCount);
        Assert.All(result.Tested, part => Assert.Equal(part.Rows.Length * 3, part.Outputs.Length));
        Assert.Equal(0, result.Tested[2].Outputs[2]);
    }

    [Theory]
    [InlineData(SearchKind.Random)]
    [InlineData(SearchKind.Halving)]
    [InlineData(SearchKind.Parzen)]
    public void A_search_finds_the_penalty_that_noise_needs_and_can_be_nested(SearchKind kind)
    {
        var frame = Noisy(120, 40);
        var search = new PipelineSearch
        {
            Space = [Parameter.Real("alpha", 1e-4, 1e4, log: true)],
            Pipeline = one => new Pipeline { Estimator = new RidgeRegression { Alpha = one.Real("alpha") } },
            Trials = 12,
            Kind = kind,
            Splitter = new KFold { Folds = 3 },
        };

        var result = search.Fit(frame, "y");
        Assert.InRange(result.Trials[0].Configuration.Real("alpha"), 1, 2000);

        var nested = CrossValidation.Run(frame, "y", rows => (search with { Trials = 6 }).Fit(rows, "y").Model, new KFold { Folds = 3 });
        var loose = CrossValidation.Run(frame, "y", rows => new Pipeline { Estimator = new RidgeRegression { Alpha = 1e-4 } }.Fit(rows, "y"), new KFold { Folds = 3 });
        Assert.True(nested.Scores[0].Mean > loose.Scores[0].Mean, $"{nested.Scores[0].Mean} against {loose.Scores[0].Mean}");
    }

    private static Frame Noisy(int rows, int columns)
    {
        var random = new Random(2);
        var x = Enumerable.Range(0, columns).Select(_ => Enumerable.Range(0, rows).Select(_ => random.NextDouble() - 0.5).ToArray()).ToArray();
        var y = Enumerable.Range(0, rows).Select(row => x[0][row] + x[1][row] + 1.5 * (random.NextDouble() - 0.5)).ToArray();
        return new Frame([.. x.Select((values, at) => Column.OfNumbers("x" + at, values)), Column.OfNumbers("y", y)]);
    }
}
