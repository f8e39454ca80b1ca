using Escale.Learning.Metrics;

namespace Escale.Learning.Calibration;

/// <summary>
/// What each mistake costs, and so which class to decide for: that of the least expected cost. C. Elkan (2001), "The foundations of cost-sensitive learning". The probabilities should be
/// calibrated. Immutable and thread-safe.
/// </summary>
public sealed class CostMatrix
{
    private readonly double[] _costs;

    /// <summary>Takes the costs.</summary>
    /// <param name="costs">Cost of predicting the column's class for a row of the row's class, in any unit; gains are negative.</param>
    /// <exception cref="LearningException">It is not square, has fewer than two classes, or a cost is not a number (<c>learning.bad-setting</c>).</exception>
    public CostMatrix(double[,] costs)
    {
        _costs = [.. costs.Cast<double>()];
        ClassCount = costs.GetLength(0);
        if (ClassCount < 2 || costs.GetLength(1) != ClassCount || _costs.Any(cost => !double.IsFinite(cost)))
        {
            throw new LearningException("learning.bad-setting", "A cost matrix is not square, too small, or holds what is not a number.", "Give a finite cost for each true and each predicted class.");
        }
    }

    /// <summary>How many classes.</summary>
    public int ClassCount { get; }

    /// <summary>The cost of predicting a class for a row of another.</summary>
    public double this[int truth, int predicted] => _costs[truth * ClassCount + predicted];

    /// <summary>Costs of two classes when right decisions cost nothing.</summary>
    /// <param name="falsePositive">Cost of taking a negative row for positive.</param>
    /// <param name="falseNegative">Cost of missing a positive row.</param>
    public static CostMatrix OfTwo(double falsePositive, double falseNegative) => new(new[,] { { 0, falsePositive }, { falseNegative, 0 } });

    /// <summary>
    /// From which probability on two calibrated classes are decided for as positive: (cost of a false alarm) ÷ (that + cost of a miss), each less the cost of being right.
    /// 0 when positive is never dearer, +∞ when it never pays.
    /// </summary>
    /// <exception cref="LearningException">Both classes cost less when taken for the other (<c>learning.bad-setting</c>).</exception>
    public double Threshold
    {
        get
        {
            if (ClassCount != 2)
            {
                throw new InvalidOperationException("Several classes have no single threshold: use Decide.");
            }
            var (alarm, miss) = (this[0, 1] - this[0, 0], this[1, 0] - this[1, 1]);
            if (alarm <= 0)
            {
                return miss >= 0 ? 0 : throw new LearningException(
                    "learning.bad-setting", "In the cost matrix both classes cost less when they are taken for the other.", "Swap the two columns of the costs.");
            }
            return miss <= 0 ? double.PositiveInfinity : alarm / (alarm + miss);
        }
    }

    /// <summary>The class of least expected cost, the first of several. Does not allocate.</summary>
    /// <param name="probabilities">Probability of each class.</param>
    public int Decide(ReadOnlySpan<double> probabilities)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(probabilities.Length, ClassCount);
        var (best, least) = (0, double.PositiveInfinity);
        for (var predicted = 0; predicted < ClassCount; predicted++)
        {
            var cost = 0.0;
            for (var truth = 0; truth < ClassCount; truth++)
            {
                cost += probabilities[truth] * this[truth, predicted];
            }
            if (cost < least)
            {
                (best, least) = (predicted, cost);
            }
        }
        return best;
    }

    /// <summary>What decisions for least expected cost cost on the mean of rows.</summary>
    /// <param name="target">The truth.</param>
    /// <param name="outputs">Probabilities, row after row.</param>
    /// <param name="weights">How much each row counts; empty when all count the same.</param>
    public double MeanCost(Target target, ReadOnlySpan<double> outputs, ReadOnlySpan<double> weights = default)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(target.ClassCount, ClassCount, nameof(target));
        var rowWeights = MetricInput.Check(target, outputs, weights);
        var (sum, total) = (0.0, 0.0);
        for (var row = 0; row < rowWeights.Length; row++)
        {
            sum += rowWeights[row] * this[target.ClassOf(row), Decide(outputs.Slice(row * ClassCount, ClassCount))];
            total += rowWeights[row];
        }
        return sum / total;
    }
}
