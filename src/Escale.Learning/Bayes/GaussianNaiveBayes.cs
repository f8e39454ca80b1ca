namespace Escale.Learning.Bayes;

/// <summary>
/// Naive Bayes with a normal distribution for each feature in each class, as if features did not depend on each other. One pass over the data.
/// Variances by the stable updates of Chan, Golub and LeVeque (1979).
/// </summary>
public sealed record GaussianNaiveBayes : Estimator
{
    /// <inheritdoc/>
    public override string Name => "naive Bayes";

    /// <inheritdoc/>
    public override FeatureStyle Style => FeatureStyle.Scaled;

    /// <summary>What is added to every variance, as a share of the largest one, 0 or more. Default 1e-9.</summary>
    public double VarSmoothing { get; init; } = 1e-9;

    /// <summary>The probability of each class before anything is known, none negative, summing to 1; null for their shares in the data. Default null.</summary>
    public IReadOnlyList<double>? Priors { get; init; }

    /// <inheritdoc/>
    public override bool Supports(LearningTask task) => task != LearningTask.Regression;

    /// <inheritdoc/>
    public bool Equals(GaussianNaiveBayes? other) => other is not null && VarSmoothing.Equals(other.VarSmoothing)
        && (ReferenceEquals(Priors, other.Priors) || (Priors is not null && other.Priors is not null && Priors.SequenceEqual(other.Priors)));

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(VarSmoothing, Priors?.Count, Priors?[0]);

    /// <inheritdoc/>
    public override NaiveBayesPredictor Fit(FeatureMatrix features, Target target, ReadOnlySpan<double> weights = default, FitOptions? options = null)
    {
        Check(features, target, weights);
        CheckSetting(VarSmoothing >= 0 && double.IsFinite(VarSmoothing), nameof(VarSmoothing), VarSmoothing, "0 or more");
        features.ThrowIfNotFinite();
        var (classes, count) = (target.ClassCount, features.FeatureCount);
        var shares = Shares(target, weights);
        var priors = PriorsOf(target, shares);
        var (means, variances) = (new double[classes * count], new double[classes * count]);
        var largest = 0.0;
        for (var feature = 0; feature < count; feature++)
        {
            options?.CancellationToken.ThrowIfCancellationRequested();
            largest = Math.Max(largest, Describe(features[feature], target, weights, feature, count, means, variances));
        }
        options?.CancellationToken.ThrowIfCancellationRequested();
        var added = largest > 0 ? Math.Max(VarSmoothing, 1e-15) * largest : 1; // nothing varies: any width does
        for (var at = 0; at < variances.Length; at++)
        {
            variances[at] += added;
        }
        return new NaiveBayesPredictor(target.Task, priors, means, variances, count);
    }

    /// <summary>The priors given, without those of classes that no row has: nothing is known of their features.</summary>
    private double[] PriorsOf(Target target, double[] shares)
    {
        if (Priors is null)
        {
            return shares;
        }
        if (Priors.Count != target.ClassCount || Priors.Any(prior => !(prior >= 0)) || !(Math.Abs(Priors.Sum() - 1) <= 1e-6))
        {
            throw new LearningException(
                "learning.bad-setting", $"Priors of {Name} are not {target.ClassCount} probabilities that sum to 1.", "Give one for each class, in the order of the classes.");
        }
        double[] known = [.. Priors.Select((prior, at) => shares[at] > 0 ? prior : 0)];
        return known.Sum() is > 0 and var sum ? [.. known.Select(prior => prior / sum)]
            : throw new LearningException("learning.bad-setting", $"Priors of {Name} are zero for every class that the rows have.", "Give those classes a prior above zero.");
    }

    private static double[] Shares(Target target, ReadOnlySpan<double> weights)
    {
        var (shares, sum) = (new double[target.ClassCount], 0.0);
        for (var row = 0; row < target.RowCount; row++)
        {
            var weight = weights.IsEmpty ? 1 : weights[row];
            shares[target.ClassOf(row)] += weight;
            sum += weight;
        }
        for (var at = 0; at < shares.Length; at++)
        {
            shares[at] /= sum;
        }
        return shares;
    }

    /// <summary>Mean and variance of a feature in each class; returns its variance over all.</summary>
    private static double Describe(ReadOnlySpan<float> column, Target target, ReadOnlySpan<double> weights, int feature, int count, double[] means, double[] variances)
    {
        Span<double> sums = new double[target.ClassCount];
        var (allWeight, allMean, allSquares) = (0.0, 0.0, 0.0);
        for (var row = 0; row < column.Length; row++)
        {
            var weight = weights.IsEmpty ? 1 : weights[row];
            if (weight == 0)
            {
                continue;
            }
            var at = target.ClassOf(row) * count + feature;
            Update(column[row], weight, ref sums[target.ClassOf(row)], ref means[at], ref variances[at]);
            Update(column[row], weight, ref allWeight, ref allMean, ref allSquares);
        }
        for (var label = 0; label < sums.Length; label++)
        {
            variances[label * count + feature] = sums[label] > 0 ? variances[label * count + feature] / sums[label] : 0;
        }
        return allSquares / allWeight;
    }

    private static void Update(double value, double weight, ref double sum, ref double mean, ref double squares)
    {
        sum += weight;
        var distance = value - mean;
        mean += weight / sum * distance;
        squares += weight * distance * (value - mean);
    }
}
