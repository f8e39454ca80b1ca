using System.Buffers;
using Escale.Learning.Memory;
using Escale.Learning.Threads;
using Escale.Learning.Trees;

namespace Escale.Learning.Boosting;

/// <summary>One training run: rounds of derivatives, a tree for each score of a row, and their values added to the scores.</summary>
internal sealed unsafe class BoostingRun : IDisposable
{
    private const int Block = 1 << 14;
    private const int BufferLength = 1 << 12;

    private readonly BinnedMatrix _matrix;
    private readonly Objective _objective;
    private readonly Target _target;
    private readonly double[] _weights;
    private readonly WorkerTeam _team;
    private readonly TreeGrower _grower;
    private readonly PackedGradients[] _packed;
    private readonly NativeArray<double> _scores;
    private readonly double _weightPeak;
    private readonly (double Gradient, double Hessian)[] _peaks;
    private uint _seed;

    /// <summary>Gets ready.</summary>
    /// <param name="matrix">The rows.</param>
    /// <param name="objective">The loss.</param>
    /// <param name="target">What to predict.</param>
    /// <param name="weights">Of rows; empty when all are 1.</param>
    /// <param name="scores">Scores to begin with, row after row; changed.</param>
    /// <param name="growth">How trees are grown.</param>
    /// <param name="team">Who works.</param>
    public BoostingRun(BinnedMatrix matrix, Objective objective, Target target, double[] weights, NativeArray<double> scores, GrowthSettings growth, WorkerTeam team)
    {
        (_matrix, _objective, _target, _weights, _scores, _team) = (matrix, objective, target, weights, scores, team);
        ScoreCount = (int)(scores.Length / matrix.RowCount);
        _grower = new TreeGrower(matrix, growth, team);
        var isConstant = objective.HasConstantHessian && weights.Length == 0;
        _packed = [.. Enumerable.Range(0, ScoreCount).Select(_ => new PackedGradients(matrix.RowCount, isConstant))];
        _weightPeak = weights.Length == 0 ? 1 : weights.Max();
        _peaks = new (double, double)[Blocks];
    }

    /// <summary>Scores of a row.</summary>
    public int ScoreCount { get; }

    private int Blocks => (_matrix.RowCount + Block - 1) / Block;

    /// <summary>Adds a tree for each score.</summary>
    /// <param name="seed">Of this round.</param>
    /// <param name="sampler">Which rows to learn from.</param>
    /// <param name="choice">Which features a tree may use, by its score.</param>
    /// <param name="learningRate">By what values are multiplied.</param>
    public Tree[] Step(ulong seed, RowSampler sampler, Func<int, FeatureChoice> choice, double learningRate)
    {
        _seed = (uint)(seed >> 32);
        if (!double.IsFinite(_objective.GradientBound) || !double.IsFinite(_objective.HessianBound))
        {
            _team.Run(Blocks, block => Derive(block, isPeak: true));
        }
        foreach (var packed in _packed)
        {
            var measured = (Gradient: _peaks.Max(peak => peak.Gradient), Hessian: _peaks.Max(peak => peak.Hessian));
            packed.SetPeaks(
                double.IsFinite(_objective.GradientBound) ? _objective.GradientBound * _weightPeak : measured.Gradient,
                double.IsFinite(_objective.HessianBound) ? _objective.HessianBound * _weightPeak : measured.Hessian);
        }
        _team.Run(Blocks, block => Derive(block, isPeak: false));
        sampler.Draw(seed, _packed);
        return [.. Enumerable.Range(0, ScoreCount).Select(score => Grow(score, sampler, choice(score), learningRate))];
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Array.ForEach(_packed, packed => packed.Dispose());
        _grower.Dispose();
    }

    private Tree Grow(int score, RowSampler sampler, FeatureChoice choice, double learningRate)
    {
        var growing = _grower.Grow(_packed[score], sampler.Chosen, choice);
        if (growing.IsLeaf)
        {
            // Boosting begins at the best constant, so there is nothing to add but rounding.
            growing.Scale(0);
        }
        else if (_objective.LeafQuantile is { } level)
        {
            _team.Run(_grower.Leaves.Count, at => SetQuantile(growing, _grower.Leaves[at], level));
        }
        growing.Scale(learningRate);
        AddLeaves(growing, score);
        AddOthers(growing, score, sampler);
        return growing.ToTree();
    }

