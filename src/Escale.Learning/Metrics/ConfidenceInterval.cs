namespace Escale.Learning.Metrics;

/// <summary>Between which values a score lies, given that other rows might have been drawn.</summary>
/// <param name="Estimate">The score of the rows as they are.</param>
/// <param name="Lower">The lower end.</param>
/// <param name="Upper">The upper end.</param>
/// <param name="Level">How often such an interval holds the true value: 0.95.</param>
public sealed record ConfidenceInterval(double Estimate, double Lower, double Upper, double Level);

/// <summary>Two models judged by the same rows.</summary>
/// <param name="First">Score of the first.</param>
/// <param name="Second">Score of the second.</param>
/// <param name="Difference">First − second, with its interval.</param>
/// <param name="PValue">How likely a difference at least as far from 0 is when there is none, two-sided.</param>
public sealed record MetricComparison(double First, double Second, ConfidenceInterval Difference, double PValue);

/// <summary>How the ends of a bootstrap interval are found.</summary>
public enum BootstrapMethod
{
    /// <summary>Quantiles of the resampled scores.</summary>
    Percentile,

    /// <summary>Quantiles corrected for bias and skewness: B. Efron (1987), "Better bootstrap confidence intervals". The jackknife leaves out blocks when there are more than 400 rows.</summary>
    Bca,
}

/// <summary>How intervals are made.</summary>
public sealed record IntervalOptions
{
    /// <summary>The defaults.</summary>
    public static readonly IntervalOptions Default = new();

    /// <summary>How often the interval shall hold the true value, between 0 and 1. Default 0.95.</summary>
    public double Level { get; init; } = 0.95;

    /// <summary>How many resamples, at least 20. Default 1,000.</summary>
    public int Resamples { get; init; } = 1000;

    /// <summary>How the ends are found. Default quantiles.</summary>
    public BootstrapMethod Method { get; init; } = BootstrapMethod.Percentile;

    /// <summary>Where randomness starts. Default 0.</summary>
    public int Seed { get; init; }

    /// <summary>Threads to work with; the result does not depend on it. Default 1.</summary>
    public int Threads { get; init; } = 1;

    /// <summary>A group for each row when rows come in groups (several of one customer): whole groups are then drawn. Null when rows are drawn alone.</summary>
    public int[]? Groups { get; init; }

    /// <summary>Stops with an <see cref="OperationCanceledException"/>.</summary>
    public CancellationToken CancellationToken { get; init; }
}

/// <summary>Intervals of metrics by resampling rows.</summary>
public static class MetricIntervals
{
    /// <summary>The bootstrap interval of a score. O(resamples × rows); sorting is done once.</summary>
    /// <inheritdoc cref="Metric.Score"/>
    /// <param name="metric">The metric.</param>
    /// <param name="target">The truth.</param>
    /// <param name="outputs">Outputs, row after row.</param>
    /// <param name="weights">How much each row counts; empty when all count the same.</param>
    /// <param name="options">Level, resamples, seed.</param>
    public static ConfidenceInterval Interval(
        this Metric metric, Target target, ReadOnlySpan<double> outputs, ReadOnlySpan<double> weights = default, IntervalOptions? options = null)
    {
        var prepared = metric.PrepareChecked(target, outputs, weights, out var rowWeights);
        return new Bootstrap(metric, rowWeights, options ?? IntervalOptions.Default).Interval(prepared.Score);
    }

    /// <summary>Compares two models by the same rows: resamples draw the same rows for both, so that what is hard for both cancels out.</summary>
    /// <inheritdoc cref="Metric.Score"/>
    /// <param name="metric">The metric.</param>
    /// <param name="target">The truth.</param>
    /// <param name="first">Outputs of the first model.</param>
    /// <param name="second">Outputs of the second.</param>
    /// <param name="weights">How much each row counts; empty when all count the same.</param>
    /// <param name="options">Level, resamples, seed.</param>
    public static MetricComparison Compare(
        this Metric metric, Target target, ReadOnlySpan<double> first, ReadOnlySpan<double> second, ReadOnlySpan<double> weights = default, IntervalOptions? options = null)
    {
        var one = metric.PrepareChecked(target, first, weights, out var rowWeights);
        var two = metric.PrepareChecked(target, second, weights, out _);
        var bootstrap = new Bootstrap(metric, rowWeights, options ?? IntervalOptions.Default);
        var difference = bootstrap.Interval(row => one.Score(row) - two.Score(row));
        return new MetricComparison(one.Score(rowWeights), two.Score(rowWeights), difference, bootstrap.PValue());
    }
}
