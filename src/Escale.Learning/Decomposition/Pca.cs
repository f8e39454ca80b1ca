using Escale.Learning.Threads;

namespace Escale.Learning.Decomposition;

/// <summary>How principal components are found.</summary>
public enum PcaSolver
{
    /// <summary>Exact when rows or features are at most 1,000; otherwise randomised when a tenth of the components or fewer are asked for by number; otherwise exact.</summary>
    Auto,

    /// <summary>From the covariance of the features, or of the rows when there are fewer of them. O(rows · features · min(rows, features) + min(rows, features)³).</summary>
    Exact,

    /// <summary>From a random projection, for the first few components of wide tables: N. Halko, P. Martinsson, J. Tropp (2011). O(rows · features · components). Needs a number of components.</summary>
    Randomized,
}

/// <summary>
/// Principal components: the directions in which the rows spread the most, each at right angles to those before. Features must be numbers without missing values; put them on one scale first, or the
/// one with the largest unit is the first component. Signs are chosen so that the largest loading of each component is positive, as scikit-learn does since 1.5.
/// </summary>
public sealed record Pca
{
    /// <summary>The covariance of so many takes 2 GB.</summary>
    private const int MostExact = 16_384;

    /// <summary>How many components, at least 1; cut to what the table has. Null for all, or as many as <see cref="ExplainedShare"/> says. Default null.</summary>
    public int? Components { get; init; }

    /// <summary>Keep the fewest components that explain at least this share of the variance, between 0 and 1; null for no such limit. Default null.</summary>
    public double? ExplainedShare { get; init; }

    /// <summary>Whether each component is divided by its standard deviation. Default false.</summary>
    public bool Whiten { get; init; }

    /// <summary>How they are found. Default by size.</summary>
    public PcaSolver Solver { get; init; }

    /// <summary>Finds the components.</summary>
    /// <param name="features">At least two rows of numbers.</param>
    /// <param name="options">Seed (randomised only), threads, cancellation.</param>
    /// <exception cref="LearningException">A feature is missing or infinite (<c>learning.feature-not-finite</c>), a setting is out of range (<c>learning.bad-setting</c>), or there are fewer than two
    /// rows (<c>learning.too-few-rows</c>), no feature (<c>learning.no-features</c>) or, for exact components, both more than 16,384 (<c>learning.too-many-features</c>).</exception>
    public PcaModel Fit(FeatureMatrix features, FitOptions? options = null)
    {
        options ??= FitOptions.Default;
        var smaller = Math.Min(features.RowCount, features.FeatureCount);
        var isRandomized = Solver == PcaSolver.Randomized || (Solver == PcaSolver.Auto && smaller > 1000 && Components <= smaller / 10);
        Check(features, isExact: !isRandomized);
        using var team = new WorkerTeam(options.Threads);
        var table = new CentredTable(features, team, options.CancellationToken);
        var (variances, directions) = isRandomized ? RandomizedPca.Find(table, Math.Min(Components!.Value, smaller), options.Seed)
            : features.FeatureCount <= features.RowCount ? ExactPca.ByFeatures(table) : ExactPca.ByRows(table);
        var total = table.TotalVariance;
        var kept = Kept(variances, total);
        foreach (var direction in directions)
        {
            Orient(direction);
        }
        return new PcaModel([.. features.Features.Select(feature => feature.Name)], table.Means, directions[..kept], variances[..kept], total, Whiten);
    }

    private void Check(FeatureMatrix features, bool isExact)
    {
        if (Components < 1 || ExplainedShare is <= 0 or > 1 or double.NaN || (Solver == PcaSolver.Randomized && Components is null))
        {
            throw new LearningException(
                "learning.bad-setting", "The settings of PCA are out of range: components are at least 1, a share is above 0 and at most 1, and the randomised solver needs a number of components.", "Correct the setting.");
        }
        if (features.FeatureCount == 0)
        {
            throw new LearningException("learning.no-features", "There is no feature to find components of.", "Give at least one column of numbers.");
        }
        if (features.RowCount < 2)
        {
            throw new LearningException("learning.too-few-rows", $"{features.RowCount} rows have no variance.", "Give at least two rows.");
        }
        if (isExact && Math.Min(features.RowCount, features.FeatureCount) > MostExact)
        {
            throw new LearningException(
                "learning.too-many-features", $"Exact components of {features.RowCount} rows of {features.FeatureCount} features would need a number for each pair of {Math.Min(features.RowCount, features.FeatureCount)}.",
                "Set Components to how many are needed and Solver to Randomized.");
        }
        features.ThrowIfNotFinite();
    }

    private int Kept(double[] variances, double total)
    {
        var kept = Math.Min(Components ?? variances.Length, variances.Length);
        if (ExplainedShare is { } share && total > 0)
        {
            var (sum, needed) = (0.0, 0);
            while (needed < kept && sum < share * total * (1 - 1e-12))
            {
                sum += variances[needed++];
            }
            kept = Math.Max(1, needed);
        }
        return kept;
    }

    private static void Orient(double[] direction)
    {
        var largest = 0;
        for (var at = 1; at < direction.Length; at++)
        {
            // A little more, so that rounding does not decide between loadings that are equal but for their sign.
            largest = Math.Abs(direction[at]) > Math.Abs(direction[largest]) * (1 + 1e-9) ? at : largest;
        }
        if (direction[largest] < 0)
        {
            for (var at = 0; at < direction.Length; at++)
            {
                direction[at] = -direction[at];
            }
        }
    }
}
