using Escale.Learning.Persistence;
using Escale.Learning.Threads;
using Escale.Learning.Trees;

namespace Escale.Learning.Linear;

/// <summary>
/// A fitted linear model. A score is its intercept plus the sum of coefficient × feature; a number is predicted by one score as it is, two classes by one score s that is
/// the log-odds of the second (1 ÷ (1 + e⁻ˢ)), more classes by a score each (softmax).
/// </summary>
public sealed class LinearPredictor : Predictor
{
    private const int BlockRows = 256;
    private const long ParallelCells = 1 << 20;

    private readonly double[] _coefficients;
    private readonly double[] _intercepts;
    private readonly ScoreLink _link;

    internal LinearPredictor(LearningTask task, double[] coefficients, double[] intercepts, IReadOnlyList<string> featureNames)
        : base(task, task == LearningTask.Binary ? 2 : intercepts.Length, featureNames.Count)
    {
        (_coefficients, _intercepts, FeatureNames) = (coefficients, intercepts, featureNames);
        _link = task switch { LearningTask.Regression => ScoreLink.Identity, LearningTask.Binary => ScoreLink.Logistic, _ => ScoreLink.Softmax };
    }

    /// <summary>Names of the features, in the order of the coefficients.</summary>
    public IReadOnlyList<string> FeatureNames { get; }

    /// <summary>How many scores: one for regression and for two classes, otherwise one for each class.</summary>
    public int ScoreCount => _intercepts.Length;

    /// <summary>What each score starts from.</summary>
    public ReadOnlySpan<double> Intercepts => _intercepts;

    internal ScoreLink Link => _link;

    internal override string Kind => "linear";

    /// <summary>By how much a score rises for each unit of each feature.</summary>
    /// <param name="score">Which score, from 0.</param>
    /// <returns>One number for each of <see cref="FeatureNames"/>.</returns>
    public ReadOnlySpan<double> Coefficients(int score) => _coefficients.AsSpan(score * FeatureCount, FeatureCount);

    /// <inheritdoc/>
    public override void Predict(FeatureMatrix features, Span<double> outputs, int threads = 1)
    {
        var enough = (long)features.RowCount * FeatureCount * ScoreCount >= ParallelCells;
        ParallelRows.Run(features.RowCount, BlockRows, outputs, OutputCount, enough ? threads : 1, (first, count, part) => PredictBlock(features, first, count, part));
    }

    /// <inheritdoc/>
    public override void PredictRow(ReadOnlySpan<float> row, Span<double> outputs)
    {
        for (var score = 0; score < _intercepts.Length; score++)
        {
            var coefficients = Coefficients(score);
            var sum = _intercepts[score];
            for (var feature = 0; feature < coefficients.Length; feature++)
            {
                if (coefficients[feature] != 0)
                {
                    sum += coefficients[feature] * row[feature];
                }
            }
            outputs[score] = sum;
        }
        Apply(outputs);
    }

    internal override void Save(SavedNode node)
    {
        node.Set("task", Task);
        node.Set("features", FeatureNames);
        node.SetArray<double>("intercepts", _intercepts);
        node.SetArray<double>("coefficients", _coefficients);
    }

    internal static LinearPredictor Load(SavedNode node)
    {
        var (task, names, intercepts) = (node.Enum<LearningTask>("task"), node.Texts("features"), node.Array<double>("intercepts"));
        if (!SavedTasks.Fits(task, task == LearningTask.Binary ? intercepts.Length + 1 : intercepts.Length) || (long)names.Count * intercepts.Length > int.MaxValue / sizeof(double))
        {
            throw SavedNode.Damaged($"a linear model for {task} has {intercepts.Length} scores");
        }
        return new LinearPredictor(task, node.Array<double>("coefficients", names.Count * intercepts.Length), intercepts, names);
    }

    /// <summary>Column by column, each row adding in the order of <see cref="PredictRow"/>: the same bits.</summary>
    private void PredictBlock(FeatureMatrix features, int from, int count, Span<double> outputs)
    {
        Span<double> sums = stackalloc double[count];
        for (var score = 0; score < _intercepts.Length; score++)
        {
            sums.Fill(_intercepts[score]);
            var coefficients = Coefficients(score);
            for (var feature = 0; feature < coefficients.Length; feature++)
            {
                if (coefficients[feature] != 0)
                {
                    Columns.AddScaled(features[feature].Slice(from, sums.Length), coefficients[feature], sums);
                }
            }
            for (var at = 0; at < sums.Length; at++)
            {
                outputs[at * OutputCount + score] = sums[at];
            }
        }
        for (var at = 0; at < sums.Length; at++)
        {
            Apply(outputs.Slice(at * OutputCount, OutputCount));
        }
    }

    private void Apply(Span<double> outputs)
    {
        switch (_link)
        {
            case ScoreLink.Logistic:
                var score = outputs[0]; // both sides from the score: 1 − σ(s) would lose small probabilities
                (outputs[0], outputs[1]) = (1 / (1 + Math.Exp(score)), 1 / (1 + Math.Exp(-score)));
                break;
            case ScoreLink.Softmax:
                Softmax.Apply(outputs);
                break;
        }
    }
}
