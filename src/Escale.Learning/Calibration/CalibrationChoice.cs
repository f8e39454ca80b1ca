using Escale.Learning.Metrics;
using Escale.Learning.Selection;

namespace Escale.Learning.Calibration;

/// <summary>One way to calibrate, judged.</summary>
/// <param name="Name">Its name; <c>none</c> for probabilities as they are.</param>
/// <param name="LogLoss">Its log loss on rows that it was not fitted on.</param>
public sealed record CalibrationCandidate(string Name, double LogLoss);

/// <summary>Which way to calibrate is best, if any.</summary>
/// <param name="Best">Fitted on all rows; null when the probabilities are best left as they are.</param>
/// <param name="Candidates">What was compared, simplest first.</param>
public sealed record CalibrationChoice(Calibrator? Best, IReadOnlyList<CalibrationCandidate> Candidates)
{
    private delegate Calibrator Fitting(Target target, ReadOnlySpan<double> outputs, ReadOnlySpan<double> weights);

    /// <summary>
    /// Compares none, temperature, Platt and isotonic by cross-validated log loss. One that is more complex must be better by a standard error of the difference, so that chance does not choose.
    /// With fewer than 40 rows nothing is changed.
    /// </summary>
    /// <param name="target">The truth.</param>
    /// <param name="outputs">Probabilities for rows that the model did not learn from, row after row.</param>
    /// <param name="weights">How much each row counts; empty when all count the same.</param>
    /// <param name="seed">Where randomness starts. Default 0.</param>
    /// <param name="folds">Folds of the comparison. Default 5.</param>
    /// <exception cref="LearningException">The task is regression, or outputs or weights are not numbers.</exception>
    public static CalibrationChoice Choose(Target target, ReadOnlySpan<double> outputs, ReadOnlySpan<double> weights = default, int seed = 0, int folds = 5)
    {
        var none = new CalibrationCandidate("none", Metric.LogLoss.Score(target, outputs, weights));
        if (target.RowCount < 40)
        {
            return new CalibrationChoice(null, [none]);
        }
        var rowWeights = MetricInput.Weights(weights, target.RowCount);
        var splits = new StratifiedKFold { Folds = folds }.Split(target, seed).Where(split => split.Train.Any(row => rowWeights[row] > 0)).ToArray();
        var (losses, candidates, best) = (LogLossMetric.RowLosses(target, outputs), new List<CalibrationCandidate> { none }, (Fitting?)null);
        foreach (var (name, fit) in Ways)
        {
            var own = LogLossMetric.RowLosses(target, CrossFitted(fit, target, outputs, rowWeights, splits));
            candidates.Add(new CalibrationCandidate(name, new PreparedMean(own).Score(rowWeights)));
            if (IsBetter(own, losses, rowWeights))
            {
                (losses, best) = (own, fit);
            }
        }
        return new CalibrationChoice(best?.Invoke(target, outputs, weights), candidates);
    }

    private static IEnumerable<(string Name, Fitting Fit)> Ways =>
        [("temperature", TemperatureCalibrator.Fit), ("platt", PlattCalibrator.Fit), ("isotonic", IsotonicCalibrator.Fit)];

    private static double[] CrossFitted(Fitting fit, Target target, ReadOnlySpan<double> outputs, double[] weights, Split[] splits)
    {
        var (result, classes) = (outputs.ToArray(), target.ClassCount);
        foreach (var split in splits)
        {
            var train = new double[split.Train.Length * classes];
            for (var at = 0; at < split.Train.Length; at++)
            {
                outputs.Slice(split.Train[at] * classes, classes).CopyTo(train.AsSpan(at * classes));
            }
            var calibrator = fit(target.Rows(split.Train), train, [.. split.Train.Select(row => weights[row])]);
            foreach (var row in split.Test)
            {
                calibrator.Apply(result.AsSpan(row * classes, classes));
            }
        }
        return result;
    }

    /// <summary>Whether the weighted mean of the differences is below 0 by its standard error.</summary>
    private static bool IsBetter(double[] own, double[] other, double[] weights)
    {
        var (sum, squares, total) = (0.0, 0.0, 0.0);
        for (var row = 0; row < own.Length; row++)
        {
            sum += weights[row] * (own[row] - other[row]);
            total += weights[row];
        }
        var mean = sum / total;
        for (var row = 0; row < own.Length; row++)
        {
            var away = weights[row] * (own[row] - other[row] - mean);
            squares += away * away;
        }
        return mean < -Math.Sqrt(squares) / total && mean < 0;
    }
}
