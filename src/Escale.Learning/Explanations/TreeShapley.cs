using System.Runtime.Intrinsics;
using Escale.Learning.Threads;
using Escale.Learning.Trees;

namespace Escale.Learning.Explanations;

/// <summary>
/// Exact Shapley values of trees, forests and boosting, in scores, for the game of Lundberg et al. (2020) that TreeSHAP plays: a feature that takes no part is
/// left to the training rows, which went left and right in known shares. A leaf of value v, whose path has features j with share z_j and o_j = 1 where the row keeps to the path (else 0),
/// gives feature i the amount v (o_i − z_i) ∫₀¹ ∏_{j≠i} (z_j (1−t) + o_j t) dt (the multilinear extension of Owen, 1972). The integrand is a polynomial, so Gauss–Legendre quadrature with half as
/// many points as features is exact; and all factors are positive, so nothing cancels. O(leaves × features on a path²) a row and tree.
/// </summary>
internal static class TreeShapley
{
    private const int BlockRows = 64;

    /// <summary>Explains rows.</summary>
    /// <param name="ensemble">The trees.</param>
    /// <param name="features">The rows.</param>
    /// <param name="bases">Written: the score without any feature.</param>
    /// <param name="threads">Threads; the result does not depend on it.</param>
    /// <param name="cancel">Stops the work.</param>
    /// <returns>Rows × scores × features.</returns>
    public static double[] Explain(TreeEnsemble ensemble, FeatureMatrix features, Span<double> bases, int threads, CancellationToken cancel)
    {
        var (rows, scores) = (features.RowCount, ensemble.ScoreCount);
        var values = new double[checked(rows * scores * ensemble.FeatureCount)];
        using (var team = new WorkerTeam(threads))
        {
            team.Run((rows + BlockRows - 1) / BlockRows, block =>
            {
                var from = block * BlockRows;
                new Worker(ensemble, features, from, Math.Min(BlockRows, rows - from)).Run(values, cancel);
            });
        }
        cancel.ThrowIfCancellationRequested();
        ExpectedScores(ensemble, bases);
        return values;
    }

    /// <summary>What the scores are when no feature is known.</summary>
    public static void ExpectedScores(TreeEnsemble ensemble, Span<double> scores)
    {
        var paths = new LeafPaths();
        scores.Clear();
        for (var at = 0; at < ensemble.Trees.Length; at++)
        {
            paths.Read(ensemble.Trees[at]);
            for (var leaf = 0; leaf < paths.Count; leaf++)
            {
                var share = 1.0;
                for (var player = paths.PlayersFrom(leaf); player < paths.PlayersTo(leaf); player++)
                {
                    share *= paths.Share(player);
                }
                for (var score = 0; score < scores.Length; score++)
                {
                    scores[score] += share * ValueOf(ensemble, at, paths.Leaf(leaf), score);
                }
            }
        }
        for (var score = 0; score < scores.Length; score++)
        {
            scores[score] = ensemble.Start[score] + ensemble.Scale * scores[score];
        }
    }

    private static double ValueOf(TreeEnsemble ensemble, int tree, int leaf, int score) =>
        ensemble.ScoreOf[tree] < 0 ? ensemble.Trees[tree].Value[leaf * ensemble.ScoreCount + score]
        : ensemble.ScoreOf[tree] == score ? ensemble.Trees[tree].Value[leaf] : 0;

    /// <summary>Explains a block of rows, tree after tree.</summary>
    private sealed class Worker(TreeEnsemble ensemble, FeatureMatrix features, int from, int count)
    {
        private readonly LeafPaths _paths = new();
        private readonly float[] _row = new float[features.FeatureCount];
        private bool[] _goesLeft = [];
        private Vector256<double>[] _factors = [];
        private double[] _players = [];
        private bool[] _isMet = [];
        private Vector256<double>[] _points = [];
        private Vector256<double>[] _weights = [];
        private int _quads = -1;

        public void Run(double[] values, CancellationToken cancel)
        {
            for (var at = 0; at < ensemble.Trees.Length && !cancel.IsCancellationRequested; at++)
            {
                var tree = ensemble.Trees[at];
                _paths.Read(tree);
                if (_paths.Count < 2)
                {
                    continue;
                }
                if (_goesLeft.Length < tree.NodeCount)
                {
                    _goesLeft = new bool[tree.NodeCount];
                }
                Prepare(_paths.MostPlayers);
                for (var row = from; row < from + count; row++)
                {
                    features.CopyRow(row, _row);
                    for (var node = 0; node < tree.NodeCount; node++)
                    {
                        _goesLeft[node] = tree.Left[node] >= 0 && tree.GoesLeft(node, _row[tree.Feature[node]]);
                    }
                    for (var leaf = 0; leaf < _paths.Count; leaf++)
                    {
                        Add(at, leaf, values.AsSpan(row * ensemble.ScoreCount * features.FeatureCount, ensemble.ScoreCount * features.FeatureCount));
                    }
                }
            }
        }

        // Points in groups of four; those that fill up the last have no weight.
        private void Prepare(int mostPlayers)
        {
            if (_players.Length < mostPlayers)
            {
                (_players, _isMet) = (new double[mostPlayers], new bool[mostPlayers]);
                _factors = new Vector256<double>[mostPlayers];
            }
            var points = Math.Max(1, (mostPlayers + 1) / 2);
            if (_quads == (points + 3) / 4)
            {
                return;
            }
            _quads = (points + 3) / 4;
            var (at, weights) = (new double[_quads * 4], new double[_quads * 4]);
            GaussLegendre.Fill(_quads * 4, at, weights);
            _points = [.. Enumerable.Range(0, _quads).Select(quad => Vector256.Create(at, quad * 4))];
            _weights = [.. Enumerable.Range(0, _quads).Select(quad => Vector256.Create(weights, quad * 4))];
        }

        private void Add(int tree, int leaf, Span<double> to)
        {
            var (first, players) = (_paths.PlayersFrom(leaf), _paths.PlayersTo(leaf) - _paths.PlayersFrom(leaf));
            for (var player = 0; player < players; player++)
            {
                _isMet[player] = _paths.IsMet(first + player, _goesLeft);
            }
            Array.Clear(_players, 0, players);
            for (var quad = 0; quad < _quads; quad++)
            {
                var (point, product) = (_points[quad], _weights[quad]);
                for (var player = 0; player < players; player++)
                {
                    var factor = (Vector256<double>.One - point) * _paths.Share(first + player) + (_isMet[player] ? point : Vector256<double>.Zero);
                    _factors[player] = factor;
                    product *= factor;
                }
                for (var player = 0; player < players; player++)
                {
                    _players[player] += Vector256.Sum(product / _factors[player]);
                }
            }
            var node = _paths.Leaf(leaf);
            for (var player = 0; player < players; player++)
            {
                var part = ensemble.Scale * _players[player] * ((_isMet[player] ? 1 : 0) - _paths.Share(first + player));
                var feature = _paths.Feature(first + player);
                for (var score = 0; score < ensemble.ScoreCount; score++)
                {
                    to[score * features.FeatureCount + feature] += part * ValueOf(ensemble, tree, node, score);
                }
            }
        }
    }
}
