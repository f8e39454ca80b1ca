using Escale.Learning.Memory;
using Escale.Learning.Threads;
using Escale.Learning.Trees;

namespace Escale.Learning.Boosting;

/// <summary>From settings and data to a model: bins, rounds, early stopping.</summary>
internal sealed class BoostingTrainer
{
    private const int MostIdleRounds = 10;

    private readonly GradientBoosting _settings;
    private readonly Objective _objective;
    private readonly Target _target;
    private readonly FitOptions _options;
    private readonly List<Tree> _trees = [];
    private readonly List<double> _losses = [];
    private readonly double[] _start;
    private readonly int _continuedTrees;

    private BoostingTrainer(GradientBoosting settings, Target target, ReadOnlySpan<double> weights, FitOptions options, TreePredictor? model)
    {
        (_settings, _target, _options) = (settings, target, options);
        _objective = settings.Objective ?? target.Task switch
        {
            LearningTask.Binary => new LogisticObjective(),
            LearningTask.Multiclass => new SoftmaxObjective(),
            _ => new SquaredObjective(),
        };
        CheckTarget(target);
        _start = new double[_objective.Link == ScoreLink.Softmax ? target.ClassCount : 1];
        if (model is null)
        {
            _objective.Start(target.Values, weights, _start);
            return;
        }
        _trees.AddRange(model.Ensemble.Trees);
        _continuedTrees = _trees.Count;
        _start = model.Ensemble.Start;
    }

    /// <summary>Learns.</summary>
    public static BoostingFit Train(
        GradientBoosting settings, FeatureMatrix features, Target target, ReadOnlySpan<double> weights, FitOptions options, TreePredictor? model)
    {
        var trainer = new BoostingTrainer(settings, target, weights, options, model);
        trainer.CheckContinuation(features, model);
        var directions = trainer.Directions(features);
        return trainer.Train(features, weights.ToArray(), directions, model);
    }

    private BoostingFit Train(FeatureMatrix features, double[] weights, sbyte[]? directions, TreePredictor? model)
    {
        var rowCount = features.RowCount;
        if (_options.Validation is { } judged)
        {
            ArgumentOutOfRangeException.ThrowIfNotEqual(judged.Features.FeatureCount, features.FeatureCount, nameof(FitOptions.Validation));
        }
        using var scores = new NativeArray<double>((long)rowCount * _start.Length);
        Begin(scores, features, model);
        var validation = _options.Validation is { } rows ? new ValidationScores(_objective, rows, _start, model) : null;
        // Without any feature there is one that is always missing, and no tree ever splits.
        var used = features.FeatureCount > 0 ? features : FeatureMatrix.OfNumbers(Enumerable.Repeat(float.NaN, rowCount).ToArray());
        // A step on few rows is over before a second thread wakes.
        using var team = new WorkerTeam(Math.Clamp((int)((long)rowCount * used.FeatureCount / 20_000), 1, Math.Max(1, _options.Threads)));
        using var matrix = BinnedMatrix.Make(used, FeatureBinning.Choose(used, _settings.MaxBins, team), team);
        using var run = new BoostingRun(matrix, _objective, _target, weights, scores, Growth(directions, rowCount), team);
        Rounds(run, used.FeatureCount, rowCount, validation, team, model);
        var rounds = Math.Min(BestRound(), (_trees.Count - _continuedTrees) / _start.Length);
        var kept = _trees.Take(_continuedTrees + rounds * _start.Length).ToArray();
        var ensemble = new TreeEnsemble
        {
            Trees = kept, Start = _start, ScoreOf = [.. Enumerable.Range(0, kept.Length).Select(tree => tree % _start.Length)],
            Link = _objective.Link, FeatureCount = features.FeatureCount,
        };
        return new BoostingFit(new TreePredictor(ensemble, _target.Task), rounds, _losses);
    }

