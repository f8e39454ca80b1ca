namespace Escale.Learning.Boosting;

/// <summary>How one tree is grown. The defaults are LightGBM's.</summary>
public sealed record GrowthSettings
{
    /// <summary>Most leaves of a tree. Default 31.</summary>
    public int MaxLeaves { get; init; } = 31;

    /// <summary>Most splits from the root to a leaf; 0 is no limit. Default 0.</summary>
    public int MaxDepth { get; init; }

    /// <summary>Least rows of a leaf. Default 20.</summary>
    public int MinLeafRows { get; init; } = 20;

    /// <summary>Least sum of second derivatives of a leaf. Default 0.001.</summary>
    public double MinLeafHessian { get; init; } = 1e-3;

    /// <summary>By how much a split must lower the loss. Default 0.</summary>
    public double MinGain { get; init; }

    /// <summary>Absolute penalty of leaf values. Default 0.</summary>
    public double L1 { get; init; }

    /// <summary>Squared penalty of leaf values. Default 0.</summary>
    public double L2 { get; init; }

    /// <summary>Added to the second derivatives of a level when levels are put in order. Default 10.</summary>
    public double CategorySmoothing { get; init; } = 10;

    /// <summary>Added to <see cref="L2"/> when a split is by category. Default 10.</summary>
    public double CategoryL2 { get; init; } = 10;
}
