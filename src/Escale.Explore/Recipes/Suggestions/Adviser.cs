using Escale.Learning;
using Escale.Learning.Explanations;
using Escale.Learning.Trees;

namespace Escale.Explore.Recipes.Suggestions;

/// <summary>A step that suits a column.</summary>
/// <param name="Kind">What kind of step.</param>
/// <param name="Sureness">The share of the examples that look alike and wanted this step, 0 to 1; few examples count as less sure.</param>
/// <param name="Path">What the tree asked on its way, and what held.</param>
/// <param name="Signs">The signs that it saw: of the first step those of the profile, then those that the steps before leave.</param>
internal sealed record Advice(SuggestedKind Kind, double Sureness, IReadOnlyList<DecisionStep> Path, Signs Signs);

/// <summary>
/// One decision tree that tells from the signs of a column which step it needs next, learned from the examples that ship with the program and from what people of the project
/// took and refused. Learning takes some milliseconds. Immutable and thread-safe.
/// </summary>
internal sealed class Adviser
{
    private const int MostSteps = 6;

    // An answer of the project counts as much as a third of the shipped examples of its kind: three outweigh them.
    private const double ShareOfAnAnswer = 1.0 / 3;
    private const double LeastWeight = 5;
    private static readonly Lazy<Adviser> _shipped = new(() => Learn([]));
    private readonly TreePredictor _tree;
    private readonly IReadOnlyList<string> _classes;

    private Adviser(TreePredictor tree, IReadOnlyList<string> classes) => (_tree, _classes) = (tree, classes);

    /// <summary>The one that knows no answers yet.</summary>
    public static Adviser Shipped => _shipped.Value;

    /// <summary>The settings of the tree: small enough to be read, no leaf of a handful of examples.</summary>
    public static DecisionTree Tree { get; } = new() { Criterion = SplitCriterion.Entropy, MinLeafRows = 4, PruningAlpha = 0.002 };

    /// <summary>Learns from the shipped examples and the answers of a project.</summary>
    public static Adviser Learn(IReadOnlyList<Answer> answers) => Of([.. LabelledSigns.Shipped, .. answers.Select(AsExample)]);

    /// <summary>Learns from examples.</summary>
    public static Adviser Of(IReadOnlyList<LabelledSigns> examples)
    {
        string[] classes = [.. examples.Select(example => example.Label).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        var rows = examples.Select(example => example.Signs.AsRow()).ToList();
        var features = new FeatureMatrix(Signs.Features, [.. Enumerable.Range(0, Signs.Features.Count).Select(at => (ReadOnlyMemory<float>)rows.Select(row => row[at]).ToArray())], rows.Count);
        var target = Target.OfClasses([.. examples.Select(example => Array.IndexOf(classes, example.Label))], classes);
        return new Adviser((TreePredictor)Tree.Fit(features, target, [.. examples.Select(example => example.Weight)], new FitOptions { Threads = 1 }), classes);
    }

    /// <summary>The steps that signs ask for, each as if those before it were done.</summary>
    public IEnumerable<Advice> Advise(Signs signs)
    {
        var done = new HashSet<string>(StringComparer.Ordinal);
        for (var step = 0; step < MostSteps; step++)
        {
            if (Next(signs) is not { } advice || !done.Add(advice.Kind.Name))
            {
                yield break;
            }
            yield return advice;
            if (advice.Kind.IsLast)
            {
                yield break;
            }
            signs = advice.Kind.Settle(signs);
        }
    }

    /// <summary>The step that signs ask for first, or null when none.</summary>
    public Advice? Next(Signs signs)
    {
        var path = DecisionPath.Of(_tree, Signs.Features, signs.AsRow());
        var best = Enumerable.Range(0, _classes.Count).MaxBy(at => path.Values[at]);
        return SuggestedKind.Find(_classes[best]) is { } kind ? new Advice(kind, Sureness(path.Values[best], path.Weight), path.Steps, signs) : null;
    }

    // As if one more example of each of two other kinds had been seen: a leaf of few examples is less sure.
    private static double Sureness(double share, double weight) => ((share * weight) + 1) / (weight + 3);

    private static LabelledSigns AsExample(Answer answer) => new(
        answer.Table, "", answer.Accepted ? answer.Kind : SuggestedKind.None, answer.Signs, Math.Max(LeastWeight, ShareOfAnAnswer * LabelledSigns.Shipped.Count(example => example.Label == answer.Kind)));
}
