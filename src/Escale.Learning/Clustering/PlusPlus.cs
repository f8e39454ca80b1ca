namespace Escale.Learning.Clustering;

/// <summary>
/// First centres: rows drawn with a chance that grows with the squared distance to the centres chosen before; for each the best of 2 + ln k draws, as scikit-learn does.
/// </summary>
internal sealed class PlusPlus(KMeansRun run)
{
    private readonly double[] _nearest = new double[run.Rows.Count];
    private readonly double[] _blockSums = new double[run.BlockCount];

    public double[] Choose(int clusters, Random random)
    {
        var (rows, trials) = (run.Rows, 2 + (int)Math.Log(clusters));
        Array.Fill(_nearest, 1);
        run.ForBlocks((block, from, until) => _blockSums[block] = Sum(from, until));
        var (centres, first) = (new double[clusters * rows.Stride], Draw(random));
        Array.Fill(_nearest, double.PositiveInfinity);
        Take(first, centres, 0);
        for (var at = 1; at < clusters; at++)
        {
            var (best, least) = (-1, double.PositiveInfinity);
            for (var trial = 0; trial < trials; trial++)
            {
                var candidate = Draw(random);
                var inertia = InertiaWith(candidate);
                (best, least) = best < 0 || inertia < least ? (candidate, inertia) : (best, least);
            }
            Take(best, centres, at);
        }
        return centres;
    }

    private double InertiaWith(int candidate)
    {
        var (rows, sums) = (run.Rows, new double[run.BlockCount]);
        run.ForBlocks((block, from, until) =>
        {
            var sum = 0.0;
            for (var row = from; row < until; row++)
            {
                sum += run.Weights[row] * Math.Min(_nearest[row], rows.SquaredDistance(row, candidate));
            }
            sums[block] = sum;
        });
        return sums.Sum();
    }

    private void Take(int chosen, double[] centres, int at)
    {
        var rows = run.Rows;
        DenseRows.Add(rows.Row(chosen), 1, centres.AsSpan(at * rows.Stride, rows.Stride));
        run.ForBlocks((block, from, until) =>
        {
            for (var row = from; row < until; row++)
            {
                _nearest[row] = Math.Min(_nearest[row], rows.SquaredDistance(row, chosen));
            }
            _blockSums[block] = Sum(from, until);
        });
    }

    private double Sum(int from, int until)
    {
        var sum = 0.0;
        for (var row = from; row < until; row++)
        {
            sum += run.Weights[row] * _nearest[row];
        }
        return sum;
    }

    /// <summary>A row with a chance in proportion to weight × squared distance; any row when all are on centres already.</summary>
    private int Draw(Random random)
    {
        var (total, share) = (_blockSums.Sum(), random.NextDouble());
        if (!(total > 0))
        {
            return (int)(share * run.Rows.Count);
        }
        var (left, block) = (share * total, 0);
        while (block < run.BlockCount - 1 && left >= _blockSums[block])
        {
            left -= _blockSums[block++];
        }
        var (from, until) = (block * run.BlockRows, Math.Min(run.Rows.Count, (block + 1) * run.BlockRows));
        var last = from;
        for (var row = from; row < until; row++)
        {
            var part = run.Weights[row] * _nearest[row];
            if (part > 0)
            {
                last = row;
                if (left < part)
                {
                    return row;
                }
                left -= part;
            }
        }
        return last;
    }
}
