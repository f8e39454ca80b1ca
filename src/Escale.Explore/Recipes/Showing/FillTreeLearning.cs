using System.Globalization;
using System.Text.Json.Nodes;
using Escale.Kernel;
using Escale.Learning;
using Escale.Learning.Explanations;
using Escale.Learning.Trees;

namespace Escale.Explore.Recipes;

/// <summary>A column to learn from or for.</summary>
/// <param name="Name">Its name.</param>
/// <param name="IsNumber">Whether its values are numbers; else they are texts.</param>
internal sealed record TreeColumn(string Name, bool IsNumber);

/// <summary>What was learned to fill a column.</summary>
/// <param name="Tree">The tree as it stands in the recipe's file (see <see cref="FillTree"/>).</param>
/// <param name="Gain">By how much smaller the error is on rows not learned from than that of the median, or of the commonest value: 0 to 1, or below 0 when it is larger.</param>
internal sealed record LearnedFill(JsonObject Tree, double Gain);

/// <summary>
/// Learns the decision tree of a step <c>fill: model</c>: a column from the others, in few questions, so that it can be read in the file and in the SQL. The same rows give
/// the same tree.
/// </summary>
internal static class FillTreeLearning
{
    /// <summary>Texts with more different values than this are no groups to ask for.</summary>
    public const int MostLevels = 40;

    private const int LeastRows = 20;
    private static readonly DecisionTree _estimator = new() { MaxDepth = 4, MaxLeaves = 12, PruningAlpha = 1e-4 };

