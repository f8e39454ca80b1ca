using Escale.Learning.Frames;
using Escale.Learning.Preparation;
using Escale.Learning.Selection;

namespace Escale.Learning.Automatic;

/// <summary>The rows of one fold as features: encoders have seen the training rows only.</summary>
internal sealed record PreparedFold(
    Preparation.Preparation Preparation, FeatureMatrix Train, Target TrainTarget, double[] TrainWeights, FeatureMatrix Test, Target TestTarget, double[] TestWeights);

/// <summary>
/// The folds that every contender is judged on, prepared once for each way of encoding. What the contenders predict is put one fold after the other;
/// <see cref="Target"/> and <see cref="Weights"/> are in that order.
/// </summary>
internal sealed class PreparedFolds
{
    private readonly Frame _frame;
    private readonly ColumnRoles _roles;
    private readonly Target _all;
    private readonly double[] _weights;
    private readonly FitOptions _options;
    private readonly Dictionary<(int Fold, FeatureStyle Style, PreparationSettings Settings), PreparedFold> _prepared = [];

    public PreparedFolds(Frame frame, ColumnRoles roles, Target target, double[] weights, IReadOnlyList<Split> splits, FitOptions options)
    {
        (_frame, _roles, _all, _weights, Splits, _options) = (frame, roles, target, weights, splits, options);
        var rows = splits.SelectMany(split => split.Test).ToArray();
        Target = target.Rows(rows);
        Weights = weights.Length == 0 ? [] : [.. rows.Select(row => weights[row])];
        Offsets = new int[splits.Count];
        for (var fold = 1; fold < splits.Count; fold++)
        {
            Offsets[fold] = Offsets[fold - 1] + splits[fold - 1].Test.Length;
        }
    }

    public IReadOnlyList<Split> Splits { get; }

    public int Count => Splits.Count;

    /// <summary>The targets of the rows that are predicted.</summary>
    public Target Target { get; }

    /// <summary>Their weights; empty when all are 1.</summary>
    public double[] Weights { get; }

    /// <summary>Where the rows of each fold begin.</summary>
    public int[] Offsets { get; }

    public PreparedFold Of(int fold, FeatureStyle style, PreparationSettings settings)
    {
        if (_prepared.TryGetValue((fold, style, settings), out var known))
        {
            return known;
        }
        var (train, test) = (Splits[fold].Train, Splits[fold].Test);
        var (target, frame) = (_all.Rows(train), _frame.Rows(train));
        var (preparation, features) = Escale.Learning.Preparation.Preparation.FitTransform(frame, _roles, target, style, settings, _options);
        var prepared = new PreparedFold(
            preparation, features, target, WeightsOf(train), preparation.Transform(_frame.Rows(test), _options.Threads), _all.Rows(test), WeightsOf(test));
        _prepared.Add((fold, style, settings), prepared);
        return prepared;
    }

    private double[] WeightsOf(int[] rows) => _weights.Length == 0 ? [] : [.. rows.Select(row => _weights[row])];
}
