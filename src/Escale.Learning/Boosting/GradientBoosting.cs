using Escale.Learning.Trees;

namespace Escale.Learning.Boosting;

/// <summary>
/// Gradient boosting of trees on histograms (Friedman, 2001; Chen and Guestrin, 2016; Ke et al., 2017): trees grown one after the other, each on the derivatives
/// of the loss at the scores so far. Takes missing values and categories as they are. O(rows × features) for each level of a tree; the rows are held
/// in two bytes a feature. Settings have the names of LightGBM's. Defaults differ where that generalises better with the
/// same 100 trees, above all on small tables: smaller leaves drawn towards their parents, a little L2, a share of the features at each split, and a larger learning rate
/// that makes up for these. They were chosen among some thirty settings on the 18 public tables of <c>bench/learning</c> taken together, which flatters them a little there.
/// </summary>
public sealed partial record GradientBoosting : Estimator
{
    /// <inheritdoc/>
    public override string Name => "gradient boosting";

    /// <inheritdoc/>
    public override FeatureStyle Style => FeatureStyle.Native;

    /// <summary>The loss; null for that of the task: squared error, logistic, softmax. Default null.</summary>
    public Objective? Objective { get; init; }

    /// <summary>Rounds: one tree each, for three classes or more one for each class. Default 100.</summary>
    public int Trees { get; init; } = 100;

    /// <summary>By what the values of trees are multiplied, above 0 to 1. Default 0.15 (LightGBM: 0.1).</summary>
    public double LearningRate { get; init; } = 0.15;

    /// <summary>Most leaves of a tree, 2 at least. Default 31.</summary>
    public int MaxLeaves { get; init; } = 31;

    /// <summary>Most splits from the root to a leaf; 0 is no limit. Default 0.</summary>
    public int MaxDepth { get; init; }

    /// <summary>Least rows of a leaf (estimated from their share of the second derivatives). Default 3 (LightGBM: 20): <see cref="PathSmoothing"/> guards small leaves.</summary>
    public int MinLeafRows { get; init; } = 3;

    /// <summary>Least sum of second derivatives of a leaf. Default 0.001.</summary>
    public double MinLeafHessian { get; init; } = 1e-3;

    /// <summary>By how much a split must lower the loss. Default 0.</summary>
    public double MinGain { get; init; }

    /// <summary>Absolute penalty of leaf values. Default 0.</summary>
    public double L1 { get; init; }

    /// <summary>Squared penalty of leaf values. Default 1 (LightGBM: 0).</summary>
    public double L2 { get; init; } = 1;

    /// <summary>By how many rows' worth the value of a leaf is drawn towards that of its parent, and so on up to the root: little for a leaf of many rows. Default 20 (LightGBM: 0).</summary>
    public double PathSmoothing { get; init; } = 20;

    /// <summary>Most bins of a number, the one of missing values not counted, 2 to 255. Default 255.</summary>
    public int MaxBins { get; init; } = 255;

    /// <summary>Share of the features that each tree may use, above 0 to 1; chosen by chance. Default 1.</summary>
    public double FeatureShare { get; init; } = 1;

    /// <summary>Share of these that each split may use, above 0 to 1; chosen by chance. Default 0.6 (LightGBM: 1).</summary>
    public double FeatureSharePerNode { get; init; } = 0.6;

    /// <summary>Share of the rows that each tree learns from, above 0 to 1; drawn without putting back. Default 1.</summary>
    public double RowShare { get; init; } = 1;

    /// <summary>
    /// Gradient-based one-side sampling (Ke et al., 2017): the share of rows with the largest derivatives that every tree learns from, 0 to 1; of the
    /// others a share of <see cref="GossOtherShare"/> of all rows is drawn and counts for all of them. 0 is off. Default 0.
    /// </summary>
    public double GossTopShare { get; init; }

    /// <summary>See <see cref="GossTopShare"/>. Default 0.1.</summary>
    public double GossOtherShare { get; init; } = 0.1;

    /// <summary>Added to the second derivatives of a level when levels are put in order. Default 20 (LightGBM: 10).</summary>
    public double CategorySmoothing { get; init; } = 20;

    /// <summary>Added to <see cref="L2"/> when a split is by category. Default 5 (LightGBM: 10).</summary>
    public double CategoryL2 { get; init; } = 5;

