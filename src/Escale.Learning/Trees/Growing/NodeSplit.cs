namespace Escale.Learning.Trees.Growing;

/// <summary>A way to part a node, in ranks and in values.</summary>
internal struct NodeSplit
{
    public static readonly NodeSplit None = new() { Feature = -1, Score = double.NegativeInfinity };

    /// <summary>What the criterion gives the two sides together; more is better.</summary>
    public double Score;

    /// <summary>Which feature; −1 for none.</summary>
    public int Feature;

    /// <summary>The last rank that goes left.</summary>
    public int LastLeft;

    /// <summary>The same as a value.</summary>
    public float Threshold;

    public bool IsMissingLeft;

    /// <summary>Whether a missing value was there to choose a side; otherwise it follows the heavier.</summary>
    public bool IsMissingSeen;

    /// <summary>Of exact sums only: the weight of what goes left, and its weight times target; a weight of 0 where nobody noted it.</summary>
    public double LeftWeight;

    public double LeftSum;

    /// <summary>Of a category: the levels that go left.</summary>
    public ulong[]? LeftLevels;

    public readonly bool IsFound => Feature >= 0;

    /// <summary>Whether a rank goes left.</summary>
    public readonly bool GoesLeft(int code, int missingCode) =>
        code == missingCode ? IsMissingLeft : LeftLevels is null ? code <= LastLeft : (LeftLevels[code >> 6] >> (code & 63) & 1) != 0;

    /// <summary>Sets what goes left: the first groups of rows with one rank each, up to one of them. <see cref="IsMissingLeft"/> stands already.</summary>
    /// <param name="last">The last group that goes left.</param>
    /// <param name="column">The column that they are of.</param>
    /// <param name="codes">The rank of each group.</param>
    /// <param name="order">The groups of a category in the order that they are parted in; not read for a number.</param>
    public void PartAfter(int last, RankedColumn column, ReadOnlySpan<int> codes, ReadOnlySpan<int> order)
    {
        if (!column.IsCategory)
        {
            LastLeft = codes[last];
            Threshold = last == codes.Length - 1 ? float.MaxValue : Between(column.High[codes[last]], column.Low[codes[last + 1]]);
            return;
        }
        // Levels that no row of the node has go where missing values go.
        LeftLevels = new ulong[(column.Count + 63) / 64];
        LeftLevels.AsSpan().Fill(IsMissingLeft ? ulong.MaxValue : 0);
        for (var group = 0; group < codes.Length; group++)
        {
            var level = codes[order[group]];
            var bit = 1UL << (level & 63);
            LeftLevels[level >> 6] = group <= last ? LeftLevels[level >> 6] | bit : LeftLevels[level >> 6] & ~bit;
        }
    }

    /// <summary>A number between two neighbours that parts them.</summary>
    public static float Between(float low, float high)
    {
        var middle = (float)((double)low / 2 + (double)high / 2);
        return middle >= low && middle < high ? middle : low;
    }
}

/// <summary>What is known of the rows of a node.</summary>
/// <param name="Weight">Their weights together.</param>
/// <param name="Impurity">Their impurity times their weight.</param>
/// <param name="Score">What the criterion gives them as one; a split's score less this is its gain.</param>
/// <param name="IsPure">Whether all have the same target.</param>
internal readonly record struct NodeFacts(double Weight, double Impurity, double Score, bool IsPure);
