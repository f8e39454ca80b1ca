using System.Runtime.Intrinsics;
using Escale.Learning.Trees;

namespace Escale.Learning.Boosting;

/// <summary>Logistic loss of two classes (0 and 1); predicts the probability of class 1.</summary>
public sealed record LogisticObjective : Objective
{
    /// <inheritdoc/>
    public override string Name => "logistic";

    /// <inheritdoc/>
    public override ScoreLink Link => ScoreLink.Logistic;

    /// <inheritdoc/>
    public override double GradientBound => 1;

    /// <inheritdoc/>
    public override double HessianBound => 0.25;

    /// <inheritdoc/>
    public override double LeafBound => 10;

    /// <inheritdoc/>
    public override void Start(ReadOnlySpan<double> targets, ReadOnlySpan<double> weights, Span<double> start)
    {
        var share = Math.Clamp(Mean(targets, weights), 1e-12, 1 - 1e-12);
        start[0] = Math.Log(share / (1 - share));
    }

    /// <inheritdoc/>
    public override void Derive(
        ReadOnlySpan<double> scores, ReadOnlySpan<double> targets, ReadOnlySpan<double> weights, Span<float> gradients, Span<float> hessians)
    {
        var row = 0;
        if (Vector256.IsHardwareAccelerated)
        {
            for (; row <= scores.Length - 8; row += 8)
            {
                // A float holds the probability well enough: the derivatives are rounded to some 15 bits afterwards.
                var probability = Sigmoid(Narrow(scores[row..]));
                var gradient = probability - Narrow(targets[row..]);
                var hessian = probability * (Vector256<float>.One - probability);
                if (!weights.IsEmpty)
                {
                    var weight = Narrow(weights[row..]);
                    (gradient, hessian) = (gradient * weight, hessian * weight);
                }
                gradient.CopyTo(gradients[row..]);
                hessian.CopyTo(hessians[row..]);
            }
        }
        for (; row < scores.Length; row++)
        {
            var probability = Sigmoid(Vector256.Create((float)scores[row]))[0];
            var weight = weights.IsEmpty ? 1f : (float)weights[row];
            gradients[row] = (probability - (float)targets[row]) * weight;
            hessians[row] = probability * (1 - probability) * weight;
        }
    }

    /// <inheritdoc/>
    public override double Loss(ReadOnlySpan<double> scores, double target)
    {
        var wrong = target > 0.5 ? -scores[0] : scores[0];
        return wrong > 30 ? wrong : Math.Log(1 + Math.Exp(wrong));
    }

    private static Vector256<float> Sigmoid(Vector256<float> score) => Vector256<float>.One / (Vector256<float>.One + Vector256.Exp(-score));

    private static Vector256<float> Narrow(ReadOnlySpan<double> values) => Vector256.Narrow(Vector256.Create(values), Vector256.Create(values[4..]));
}

/// <summary>
/// Logarithmic loss of three classes or more, a score for each (Friedman, 2001). Second derivatives are K ÷ (K − 1) times p(1 − p); values of leaves are bounded,
/// because Newton's step for a class that is hardly ever seen, where p is next to nothing, would be far too long.
/// </summary>
public sealed record SoftmaxObjective : Objective
{
    /// <inheritdoc/>
    public override string Name => "softmax";

    /// <inheritdoc/>
    public override ScoreLink Link => ScoreLink.Softmax;

    /// <inheritdoc/>
    public override double GradientBound => 1;

    /// <inheritdoc/>
    public override double HessianBound => 0.375; // 1/4 × K/(K−1), which is 3/2 for three classes and less for more.

    /// <inheritdoc/>
    public override double LeafBound => 10;

    /// <inheritdoc/>
    public override void Start(ReadOnlySpan<double> targets, ReadOnlySpan<double> weights, Span<double> start)
    {
        start.Clear();
        var sum = 0.0;
        for (var row = 0; row < targets.Length; row++)
        {
            var weight = weights.IsEmpty ? 1.0 : weights[row];
            (start[(int)targets[row]], sum) = (start[(int)targets[row]] + weight, sum + weight);
        }
        foreach (ref var score in start)
        {
            score = Math.Log(Math.Max(score / sum, 1e-12));
        }
    }

    /// <inheritdoc/>
    public override void Derive(
        ReadOnlySpan<double> scores, ReadOnlySpan<double> targets, ReadOnlySpan<double> weights, Span<float> gradients, Span<float> hessians)
    {
        var classes = scores.Length / targets.Length;
        var factor = classes / (classes - 1f);
        for (var row = 0; row < targets.Length; row++)
        {
            var of = row * classes;
            var gradient = gradients.Slice(of, classes);
            Probabilities(scores.Slice(of, classes), gradient);
            var weight = weights.IsEmpty ? 1f : (float)weights[row];
            var own = (int)targets[row];
            for (var at = 0; at < classes; at++)
            {
                var probability = gradient[at];
                hessians[of + at] = factor * probability * (1 - probability) * weight;
                gradient[at] = (probability - (at == own ? 1 : 0)) * weight;
            }
        }
    }

    /// <inheritdoc/>
    public override double Loss(ReadOnlySpan<double> scores, double target)
    {
        var most = double.NegativeInfinity;
        foreach (var score in scores)
        {
            most = Math.Max(most, score);
        }
        var sum = 0.0;
        foreach (var score in scores)
        {
            sum += Math.Exp(score - most);
        }
        return Math.Log(sum) + most - scores[(int)target];
    }

    private static void Probabilities(ReadOnlySpan<double> scores, Span<float> probabilities)
    {
        var most = scores[0];
        for (var at = 1; at < scores.Length; at++)
        {
            most = Math.Max(most, scores[at]);
        }
        var sum = 0f;
        for (var at = 0; at < scores.Length; at++)
        {
            sum += probabilities[at] = MathF.Exp((float)(scores[at] - most));
        }
        for (var at = 0; at < scores.Length; at++)
        {
            probabilities[at] /= sum;
        }
    }
}
