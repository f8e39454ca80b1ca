using Escale.Learning.Metrics;

namespace Escale.Learning.Calibration;

/// <summary>
/// CV+ intervals: each calibration row votes with the model that did not learn from it, its prediction for the new row plus and minus its own error. Covers at least 2·level − 1 (less 1/√rows)
/// whatever the data, about the level in practice, also when the models of the folds differ. R. Barber, E. Candès, A. Ramdas, R. Tibshirani (2021), "Predictive inference with the jackknife+".
/// Immutable and thread-safe.
/// </summary>
public sealed class CrossIntervals
{
    private readonly double[][] _errors;
    private readonly int _count;

    private CrossIntervals(double[][] errors) => (_errors, _count) = (errors, errors.Sum(fold => fold.Length));

    /// <summary>Takes the errors.</summary>
    /// <param name="target">The truth.</param>
    /// <param name="outputs">For each row the prediction of the model of the fold that the row is tested in.</param>
    /// <param name="foldOf">That fold, from 0.</param>
    public static CrossIntervals Fit(Target target, ReadOnlySpan<double> outputs, ReadOnlySpan<int> foldOf)
    {
        if (target.Task != LearningTask.Regression)
        {
            throw new LearningException("learning.task-not-supported", "Intervals are of numbers, not of classes.", "For classes make prediction sets instead.");
        }
        MetricInput.Check(target, outputs, default);
        ArgumentOutOfRangeException.ThrowIfNotEqual(foldOf.Length, target.RowCount);
        var errors = new List<List<double>>();
        for (var row = 0; row < foldOf.Length; row++)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(foldOf[row], nameof(foldOf));
            while (errors.Count <= foldOf[row])
            {
                errors.Add([]);
            }
            errors[foldOf[row]].Add(Math.Abs(target.Values[row] - outputs[row]));
        }
        return new CrossIntervals([.. errors.Select(fold => fold.Order().ToArray())]);
    }

    /// <summary>The interval of a new row. O(folds · log rows), without allocating.</summary>
    /// <param name="outputs">What the model of each fold predicts for it.</param>
    /// <param name="level">How often the truth shall be within. Default 0.9.</param>
    /// <exception cref="LearningException">There were too few rows for this level (<c>learning.too-few-rows</c>).</exception>
    public PredictionInterval Interval(ReadOnlySpan<double> outputs, double level = 0.9)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(outputs.Length, _errors.Length);
        if (level is not (> 0 and < 1))
        {
            throw new ArgumentOutOfRangeException(nameof(level), level, "A level is between 0 and 1.");
        }
        var rank = (int)Math.Ceiling((_count + 1.0) * level - 1e-9);
        if (rank > _count)
        {
            throw ConformalScores.TooFew(_count, level);
        }
        return new PredictionInterval(-Smallest(outputs, -1, rank), Smallest(outputs, 1, rank));
    }

    /// <summary>The so-many-th smallest of sign · prediction of the fold + error, over all rows: by halving the range that it lies in, down to neighbouring numbers.</summary>
    private double Smallest(ReadOnlySpan<double> outputs, int sign, int rank)
    {
        var (low, high) = (double.PositiveInfinity, double.NegativeInfinity);
        for (var fold = 0; fold < outputs.Length; fold++)
        {
            if (_errors[fold].Length > 0)
            {
                low = Math.Min(low, sign * outputs[fold] + _errors[fold][0]);
                high = Math.Max(high, sign * outputs[fold] + _errors[fold][^1]);
            }
        }
        // At most 1,100 halvings part any two doubles; some 60 do as a rule.
        while (low < high && low + (high - low) / 2 is var middle && middle < high)
        {
            if (CountUpTo(outputs, sign, middle) >= rank)
            {
                high = middle;
            }
            else if (middle > low)
            {
                low = middle;
            }
            else
            {
                break;
            }
        }
        return CountUpTo(outputs, sign, low) >= rank ? low : high;
    }

    private int CountUpTo(ReadOnlySpan<double> outputs, int sign, double value)
    {
        var count = 0;
        for (var fold = 0; fold < outputs.Length; fold++)
        {
            var (errors, low, high) = (_errors[fold], 0, _errors[fold].Length);
            while (low < high)
            {
                var middle = (low + high) / 2;
                (low, high) = sign * outputs[fold] + errors[middle] <= value ? (middle + 1, high) : (low, middle);
            }
            count += low;
        }
        return count;
    }
}
