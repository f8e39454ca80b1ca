namespace Escale.Learning.Metrics;

/// <summary>What precision, recall and F1 are of.</summary>
internal enum ClassRatio
{
    Precision,
    Recall,
    F1,
}

/// <summary>A metric of true and predicted classes only.</summary>
internal abstract class ClassMetric(string name) : Metric(name, isHigherBetter: true)
{
    public override bool Supports(LearningTask task) => task != LearningTask.Regression;

    internal override PreparedMetric Prepare(Target target, ReadOnlySpan<double> outputs)
    {
        var (truths, predicted) = (new int[target.RowCount], new int[target.RowCount]);
        for (var row = 0; row < truths.Length; row++)
        {
            truths[row] = target.ClassOf(row);
            predicted[row] = MetricInput.Highest(outputs.Slice(row * target.OutputCount, target.OutputCount));
        }
        return new Prepared(this, truths, predicted, target.ClassCount);
    }

    internal abstract double Score(in ClassCounts counts);

    private sealed class Prepared(ClassMetric metric, int[] truths, int[] predicted, int classes) : PreparedMetric
    {
        public override double Score(ReadOnlySpan<double> weights)
        {
            var counts = new ClassCounts(new double[classes], new double[classes], new double[classes]);
            for (var row = 0; row < truths.Length; row++)
            {
                var weight = weights[row];
                counts.True[truths[row]] += weight;
                counts.Predicted[predicted[row]] += weight;
                if (truths[row] == predicted[row])
                {
                    counts.Right[truths[row]] += weight;
                }
            }
            return metric.Score(counts);
        }
    }
}

/// <summary>Weights by class: of rows that are of it, of rows predicted as it, of rows that are both.</summary>
internal readonly record struct ClassCounts(double[] True, double[] Predicted, double[] Right)
{
    public double Total => MetricInput.Sum(True);

    public double Ratio(ClassRatio kind, int at)
    {
        var (top, bottom) = kind switch
        {
            ClassRatio.Precision => (Right[at], Predicted[at]),
            ClassRatio.Recall => (Right[at], True[at]),
            _ => (2 * Right[at], True[at] + Predicted[at]),
        };
        return bottom > 0 ? top / bottom : 0;
    }
}

internal sealed class AccuracyMetric() : ClassMetric("accuracy")
{
    internal override double Score(in ClassCounts counts) => MetricInput.Sum(counts.Right) / counts.Total;
}

internal sealed class BalancedAccuracyMetric() : ClassMetric("balanced accuracy")
{
    internal override double Score(in ClassCounts counts)
    {
        var (sum, classes) = (0.0, 0);
        for (var at = 0; at < counts.True.Length; at++)
        {
            if (counts.True[at] > 0)
            {
                sum += counts.Ratio(ClassRatio.Recall, at);
                classes++;
            }
        }
        return sum / classes;
    }
}

internal sealed class ClassRatioMetric(string name, ClassRatio kind, bool isMacro) : ClassMetric(name)
{
    internal override double Score(in ClassCounts counts)
    {
        if (counts.True.Length == 2 && !isMacro)
        {
            return counts.Ratio(kind, 1);
        }
        var (sum, classes) = (0.0, 0);
        for (var at = 0; at < counts.True.Length; at++)
        {
            if (counts.True[at] > 0 || counts.Predicted[at] > 0)
            {
                sum += counts.Ratio(kind, at);
                classes++;
            }
        }
        return sum / classes;
    }
}

internal sealed class MatthewsMetric() : ClassMetric("MCC")
{
    internal override double Score(in ClassCounts counts)
    {
        var total = counts.Total;
        var (together, trueSquares, predictedSquares) = (0.0, 0.0, 0.0);
        for (var at = 0; at < counts.True.Length; at++)
        {
            together += counts.True[at] * counts.Predicted[at];
            trueSquares += counts.True[at] * counts.True[at];
            predictedSquares += counts.Predicted[at] * counts.Predicted[at];
        }
        var spread = (total * total - trueSquares) * (total * total - predictedSquares);
        return spread > 0 ? (MetricInput.Sum(counts.Right) * total - together) / Math.Sqrt(spread) : 0;
    }
}
