using Escale.Learning.Trees;

namespace Escale.Learning.Boosting;

/// <summary>
/// A loss to boost on: where to start, and its first and second derivatives by the score. Scores are in the loss's own scale (log-odds for logistic);
/// a row has one, or one for each class. Derive your own for a loss that is not here. Immutable and thread-safe.
/// </summary>
public abstract record Objective
{
    /// <summary>How it is called.</summary>
    public abstract string Name { get; }

    /// <summary>How scores become what is predicted. Default: they are.</summary>
    public virtual ScoreLink Link => ScoreLink.Identity;

    /// <summary>Whether every second derivative is 1 when rows have no weights. Default no.</summary>
    public virtual bool HasConstantHessian => false;

    /// <summary>What no first derivative of a row of weight 1 goes beyond; infinity when there is no such bound. Default infinity.</summary>
    public virtual double GradientBound => double.PositiveInfinity;

    /// <summary>What no second derivative of a row of weight 1 goes beyond; infinity when there is no such bound. Default infinity.</summary>
    public virtual double HessianBound => double.PositiveInfinity;

    /// <summary>What no value of a leaf goes beyond before it is multiplied by the learning rate: keeps steps finite where second derivatives vanish. Default infinity.</summary>
    public virtual double LeafBound => double.PositiveInfinity;

    /// <summary>
    /// For losses whose second derivative says nothing: the quantile of (target − score) that a leaf's value is set to, 0 to 1; null to take
    /// −Σ first ÷ Σ second derivatives. Default null.
    /// </summary>
    public virtual double? LeafQuantile => null;

    /// <summary>Whether it can do a task. Default: what its <see cref="Link"/> is for.</summary>
    public virtual bool Supports(LearningTask task) => task == Link switch
    {
        ScoreLink.Logistic => LearningTask.Binary,
        ScoreLink.Softmax => LearningTask.Multiclass,
        _ => LearningTask.Regression,
    };

    /// <summary>Whether a target can be learned from. Default: all up to 10³⁰ in size.</summary>
    public virtual bool Accepts(double target) => Math.Abs(target) <= 1e30;

    /// <summary>Writes the constant scores that fit best.</summary>
    /// <param name="targets">Targets; classes as 0, 1, ….</param>
    /// <param name="weights">Weights of rows; empty when all are 1.</param>
    /// <param name="start">Written, one for each score of a row.</param>
    public abstract void Start(ReadOnlySpan<double> targets, ReadOnlySpan<double> weights, Span<double> start);

    /// <summary>Writes the derivatives of some rows. Rows may come in any number and order.</summary>
    /// <param name="scores">Scores so far, row after row.</param>
    /// <param name="targets">Targets, one a row.</param>
    /// <param name="weights">Weights; empty when all are 1.</param>
    /// <param name="gradients">First derivatives, written: as many as scores.</param>
    /// <param name="hessians">Second derivatives, none negative, written: as many as scores; empty when constant.</param>
    public abstract void Derive(
        ReadOnlySpan<double> scores, ReadOnlySpan<double> targets, ReadOnlySpan<double> weights, Span<float> gradients, Span<float> hessians);

    /// <summary>The loss of one row of weight 1.</summary>
    public abstract double Loss(ReadOnlySpan<double> scores, double target);

    /// <summary>The weighted mean of targets.</summary>
    private protected static double Mean(ReadOnlySpan<double> targets, ReadOnlySpan<double> weights)
    {
        // From the first target on, so that the mean of equal targets is that target, bit for bit.
        var (sum, weight) = (0.0, 0.0);
        for (var row = 0; row < targets.Length; row++)
        {
            var of = weights.IsEmpty ? 1.0 : weights[row];
            (sum, weight) = (sum + of * (targets[row] - targets[0]), weight + of);
        }
        return targets[0] + sum / weight;
    }
}

/// <summary>Half the squared error; predicts the mean.</summary>
public sealed record SquaredObjective : Objective
{
    /// <inheritdoc/>
    public override string Name => "squared";

    /// <inheritdoc/>
    public override bool HasConstantHessian => true;

    /// <inheritdoc/>
    public override double HessianBound => 1;

    /// <inheritdoc/>
    public override void Start(ReadOnlySpan<double> targets, ReadOnlySpan<double> weights, Span<double> start) => start[0] = Mean(targets, weights);

    /// <inheritdoc/>
    public override void Derive(
        ReadOnlySpan<double> scores, ReadOnlySpan<double> targets, ReadOnlySpan<double> weights, Span<float> gradients, Span<float> hessians)
    {
        for (var row = 0; row < scores.Length; row++)
        {
            var weight = weights.IsEmpty ? 1 : weights[row];
            gradients[row] = (float)((scores[row] - targets[row]) * weight);
            if (!hessians.IsEmpty)
            {
                hessians[row] = (float)weight;
            }
        }
    }

    /// <inheritdoc/>
    public override double Loss(ReadOnlySpan<double> scores, double target) => (scores[0] - target) * (scores[0] - target) / 2;
}
