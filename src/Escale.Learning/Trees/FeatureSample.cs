namespace Escale.Learning.Trees;

/// <summary>
/// How many features a tree looks at for each split, drawn anew each time. When all those drawn are constant among the rows of a node, more are drawn until one
/// is not, as scikit-learn does.
/// </summary>
public readonly record struct FeatureSample
{
    private readonly Rule _rule;
    private readonly double _number;

    private FeatureSample(Rule rule, double number = 0) => (_rule, _number) = (rule, number);

    private enum Rule
    {
        All,
        Sqrt,
        Log2,
        Share,
        Count,
    }

    /// <summary>Every feature.</summary>
    public static FeatureSample All => default;

    /// <summary>The square root of their number, rounded down.</summary>
    public static FeatureSample Sqrt => new(Rule.Sqrt);

    /// <summary>The binary logarithm of their number, rounded down.</summary>
    public static FeatureSample Log2 => new(Rule.Log2);

    /// <summary>A share of them, above 0 and at most 1.</summary>
    public static FeatureSample Share(double share) =>
        share is > 0 and <= 1 ? new(Rule.Share, share) : throw new ArgumentOutOfRangeException(nameof(share), share, "A share is above 0 and at most 1.");

    /// <summary>That many, 1 or more; all when there are fewer.</summary>
    public static FeatureSample Count(int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        return new(Rule.Count, count);
    }

    /// <summary>How many of <paramref name="features"/> that is; at least one.</summary>
    public int Of(int features) => Math.Clamp(
        _rule switch
        {
            Rule.Sqrt => (int)Math.Sqrt(features),
            Rule.Log2 => (int)Math.Log2(Math.Max(1, features)),
            Rule.Share => (int)(_number * features),
            Rule.Count => (int)_number,
            _ => features,
        },
        1,
        Math.Max(1, features));

    /// <inheritdoc/>
    public override string ToString() => _rule is Rule.Share or Rule.Count ? FormattableString.Invariant($"{_number}") : _rule.ToString();
}
