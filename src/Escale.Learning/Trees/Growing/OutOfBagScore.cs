namespace Escale.Learning.Trees.Growing;

/// <summary>Turns sums over trees into means, and scores them.</summary>
internal static class OutOfBagScore
{
    public static OutOfBag Make(Target target, double[] weights, double[] sums, int[] counts)
    {
        var outputs = target.OutputCount;
        var mean = new double[outputs];
        var judged = 0;
        for (var row = 0; row < counts.Length; row++)
        {
            judged += counts[row] > 0 ? 1 : 0;
            for (var output = 0; output < outputs && counts[row] > 0; output++)
            {
                sums[row * outputs + output] /= counts[row];
                mean[output] += sums[row * outputs + output];
            }
        }
        var prior = judged > 0 ? [.. mean.Select(sum => sum / judged)] : Prior(target, weights);
        for (var row = 0; row < counts.Length; row++)
        {
            if (counts[row] == 0)
            {
                prior.CopyTo(sums, row * outputs);
            }
        }
        var score = judged == 0 ? 0 : target.Task == LearningTask.Regression ? RSquared(target, weights, sums, counts) : Accuracy(target, weights, sums, counts);
        return new OutOfBag(sums, counts, score);
    }

    private static double[] Prior(Target target, double[] weights)
    {
        var (prior, total) = (new double[target.OutputCount], 0.0);
        for (var row = 0; row < target.RowCount; row++)
        {
            var weight = weights.Length == 0 ? 1 : weights[row];
            prior[target.ClassCount == 0 ? 0 : target.ClassOf(row)] += target.ClassCount == 0 ? weight * target.Values[row] : weight;
            total += weight;
        }
        return [.. prior.Select(sum => sum / total)];
    }

    private static double Accuracy(Target target, double[] weights, double[] outputs, int[] counts)
    {
        var (right, total) = (0.0, 0.0);
        for (var row = 0; row < counts.Length; row++)
        {
            if (counts[row] > 0)
            {
                var of = outputs.AsSpan(row * target.ClassCount, target.ClassCount);
                var weight = weights.Length == 0 ? 1 : weights[row];
                var best = 0;
                for (var at = 1; at < of.Length; at++)
                {
                    best = of[at] > of[best] ? at : best;
                }
                right += best == target.ClassOf(row) ? weight : 0;
                total += weight;
            }
        }
        return total > 0 ? right / total : 0;
    }

    private static double RSquared(Target target, double[] weights, double[] outputs, int[] counts)
    {
        double Sum(Func<int, double> of)
        {
            var sum = 0.0;
            for (var row = 0; row < counts.Length; row++)
            {
                sum += counts[row] > 0 ? (weights.Length == 0 ? 1 : weights[row]) * of(row) : 0;
            }
            return sum;
        }
        var total = Sum(_ => 1);
        var mean = total > 0 ? Sum(row => target.Values[row]) / total : 0;
        var (lost, spread) = (Sum(row => Math.Pow(target.Values[row] - outputs[row], 2)), Sum(row => Math.Pow(target.Values[row] - mean, 2)));
        return spread > 0 ? 1 - lost / spread : lost > 0 ? 0 : 1;
    }
}
