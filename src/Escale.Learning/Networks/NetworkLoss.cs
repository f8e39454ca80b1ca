namespace Escale.Learning.Networks;

/// <summary>What a network is to make small: half the squared error, or the log loss of one score for two classes, or of a score for each of more.</summary>
internal sealed unsafe class NetworkLoss(LearningTask task, int scores, double smoothing)
{
    private readonly double[] _shares = new double[scores];

    /// <summary>The losses of rows added up, and where wanted the derivatives by their scores.</summary>
    /// <param name="outputs">Scores, a row after the other; replaced by derivatives when <paramref name="divisor"/> is above 0.</param>
    /// <param name="stride">From row to row.</param>
    /// <param name="targets">Numbers, or indices of classes.</param>
    /// <param name="weights">How much each row counts; empty when all are 1.</param>
    /// <param name="divisor">By what derivatives are divided; 0 for none.</param>
    public double Sum(float* outputs, int stride, ReadOnlySpan<double> targets, ReadOnlySpan<double> weights, double divisor)
    {
        var sum = 0.0;
        for (var row = 0; row < targets.Length; row++, outputs += stride)
        {
            var weight = weights.IsEmpty ? 1 : weights[row];
            sum += weight * task switch
            {
                LearningTask.Regression => Squared(outputs, targets[row], weight, divisor),
                LearningTask.Binary => Logistic(outputs, targets[row], weight, divisor),
                _ => Softmax(outputs, (int)targets[row], weight, divisor),
            };
        }
        return sum;
    }

    private static double Squared(float* output, double target, double weight, double divisor)
    {
        var off = *output - target;
        if (divisor > 0)
        {
            *output = (float)(weight * off / divisor);
        }
        return 0.5 * off * off;
    }

    private double Logistic(float* output, double target, double weight, double divisor)
    {
        double score = *output;
        var (tail, wanted) = (Math.Exp(-Math.Abs(score)), smoothing > 0 && divisor > 0 ? target * (1 - smoothing) + 0.5 * smoothing : target);
        if (divisor > 0)
        {
            *output = (float)(weight * ((score >= 0 ? 1 / (1 + tail) : tail / (1 + tail)) - wanted) / divisor);
        }
        return Math.Max(score, 0) - score * wanted + Math.Log(1 + tail);
    }

    private double Softmax(float* output, int target, double weight, double divisor)
    {
        for (var at = 0; at < _shares.Length; at++)
        {
            _shares[at] = output[at];
        }
        double score = output[target];
        var (most, all) = (_shares.Max(), 0.0);
        foreach (ref var share in _shares.AsSpan())
        {
            all += share = Math.Exp(share - most);
        }
        for (var at = 0; divisor > 0 && at < _shares.Length; at++)
        {
            var wanted = smoothing / _shares.Length + (at == target ? 1 - smoothing : 0);
            output[at] = (float)(weight * (_shares[at] / all - wanted) / divisor);
        }
        return most + Math.Log(all) - score;
    }
}
