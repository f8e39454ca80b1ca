using Escale.Learning.Persistence;

namespace Escale.Learning.Trees;

/// <summary>How raw scores become outputs.</summary>
public enum ScoreLink
{
    /// <summary>As they are.</summary>
    Identity,

    /// <summary>One score s: probabilities 1 − σ(s) and σ(s).</summary>
    Logistic,

    /// <summary>A score for each class: eˢ over their sum.</summary>
    Softmax,

    /// <summary>eˢ.</summary>
    Exponential,
}

/// <summary>
/// Trees whose values are added up: a single tree, a forest, or boosting. score[o] = Start[o] + Scale · Σ value of the leaf that the row comes to in each tree that adds
/// to o, added in the order of the trees; outputs are the <see cref="Link"/> of the scores. Everything that reads trees (prediction, Shapley values, ONNX, files) reads this.
/// </summary>
internal sealed class TreeEnsemble
{
    private readonly Lock _compiling = new();
    private readonly Lazy<RowScorer?> _rowScorer;
    private CompiledTrees? _compiled;
    private volatile bool _isCompiled;

    public TreeEnsemble() => _rowScorer = new(() => RowScorer.Build(this));

    public required Tree[] Trees { get; init; }

    /// <summary>For each tree the score that it adds to; −1 when its nodes have a value for every score.</summary>
    public required int[] ScoreOf { get; init; }

    /// <summary>Every score before any tree.</summary>
    public required double[] Start { get; init; }

    /// <summary>What sums of leaves are multiplied by: 1 ÷ trees for a mean.</summary>
    public double Scale { get; init; } = 1;

    public ScoreLink Link { get; init; } = ScoreLink.Identity;

    public required int FeatureCount { get; init; }

    public int ScoreCount => Start.Length;

    public int OutputCount => Link == ScoreLink.Logistic ? 2 : ScoreCount;

    /// <summary>The trees laid out for speed, made when first asked for; null when they cannot be.</summary>
    public CompiledTrees? Compiled => CompiledBy(threads: 1);

    /// <summary>The trees laid out for single rows, made when first asked for; null when they cannot be.</summary>
    public RowScorer? RowScorer => _rowScorer.Value;

    /// <summary>As <see cref="Compiled"/>, made by so many threads if it is not there yet.</summary>
    public CompiledTrees? CompiledBy(int threads)
    {
        if (!_isCompiled)
        {
            lock (_compiling)
            {
                if (!_isCompiled)
                {
                    _compiled = TreeCompiler.Compile(this, threads);
                    _isCompiled = true;
                }
            }
        }
        return _compiled;
    }

    /// <summary>The scores of one row.</summary>
    public void Score(ReadOnlySpan<float> row, Span<double> scores)
    {
        scores = scores[..ScoreCount];
        scores.Clear();
        for (var at = 0; at < Trees.Length; at++)
        {
            var tree = Trees[at];
            var leaf = tree.LeafOf(row);
            if (ScoreOf[at] >= 0)
            {
                scores[ScoreOf[at]] += tree.Value[leaf];
                continue;
            }
            for (var score = 0; score < scores.Length; score++)
            {
                scores[score] += tree.Value[leaf * scores.Length + score];
            }
        }
        for (var score = 0; score < scores.Length; score++)
        {
            scores[score] = Start[score] + Scale * scores[score];
        }
    }

    /// <summary>Makes outputs of scores, in place when they share memory; <paramref name="outputs"/> is <see cref="OutputCount"/> long.</summary>
    public void Apply(ReadOnlySpan<double> scores, Span<double> outputs)
    {
        switch (Link)
        {
            case ScoreLink.Logistic:
                var positive = 1 / (1 + Math.Exp(-scores[0]));
                (outputs[0], outputs[1]) = (1 - positive, positive);
                break;
            case ScoreLink.Softmax:
                scores.CopyTo(outputs);
                Linear.Softmax.Apply(outputs[..scores.Length]);
                break;
            case ScoreLink.Exponential:
                outputs[0] = Math.Exp(scores[0]);
                break;
            default:
                scores[..OutputCount].CopyTo(outputs);
                break;
        }
    }

    public void Save(SavedNode node)
    {
        node.Set("features", FeatureCount);
        node.Set("link", Link);
        node.Set("scale", Scale);
        node.SetArray<double>("start", Start);
        node.SetArray<int>("score_of", ScoreOf);
        SavedTrees.Save(Trees, node.Add("trees", "trees"));
    }

    public static TreeEnsemble Load(SavedNode node)
    {
        var features = node.Int("features", 0, 1 << 24);
        var trees = SavedTrees.Load(node.Child("trees"), features);
        var (start, link) = (node.Array<double>("start"), node.Enum<ScoreLink>("link"));
        var scoreOf = node.Array<int>("score_of", trees.Length);
        if (start.Length == 0 || (link is ScoreLink.Logistic or ScoreLink.Exponential && start.Length != 1))
        {
            throw SavedNode.Damaged($"an ensemble of trees has {start.Length} scores");
        }
        for (var at = 0; at < trees.Length; at++)
        {
            if (scoreOf[at] < -1 || scoreOf[at] >= start.Length || trees[at].ValueCount != (scoreOf[at] < 0 ? start.Length : 1))
            {
                throw SavedNode.Damaged($"tree {at} has values for other scores than there are");
            }
        }
        return new TreeEnsemble { Trees = trees, ScoreOf = scoreOf, Start = start, Scale = node.Double("scale"), Link = link, FeatureCount = features };
    }
}
