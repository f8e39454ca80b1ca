using System.Diagnostics;
using Escale.Learning.Calibration;
using Escale.Learning.Metrics;
using Escale.Learning.Preparation;

namespace Escale.Learning.Automatic;

/// <summary>What may be tried.</summary>
/// <param name="Name">For people.</param>
/// <param name="Family">Its kind.</param>
/// <param name="Estimator">What learns.</param>
/// <param name="Preparation">How columns are encoded for it.</param>
internal sealed record Candidate(string Name, ModelFamily Family, Estimator Estimator, PreparationSettings Preparation)
{
    /// <summary>Whether a person can read the model.</summary>
    public bool IsInterpretable => Family is ModelFamily.Baseline or ModelFamily.Linear or ModelFamily.DecisionTree;
}

/// <summary>A candidate on its way through the folds: what it learned in each, and what it said of the rows that it had not seen.</summary>
internal sealed class Contender(Candidate candidate, PreparedFolds folds)
{
    private readonly List<(Preparation.Preparation Preparation, Predictor Predictor)> _fitted = [];
    private readonly int _outputCount = folds.Target.OutputCount;

    public Candidate Candidate => candidate;

    /// <summary>What it learned, fold after fold.</summary>
    public IReadOnlyList<(Preparation.Preparation Preparation, Predictor Predictor)> Fitted => _fitted;

    /// <summary>What it said of the rows of all folds done, fold after fold.</summary>
    public double[] Outputs { get; } = new double[folds.Target.RowCount * folds.Target.OutputCount];

    public double FitSeconds { get; private set; }

    /// <summary>The least that a fold took: the first ones of a process also compile.</summary>
    public double FoldSeconds { get; private set; } = double.PositiveInfinity;

    public double PredictSeconds { get; private set; }

    public bool IsComplete => _fitted.Count == folds.Count;

    /// <summary>Its loss on the rows of all folds; only when complete.</summary>
    public double Loss { get; private set; } = double.PositiveInfinity;

    /// <summary>Its loss on the rows of the first fold; only when that is done.</summary>
    public double FirstLoss { get; private set; } = double.PositiveInfinity;

    /// <summary>Goes through the next fold.</summary>
    /// <param name="metric">What it is judged by.</param>
    /// <param name="options">How it is fitted.</param>
    public void RunFold(Metric metric, FitOptions options)
    {
        var fold = _fitted.Count;
        var prepared = folds.Of(fold, candidate.Estimator.Style, candidate.Preparation);
        var (started, before) = (Stopwatch.GetTimestamp(), FitSeconds + PredictSeconds);
        var predictor = candidate.Estimator.Fit(prepared.Train, prepared.TrainTarget, prepared.TrainWeights, options with
        {
            Seed = options.Seed + 7919 * fold,
            Validation = new ValidationRows(prepared.Test, prepared.TestTarget, prepared.TestWeights),
        });
        FitSeconds += Stopwatch.GetElapsedTime(started).TotalSeconds;
        started = Stopwatch.GetTimestamp();
        var outputs = Outputs.AsSpan(folds.Offsets[fold] * _outputCount, prepared.Test.RowCount * _outputCount);
        predictor.Predict(prepared.Test, outputs, options.Threads);
        PredictSeconds += Stopwatch.GetElapsedTime(started).TotalSeconds;
        FoldSeconds = Math.Min(FoldSeconds, FitSeconds + PredictSeconds - before);
        _fitted.Add((prepared.Preparation, predictor));
        if (fold == 0)
        {
            FirstLoss = LossOf(metric, prepared.TestTarget, outputs, prepared.TestWeights);
        }
        if (IsComplete)
        {
            Calibrate(metric);
            Loss = LossOf(metric, folds.Target, Outputs, folds.Weights);
        }
    }

    // A forest is too timid and a neighbour too sure: where probabilities are judged, one number for each contender makes them comparable before they are mixed.
    private void Calibrate(Metric metric)
    {
        if (folds.Target.Task == LearningTask.Regression || (metric != Metric.LogLoss && metric != Metric.Brier))
        {
            return;
        }
        var calibrator = TemperatureCalibrator.Fit(folds.Target, Outputs, folds.Weights);
        calibrator.ApplyAll(Outputs);
        for (var fold = 0; fold < _fitted.Count; fold++)
        {
            _fitted[fold] = (_fitted[fold].Preparation, new CalibratedPredictor(_fitted[fold].Predictor, calibrator));
        }
    }

    private static double LossOf(Metric metric, Target target, ReadOnlySpan<double> outputs, double[] weights) =>
        metric.Loss(target, outputs, weights) is var loss && double.IsNaN(loss) ? double.PositiveInfinity : loss;
}
