namespace Escale.Learning.Linear;

/// <summary>Scores to probabilities.</summary>
internal static class Softmax
{
    /// <summary>eˢ over their sum, in place; no score is too large.</summary>
    public static void Apply(Span<double> scores)
    {
        var most = double.NegativeInfinity;
        foreach (var score in scores)
        {
            most = Math.Max(most, score);
        }
        var sum = 0.0;
        foreach (ref var score in scores)
        {
            sum += score = Math.Exp(score - most);
        }
        foreach (ref var score in scores)
        {
            score /= sum;
        }
    }
}
