using Escale.Learning.Threads;
using Escale.Learning.Trees;

namespace Escale.Learning.Boosting;

/// <summary>Scores of rows that are not learned from, kept up to date tree by tree, and their mean loss.</summary>
internal sealed class ValidationScores
{
    private const int Block = 1 << 12;

    private readonly Objective _objective;
    private readonly ValidationRows _rows;
    private readonly int _featureCount;
    private readonly float[] _values;
    private readonly double[] _scores;

    public ValidationScores(Objective objective, ValidationRows rows, double[] start, TreePredictor? model)
    {
        (_objective, _rows, _featureCount) = (objective, rows, rows.Features.FeatureCount);
        ArgumentOutOfRangeException.ThrowIfNotEqual(rows.Target.RowCount, rows.Features.RowCount, nameof(rows));
        _values = new float[(long)rows.Features.RowCount * _featureCount];
        _scores = new double[(long)rows.Features.RowCount * start.Length];
        for (var row = 0; row < rows.Features.RowCount; row++)
        {
            rows.Features.CopyRow(row, Values(row));
            var scores = _scores.AsSpan(row * start.Length, start.Length);
            if (model is null)
            {
                start.CopyTo(scores);
            }
            else
            {
                model.Ensemble.Score(Values(row), scores);
            }
        }
    }

    /// <summary>Adds the trees of a round.</summary>
    /// <param name="trees">One for each score.</param>
    /// <param name="team">Who works.</param>
    /// <returns>The weighted mean loss.</returns>
    public double Add(Tree[] trees, WorkerTeam team)
    {
        var sums = new (double Loss, double Weight)[(_rows.Features.RowCount + Block - 1) / Block];
        team.Run(sums.Length, block => sums[block] = AddBlock(trees, block * Block));
        var (loss, weight) = (0.0, 0.0);
        foreach (var sum in sums)
        {
            (loss, weight) = (loss + sum.Loss, weight + sum.Weight);
        }
        return weight > 0 ? loss / weight : double.NaN;
    }

    private Span<float> Values(int row) => _values.AsSpan(row * _featureCount, _featureCount);

    private (double Loss, double Weight) AddBlock(Tree[] trees, int from)
    {
        var targets = _rows.Target;
        var weights = _rows.Weights.Span;
        var (loss, sum) = (0.0, 0.0);
        for (var row = from; row < Math.Min(targets.RowCount, from + Block); row++)
        {
            var scores = _scores.AsSpan(row * trees.Length, trees.Length);
            for (var score = 0; score < trees.Length; score++)
            {
                scores[score] += trees[score].Value[trees[score].LeafOf(Values(row))];
            }
            var weight = weights.IsEmpty ? 1 : weights[row];
            (loss, sum) = (loss + weight * _objective.Loss(scores, targets.Values[row]), sum + weight);
        }
        return (loss, sum);
    }
}
