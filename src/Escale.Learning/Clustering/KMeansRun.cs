using Escale.Learning.Threads;

namespace Escale.Learning.Clustering;

/// <summary>The rows of one fit and what the ways to cluster them share: sums over blocks that depend on the number of rows only, added in the order of the blocks.</summary>
internal sealed class KMeansRun
{
    private readonly KMeans _settings;
    private readonly WorkerTeam _team;
    private readonly CancellationToken _token;

    public KMeansRun(KMeans settings, DenseRows rows, double[] weights, WorkerTeam team, CancellationToken token)
    {
        (_settings, Rows, Weights, _team, _token) = (settings, rows, weights, team, token);
        BlockRows = Math.Max(1024, (rows.Count + 63) / 64);
        BlockCount = (rows.Count + BlockRows - 1) / BlockRows;
        ToleranceSquared = settings.Tolerance * MeanVariance();
    }

    public DenseRows Rows { get; }

    public double[] Weights { get; }

    public int BlockRows { get; }

    public int BlockCount { get; }

    /// <summary>By how much the centres may still move, squared, when they are done.</summary>
    public double ToleranceSquared { get; }

    public int MaxIterations => _settings.MaxIterations;

    /// <summary>Calls for each block of rows: its number, its first row and the row after its last.</summary>
    public void ForBlocks(Action<int, int, int> work)
    {
        _team.Run(BlockCount, block =>
        {
            if (!_token.IsCancellationRequested)
            {
                work(block, block * BlockRows, Math.Min(Rows.Count, (block + 1) * BlockRows));
            }
        });
        _token.ThrowIfCancellationRequested();
    }

    /// <summary>One start: first centres, iterations, labels and inertia.</summary>
    public KMeansModel From(Random random, IReadOnlyList<string> names)
    {
        var batch = _settings.BatchRows < Rows.Count ? _settings.BatchRows : null;
        var centres = _settings.InitialCentres is { } given ? Padded(given) : new PlusPlus(batch is null ? this : Sample(batch.Value, random)).Choose(_settings.Clusters, random);
        var iterations = batch is { } rows ? new MiniBatches(this, centres, rows, random).Run() : new HamerlyIterations(this, centres).Run();
        var (labels, nearest) = (new int[Rows.Count], new double[Rows.Count]);
        var inertias = new double[BlockCount];
        ForBlocks((block, from, until) =>
        {
            for (var row = from; row < until; row++)
            {
                (labels[row], nearest[row]) = Nearest(Rows.Row(row), centres);
                inertias[block] += Weights[row] * nearest[row];
            }
        });
        return new KMeansModel(names, Used(centres, labels), Rows.Width, labels, inertias.Sum(), iterations);
    }

    public static (int Centre, double SquaredDistance) Nearest(ReadOnlySpan<float> row, double[] centres)
    {
        var (best, least) = (0, double.PositiveInfinity);
        for (var (at, from) = (0, 0); from < centres.Length; at++, from += row.Length)
        {
            var distance = DenseRows.SquaredDistance(row, centres.AsSpan(from, row.Length));
            (best, least) = distance < least ? (at, distance) : (best, least);
        }
        return (best, least);
    }

    /// <summary>The rows that the first centres of mini-batches are chosen from: those of three batches, or three a cluster.</summary>
    private KMeansRun Sample(int batch, Random random)
    {
        var chosen = Enumerable.Range(0, Rows.Count).ToArray();
        random.Shuffle(chosen);
        chosen = [.. chosen.Where(row => Weights[row] > 0).Take((int)Math.Min(Rows.Count, 3L * Math.Max(batch, _settings.Clusters))).Order()];
        return new KMeansRun(_settings, Rows.Chosen(chosen), [.. chosen.Select(row => Weights[row])], _team, _token);
    }

    /// <summary>Leaves out centres without rows (there were fewer different rows than clusters) and renumbers the labels.</summary>
    private double[] Used(double[] centres, int[] labels)
    {
        var count = centres.Length / Rows.Stride;
        var isUsed = new bool[count];
        foreach (var label in labels)
        {
            isUsed[label] = true;
        }
        if (isUsed.All(used => used))
        {
            return centres;
        }
        var newLabels = new int[count];
        var kept = new List<double>();
        for (var (at, next) = (0, 0); at < count; at++)
        {
            if (isUsed[at])
            {
                newLabels[at] = next++;
                kept.AddRange(centres.AsSpan(at * Rows.Stride, Rows.Stride));
            }
        }
        for (var row = 0; row < labels.Length; row++)
        {
            labels[row] = newLabels[labels[row]];
        }
        return [.. kept];
    }

    private double[] Padded(IReadOnlyList<double[]> centres)
    {
        var padded = new double[centres.Count * Rows.Stride];
        for (var at = 0; at < centres.Count; at++)
        {
            centres[at].CopyTo(padded, at * Rows.Stride);
        }
        return padded;
    }

    private double MeanVariance()
    {
        var (sums, squares, centre) = (new double[BlockCount][], new double[BlockCount], new double[Rows.Stride]);
        ForBlocks((block, from, until) =>
        {
            sums[block] = new double[Rows.Stride];
            for (var row = from; row < until; row++)
            {
                DenseRows.Add(Rows.Row(row), 1.0 / Rows.Count, sums[block]);
            }
        });
        foreach (var sum in sums)
        {
            for (var at = 0; at < centre.Length; at++)
            {
                centre[at] += sum[at];
            }
        }
        ForBlocks((block, from, until) =>
        {
            for (var row = from; row < until; row++)
            {
                squares[block] += DenseRows.SquaredDistance(Rows.Row(row), centre);
            }
        });
        return squares.Sum() / Rows.Count / Rows.Width;
    }
}
