using Escale.Learning.Persistence;

namespace Escale.Learning;

/// <summary>What an estimator has learned. Immutable and thread-safe.</summary>
public abstract class Predictor
{
    private protected Predictor(LearningTask task, int outputCount, int featureCount) =>
        (Task, OutputCount, FeatureCount) = (task, outputCount, featureCount);

    /// <summary>What is predicted.</summary>
    public LearningTask Task { get; }

    /// <summary>Numbers for each row: one for regression; otherwise the probability of each class, in the order of <see cref="Target.Classes"/>.</summary>
    public int OutputCount { get; }

    /// <summary>How many features a row has.</summary>
    public int FeatureCount { get; }

    /// <summary>By what name a saved file knows it; one of <see cref="SavedKinds"/>.</summary>
    internal abstract string Kind { get; }

    /// <summary>Predicts many rows.</summary>
    /// <param name="features">The rows.</param>
    /// <param name="outputs">Written, row after row; rows × <see cref="OutputCount"/> long.</param>
    /// <param name="threads">Threads to work with; the result does not depend on it. Default 1.</param>
    public abstract void Predict(FeatureMatrix features, Span<double> outputs, int threads = 1);

    /// <summary>Predicts one row without allocating. The same numbers, bit for bit, as <see cref="Predict(FeatureMatrix, Span{double}, int)"/>.</summary>
    /// <param name="row">Its features; NaN is missing.</param>
    /// <param name="outputs">Written; <see cref="OutputCount"/> long.</param>
    public abstract void PredictRow(ReadOnlySpan<float> row, Span<double> outputs);

    /// <summary>Predicts many rows into a new array, row after row.</summary>
    public double[] Predict(FeatureMatrix features, int threads = 1)
    {
        var outputs = new double[(long)features.RowCount * OutputCount];
        Predict(features, outputs, threads);
        return outputs;
    }

    /// <summary>Writes what it has learned; <see cref="SavedKinds"/> reads it back.</summary>
    internal abstract void Save(SavedNode node);
}