    private void SetQuantile(GrowingTree growing, GrowingLeaf leaf, double level)
    {
        var (rest, weights) = (new double[leaf.Count], _weights.Length == 0 ? [] : new double[leaf.Count]);
        var rows = _grower.Partition.Rows + leaf.Begin;
        var targets = _target.Values;
        for (var at = 0; at < rest.Length; at++)
        {
            rest[at] = targets[rows[at]] - _scores.Pointer[rows[at]];
            if (weights.Length > 0)
            {
                weights[at] = _weights[rows[at]];
            }
        }
        growing.SetLeaf(leaf.Node, WeightedQuantile.Of(rest, weights, level), leaf.Count);
    }

    // In small pieces, so that derivatives stay in the cache until they are packed.
    private void Derive(int block, bool isPeak)
    {
        var (count, most) = (Math.Min(Block, _matrix.RowCount - block * Block), Math.Max(1, BufferLength / ScoreCount));
        var buffer = ArrayPool<float>.Shared.Rent(3 * most * ScoreCount);
        var (gradientPeak, hessianPeak) = (0.0, 0.0);
        for (var from = block * Block; from < block * Block + count; from += most)
        {
            var rows = Math.Min(most, block * Block + count - from);
            var gradients = buffer.AsSpan(0, rows * ScoreCount);
            var hessians = _packed[0].HasConstantHessian ? [] : buffer.AsSpan(gradients.Length, gradients.Length);
            _objective.Derive(
                new Span<double>(_scores.Pointer + (long)from * ScoreCount, rows * ScoreCount), _target.Values.Slice(from, rows),
                _weights.Length == 0 ? [] : _weights.AsSpan(from, rows), gradients, hessians);
            if (isPeak)
            {
                (gradientPeak, hessianPeak) = (Math.Max(gradientPeak, PackedGradients.Peak(gradients)), Math.Max(hessianPeak, PackedGradients.Peak(hessians)));
            }
            else
            {
                Pack(from, rows, gradients, hessians, buffer.AsSpan(2 * gradients.Length));
            }
        }
        ArrayPool<float>.Shared.Return(buffer);
        if (isPeak)
        {
            _peaks[block] = (gradientPeak, hessianPeak);
        }
    }

    private void Pack(int from, int rows, ReadOnlySpan<float> gradients, ReadOnlySpan<float> hessians, Span<float> spare)
    {
        if (ScoreCount == 1)
        {
            _packed[0].Pack(from, gradients, hessians, _seed);
            return;
        }
        // From row after row to score after score.
        Span<float> seconds = stackalloc float[rows];
        for (var score = 0; score < ScoreCount; score++)
        {
            for (var row = 0; row < rows; row++)
            {
                spare[row] = gradients[row * ScoreCount + score];
                seconds[row] = hessians.IsEmpty ? 1 : hessians[row * ScoreCount + score];
            }
            _packed[score].Pack(from, spare[..rows], seconds, _seed + (uint)score * 0x9E3779B9u);
        }
    }

    // The rows of all leaves lie one after the other: they are shared out in stretches, whichever leaf they are of.
    private void AddLeaves(GrowingTree growing, int score)
    {
        var count = _grower.Leaves.Sum(leaf => leaf.Count);
        _team.Run((count + Block - 1) / Block, block =>
        {
            foreach (var leaf in _grower.Leaves)
            {
                var (from, to) = (Math.Max(leaf.Begin, block * Block), Math.Min(leaf.Begin + leaf.Count, (block + 1) * Block));
                Add(_scores.Pointer + score, ScoreCount, growing.ValueOf(leaf.Node), _grower.Partition.Rows, from, to);
            }
        });
    }

    private static void Add(double* scores, long stride, double value, int* rows, int from, int to)
    {
        for (var at = from; at < to; at++)
        {
            scores[rows[at] * stride] += value;
        }
    }

    // Rows that the tree did not learn from find their leaf by walking down.
    private void AddOthers(GrowingTree growing, int score, RowSampler sampler)
    {
        var count = sampler.OtherCount;
        _team.Run((count + Block - 1) / Block, block =>
        {
            foreach (var row in sampler.Others.Slice(block * Block, Math.Min(Block, count - block * Block)))
            {
                _scores.Pointer[(long)row * ScoreCount + score] += growing.ValueOf(growing.LeafOf(row));
            }
        });
    }
}
