using Escale.Learning.Linear;
using Escale.Learning.Persistence;
using Escale.Learning.Threads;

namespace Escale.Learning.Bayes;

/// <summary>A fitted naive Bayes classifier: for each class its prior, and mean and variance of each feature.</summary>
public sealed class NaiveBayesPredictor : Predictor
{
    private readonly double[] _priors;
    private readonly double[] _means;
    private readonly double[] _variances;

    /// <summary>For each class the part of the log-likelihood that no feature changes.</summary>
    private readonly double[] _starts;

    /// <summary>Half the inverse of each variance.</summary>
    private readonly double[] _halves;

    internal NaiveBayesPredictor(LearningTask task, double[] priors, double[] means, double[] variances, int featureCount)
        : base(task, priors.Length, featureCount)
    {
        (_priors, _means, _variances) = (priors, means, variances);
        _halves = [.. variances.Select(variance => 0.5 / variance)];
        _starts = new double[priors.Length];
        for (var label = 0; label < priors.Length; label++)
        {
            _starts[label] = Math.Log(priors[label]);
            for (var at = label * featureCount; at < (label + 1) * featureCount; at++)
            {
                _starts[label] -= Math.Log(2 * Math.PI * variances[at]) / 2;
            }
        }
    }

    /// <summary>The probability of each class before anything is known.</summary>
    public ReadOnlySpan<double> Priors => _priors;

    /// <summary>For each class what its score starts from.</summary>
    internal ReadOnlySpan<double> Starts => _starts;

    internal override string Kind => "naive-bayes";

    /// <summary>The mean of each feature in a class.</summary>
    public ReadOnlySpan<double> Means(int label) => _means.AsSpan(label * FeatureCount, FeatureCount);

    /// <summary>The variance of each feature in a class, with what was added to it.</summary>
    public ReadOnlySpan<double> Variances(int label) => _variances.AsSpan(label * FeatureCount, FeatureCount);

    /// <summary>Half the inverse of each variance in a class.</summary>
    internal ReadOnlySpan<double> Halves(int label) => _halves.AsSpan(label * FeatureCount, FeatureCount);

    /// <inheritdoc/>
    public override void Predict(FeatureMatrix features, Span<double> outputs, int threads = 1) => ParallelRows.Predict(this, features, outputs, threads);

    /// <inheritdoc/>
    public override void PredictRow(ReadOnlySpan<float> row, Span<double> outputs)
    {
        for (var label = 0; label < _priors.Length; label++)
        {
            var score = _starts[label];
            for (var feature = 0; feature < FeatureCount; feature++)
            {
                var distance = row[feature] - _means[label * FeatureCount + feature];
                score -= distance * distance * _halves[label * FeatureCount + feature];
            }
            outputs[label] = score;
        }
        Softmax.Apply(outputs[.._priors.Length]);
    }

    internal override void Save(SavedNode node)
    {
        node.Set("task", Task);
        node.Set("features", FeatureCount);
        node.SetArray<double>("priors", _priors);
        node.SetArray<double>("means", _means);
        node.SetArray<double>("variances", _variances);
    }

    internal static NaiveBayesPredictor Load(SavedNode node)
    {
        var (task, features, priors) = (node.Enum<LearningTask>("task"), node.Int("features", 0, 1 << 24), node.Array<double>("priors"));
        if (task == LearningTask.Regression || !SavedTasks.Fits(task, priors.Length) || (long)priors.Length * features > int.MaxValue / sizeof(double))
        {
            throw SavedNode.Damaged($"naive Bayes for {task} has {priors.Length} classes");
        }
        return new NaiveBayesPredictor(task, priors, node.Array<double>("means", priors.Length * features), node.Array<double>("variances", priors.Length * features), features);
    }
}
