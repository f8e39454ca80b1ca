namespace Escale.Learning.Boosting;

/// <summary>How one tree is grown; see <see cref="GradientBoosting"/>.</summary>
internal sealed record GrowthSettings
{
    public int MaxLeaves { get; init; } = 31;

    public int MaxDepth { get; init; }

    public int MinLeafRows { get; init; } = 20;

    public double MinLeafHessian { get; init; } = 1e-3;

    public double MinGain { get; init; }

    public double L1 { get; init; }

    public double L2 { get; init; }

    public double PathSmoothing { get; init; }

    public double CategorySmoothing { get; init; } = 10;

    public double CategoryL2 { get; init; } = 10;

    public int MaxCategoryThreshold { get; init; } = 32;

    public double FeatureSharePerNode { get; init; } = 1;

    public bool ExtraRandom { get; init; }

    /// <summary>What no value of a leaf goes beyond, before the learning rate.</summary>
    public double LeafBound { get; init; } = double.PositiveInfinity;

    /// <summary>1 for a feature that may only raise the score, −1 for one that may only lower it, else 0; null when there is none.</summary>
    public sbyte[]? Directions { get; init; }
}
