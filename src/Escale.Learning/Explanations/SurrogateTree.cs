using System.Text;
using Escale.Learning.Frames;
using Escale.Learning.Metrics;
using Escale.Learning.Preparation;
using Escale.Learning.Trees;

namespace Escale.Learning.Explanations;

/// <summary>
/// A small tree that imitates a model (Craven and Shavlik, 1996): what the model does in broad strokes, and a measure of how well that is said. Learned from the model's predictions, not
/// from the target: it explains the model, not the world.
/// </summary>
public sealed class SurrogateTree
{
    private SurrogateTree(Model tree, double fidelity, double agreement, IReadOnlyList<string> classes) =>
        (Tree, Fidelity, Agreement, Classes) = (tree, fidelity, agreement, classes);

    /// <summary>The imitation: predicts the number, for two classes the probability of the positive one, otherwise the likeliest class.</summary>
    public Model Tree { get; }

    /// <summary>How well it imitates the rows it was judged on: R² of the number or probability; for three classes or more, the <see cref="Agreement"/>.</summary>
    public double Fidelity { get; }

    /// <summary>Share of the rows for which both predict the same class; for numbers the same as <see cref="Fidelity"/>.</summary>
    public double Agreement { get; }

    /// <summary>The classes that the tree tells apart; empty when it predicts a number or a probability.</summary>
    public IReadOnlyList<string> Classes { get; }

    /// <summary>Fits one. Every fourth row is kept to judge it by, when there are 40 rows or more.</summary>
    /// <param name="model">The model to imitate.</param>
    /// <param name="rows">Rows such as it will meet; their target is not needed.</param>
    /// <param name="maxLeaves">How many leaves at most. Default 8.</param>
    /// <param name="maxDepth">How deep at most. Default 4.</param>
    /// <param name="options">Threads and cancellation.</param>
    public static SurrogateTree Fit(Model model, Frame rows, int maxLeaves = 8, int maxDepth = 4, FitOptions? options = null)
    {
        options ??= FitOptions.Default;
        var predictions = model.Predict(rows, options.Threads);
        var isNumber = model.Task != LearningTask.Multiclass;
        var answers = Enumerable.Range(0, rows.RowCount).ToArray();
        var name = model.TargetName;
        var column = isNumber
            ? Column.OfNumbers(name, answers.Select(predictions.Value).ToArray())
            : (Column)Column.OfCategories(name, answers.Select(predictions.Label));
        var inputs = rows.Only(model.Schema.Columns.Select(of => of.Name)).With(column);
        var isKept = rows.RowCount >= 40;
        var roles = ColumnRoles.Detect(inputs, name);
        foreach (var of in model.Schema.Columns)
        {
            roles = roles.With(of.Name, of.Role);
        }
        var pipeline = new Pipeline
        {
            Estimator = new DecisionTree { MaxLeaves = maxLeaves, MaxDepth = maxDepth, MinLeafRows = Math.Max(1, rows.RowCount / 200) },
            Roles = roles,
            Task = isNumber ? LearningTask.Regression : LearningTask.Multiclass,
        };
        var tree = pipeline.Fit(isKept ? inputs.Rows(answers.Where(row => row % 4 != 3).ToArray()) : inputs, name, options);
        var judged = isKept ? answers.Where(row => row % 4 == 3).ToArray() : answers;
        return Judge(tree, inputs.Rows(judged), predictions, judged, options);
    }

    /// <summary>The tree in words: conditions with what follows from them indented below.</summary>
    /// <param name="words">The language. Default English.</param>
    public string ToText(DecisionWords? words = null)
    {
        words ??= DecisionWords.English;
        var predictor = (TreePredictor)Tree.Members[0].Predictor;
        var text = new StringBuilder();
        Write(predictor.Ensemble.Trees[0], 0, 0, Tree.Members[0].Preparation.Features, words, text);
        return text.ToString().TrimEnd('\n');
    }

    private static SurrogateTree Judge(Model tree, Frame rows, Predictions predictions, int[] judged, FitOptions options)
    {
        var imitated = tree.Predict(rows, options.Threads);
        if (predictions.Task == LearningTask.Multiclass)
        {
            var same = Enumerable.Range(0, judged.Length).Average(at => imitated.Label(at) == predictions.Label(judged[at]) ? 1.0 : 0);
            return new SurrogateTree(tree, same, same, tree.Classes);
        }
        var fidelity = Metric.R2.Score(Target.OfNumbers([.. judged.Select(predictions.Value)]), imitated.Outputs);
        var agreement = predictions.Task == LearningTask.Regression
            ? fidelity
            : Enumerable.Range(0, judged.Length).Average(at => imitated.Value(at) > 0.5 == predictions.Value(judged[at]) > 0.5 ? 1.0 : 0);
        return new SurrogateTree(tree, fidelity, agreement, []);
    }

    private void Write(Tree tree, int node, int depth, IReadOnlyList<Feature> features, DecisionWords words, StringBuilder text)
    {
        if (tree.Left[node] < 0)
        {
            text.Append(' ', depth * 2).Append(words.Outcome(DecisionPath.ValuesOf(tree, node), tree.Cover[node], Classes.Count == 0 ? null : Classes)).Append('\n');
            return;
        }
        foreach (var goesLeft in (ReadOnlySpan<bool>)[true, false])
        {
            var step = DecisionPath.Step(tree, node, features[tree.Feature[node]], goesLeft, isMissing: tree.Threshold[node] == float.MaxValue && !goesLeft);
            text.Append(' ', depth * 2).Append(words.Step(step)).Append('\n');
            Write(tree, goesLeft ? tree.Left[node] : tree.Right[node], depth + 1, features, words, text);
        }
    }
}
