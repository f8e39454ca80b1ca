using Escale.Learning.Frames;

namespace Escale.Learning.Explanations;

/// <summary>
/// Explains the predictions of a whole model in its raw columns. The contributions of the features that were made of a column (levels, dates, indicators of missing values) are added up.
/// </summary>
public static class ModelExplainer
{
    /// <summary>
    /// Shapley values, exact where they can be: for a model of one member that is a tree, a forest, boosting or linear, in its score (log-odds for two classes); for several such members whose outputs are
    /// their scores (regression, forests), the weighted mean of theirs. Otherwise they are estimated by sampling, in outputs: see <see cref="SamplingShapley"/>. Exact values explain what the members
    /// say before the model's calibrator, which changes how far apart predictions lie but not their order for two classes; sampled ones explain what the model says in the end.
    /// </summary>
    /// <param name="model">The model.</param>
    /// <param name="rows">The rows to explain.</param>
    /// <param name="background">Rows that stand for what a column might have been, such as training rows; needed by linear members and by sampling. Null for the rows that are explained.</param>
    /// <param name="settings">How to sample when there is no exact way.</param>
    /// <param name="options">Seed, threads, cancellation; the result does not depend on the threads.</param>
    public static Contributions Contributions(Model model, Frame rows, Frame? background = null, SamplingShapley? settings = null, FitOptions? options = null)
    {
        options ??= FitOptions.Default;
        return IsExactFor(model) ? Exact(model, rows, background ?? rows, options) : (settings ?? new SamplingShapley()).Explain(model, rows, background ?? rows, options);
    }

    /// <summary>Whether a model can be explained exactly.</summary>
    public static bool IsExactFor(Model model) =>
        model.Members.All(member => Shapley.IsExactFor(member.Predictor)) && (model.Members.Count == 1 || model.Members.All(member => IsAdditive(member.Predictor)));

    // Scores of members may be averaged only where they are what is averaged.
    private static bool IsAdditive(Predictor predictor) => predictor switch
    {
        Trees.TreePredictor trees => trees.Ensemble.Link == Trees.ScoreLink.Identity,
        Linear.LinearPredictor linear => linear.Link == Trees.ScoreLink.Identity,
        _ => true,
    };

    private static Contributions Exact(Model model, Frame rows, Frame background, FitOptions options)
    {
        string[] columns = [.. model.Schema.Columns.Select(column => column.Name)];
        var total = model.Members.Sum(member => member.Weight);
        Contributions? all = null;
        foreach (var member in model.Members)
        {
            var features = member.Preparation.Transform(rows, options.Threads);
            var reference = member.Predictor is Linear.LinearPredictor ? member.Preparation.Transform(background, options.Threads) : null;
            var own = Shapley.Explain(member.Predictor, features, reference, options);
            var grouped = own.Grouped(columns, [.. features.Features.Select(feature => Array.IndexOf(columns, feature.Column))]);
            all ??= new Contributions(columns, new double[own.ScoreCount], new double[rows.RowCount * own.ScoreCount * columns.Length], own.Unit, isExact: true);
            all.Add(grouped, member.Weight / total);
        }
        return all!;
    }
}
