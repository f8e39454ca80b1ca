namespace Escale.Learning;

/// <summary>How an estimator wants its features.</summary>
public enum FeatureStyle
{
    /// <summary>As they are: categories as levels, missing values kept. For trees.</summary>
    Native,

    /// <summary>Numbers only, none missing, scaled: categories one-hot or encoded. For linear models and distances.</summary>
    Scaled,
}

/// <summary>
/// A way to learn: hyper-parameters and nothing else. Immutable; two with the same settings are equal. Fitting twice with the same data, settings and seed gives the
/// same predictor, bit for bit, for any number of threads.
/// </summary>
public abstract record Estimator
{
    /// <summary>Its name in the field's own words: <c>random forest</c>.</summary>
    public abstract string Name { get; }

    /// <summary>How it wants its features.</summary>
    public abstract FeatureStyle Style { get; }

    /// <summary>Whether it can do a task.</summary>
    public abstract bool Supports(LearningTask task);

    /// <summary>Learns.</summary>
    /// <param name="features">The features, in the style asked for.</param>
    /// <param name="target">What to predict, as many rows.</param>
    /// <param name="weights">How much each row counts, none negative; empty when all are 1.</param>
    /// <param name="options">Seed, threads, validation rows, cancellation.</param>
    /// <exception cref="LearningException">The data cannot be learned from, or a setting is out of range.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public abstract Predictor Fit(FeatureMatrix features, Target target, ReadOnlySpan<double> weights = default, FitOptions? options = null);

    /// <summary>What to fit on all rows, with none left to judge by: an estimator that stops early goes on for as long as it did where it was judged.</summary>
    /// <param name="fitted">What this estimator learned on parts of the rows, judged by the others.</param>
    /// <param name="growth">How many times as long more rows take.</param>
    internal virtual Estimator OnAllRows(IReadOnlyList<Predictor> fitted, double growth) => this;

    /// <summary>Throws when a setting is out of its range.</summary>
    /// <param name="isRight">Whether it is within.</param>
    /// <param name="setting">Its name.</param>
    /// <param name="value">What it is.</param>
    /// <param name="range">What it may be, in words: <c>above 0</c>.</param>
    private protected void CheckSetting(bool isRight, string setting, double value, string range)
    {
        if (!isRight)
        {
            throw new LearningException(
                "learning.bad-setting", FormattableString.Invariant($"{setting} of {Name} is {value}; it must be {range}."), $"Set {setting} to a value {range}.");
        }
    }

    /// <summary>Checks what every estimator needs.</summary>
    private protected void Check(FeatureMatrix features, Target target, ReadOnlySpan<double> weights)
    {
        if (!Supports(target.Task))
        {
            throw new LearningException("learning.task-not-supported", $"{Name} does not do {target.Task} tasks.", "Choose another estimator.");
        }
        ArgumentOutOfRangeException.ThrowIfNotEqual(target.RowCount, features.RowCount, nameof(target));
        if (weights.IsEmpty)
        {
            return;
        }
        ArgumentOutOfRangeException.ThrowIfNotEqual(weights.Length, features.RowCount, nameof(weights));
        var sum = 0.0;
        for (var row = 0; row < weights.Length; row++)
        {
            if (!(weights[row] >= 0) || !double.IsFinite(weights[row]))
            {
                throw new LearningException("learning.bad-weight", $"The weight of row {row + 1} is negative, missing or infinite.", "Give weights of zero or more.");
            }
            sum += weights[row];
        }
        if (sum <= 0)
        {
            throw new LearningException("learning.bad-weight", "Every row has weight zero.", "Give at least one row a positive weight.");
        }
    }
}

/// <summary>What a fit needs beside data and hyper-parameters.</summary>
public sealed record FitOptions
{
    /// <summary>The defaults.</summary>
    public static readonly FitOptions Default = new();

    /// <summary>Where randomness starts. Default 0.</summary>
    public int Seed { get; init; }

    /// <summary>Threads to work with. The result does not depend on it. Default: those of the machine.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;

    /// <summary>Rows to judge by while learning (early stopping); null when there are none.</summary>
    public ValidationRows? Validation { get; init; }

    /// <summary>Stop adding to the model after this time and keep what there is; null for no limit. Results then depend on the machine.</summary>
    public TimeSpan? TimeLimit { get; init; }

    /// <summary>By what <see cref="TimeLimit"/> is measured. Default: the system's clock.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>Told how far it is, 0 to 1; null for nobody.</summary>
    public IProgress<double>? Progress { get; init; }

    /// <summary>Stops the fit with an <see cref="OperationCanceledException"/>.</summary>
    public CancellationToken CancellationToken { get; init; }
}

/// <summary>Rows that an estimator judges itself by while it learns; never learned from.</summary>
/// <param name="Features">Features as in training.</param>
/// <param name="Target">Their target.</param>
/// <param name="Weights">Their weights; empty when all are 1.</param>
public sealed record ValidationRows(FeatureMatrix Features, Target Target, ReadOnlyMemory<double> Weights = default);
