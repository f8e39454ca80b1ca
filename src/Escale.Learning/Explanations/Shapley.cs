using Escale.Learning.Baselines;
using Escale.Learning.Linear;
using Escale.Learning.Trees;

namespace Escale.Learning.Explanations;

/// <summary>Shapley values of what one predictor says of its features; for a whole model see <see cref="ModelExplainer"/>.</summary>
public static class Shapley
{
    /// <summary>Whether a predictor can be explained exactly.</summary>
    public static bool IsExactFor(Predictor predictor) => predictor is TreePredictor or LinearPredictor or ConstantPredictor;

    /// <summary>
    /// Explains trees, forests and boosting (TreeSHAP, Lundberg et al., 2020: what a feature would have been is left to the training rows of each node) and linear models (coefficient × distance from
    /// the mean of the background). In scores: log-odds where the model has them. O(rows × trees × leaves × features on a path²), or O(rows × features) for linear models.
    /// </summary>
    /// <param name="predictor">What to explain.</param>
    /// <param name="features">The rows to explain.</param>
    /// <param name="background">Rows whose mean is the base of a linear model; null for the rows that are explained. Not needed for trees.</param>
    /// <param name="options">Threads and cancellation; the result depends on neither.</param>
    /// <exception cref="LearningException">There is no exact way for this kind (<c>learning.no-exact-explanation</c>).</exception>
    public static Contributions Explain(Predictor predictor, FeatureMatrix features, FeatureMatrix? background = null, FitOptions? options = null)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(features.FeatureCount, predictor.FeatureCount, nameof(features));
        options ??= FitOptions.Default;
        string[] names = [.. features.Features.Select(feature => feature.Name)];
        switch (predictor)
        {
            case TreePredictor trees:
                var bases = new double[trees.Ensemble.ScoreCount];
                var values = TreeShapley.Explain(trees.Ensemble, features, bases, options.Threads, options.CancellationToken);
                return OfPositive(new Contributions(names, bases, values, UnitOf(trees.Ensemble.Link), isExact: true), predictor);
            case LinearPredictor linear:
                return LinearContributions.Explain(linear, features, background ?? features, names);
            case ConstantPredictor:
                var outputs = new double[predictor.OutputCount];
                predictor.PredictRow(new float[predictor.FeatureCount], outputs);
                var zeros = new double[features.RowCount * outputs.Length * names.Length];
                return OfPositive(new Contributions(names, outputs, zeros, ContributionUnit.Output, isExact: true), predictor);
            default:
                throw new LearningException(
                    "learning.no-exact-explanation", "There is no exact way to explain this kind of predictor.", "Explain the whole model, which is done by sampling, or use permutation importance.");
        }
    }

    internal static ContributionUnit UnitOf(ScoreLink link) => link == ScoreLink.Identity ? ContributionUnit.Output : ContributionUnit.Score;

    // Of two probabilities that sum to one, the second says all.
    internal static Contributions OfPositive(Contributions all, Predictor predictor)
    {
        if (predictor.Task != LearningTask.Binary || all.ScoreCount == 1)
        {
            return all;
        }
        var values = new double[all.RowCount * all.Names.Count];
        for (var row = 0; row < all.RowCount; row++)
        {
            all.Of(row, 1).CopyTo(values.AsSpan(row * all.Names.Count));
        }
        return new Contributions(all.Names, [all.Base(1)], values, all.Unit, all.IsExact);
    }
}
