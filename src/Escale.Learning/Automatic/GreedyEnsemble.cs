namespace Escale.Learning.Automatic;

/// <summary>
/// Chooses how much each of several predictions counts in their mean: begins with the best, and again and again adds the one that makes the mean best, with
/// replacement (Caruana et al., "Ensemble Selection from Libraries of Models", 2004). Weights are therefore small whole shares, and most are zero.
/// </summary>
internal static class GreedyEnsemble
{
    private const int Parts = 12;
    private const int StepsOfPart = 15;
    private const double LeastShare = 0.03;

    /// <summary>Chooses weights.</summary>
    /// <param name="outputs">For each member its outputs on the same rows; all of one length.</param>
    /// <param name="loss">How bad a mean of outputs is.</param>
    /// <param name="steps">How many times one is added. Default 40.</param>
    /// <param name="cancellationToken">Ends the search with the best so far.</param>
    /// <returns>Weights that add up to 1.</returns>
    public static double[] Choose(IReadOnlyList<double[]> outputs, Func<double[], double> loss, int steps = 40, CancellationToken cancellationToken = default)
    {
        var counts = new int[outputs.Count];
        var (sum, mean) = (new double[outputs[0].Length], new double[outputs[0].Length]);
        var (best, bestLoss) = ((int[])counts.Clone(), double.PositiveInfinity);
        for (var step = 1; step <= steps; step++)
        {
            var (chosen, chosenLoss) = (-1, double.PositiveInfinity);
            for (var member = 0; member < outputs.Count; member++)
            {
                var memberLoss = LossWith(sum, outputs[member], mean, step, loss);
                if (chosen < 0 || memberLoss < chosenLoss)
                {
                    (chosen, chosenLoss) = (member, memberLoss);
                }
            }
            counts[chosen]++;
            Add(sum, outputs[chosen]);
            if (chosenLoss < bestLoss)
            {
                (best, bestLoss) = ((int[])counts.Clone(), chosenLoss);
            }
            if (cancellationToken.IsCancellationRequested)
            {
                break;
            }
        }
        var total = (double)best.Sum();
        return [.. best.Select(count => count / total)];
    }

    /// <summary>
    /// The mean of several choices, each among half of the members, drawn by chance (the bagging of Caruana et al., 2004): where rows are few, what one choice takes for the best mixture is
    /// partly luck.
    /// </summary>
    /// <param name="outputs">As for <see cref="Choose"/>; the best first.</param>
    /// <param name="loss">As for <see cref="Choose"/>.</param>
    /// <param name="seed">For the drawing.</param>
    /// <param name="cancellationToken">Ends it with the choices made so far; one at least.</param>
    /// <returns>Weights that add up to 1.</returns>
    public static double[] ChooseFromParts(IReadOnlyList<double[]> outputs, Func<double[], double> loss, int seed, CancellationToken cancellationToken = default)
    {
        var (weights, random, done) = (new double[outputs.Count], new Random(seed), 0);
        while (done < Parts && (done == 0 || !cancellationToken.IsCancellationRequested))
        {
            int[] drawn = [.. Enumerable.Range(0, outputs.Count)];
            random.Shuffle(drawn);
            int[] part = [.. drawn.Take((outputs.Count + 1) / 2).Order()];
            var chosen = Choose([.. part.Select(member => outputs[member])], loss, StepsOfPart, cancellationToken);
            for (var at = 0; at < part.Length; at++)
            {
                weights[part[at]] += chosen[at];
            }
            done++;
        }
        // What was hardly ever chosen is not worth keeping.
        var least = Math.Min(LeastShare * done, weights.Max());
        var total = weights.Where(weight => weight >= least).Sum();
        return [.. weights.Select(weight => weight >= least ? weight / total : 0)];
    }

    /// <summary>The weighted mean of outputs.</summary>
    public static double[] Mean(IReadOnlyList<double[]> outputs, IReadOnlyList<double> weights)
    {
        var mean = new double[outputs[0].Length];
        for (var member = 0; member < outputs.Count; member++)
        {
            if (weights[member] > 0)
            {
                for (var at = 0; at < mean.Length; at++)
                {
                    mean[at] += weights[member] * outputs[member][at];
                }
            }
        }
        return mean;
    }

    private static double LossWith(double[] sum, double[] added, double[] mean, int count, Func<double[], double> loss)
    {
        var share = 1.0 / count;
        for (var at = 0; at < mean.Length; at++)
        {
            mean[at] = (sum[at] + added[at]) * share;
        }
        return loss(mean);
    }

    private static void Add(double[] sum, double[] added)
    {
        for (var at = 0; at < sum.Length; at++)
        {
            sum[at] += added[at];
        }
    }
}
