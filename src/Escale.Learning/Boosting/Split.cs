namespace Escale.Learning.Boosting;

/// <summary>The best way found to part the rows of a leaf.</summary>
/// <param name="Gain">By how much it lowers the loss (second-order); not positive means none.</param>
/// <param name="Feature">The feature, or −1.</param>
/// <param name="Bin">The last bin that goes left, for a number.</param>
/// <param name="LeftBins">The bins that go left, one bit each, for a category; null for a number.</param>
/// <param name="IsMissingLeft">Whether the missing value goes left.</param>
/// <param name="LeftSum">Packed derivatives of the left child.</param>
internal readonly record struct Split(double Gain, int Feature, int Bin, ulong[]? LeftBins, bool IsMissingLeft, long LeftSum)
{
    public static readonly Split None = new(0, -1, -1, null, false, 0);

    public bool IsFound => Feature >= 0;

    /// <summary>Which way a bin goes.</summary>
    public bool GoesLeft(int bin, int missingBin) => LeftBins is { } set ? (set[bin >> 6] >> (bin & 63) & 1) != 0
        : bin == missingBin ? IsMissingLeft : bin <= Bin;

    /// <summary>Whether this one is preferred: more gain, then the lower feature, so that the order of looking does not matter.</summary>
    public bool Beats(in Split other) => Gain > other.Gain || (Gain == other.Gain && IsFound && (!other.IsFound || Feature < other.Feature));
}
