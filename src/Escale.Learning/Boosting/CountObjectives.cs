using Escale.Learning.Trees;

namespace Escale.Learning.Boosting;

/// <summary>Poisson loss with a logarithmic link, for counts and rates: targets of 0 or more, not all 0. Predicts the mean.</summary>
public sealed record PoissonObjective : Objective
{
    /// <inheritdoc/>
    public override string Name => "poisson";

    /// <inheritdoc/>
    public override ScoreLink Link => ScoreLink.Exponential;

    /// <inheritdoc/>
    public override double LeafBound => 4;

    /// <inheritdoc/>
    public override bool Accepts(double target) => target is >= 0 and <= 1e25;

    /// <inheritdoc/>
    public override void Start(ReadOnlySpan<double> targets, ReadOnlySpan<double> weights, Span<double> start) => start[0] = LogMean(Mean(targets, weights));

    /// <inheritdoc/>
    public override void Derive(
        ReadOnlySpan<double> scores, ReadOnlySpan<double> targets, ReadOnlySpan<double> weights, Span<float> gradients, Span<float> hessians)
    {
        // The second derivative is made larger by e^0.7, as in LightGBM: steps upwards would overshoot otherwise.
        const double Damping = 2.0137527074704766;
        for (var row = 0; row < scores.Length; row++)
        {
            var weight = weights.IsEmpty ? 1 : weights[row];
            var mean = Math.Exp(Math.Min(scores[row], 60));
            gradients[row] = (float)((mean - targets[row]) * weight);
            hessians[row] = (float)(mean * Damping * weight);
        }
    }

    /// <inheritdoc/>
    public override double Loss(ReadOnlySpan<double> scores, double target) => Math.Exp(Math.Min(scores[0], 60)) - target * scores[0];

    /// <summary>The logarithm of a mean; of none, that of next to nothing.</summary>
    internal static double LogMean(double mean) => Math.Log(Math.Max(mean, 1e-9));
}

/// <summary>
/// Tweedie loss with a logarithmic link (Jørgensen, 1987), for amounts of which many are 0: targets of 0 or more. Predicts the mean.
/// </summary>
/// <param name="Power">How the variance grows with the mean: above 1 (as counts), below 2 (as amounts). Default 1.5.</param>
public sealed record TweedieObjective(double Power = 1.5) : Objective
{
    /// <summary>How the variance grows with the mean: above 1 (as counts), below 2 (as amounts).</summary>
    public double Power { get; } = Power is > 1 and < 2 ? Power : throw new ArgumentOutOfRangeException(nameof(Power), Power, "The power lies between 1 and 2.");

    /// <inheritdoc/>
    public override string Name => "tweedie";

    /// <inheritdoc/>
    public override ScoreLink Link => ScoreLink.Exponential;

    /// <inheritdoc/>
    public override double LeafBound => 4;

    /// <inheritdoc/>
    public override bool Accepts(double target) => target is >= 0 and <= 1e25;

    /// <inheritdoc/>
    public override void Start(ReadOnlySpan<double> targets, ReadOnlySpan<double> weights, Span<double> start) =>
        start[0] = PoissonObjective.LogMean(Mean(targets, weights));

    /// <inheritdoc/>
    public override void Derive(
        ReadOnlySpan<double> scores, ReadOnlySpan<double> targets, ReadOnlySpan<double> weights, Span<float> gradients, Span<float> hessians)
    {
        for (var row = 0; row < scores.Length; row++)
        {
            var weight = weights.IsEmpty ? 1 : weights[row];
            var score = Math.Clamp(scores[row], -60, 60);
            var (of, mean) = (targets[row] * Math.Exp((1 - Power) * score), Math.Exp((2 - Power) * score));
            gradients[row] = (float)((mean - of) * weight);
            hessians[row] = (float)(((Power - 1) * of + (2 - Power) * mean) * weight);
        }
    }

    /// <inheritdoc/>
    public override double Loss(ReadOnlySpan<double> scores, double target)
    {
        var score = Math.Clamp(scores[0], -60, 60);
        return Math.Exp((2 - Power) * score) / (2 - Power) - target * Math.Exp((1 - Power) * score) / (1 - Power);
    }
}
