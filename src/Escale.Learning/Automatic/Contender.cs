using Escale.Learning.Calibration;
using Escale.Learning.Metrics;
using Escale.Learning.Preparation;
using Escale.Learning.Threads;

namespace Escale.Learning.Automatic;

/// <summary>What may be tried.</summary>
/// <param name="Name">For people.</param>
/// <param name="Family">Its kind.</param>
/// <param name="Estimator">What learns.</param>
/// <param name="Preparation">How columns are encoded for it.</param>
internal sealed record Candidate(string Name, ModelFamily Family, Estimator Estimator, PreparationSettings Preparation)
{
    /// <summary>Which share of all time its folds may take together, for what adapts itself to the time that it has; 1 for all that is left.</summary>
    public double MostShare { get; init; } = 1;

    /// <summary>Whether a person can read the model.</summary>
    public bool IsInterpretable => Family is ModelFamily.Baseline or ModelFamily.Linear or ModelFamily.DecisionTree;

    /// <summary>Whether another seed gives another model.</summary>
    public bool IsRandom => Family is not (ModelFamily.Baseline or ModelFamily.Linear or ModelFamily.DecisionTree or ModelFamily.NaiveBayes or ModelFamily.Neighbors);
}

/// <summary>A candidate on its way through the folds: what it learned in each, and what it said of the rows that it had not seen; then, when it is worth it, on all rows.</summary>
internal sealed class Contender(Candidate candidate, PreparedFolds folds)
{
    // With few rows what was judged counts as much as what has seen a little more; measured on parts of training rows, see bench/learning.
    private const int FewRows = 2000;
    private const double ShareOfWhole = 0.75;
    private const double ShareOfWholeOnFewRows = 0.5;

    private readonly List<(Preparation.Preparation Preparation, Predictor Predictor)> _fitted = [];
    private readonly List<(Preparation.Preparation Preparation, Predictor Predictor)> _whole = [];
    private readonly int _outputCount = folds.Target.OutputCount;
    private Calibrator? _calibrator;

    public Candidate Candidate => candidate;

    /// <summary>How many folds are done.</summary>
    public int FoldsDone => _fitted.Count;

    /// <summary>How many models of all rows there are.</summary>
    public int WholeCount => _whole.Count;

    /// <summary>What it said of the rows of all folds done, fold after fold.</summary>
    public double[] Outputs { get; private set; } = new double[folds.Target.RowCount * folds.Target.OutputCount];

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
        var (started, before) = (options.Clock.GetTimestamp(), FitSeconds + PredictSeconds);
        var predictor = candidate.Estimator.Fit(prepared.Train, prepared.TrainTarget, prepared.TrainWeights, options with
        {
            Seed = options.Seed + 7919 * fold,
            Validation = new ValidationRows(prepared.Test, prepared.TestTarget, prepared.TestWeights),
        });
        FitSeconds += options.Clock.GetElapsedTime(started).TotalSeconds;
        started = options.Clock.GetTimestamp();
        var outputs = Outputs.AsSpan(folds.Offsets[fold] * _outputCount, prepared.Test.RowCount * _outputCount);
        predictor.Predict(prepared.Test, outputs, options.Threads);
        PredictSeconds += options.Clock.GetElapsedTime(started).TotalSeconds;
        FoldSeconds = Math.Min(FoldSeconds, FitSeconds + PredictSeconds - before);
        _fitted.Add((prepared.Preparation, predictor));
        if (fold == 0)
        {
            FirstLoss = LossOf(metric, prepared.TestTarget, outputs, prepared.TestWeights);
        }
        CompleteWhenDone(metric);
    }

    /// <summary>Says it again after folds were dropped, none of which was done.</summary>
    /// <param name="metric">What it is judged by.</param>
    public void FollowFolds(Metric metric)
    {
        Outputs = Outputs[..(folds.Target.RowCount * _outputCount)];
        CompleteWhenDone(metric);
    }

    /// <summary>Learns from all rows.</summary>
    /// <param name="options">How it is fitted.</param>
    public void FitWhole(FitOptions options)
    {
        var whole = folds.Whole(candidate.Estimator.Style, candidate.Preparation);
        // More rows bear more rounds, but a good deal less than in proportion.
        var estimator = candidate.Estimator.OnAllRows([.. _fitted.Select(fit => fit.Predictor)], 1 + 0.5 * (folds.WholeRatio - 1));
        _whole.Add((whole.Preparation, estimator.Fit(whole.Features, whole.Target, whole.Weights, options with { Seed = PartSeed.Of(options.Seed, _whole.Count) })));
    }

    /// <summary>Its models, with weights that add up to <paramref name="weight"/>.</summary>
    public IEnumerable<ModelMember> Members(double weight)
    {
        var share = _whole.Count == 0 ? 0 : folds.RowCount < FewRows ? ShareOfWholeOnFewRows : ShareOfWhole;
        return _fitted.Select(fit => Member(fit, weight * (1 - share) / _fitted.Count)).Concat(_whole.Select(fit => Member(fit, weight * share / _whole.Count)));
    }

    /// <summary>Its model of one fold.</summary>
    public ModelMember MemberOf(int fold, double weight) => Member(_fitted[fold], weight);

    private ModelMember Member((Preparation.Preparation Preparation, Predictor Predictor) fit, double weight) =>
        new(fit.Preparation, _calibrator is { } calibrator ? new CalibratedPredictor(fit.Predictor, calibrator) : fit.Predictor, weight, candidate.Name);

    private void CompleteWhenDone(Metric metric)
    {
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
        _calibrator = TemperatureCalibrator.Fit(folds.Target, Outputs, folds.Weights);
        _calibrator.ApplyAll(Outputs);
    }

    private static double LossOf(Metric metric, Target target, ReadOnlySpan<double> outputs, double[] weights) =>
        metric.Loss(target, outputs, weights) is var loss && double.IsNaN(loss) ? double.PositiveInfinity : loss;
}
