using Escale.Learning.Threads;
using Escale.Learning.Trees;

namespace Escale.Learning.Boosting;

/// <summary>One training run of boosting with a single score per row: rounds of derivatives, a tree, and its values added to the scores.</summary>
internal sealed unsafe class BoostingRun : IDisposable
{
    private const int Block = 1 << 14;

    private readonly BinnedMatrix _matrix;
    private readonly Objective _objective;
    private readonly ReadOnlyMemory<float> _targets;
    private readonly ReadOnlyMemory<float> _weights;
    private readonly WorkerTeam _team;
    private readonly TreeGrower _grower;
    private readonly PackedGradients _packed;
    private readonly double[] _scores;
    private readonly float[] _gradients;
    private readonly float[] _hessians;

    public BoostingRun(
        BinnedMatrix matrix, Objective objective, ReadOnlyMemory<float> targets, ReadOnlyMemory<float> weights, GrowthSettings growth, WorkerTeam team)
    {
        (_matrix, _objective, _targets, _weights, _team) = (matrix, objective, targets, weights, team);
        _grower = new TreeGrower(matrix, growth, team);
        _packed = new PackedGradients(matrix.RowCount);
        _scores = GC.AllocateUninitializedArray<double>(matrix.RowCount);
        _gradients = GC.AllocateUninitializedArray<float>(matrix.RowCount);
        _hessians = objective.HasConstantHessian && weights.IsEmpty ? [] : GC.AllocateUninitializedArray<float>(matrix.RowCount);
        Start = objective.Start(targets.Span, weights.Span);
        Array.Fill(_scores, Start);
    }

    /// <summary>The score before any tree.</summary>
    public double Start { get; }

    /// <summary>The scores of the training rows so far.</summary>
    public ReadOnlySpan<double> Scores => _scores;

    /// <summary>Adds a tree.</summary>
    /// <param name="round">Its number, from 0.</param>
    /// <param name="learningRate">By what its values are multiplied.</param>
    public Tree Step(int round, double learningRate)
    {
        var blocks = (_matrix.RowCount + Block - 1) / Block;
        _team.Run(blocks, Derive);
        _packed.Pack(_gradients, _hessians, round, _team);
        var tree = _grower.Grow(_packed, _gradients, _hessians, [], null, learningRate);
        foreach (var (node, begin, count) in _grower.Leaves)
        {
            Add(tree.Value[node], begin, count);
        }
        return tree;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _packed.Dispose();
        _grower.Dispose();
    }

    private void Derive(int block)
    {
        var from = block * Block;
        var count = Math.Min(Block, _matrix.RowCount - from);
        _objective.Derive(
            _scores.AsSpan(from, count), _targets.Span.Slice(from, count), _weights.IsEmpty ? [] : _weights.Span.Slice(from, count),
            _gradients.AsSpan(from, count), _hessians.Length == 0 ? [] : _hessians.AsSpan(from, count));
    }

    private void Add(double value, int begin, int count)
    {
        var parts = Math.Clamp(count / Block, 1, _team.Count);
        _team.Run(parts, part =>
        {
            var rows = _grower.Partition.Rows + begin;
            var to = (int)((long)count * (part + 1) / parts);
            for (var at = (int)((long)count * part / parts); at < to; at++)
            {
                _scores[rows[at]] += value;
            }
        });
    }
}
