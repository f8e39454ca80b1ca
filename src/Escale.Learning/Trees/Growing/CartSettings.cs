namespace Escale.Learning.Trees.Growing;

/// <summary>What a grower keeps to; 0 means no limit.</summary>
internal sealed record CartSettings
{
    public required SplitCriterion Criterion { get; init; }

    /// <summary>Classes; 0 for numbers.</summary>
    public required int ClassCount { get; init; }

    public int MaxDepth { get; init; }

    public int MaxLeaves { get; init; }

    public int MinSplitRows { get; init; } = 2;

    public int MinLeafRows { get; init; } = 1;

    /// <summary>Of the impurity of all rows, weighted by the share of the rows in the node.</summary>
    public double MinImpurityDecrease { get; init; }

    public double PruningAlpha { get; init; }

    /// <summary>Features looked at for each split.</summary>
    public required int FeaturesPerSplit { get; init; }

    /// <summary>Whether a split is drawn at random for each feature (extra trees) rather than searched.</summary>
    public bool IsRandom { get; init; }

    /// <summary>Rows a node needs to be parted.</summary>
    public int LeastRows => Math.Max(Math.Max(2, MinSplitRows), 2 * MinLeafRows);
}
