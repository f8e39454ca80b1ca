namespace Escale.Learning.Metrics;

/// <summary>A metric of the order in which a class's probability puts the rows; for several classes the mean over one against the rest.</summary>
internal abstract class RankingMetric(string name) : Metric(name, isHigherBetter: true)
{
    public override bool Supports(LearningTask task) => task != LearningTask.Regression;

    internal override PreparedMetric Prepare(Target target, ReadOnlySpan<double> outputs)
    {
        var classes = target.OutputCount;
        var rankings = new List<Ranking>();
        for (var at = classes == 2 ? 1 : 0; at < classes; at++)
        {
            var isPositive = new bool[target.RowCount];
            for (var row = 0; row < isPositive.Length; row++)
            {
                isPositive[row] = target.ClassOf(row) == at;
            }
            rankings.Add(new Ranking(MetricInput.OutputsOf(at, outputs, classes), isPositive));
        }
        return new Prepared(this, [.. rankings]);
    }

    /// <summary>The metric for one class, NaN when undefined.</summary>
    internal abstract double Score(Ranking ranking, ReadOnlySpan<double> weights);

    private sealed class Prepared(RankingMetric metric, Ranking[] rankings) : PreparedMetric
    {
        public override double Score(ReadOnlySpan<double> weights)
        {
            var (sum, classes) = (0.0, 0);
            foreach (var ranking in rankings)
            {
                if (metric.Score(ranking, weights) is var score && !double.IsNaN(score))
                {
                    sum += score;
                    classes++;
                }
            }
            return classes > 0 ? sum / classes : double.NaN;
        }
    }
}

/// <summary>Rows from the highest score to the lowest. Those of equal score are one step.</summary>
internal sealed class Ranking
{
    private readonly int[] _order;
    private readonly bool[] _isPositive;
    private readonly double[] _scores;

    /// <param name="scores">One a row; taken over and sorted.</param>
    /// <param name="isPositive">Which rows are positive.</param>
    public Ranking(double[] scores, bool[] isPositive)
    {
        _order = new int[scores.Length];
        for (var row = 0; row < scores.Length; row++)
        {
            _order[row] = row;
        }
        Array.Sort(scores, _order);
        Array.Reverse(scores);
        Array.Reverse(_order);
        (_scores, _isPositive) = (scores, isPositive);
    }

    public int RowCount => _order.Length;

    /// <summary>The score of a place in the order.</summary>
    public double ScoreAt(int at) => _scores[at];

    /// <summary>The weights of the rows with the next lower score, and where those after them begin.</summary>
    public (double Positive, double Negative, double Score) Step(ReadOnlySpan<double> weights, ref int at)
    {
        var (positive, negative, score) = (0.0, 0.0, _scores[at]);
        do
        {
            var row = _order[at];
            if (_isPositive[row])
            {
                positive += weights[row];
            }
            else
            {
                negative += weights[row];
            }
            at++;
        }
        while (at < _scores.Length && _scores[at] == score);
        return (positive, negative, score);
    }
}

internal sealed class RocAucMetric() : RankingMetric("ROC AUC")
{
    internal override double Score(Ranking ranking, ReadOnlySpan<double> weights)
    {
        var (found, wrong, area, at) = (0.0, 0.0, 0.0, 0);
        while (at < ranking.RowCount)
        {
            var (positive, negative, _) = ranking.Step(weights, ref at);
            area += negative * (found + positive / 2);
            (found, wrong) = (found + positive, wrong + negative);
        }
        return found > 0 && wrong > 0 ? area / found / wrong : double.NaN;
    }
}

internal sealed class AveragePrecisionMetric() : RankingMetric("average precision")
{
    private protected override string WhyUndefined => "none is positive";

    internal override double Score(Ranking ranking, ReadOnlySpan<double> weights)
    {
        var (found, seen, sum, at) = (0.0, 0.0, 0.0, 0);
        while (at < ranking.RowCount)
        {
            var (positive, negative, _) = ranking.Step(weights, ref at);
            (found, seen) = (found + positive, seen + positive + negative);
            sum += positive > 0 ? positive * (found / seen) : 0;
        }
        return found > 0 ? sum / found : double.NaN;
    }
}