    /// <summary>Most levels on the smaller side of a split by category. Default 65,535, in effect no limit: LightGBM's 32 costs much where levels are many.</summary>
    public int MaxCategoryThreshold { get; init; } = ushort.MaxValue;

    /// <summary>Whether each split tries one threshold of each feature, chosen by chance (Geurts et al., 2006). Default no.</summary>
    public bool ExtraRandom { get; init; }

    /// <summary>Features whose growth may only raise, or only lower, the prediction. Default none.</summary>
    public MonotoneConstraints MonotoneConstraints { get; init; } = MonotoneConstraints.None;

    /// <summary>
    /// Stop when the loss of <see cref="FitOptions.Validation"/> was not lowered for so many rounds, and keep the best; 0 is off. Ignored without validation rows. Default 0.
    /// </summary>
    public int EarlyStoppingRounds { get; init; }

    /// <inheritdoc/>
    public override bool Supports(LearningTask task) => Objective?.Supports(task) ?? true;

    /// <inheritdoc/>
    /// <exception cref="LearningException">
    /// A setting is out of range (<c>learning.bad-setting</c>), a constrained feature does not exist or is a category (<c>learning.bad-constraint</c>), or the
    /// loss cannot take a target (<c>learning.target-out-of-range</c>).
    /// </exception>
    public override TreePredictor Fit(FeatureMatrix features, Target target, ReadOnlySpan<double> weights = default, FitOptions? options = null) =>
        Train(features, target, weights, options).Predictor;

    internal override Estimator OnAllRows(IReadOnlyList<Predictor> fitted, double growth)
    {
        var rounds = fitted.OfType<TreePredictor>().Select(model => (double)model.TreeCount / model.Ensemble.Start.Length).DefaultIfEmpty(Trees).Average();
        return EarlyStoppingRounds == 0 ? this : this with { Trees = Math.Max(1, (int)Math.Round(rounds * growth)), EarlyStoppingRounds = 0 };
    }

    /// <summary>Goes on from a model: <see cref="Trees"/> rounds more, on rows that may be others.</summary>
    /// <param name="model">Boosting with the same loss, features and classes. It stays as it is.</param>
    /// <param name="features">As for <see cref="Fit"/>.</param>
    /// <param name="target">As for <see cref="Fit"/>.</param>
    /// <param name="weights">As for <see cref="Fit"/>.</param>
    /// <param name="options">As for <see cref="Fit"/>.</param>
    /// <exception cref="LearningException">As for <see cref="Fit"/>, or the model is another kind of model (<c>learning.cannot-continue</c>).</exception>
    public TreePredictor Continue(TreePredictor model, FeatureMatrix features, Target target, ReadOnlySpan<double> weights = default, FitOptions? options = null) =>
        Train(features, target, weights, options, model).Predictor;

    /// <summary>Learns, and tells how it went.</summary>
    /// <param name="features">As for <see cref="Fit"/>.</param>
    /// <param name="target">As for <see cref="Fit"/>.</param>
    /// <param name="weights">As for <see cref="Fit"/>.</param>
    /// <param name="options">As for <see cref="Fit"/>.</param>
    /// <param name="model">What to go on from; null to begin anew.</param>
    public BoostingFit Train(FeatureMatrix features, Target target, ReadOnlySpan<double> weights = default, FitOptions? options = null, TreePredictor? model = null)
    {
        Check(features, target, weights);
        CheckSettings();
        return BoostingTrainer.Train(this, features, target, weights, options ?? FitOptions.Default, model);
    }
}

/// <summary>What boosting learned, and how it went.</summary>
/// <param name="Predictor">The model, of the best round when it stopped early.</param>
/// <param name="Rounds">How many rounds the model keeps.</param>
/// <param name="ValidationLosses">The mean loss of the validation rows after each round done; empty without validation rows.</param>
public sealed record BoostingFit(TreePredictor Predictor, int Rounds, IReadOnlyList<double> ValidationLosses)
{
    /// <summary>The loss of the rounds kept; NaN without validation rows.</summary>
    public double ValidationLoss => ValidationLosses.Count >= Rounds && Rounds > 0 ? ValidationLosses[Rounds - 1] : double.NaN;
}