    private void Rounds(BoostingRun run, int featureCount, int rowCount, ValidationScores? validation, WorkerTeam team, TreePredictor? model)
    {
        var begun = _options.Clock.GetTimestamp();
        var sampler = new RowSampler(_settings, rowCount);
        // A round without a split: the next would see the same, unless chance gives it other rows or features.
        var isRandom = sampler.IsSampling || _settings.FeatureShare < 1 || _settings.FeatureSharePerNode < 1 || _settings.ExtraRandom;
        var (idle, patience) = (0, isRandom ? MostIdleRounds : 1);
        for (var round = 0; round < _settings.Trees; round++)
        {
            _options.CancellationToken.ThrowIfCancellationRequested();
            var seed = FeatureChoice.Mix((uint)_options.Seed, (ulong)(_trees.Count + idle + 1));
            var trees = run.Step(
                seed, sampler, score => new FeatureChoice(featureCount, _settings.FeatureShare, _settings.FeatureSharePerNode, FeatureChoice.Mix(seed, (ulong)score)),
                _settings.LearningRate);
            idle = trees.Any(tree => tree.NodeCount > 1) ? 0 : idle + 1;
            if (idle > 0 && (round > 0 || model is not null))
            {
                if (idle >= patience)
                {
                    break;
                }
                continue;
            }
            _trees.AddRange(trees);
            _options.Progress?.Report((round + 1.0) / _settings.Trees);
            if (validation is not null)
            {
                _losses.Add(validation.Add(trees, team));
            }
            if (IsOver(begun, validation is not null))
            {
                break;
            }
        }
    }

    private bool IsOver(long begun, bool hasValidation) =>
        (hasValidation && _settings.EarlyStoppingRounds > 0 && _losses.Count - BestRound() >= _settings.EarlyStoppingRounds)
        || (_options.TimeLimit is { } limit && _options.Clock.GetElapsedTime(begun) >= limit);

    // The first of the best rounds, from 1; all when none is to be preferred.
    private int BestRound() => _settings.EarlyStoppingRounds > 0 && _losses.Count > 0 ? _losses.IndexOf(_losses.Min()) + 1 : int.MaxValue;

    private unsafe void Begin(NativeArray<double> scores, FeatureMatrix features, TreePredictor? model)
    {
        Span<float> row = model is null ? [] : new float[features.FeatureCount];
        for (var at = 0; at < features.RowCount; at++)
        {
            var of = new Span<double>(scores.Pointer + (long)at * _start.Length, _start.Length);
            if (model is null)
            {
                _start.CopyTo(of);
                continue;
            }
            features.CopyRow(at, row);
            model.Ensemble.Score(row, of);
        }
    }

    private GrowthSettings Growth(sbyte[]? directions, int rowCount) => new()
    {
        MaxLeaves = _settings.MaxLeaves, MaxDepth = _settings.MaxDepth, MinLeafRows = _settings.MinLeafRows, MinLeafHessian = _settings.MinLeafHessian,
        MinGain = _settings.MinGain, L1 = _settings.L1, L2 = _settings.L2, CategorySmoothing = _settings.CategorySmoothing, CategoryL2 = _settings.CategoryL2,
        MaxCategoryThreshold = _settings.MaxCategoryThreshold, FeatureSharePerNode = _settings.FeatureSharePerNode, ExtraRandom = _settings.ExtraRandom,
        PathSmoothing = _settings.PathSmoothing, LeafBound = _objective.LeafBound, Directions = directions,
    };

    private sbyte[]? Directions(FeatureMatrix features)
    {
        var directions = _settings.MonotoneConstraints.For(features.Features);
        if (directions is not null && (_objective.LeafQuantile is not null || _start.Length > 1))
        {
            throw new LearningException(
                "learning.bad-constraint", $"The {_objective.Name} loss cannot keep features monotone.", "Remove the constraints, or use the squared, Huber, Poisson, Tweedie or logistic loss.");
        }
        return directions;
    }

    private void CheckTarget(Target target)
    {
        for (var row = 0; row < target.RowCount; row++)
        {
            if (!_objective.Accepts(target.Values[row]))
            {
                throw new LearningException(
                    "learning.target-out-of-range", FormattableString.Invariant($"The {_objective.Name} loss cannot take the target {target.Values[row]:R} of row {row + 1}."),
                    "Choose another loss, or transform the target.");
            }
        }
    }

    private void CheckContinuation(FeatureMatrix features, TreePredictor? model)
    {
        if (model is not null && (model.Ensemble.Link != _objective.Link || model.Task != _target.Task || model.Ensemble.ScoreOf.Contains(-1) || model.Ensemble.Scale != 1
            || model.FeatureCount != features.FeatureCount || model.OutputCount != _target.OutputCount))
        {
            throw new LearningException(
                "learning.cannot-continue", "The model is no boosting with the same loss, features and classes.", "Train a new model, or continue with the data it was made for.");
        }
    }
}
