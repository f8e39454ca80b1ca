namespace Escale.Learning.Clustering;

/// <summary>Moves each centre towards the rows of small samples, the less the more it has seen. Ends when a smoothed inertia of the batches has not got better for ten batches.</summary>
internal sealed class MiniBatches(KMeansRun run, double[] centres, int batchRows, Random random)
{
    private const int MostWithoutGain = 10;

    private readonly double[] _seen = new double[centres.Length / run.Rows.Stride];

    /// <summary>Runs.</summary>
    /// <returns>How many batches.</returns>
    public int Run()
    {
        var (rows, batch, labels, distances) = (run.Rows, new int[batchRows], new int[batchRows], new double[batchRows]);
        var most = (long)run.MaxIterations * ((rows.Count + batchRows - 1) / batchRows);
        var (smooth, best, withoutGain) = (double.NaN, double.PositiveInfinity, 0);
        var share = Math.Min(1, 2.0 * batchRows / (rows.Count + 1));
        var part = 0;
        for (; part < most && withoutGain < MostWithoutGain; part++)
        {
            for (var at = 0; at < batch.Length; at++)
            {
                batch[at] = random.Next(rows.Count);
            }
            AssignBatch(batch, labels, distances);
            var (inertia, weight) = (0.0, 0.0);
            for (var at = 0; at < batch.Length; at++)
            {
                inertia += run.Weights[batch[at]] * distances[at];
                weight += run.Weights[batch[at]];
                Move(labels[at], batch[at]);
            }
            if (weight > 0)
            {
                smooth = double.IsNaN(smooth) ? inertia / weight : smooth + share * (inertia / weight - smooth);
                (best, withoutGain) = smooth < best ? (smooth, 0) : (best, withoutGain + 1);
            }
        }
        return part;
    }

    /// <summary>By as many parts as there are blocks of rows; a row of the batch depends on no other.</summary>
    private void AssignBatch(int[] batch, int[] labels, double[] distances) => run.ForBlocks((block, _, _) =>
    {
        for (var at = (int)((long)batch.Length * block / run.BlockCount); at < (long)batch.Length * (block + 1) / run.BlockCount; at++)
        {
            (labels[at], distances[at]) = KMeansRun.Nearest(run.Rows.Row(batch[at]), centres);
        }
    });

    private void Move(int label, int row)
    {
        var weight = run.Weights[row];
        if (weight > 0)
        {
            _seen[label] += weight;
            var (rate, stride) = (weight / _seen[label], run.Rows.Stride);
            var centre = centres.AsSpan(label * stride, stride);
            var values = run.Rows.Row(row);
            for (var at = 0; at < stride; at++)
            {
                centre[at] += rate * (values[at] - centre[at]);
            }
        }
    }
}