    /// <summary>Learns.</summary>
    /// <param name="columns">The columns.</param>
    /// <param name="rows">Their values: doubles where numbers, texts, or null.</param>
    /// <param name="target">The place of the column to fill.</param>
    /// <param name="write">A text as the value that stands in the file; default: the text.</param>
    /// <exception cref="EscaleException"><c>explore.recipe-fill-model</c>: there is too little to learn from.</exception>
    public static LearnedFill Learn(IReadOnlyList<TreeColumn> columns, IReadOnlyList<object?[]> rows, int target, Func<string, JsonNode?>? write = null)
    {
        var known = rows.Where(row => row[target] is not null).ToList();
        if (known.Count < LeastRows)
        {
            throw TooLittle(columns[target].Name, $"only {known.Count} rows have a value in it");
        }
        string[] classes = columns[target].IsNumber ? [] : [.. known.Select(row => (string)row[target]!).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        if (classes.Length > MostLevels)
        {
            throw TooLittle(columns[target].Name, $"it has more than {MostLevels} different texts");
        }
        var asked = Enumerable.Range(0, columns.Count).Where(at => at != target).Select(at => (At: at, Levels: Levels(columns[at], known, at))).Where(column => column.Levels is null || column.Levels.Length is > 1 and <= MostLevels).ToList();
        if (asked.Count == 0)
        {
            throw TooLittle(columns[target].Name, "no other column holds numbers or groups");
        }
        var features = new FeatureMatrix(
            [.. asked.Select(column => new Feature(columns[column.At].Name, column.Levels))], [.. asked.Select(column => (ReadOnlyMemory<float>)known.Select(row => Cell(row[column.At], column.Levels)).ToArray())], known.Count);
        if (classes.Length == 1)
        {
            return new LearnedFill(new JsonObject { ["value"] = write?.Invoke(classes[0]) ?? classes[0] }, 0);
        }
        var truth = classes.Length > 0 ? Target.OfClasses([.. known.Select(row => Array.IndexOf(classes, (string)row[target]!))], classes) : Target.OfNumbers([.. known.Select(row => (double)row[target]!)]);
        var estimator = _estimator with { MinLeafRows = Math.Max(5, known.Count / 100) };
        var nodes = DecisionNode.Of(Fit(estimator, features, truth), features.Features);
        var isWhole = classes.Length == 0 && known.All(row => double.IsInteger((double)row[target]!));
        return new LearnedFill(Write(nodes, features.Features, 0, values => classes.Length == 0 ? Number(values[0], isWhole) : Text(classes[IndexOfMost(values)])), Gain(estimator, features, truth));

        JsonNode? Text(string value) => write is null ? value : write(value);
    }

    private static TreePredictor Fit(DecisionTree estimator, FeatureMatrix features, Target target) => (TreePredictor)estimator.Fit(features, target, options: new FitOptions { Threads = 1 });

    /// <summary>Every other row teaches, the rest judges.</summary>
    private static double Gain(DecisionTree estimator, FeatureMatrix features, Target truth)
    {
        int[] learned = [.. Enumerable.Range(0, truth.RowCount).Where(row => row % 2 == 0)], judged = [.. Enumerable.Range(0, truth.RowCount).Where(row => row % 2 == 1)];
        var said = Fit(estimator, features.Rows(learned), truth.Rows(learned)).Predict(features.Rows(judged));
        var (tree, plain) = (0.0, 0.0);
        var usual = truth.ClassCount > 0 ? learned.GroupBy(truth.ClassOf).MaxBy(group => group.Count())!.Key : Median([.. learned.Select(row => truth.Values[row])]);
        for (var at = 0; at < judged.Length; at++)
        {
            var real = truth.Values[judged[at]];
            if (truth.ClassCount > 0)
            {
                tree += IndexOfMost(said.AsSpan(at * truth.ClassCount, truth.ClassCount)) == (int)real ? 0 : 1;
                plain += (int)usual == (int)real ? 0 : 1;
            }
            else
            {
                tree += Math.Abs(said[at] - real);
                plain += Math.Abs(usual - real);
            }
        }
        return plain == 0 ? 0 : 1 - (tree / plain);
    }

    private static JsonObject Write(IReadOnlyList<DecisionNode> nodes, IReadOnlyList<Feature> features, int at, Func<IReadOnlyList<double>, JsonNode?> value)
    {
        var node = nodes[at];
        if (node.Yes is not { } yes)
        {
            return new JsonObject { ["value"] = value(node.Values) };
        }
        var (left, right) = (Write(nodes, features, node.Left, value), Write(nodes, features, node.Right, value));
        if (JsonNode.DeepEquals(left, right))
        {
            return left; // both sides say the same: the question is none
        }
        var map = new JsonObject { ["column"] = yes.FeatureName };
        switch (yes.Kind)
        {
            case DecisionKind.Present:
                (map["is"], map["yes"], map["no"]) = ("missing", right, left);
                break;
            case DecisionKind.AtMost:
                map["at"] = double.Parse(((float)yes.Threshold).ToString("R", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
                if (node.IsMissingLeft)
                {
                    map["missing"] = "below";
                }
                (map["below"], map["above"]) = (left, right);
                break;
            default:
                // What is missing, or was never seen, goes to "no".
                IEnumerable<string> levels = node.IsMissingLeft ? features[yes.Feature].Levels!.Except(yes.Levels) : yes.Levels;
                map["in"] = new JsonArray([.. levels.Select(level => (JsonNode)level)]);
                (map["yes"], map["no"]) = node.IsMissingLeft ? (right, left) : (left, right);
                break;
        }
        return map;
    }

    private static string[]? Levels(TreeColumn column, List<object?[]> rows, int at) => column.IsNumber
        ? null : [.. rows.Select(row => row[at] as string).OfType<string>().Distinct(StringComparer.Ordinal).Take(MostLevels + 1).Order(StringComparer.Ordinal)];

    private static float Cell(object? value, string[]? levels) => value switch
    {
        double number when double.IsFinite(number) => (float)Math.Clamp(number, float.MinValue / 2, float.MaxValue / 2),
        string text when levels is not null => Array.BinarySearch(levels, text, StringComparer.Ordinal) is >= 0 and var at ? at : float.NaN,
        _ => float.NaN,
    };

    private static JsonNode Number(double value, bool isWhole) => isWhole ? (long)Math.Round(value) : double.Parse(value.ToString("G6", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);

    private static int IndexOfMost(IReadOnlyList<double> values) => Enumerable.Range(0, values.Count).MaxBy(at => values[at]);

    private static int IndexOfMost(ReadOnlySpan<double> values)
    {
        var best = 0;
        for (var at = 1; at < values.Length; at++)
        {
            best = values[at] > values[best] ? at : best;
        }
        return best;
    }

    private static double Median(double[] values)
    {
        Array.Sort(values);
        return values[values.Length / 2];
    }

    private static EscaleException TooLittle(string column, string why) => new(
        "explore.recipe-fill-model", $"No model can be learned to fill '{column}': {why}.", "Fill it with a value, the median or the commonest value.");
}
