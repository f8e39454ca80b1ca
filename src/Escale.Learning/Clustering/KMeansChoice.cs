namespace Escale.Learning.Clustering;

/// <summary>One number of clusters, tried.</summary>
/// <param name="Clusters">How many.</param>
/// <param name="Inertia">Sum of squared distances to the centres; always falls with more clusters.</param>
/// <param name="Silhouette">Mean silhouette; higher is better.</param>
public sealed record KMeansCandidate(int Clusters, double Inertia, double Silhouette);

/// <summary>How many clusters k-means finds best.</summary>
/// <param name="Best">The model of the highest silhouette, the fewest clusters of several.</param>
/// <param name="Candidates">What was tried, from few to many.</param>
public sealed record KMeansChoice(KMeansModel Best, IReadOnlyList<KMeansCandidate> Candidates)
{
    /// <summary>Tries each number of clusters and takes the one of the highest mean silhouette. A silhouette below 0.25 says that there are hardly any clusters.</summary>
    /// <param name="features">Numbers on one scale.</param>
    /// <param name="least">Fewest clusters, at least 2. Default 2.</param>
    /// <param name="most">Most clusters. Default 10, or one fewer than there are rows.</param>
    /// <param name="settings">The other settings of k-means.</param>
    /// <param name="sampleRows">Rows that the silhouette is measured on. Default 2,000.</param>
    /// <param name="options">Seed, threads, cancellation.</param>
    /// <exception cref="LearningException">As <see cref="KMeans.Fit"/>; or all rows are the same (<c>learning.metric-undefined</c>).</exception>
    public static KMeansChoice Choose(FeatureMatrix features, int least = 2, int most = 10, KMeans? settings = null, int sampleRows = 2000, FitOptions? options = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(least, 2);
        ArgumentOutOfRangeException.ThrowIfLessThan(most, least);
        if (features.RowCount <= least)
        {
            throw new LearningException("learning.too-few-rows", $"{features.RowCount} rows are too few to choose among {least} clusters or more.", "Give more rows.");
        }
        var (candidates, best, highest) = (new List<KMeansCandidate>(), (KMeansModel?)null, double.NegativeInfinity);
        for (var clusters = least; clusters <= Math.Min(most, features.RowCount - 1); clusters++)
        {
            var model = ((settings ?? new KMeans()) with { Clusters = clusters, InitialCentres = null }).Fit(features, default, options);
            if (model.ClusterCount < clusters && best is not null)
            {
                break; // no more rows that differ
            }
            var silhouette = Silhouette.Of(features, model.Labels, sampleRows, options).Mean;
            candidates.Add(new KMeansCandidate(clusters, model.Inertia, silhouette));
            (best, highest) = silhouette > highest ? (model, silhouette) : (best, highest);
        }
        return new KMeansChoice(best!, candidates);
    }
}
