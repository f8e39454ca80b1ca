using Escale.Learning.Persistence;
using Escale.Learning.Threads;

namespace Escale.Learning.Trees;

/// <summary>A fitted tree, forest or boosting model.</summary>
public sealed class TreePredictor : Predictor
{
    // A thread is not worth starting for less.
    private const int StepsPerThread = 200_000;

    internal TreePredictor(TreeEnsemble ensemble, LearningTask task)
        : base(task, ensemble.OutputCount, ensemble.FeatureCount) => Ensemble = ensemble;

    /// <summary>How many trees.</summary>
    public int TreeCount => Ensemble.Trees.Length;

    internal TreeEnsemble Ensemble { get; }

    /// <summary>
    /// How much each feature lowered the loss in training, as shares that sum to 1 (all 0 when there is no split). For a forest the mean over trees of the shares in each, as in
    /// scikit-learn; for boosting the share of all gains. Quick, but flatters features with many values: prefer permutation importance on rows not learned from.
    /// </summary>
    public double[] Importances() => TreeImportances.Of(Ensemble);

    internal override string Kind => "trees";

    /// <inheritdoc/>
    public override void Predict(FeatureMatrix features, Span<double> outputs, int threads = 1)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(features.FeatureCount, FeatureCount, nameof(features));
        ArgumentOutOfRangeException.ThrowIfLessThan(outputs.Length, features.RowCount * OutputCount, nameof(outputs));
        if (Ensemble.CompiledBy(threads) is not { } compiled)
        {
            PredictOneByOne(features, outputs);
            return;
        }
        var workers = (int)Math.Clamp((long)features.RowCount * TreeCount / StepsPerThread, 1, Math.Max(1, threads));
        // Each worker gets as much as the others; scorers take sixteen rows at once.
        var share = (features.RowCount + workers - 1) / workers;
        var rowsAtOnce = Math.Min(compiled.BlockRows, (share + 15) & ~15);
        var blocks = (features.RowCount + rowsAtOnce - 1) / Math.Max(1, rowsAtOnce);
        unsafe
        {
            fixed (double* output = outputs)
            {
                var to = output; // Memory that stays where it is until all blocks are done.
                using var team = new WorkerTeam(workers);
                team.Run(blocks, block =>
                {
                    var from = block * rowsAtOnce;
                    var count = Math.Min(rowsAtOnce, features.RowCount - from);
                    compiled.Predict(features, from, count, new Span<double>(to + (long)from * OutputCount, count * OutputCount));
                });
            }
        }
    }

    /// <inheritdoc/>
    public override void PredictRow(ReadOnlySpan<float> row, Span<double> outputs)
    {
        if (Ensemble.RowScorer is { } scorer)
        {
            Span<double> scores = stackalloc double[Ensemble.ScoreCount];
            scorer.Score(row[..FeatureCount], scores);
            Ensemble.Apply(scores, outputs[..OutputCount]);
            return;
        }
        if (Ensemble.Compiled is { } compiled)
        {
            compiled.Predict(row[..FeatureCount], outputs[..OutputCount]);
            return;
        }
        Ensemble.Score(row, outputs);
        Ensemble.Apply(outputs, outputs);
    }

    private void PredictOneByOne(FeatureMatrix features, Span<double> outputs)
    {
        var row = new float[FeatureCount];
        for (var at = 0; at < features.RowCount; at++)
        {
            features.CopyRow(at, row);
            PredictRow(row, outputs.Slice(at * OutputCount, OutputCount));
        }
    }

    internal override void Save(SavedNode node)
    {
        node.Set("task", Task);
        Ensemble.Save(node);
    }

    internal static TreePredictor Load(SavedNode node)
    {
        var (ensemble, task) = (TreeEnsemble.Load(node), node.Enum<LearningTask>("task"));
        return (task == LearningTask.Regression) == (ensemble.OutputCount == 1)
            ? new TreePredictor(ensemble, task)
            : throw SavedNode.Damaged($"trees for {task} have {ensemble.OutputCount} outputs");
    }
}
