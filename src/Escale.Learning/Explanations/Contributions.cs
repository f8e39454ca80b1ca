namespace Escale.Learning.Explanations;

/// <summary>In what a contribution is measured.</summary>
public enum ContributionUnit
{
    /// <summary>The unit of the outputs: the target's own, or probability.</summary>
    Output,

    /// <summary>The score before the link: log-odds for two classes, one score a class for more, the logarithm where the model predicts one.</summary>
    Score,
}

/// <summary>
/// What each feature (or raw column) did to each prediction, as Shapley values: for every row and score, <see cref="Base"/> plus the contributions is the prediction, to
/// rounding. Immutable and thread-safe.
/// </summary>
public sealed class Contributions
{
    private readonly double[] _values;
    private readonly double[] _bases;

    /// <summary>Puts contributions together.</summary>
    /// <param name="names">What contributes.</param>
    /// <param name="bases">What each score is before any contribution.</param>
    /// <param name="values">Rows × scores × names.</param>
    /// <param name="unit">What they are measured in.</param>
    /// <param name="isExact">Whether they were computed rather than estimated from samples.</param>
    internal Contributions(IReadOnlyList<string> names, double[] bases, double[] values, ContributionUnit unit, bool isExact) =>
        (Names, _bases, _values, Unit, IsExact) = (names, bases, values, unit, isExact);

    /// <summary>Names of the features or raw columns.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>How many scores are explained: one for regression and two classes, otherwise one for each class.</summary>
    public int ScoreCount => _bases.Length;

    /// <summary>Rows.</summary>
    public int RowCount => Names.Count == 0 ? 0 : _values.Length / (Names.Count * ScoreCount);

    /// <summary>What they are measured in.</summary>
    public ContributionUnit Unit { get; }

    /// <summary>Whether they were computed rather than estimated from samples.</summary>
    public bool IsExact { get; }

    /// <summary>What a score is before any contribution: its mean over the training (or background) rows.</summary>
    /// <param name="score">Which score; 0 for regression and for two classes, whose score is that of the positive class.</param>
    public double Base(int score = 0) => _bases[score];

    /// <summary>The contributions to one score of one row, in the order of <see cref="Names"/>.</summary>
    public ReadOnlySpan<double> Of(int row, int score = 0)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)score, (uint)ScoreCount, nameof(score));
        return _values.AsSpan((row * ScoreCount + score) * Names.Count, Names.Count);
    }

    /// <summary>Base and contributions together: the score that is explained.</summary>
    public double Total(int row, int score = 0)
    {
        var total = _bases[score];
        foreach (var value in Of(row, score))
        {
            total += value;
        }
        return total;
    }

    /// <summary>The mean size of the contributions to a score over all rows: how important each name is.</summary>
    public double[] MeanSizes(int score = 0)
    {
        var means = new double[Names.Count];
        for (var row = 0; row < RowCount; row++)
        {
            var of = Of(row, score);
            for (var at = 0; at < means.Length; at++)
            {
                means[at] += Math.Abs(of[at]) / RowCount;
            }
        }
        return means;
    }

    /// <summary>Adds up the contributions of names that belong together: of encoded features to their raw column.</summary>
    /// <param name="groups">The names wanted.</param>
    /// <param name="groupOf">For each name the index of its group, or −1 for none, whose contributions go to the base of nothing and must be 0.</param>
    internal Contributions Grouped(IReadOnlyList<string> groups, IReadOnlyList<int> groupOf)
    {
        var values = new double[RowCount * ScoreCount * groups.Count];
        for (var from = 0; from < RowCount * ScoreCount; from++)
        {
            for (var at = 0; at < Names.Count; at++)
            {
                if (groupOf[at] >= 0)
                {
                    values[from * groups.Count + groupOf[at]] += _values[from * Names.Count + at];
                }
            }
        }
        return new Contributions(groups, _bases, values, Unit, IsExact);
    }

    /// <summary>Adds another's, times a weight; names and scores are the same.</summary>
    internal void Add(Contributions other, double weight)
    {
        for (var at = 0; at < _values.Length; at++)
        {
            _values[at] += weight * other._values[at];
        }
        for (var score = 0; score < _bases.Length; score++)
        {
            _bases[score] += weight * other._bases[score];
        }
    }
}
