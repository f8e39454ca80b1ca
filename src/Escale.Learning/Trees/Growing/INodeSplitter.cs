namespace Escale.Learning.Trees.Growing;

/// <summary>Finds splits and parts nodes, for one kind of target.</summary>
internal interface INodeSplitter : IDisposable
{
    /// <summary>Nodes with at most this many rows are sorted rather than counted when the feature has many ranks.</summary>
    const int FewRows = 24;

    /// <summary>From how many ranks few rows are sorted.</summary>
    const int ManyCodes = 1024;

    /// <summary>How many numbers a leaf has.</summary>
    int ValueCount { get; }

    /// <summary>Takes the rows of a tree: those with a positive weight.</summary>
    /// <returns>How many.</returns>
    int Load(ReadOnlySpan<double> weights);

    /// <summary>What is known of the rows from <paramref name="begin"/> to before <paramref name="end"/>; their leaf values go to <paramref name="values"/>.</summary>
    NodeFacts Describe(int begin, int end, Span<double> values);

    /// <summary>
    /// Describes one side of a split of the node described last without a look at its rows, when it is known from the sums alone that it is pure: a leaf.
    /// </summary>
    bool IsPureSide(in NodeSplit split, bool isLeft, Span<double> values, out NodeFacts facts);

    /// <summary>Looks for a better split by a feature, of the node described last.</summary>
    /// <returns>False when the feature is constant there.</returns>
    bool Find(int feature, int begin, int end, ref NodeSplit best);

    /// <summary>Draws one split by a feature, of the node described last, and keeps it when it is better.</summary>
    /// <returns>False when the feature is constant there.</returns>
    bool Draw(int feature, int begin, int end, ref TreeRandom random, ref NodeSplit best);

    /// <summary>Parts a node: the rows that go left first.</summary>
    /// <returns>Where those that go right begin.</returns>
    int Part(int begin, int end, in NodeSplit split);
}
