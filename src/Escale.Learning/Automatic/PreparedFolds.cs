using Escale.Learning.Frames;
using Escale.Learning.Preparation;
using Escale.Learning.Selection;

namespace Escale.Learning.Automatic;

/// <summary>The rows of one fold as features: encoders have seen the training rows only.</summary>
internal sealed record PreparedFold(
    Preparation.Preparation Preparation, FeatureMatrix Train, Target TrainTarget, double[] TrainWeights, FeatureMatrix Test, Target TestTarget, double[] TestWeights);

/// <summary>All rows as features.</summary>
internal sealed record PreparedWhole(Preparation.Preparation Preparation, FeatureMatrix Features, Target Target, double[] Weights);

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
    private readonly Dictionary<(FeatureStyle Style, PreparationSettings Settings), PreparedWhole> _whole = [];

    public PreparedFolds(Frame frame, ColumnRoles roles, Target target, double[] weights, IReadOnlyList<Split> splits, FitOptions options)
    {
        (_frame, _roles, _all, _weights, Splits, _options) = (frame, roles, target, weights, splits, options);
        (Target, Weights, Offsets) = InOrder();
    }

    public IReadOnlyList<Split> Splits { get; private set; }

    public int Count => Splits.Count;

    /// <summary>The targets of the rows that are predicted.</summary>
    public Target Target { get; private set; }

    /// <summary>Their weights; empty when all are 1.</summary>
    public double[] Weights { get; private set; }

    /// <summary>Where the rows of each fold begin.</summary>
    public int[] Offsets { get; private set; }

    /// <summary>All rows, judged or not.</summary>
    public int RowCount => _all.RowCount;

    /// <summary>How many times the rows of one fold's training all rows are.</summary>
    public double WholeRatio => (double)_all.RowCount / Math.Max(1, Splits[0].Train.Length);

    /// <summary>Drops folds from the end.</summary>
    /// <param name="count">How many to keep.</param>
    public void KeepFirst(int count)
    {
        Splits = [.. Splits.Take(count)];
        (Target, Weights, Offsets) = InOrder();
    }

    public PreparedWhole Whole(FeatureStyle style, PreparationSettings settings)
    {
        if (!_whole.TryGetValue((style, settings), out var known))
        {
            var (preparation, features) = Escale.Learning.Preparation.Preparation.FitTransform(_frame, _roles, _all, style, settings, _options);
            _whole.Add((style, settings), known = new PreparedWhole(preparation, features, _all, _weights));
        }
        return known;
    }

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

    private (Target Target, double[] Weights, int[] Offsets) InOrder()
    {
        int[] rows = [.. Splits.SelectMany(split => split.Test)];
        var offsets = new int[Splits.Count];
        for (var fold = 1; fold < offsets.Length; fold++)
        {
            offsets[fold] = offsets[fold - 1] + Splits[fold - 1].Test.Length;
        }
        return (_all.Rows(rows), WeightsOf(rows), offsets);
    }

    private double[] WeightsOf(int[] rows) => _weights.Length == 0 ? [] : [.. rows.Select(row => _weights[row])];
}
