using System.Buffers;
using System.Collections.Concurrent;
using Escale.Learning.Threads;

namespace Escale.Learning.Trees.Growing;

/// <summary>Grows the trees of one forest, in parallel; each draws from a stream of random numbers of its own.</summary>
internal sealed class ForestRun
{
    private readonly FeatureMatrix _features;
    private readonly Target _target;
    private readonly double[] _weights;
    private readonly FitOptions _options;
    private readonly CartSettings _settings;
    private readonly int _treeCount;
    private readonly int _drawnRows;
    private readonly int _maxBins;
    private int[] _kept = [];

    /// <summary>Prepares a run.</summary>
    /// <param name="features">The features.</param>
    /// <param name="target">The target.</param>
    /// <param name="weights">The weights, or empty.</param>
    /// <param name="options">Seed, threads and so on.</param>
    /// <param name="settings">What each tree keeps to.</param>
    /// <param name="treeCount">How many trees.</param>
    /// <param name="drawnRows">Rows drawn with replacement for each tree; 0 to use all.</param>
    /// <param name="maxBins">Ranks for each number at most.</param>
    public ForestRun(
        FeatureMatrix features, Target target, ReadOnlySpan<double> weights, FitOptions options, CartSettings settings, int treeCount, int drawnRows, int maxBins)
    {
        (_features, _target, _weights, _options, _settings, _treeCount, _drawnRows, _maxBins) =
            (features, target, weights.ToArray(), options, settings, treeCount, drawnRows, maxBins);
    }

    /// <summary>Grows them.</summary>
    public TreeEnsemble Grow()
    {
        var began = _options.Clock.GetTimestamp();
        using var team = new WorkerTeam(_options.Threads);
        using var table = RankedTable.Make(_features, _maxBins, team);
        var target = CartTarget.Make(_target, _weights, _settings.Criterion);
        var trees = new Tree?[_treeCount];
        var growers = new ConcurrentBag<(CartGrower Grower, double[] Weights)>();
        var done = 0;
        try
        {
            team.Run(_treeCount, at =>
            {
                if (_options.CancellationToken.IsCancellationRequested || (at > 0 && _options.TimeLimit is { } limit && PartedClock.Of(_options.Clock, at).GetElapsedTime(began) > limit))
                {
                    return;
                }
                var (grower, weights) = growers.TryTake(out var free) ? free : (new CartGrower(table, target, _settings), new double[_features.RowCount]);
                var random = new TreeRandom(_options.Seed, at);
                Draw(weights, ref random);
                trees[at] = grower.Grow(weights, random, _options.CancellationToken);
                growers.Add((grower, weights));
                _options.Progress?.Report((double)Interlocked.Increment(ref done) / _treeCount);
            });
        }
        finally
        {
            foreach (var (grower, _) in growers)
            {
                grower.Dispose();
            }
        }
        _options.CancellationToken.ThrowIfCancellationRequested();
        _kept = [.. Enumerable.Range(0, _treeCount).Where(at => trees[at] is not null)];
        return new TreeEnsemble
        {
            Trees = [.. _kept.Select(at => trees[at]!)],
            ScoreOf = [.. _kept.Select(_ => -1)],
            Start = new double[_target.OutputCount],
            Scale = 1.0 / _kept.Length,
            FeatureCount = _features.FeatureCount,
        };
    }

    /// <summary>Judges each row by the trees that did not learn from it. Rows are the parts of the work and trees are added in order: the same bits for any number of threads.</summary>
    public OutOfBag Judge(TreePredictor predictor)
    {
        var (rows, outputs) = (_features.RowCount, predictor.OutputCount);
        using var team = new WorkerTeam(_options.Threads);
        var isSeen = new ulong[_kept.Length][];
        team.Run(_kept.Length, at => isSeen[at] = Seen(_kept[at]));
        var (sums, counts) = (new double[(long)rows * outputs], new int[rows]);
        const int Block = 256;
        team.Run((rows + Block - 1) / Block, block =>
        {
            if (!_options.CancellationToken.IsCancellationRequested)
            {
                JudgeRows(predictor.Ensemble.Trees, isSeen, block * Block, Math.Min(rows, (block + 1) * Block), sums, counts);
            }
        });
        _options.CancellationToken.ThrowIfCancellationRequested();
        return OutOfBagScore.Make(_target, _weights, sums, counts);
    }

    private void JudgeRows(Tree[] trees, ulong[][] isSeen, int from, int to, double[] sums, int[] counts)
    {
        var values = new float[_features.FeatureCount];
        for (var row = from; row < to; row++)
        {
            _features.CopyRow(row, values);
            for (var at = 0; at < trees.Length; at++)
            {
                if ((isSeen[at][row >> 6] >> (row & 63) & 1) != 0)
                {
                    continue;
                }
                var (tree, leaf) = (trees[at], trees[at].LeafOf(values));
                for (var output = 0; output < tree.ValueCount; output++)
                {
                    sums[row * tree.ValueCount + output] += tree.Value[leaf * tree.ValueCount + output];
                }
                counts[row]++;
            }
        }
    }

    // The draw of a tree made again: cheaper than keeping it.
    private ulong[] Seen(int tree)
    {
        var (random, seen) = (new TreeRandom(_options.Seed, tree), new ulong[(_features.RowCount + 63) / 64]);
        var rented = ArrayPool<double>.Shared.Rent(_features.RowCount);
        Draw(rented.AsSpan(0, _features.RowCount), ref random);
        for (var row = 0; row < _features.RowCount; row++)
        {
            seen[row >> 6] |= rented[row] > 0 ? 1UL << (row & 63) : 0;
        }
        ArrayPool<double>.Shared.Return(rented);
        return seen;
    }

    // How much each row counts for a tree: how often it was drawn times its weight.
    private void Draw(Span<double> weights, ref TreeRandom random)
    {
        do
        {
            weights.Fill(_drawnRows == 0 ? 1 : 0);
            var local = random; // In registers: memory that the weights might be in would be read again for each row.
            for (var drawn = 0; drawn < _drawnRows; drawn++)
            {
                weights[local.Below(weights.Length)]++;
            }
            random = local;
            for (var row = 0; row < _weights.Length; row++)
            {
                weights[row] *= _weights[row];
            }
        }
        while (!weights.ContainsAnyExcept(0)); // only rows of weight 0 were drawn
    }
}
