namespace Escale.Learning.Metrics;

/// <summary>What metrics, curves and calibration check and do alike.</summary>
internal static class MetricInput
{
    /// <summary>Checks lengths, outputs and weights.</summary>
    /// <returns>A weight for each row.</returns>
    public static double[] Check(Target target, ReadOnlySpan<double> outputs, ReadOnlySpan<double> weights)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(outputs.Length, (long)target.RowCount * target.OutputCount, nameof(outputs));
        for (var at = 0; at < outputs.Length; at++)
        {
            if (!double.IsFinite(outputs[at]))
            {
                throw new LearningException(
                    "learning.output-not-finite", $"The output of row {at / target.OutputCount + 1} is missing or infinite.", "Give a finite output for every row.");
            }
        }
        return Weights(weights, target.RowCount);
    }

    /// <summary>A weight for each row, checked; 1 when none are given.</summary>
    public static double[] Weights(ReadOnlySpan<double> weights, int rows)
    {
        var result = new double[rows];
        if (weights.IsEmpty)
        {
            Array.Fill(result, 1);
            return result;
        }
        ArgumentOutOfRangeException.ThrowIfNotEqual(weights.Length, rows, nameof(weights));
        var sum = 0.0;
        for (var row = 0; row < rows; row++)
        {
            if (!(weights[row] >= 0) || !double.IsFinite(weights[row]))
            {
                throw new LearningException("learning.bad-weight", $"The weight of row {row + 1} is negative, missing or infinite.", "Give weights of zero or more.");
            }
            sum += result[row] = weights[row];
        }
        return sum > 0 ? result : throw new LearningException("learning.bad-weight", "Every row has weight zero.", "Give at least one row a positive weight.");
    }

    /// <summary>The class of the highest output, the first of several.</summary>
    public static int Highest(ReadOnlySpan<double> outputs)
    {
        var best = 0;
        for (var at = 1; at < outputs.Length; at++)
        {
            if (outputs[at] > outputs[best])
            {
                best = at;
            }
        }
        return best;
    }

    /// <summary>The outputs of one class.</summary>
    public static double[] OutputsOf(int output, ReadOnlySpan<double> outputs, int outputCount)
    {
        var column = new double[outputs.Length / outputCount];
        for (var row = 0; row < column.Length; row++)
        {
            column[row] = outputs[row * outputCount + output];
        }
        return column;
    }

    public static double Sum(ReadOnlySpan<double> values)
    {
        var sum = 0.0;
        foreach (var value in values)
        {
            sum += value;
        }
        return sum;
    }
}
