using Escale.Learning.Persistence;

namespace Escale.Learning.Baselines;

/// <summary>Answers the same for every row.</summary>
public sealed class ConstantPredictor : Predictor
{
    private readonly double[] _outputs;

    internal ConstantPredictor(LearningTask task, double[] outputs, int featureCount)
        : base(task, outputs.Length, featureCount) => _outputs = outputs;

    /// <summary>What it answers: the number, or the probability of each class.</summary>
    public ReadOnlySpan<double> Outputs => _outputs;

    internal override string Kind => "constant";

    /// <inheritdoc/>
    public override void Predict(FeatureMatrix features, Span<double> outputs, int threads = 1)
    {
        for (var row = 0; row < features.RowCount; row++)
        {
            _outputs.CopyTo(outputs.Slice(row * OutputCount, OutputCount));
        }
    }

    /// <inheritdoc/>
    public override void PredictRow(ReadOnlySpan<float> row, Span<double> outputs) => _outputs.CopyTo(outputs);

    internal override void Save(SavedNode node)
    {
        node.Set("task", Task);
        node.Set("features", FeatureCount);
        node.SetArray<double>("outputs", _outputs);
    }

    internal static ConstantPredictor Load(SavedNode node)
    {
        var (task, outputs) = (node.Enum<LearningTask>("task"), node.Array<double>("outputs"));
        return SavedTasks.Fits(task, outputs.Length)
            ? new ConstantPredictor(task, outputs, node.Int("features", 0, 1 << 24))
            : throw SavedNode.Damaged($"a constant for {task} has {outputs.Length} outputs");
    }
}
