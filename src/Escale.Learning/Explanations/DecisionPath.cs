using Escale.Learning.Frames;
using Escale.Learning.Trees;

namespace Escale.Learning.Explanations;

/// <summary>What a node of a tree asks, as answered on the way to a leaf.</summary>
public enum DecisionKind
{
    /// <summary>The number is at most the threshold.</summary>
    AtMost,

    /// <summary>The number is above the threshold.</summary>
    Above,

    /// <summary>The level is one of those listed.</summary>
    OneOf,

    /// <summary>The level is none of those listed.</summary>
    NoneOf,

    /// <summary>The value is missing.</summary>
    Missing,

    /// <summary>The value is not missing, whatever it is.</summary>
    Present,
}

/// <summary>One step from the root of a tree towards a leaf.</summary>
/// <param name="Feature">Which feature was asked for.</param>
/// <param name="FeatureName">Its name.</param>
/// <param name="Kind">What held.</param>
/// <param name="Threshold">Of a number, what it was compared with; otherwise NaN.</param>
/// <param name="Levels">Of a category, the names of the levels; otherwise empty.</param>
/// <param name="Weight">Training rows (their weight) at the node before the step.</param>
/// <param name="Values">What the tree would have said there: the mean, or the share of each class; of boosting, what it would have added.</param>
public sealed record DecisionStep(
    int Feature, string FeatureName, DecisionKind Kind, double Threshold, IReadOnlyList<string> Levels, double Weight, IReadOnlyList<double> Values);

/// <summary>The way of one row through one tree. Immutable.</summary>
public sealed class DecisionPath
{
    private DecisionPath(IReadOnlyList<DecisionStep> steps, IReadOnlyList<double> values, double weight, LearningTask task) =>
        (Steps, Values, Weight, Task) = (steps, values, weight, task);

    /// <summary>The steps, from the root.</summary>
    public IReadOnlyList<DecisionStep> Steps { get; }

    /// <summary>What the leaf says: the mean, or the share of each class; of boosting, what it adds to a score.</summary>
    public IReadOnlyList<double> Values { get; }

    /// <summary>Training rows (their weight) in the leaf.</summary>
    public double Weight { get; }

    /// <summary>What is predicted.</summary>
    public LearningTask Task { get; }

    /// <summary>Follows a row.</summary>
    /// <param name="predictor">The trees.</param>
    /// <param name="features">What the features are.</param>
    /// <param name="row">The row's features; NaN is missing.</param>
    /// <param name="tree">Which tree. Default the first.</param>
    public static DecisionPath Of(TreePredictor predictor, IReadOnlyList<Feature> features, ReadOnlySpan<float> row, int tree = 0)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(features.Count, predictor.FeatureCount, nameof(features));
        ArgumentOutOfRangeException.ThrowIfNotEqual(row.Length, predictor.FeatureCount, nameof(row));
        var of = predictor.Ensemble.Trees[tree];
        var (steps, node) = (new List<DecisionStep>(), 0);
        while (of.Left[node] >= 0)
        {
            var feature = of.Feature[node];
            var goesLeft = of.GoesLeft(node, row[feature]);
            steps.Add(Step(of, node, features[feature], goesLeft, float.IsNaN(row[feature])));
            node = goesLeft ? of.Left[node] : of.Right[node];
        }
        return new DecisionPath(steps, ValuesOf(of, node), of.Cover[node], predictor.Task);
    }

    /// <summary>Follows a row through a model whose only member is a single tree.</summary>
    /// <param name="model">The model.</param>
    /// <param name="frame">A table with the row.</param>
    /// <param name="row">Which row.</param>
    /// <exception cref="LearningException">The model is not a single tree (<c>learning.not-one-tree</c>).</exception>
    public static DecisionPath Of(Model model, Frame frame, int row)
    {
        if (model.Members is not [{ Predictor: TreePredictor { TreeCount: 1 } predictor } member])
        {
            throw new LearningException("learning.not-one-tree", "The model is not a single tree: it has no path that is its reason.", "Explain a surrogate tree, or ask for contributions.");
        }
        var filled = model.NewRow();
        filled.CopyFrom(frame, row);
        var features = new float[predictor.FeatureCount];
        member.Preparation.TransformRow(filled, features);
        return Of(predictor, member.Preparation.Features, features);
    }

    /// <summary>The path in words, a line a step.</summary>
    /// <param name="words">The language. Default English.</param>
    /// <param name="classes">Names of the classes; null to give shares without names.</param>
    public string ToText(DecisionWords? words = null, IReadOnlyList<string>? classes = null)
    {
        words ??= DecisionWords.English;
        return string.Join('\n', [.. Steps.Select(words.Step), words.Outcome(Values, Weight, classes)]);
    }

    internal static DecisionStep Step(Tree tree, int node, Feature feature, bool goesLeft, bool isMissing)
    {
        var (kind, levels, threshold) = (isMissing, tree.LeftLevels[node]) switch
        {
            (true, _) => (DecisionKind.Missing, Array.Empty<string>(), double.NaN),
            (_, null) when tree.Threshold[node] == float.MaxValue => (DecisionKind.Present, [], double.NaN),
            (_, null) => (goesLeft ? DecisionKind.AtMost : DecisionKind.Above, [], tree.Threshold[node]),
            _ => (goesLeft ? DecisionKind.OneOf : DecisionKind.NoneOf,
                Enumerable.Range(0, feature.LevelCount).Where(level => tree.GoesLeft(node, level)).Select(level => feature.Levels![level]).ToArray(), double.NaN),
        };
        return new DecisionStep(tree.Feature[node], feature.Name, kind, threshold, levels, tree.Cover[node], ValuesOf(tree, node));
    }

    internal static double[] ValuesOf(Tree tree, int node) => tree.Value[(node * tree.ValueCount)..((node + 1) * tree.ValueCount)];
}
