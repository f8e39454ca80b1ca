namespace Escale.Learning.Trees;

/// <summary>
/// Extremely randomised trees (Geurts, Ernst and Wehenkel, 2006): as a <see cref="RandomForest"/>, but each split is the best of one threshold (or set of levels) drawn at
/// random for each of a few features. Faster, smoother, and often as good on noisy data.
/// </summary>
public sealed record ExtraTrees : Forest
{
    /// <summary>Whether each tree learns from rows drawn with replacement. Default false: from all.</summary>
    public override bool Bootstrap { get; init; }

    /// <inheritdoc/>
    public override string Name => "extra trees";

    private protected override bool IsRandom => true;
}
