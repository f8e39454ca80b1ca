using System.Runtime.Intrinsics;

namespace Escale.Learning.Boosting;

/// <summary>
/// A loss to boost on: where to start, and its first and second derivatives by the score. Scores are in the loss's own scale (log-odds for
/// logistic). Stateless and thread-safe.
/// </summary>
public abstract class Objective
{
    /// <summary>A name that a saved model keeps.</summary>
    public abstract string Name { get; }

    /// <summary>Whether every second derivative is 1 when rows have no weights.</summary>
    internal virtual bool HasConstantHessian => false;

    /// <summary>The constant score that fits best.</summary>
    /// <param name="targets">Targets; classes as 0, 1, ….</param>
    /// <param name="weights">Weights of rows; empty when all are 1.</param>
    public abstract double Start(ReadOnlySpan<float> targets, ReadOnlySpan<float> weights);

    /// <summary>Writes the derivatives of some rows.</summary>
    /// <param name="scores">Scores so far.</param>
    /// <param name="targets">Targets.</param>
    /// <param name="weights">Weights; empty when all are 1.</param>
    /// <param name="gradients">First derivatives, written.</param>
    /// <param name="hessians">Second derivatives, written; empty when constant.</param>
    public abstract void Derive(
        ReadOnlySpan<double> scores, ReadOnlySpan<float> targets, ReadOnlySpan<float> weights, Span<float> gradients, Span<float> hessians);

    /// <summary>From a score to what is predicted.</summary>
    public virtual double Predict(double score) => score;
}

/// <summary>Squared error; predicts the mean.</summary>
public sealed class SquaredObjective : Objective
{
    /// <inheritdoc/>
    public override string Name => "squared";

    /// <inheritdoc/>
    internal override bool HasConstantHessian => true;

    /// <inheritdoc/>
    public override double Start(ReadOnlySpan<float> targets, ReadOnlySpan<float> weights)
    {
        var (sum, weight) = (0.0, 0.0);
        for (var row = 0; row < targets.Length; row++)
        {
            var of = weights.IsEmpty ? 1.0 : weights[row];
            (sum, weight) = (sum + of * targets[row], weight + of);
        }
        return weight > 0 ? sum / weight : 0;
    }

    /// <inheritdoc/>
    public override void Derive(
        ReadOnlySpan<double> scores, ReadOnlySpan<float> targets, ReadOnlySpan<float> weights, Span<float> gradients, Span<float> hessians)
    {
        for (var row = 0; row < scores.Length; row++)
        {
            var weight = weights.IsEmpty ? 1f : weights[row];
            gradients[row] = (float)(scores[row] - targets[row]) * weight;
            if (!hessians.IsEmpty)
            {
                hessians[row] = weight;
            }
        }
    }
}

/// <summary>Logistic loss of two classes (0 and 1); predicts the probability of class 1.</summary>
public sealed class LogisticObjective : Objective
{
    /// <inheritdoc/>
    public override string Name => "logistic";

    /// <inheritdoc/>
    public override double Start(ReadOnlySpan<float> targets, ReadOnlySpan<float> weights)
    {
        var (positive, all) = (0.0, 0.0);
        for (var row = 0; row < targets.Length; row++)
        {
            var weight = weights.IsEmpty ? 1.0 : weights[row];
            (positive, all) = (positive + weight * targets[row], all + weight);
        }
        var share = Math.Clamp(positive / Math.Max(all, double.Epsilon), 1e-12, 1 - 1e-12);
        return Math.Log(share / (1 - share));
    }

    /// <inheritdoc/>
    public override void Derive(
        ReadOnlySpan<double> scores, ReadOnlySpan<float> targets, ReadOnlySpan<float> weights, Span<float> gradients, Span<float> hessians)
    {
        var row = 0;
        if (Vector256.IsHardwareAccelerated)
        {
            for (; row <= scores.Length - 8; row += 8)
            {
                // A float holds the probability well enough: the derivatives are rounded to 15 bits afterwards.
                var score = Vector256.Narrow(Vector256.Create(scores[row..]), Vector256.Create(scores[(row + 4)..]));
                var probability = Vector256<float>.One / (Vector256<float>.One + Vector256.Exp(-score));
                var gradient = probability - Vector256.Create(targets[row..]);
                var hessian = probability * (Vector256<float>.One - probability);
                if (!weights.IsEmpty)
                {
                    var weight = Vector256.Create(weights[row..]);
                    (gradient, hessian) = (gradient * weight, hessian * weight);
                }
                gradient.CopyTo(gradients[row..]);
                hessian.CopyTo(hessians[row..]);
            }
        }
        for (; row < scores.Length; row++)
        {
            var probability = 1f / (1f + MathF.Exp((float)-scores[row]));
            var weight = weights.IsEmpty ? 1f : weights[row];
            gradients[row] = (probability - targets[row]) * weight;
            hessians[row] = probability * (1 - probability) * weight;
        }
    }

    /// <inheritdoc/>
    public override double Predict(double score) => 1 / (1 + Math.Exp(-score));
}
