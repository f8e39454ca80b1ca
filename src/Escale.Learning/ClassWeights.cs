using System.Collections.Immutable;

namespace Escale.Learning;

/// <summary>How much the rows of each class count.</summary>
public sealed record ClassWeights
{
    private ClassWeights(bool isBalanced, ImmutableDictionary<string, double> byClass) => (IsBalanced, Of) = (isBalanced, byClass);

    /// <summary>All the same.</summary>
    public static ClassWeights None { get; } = new(false, ImmutableDictionary<string, double>.Empty);

    /// <summary>Rows ÷ (classes × rows of the class), as scikit-learn: every class counts the same.</summary>
    public static ClassWeights Balanced { get; } = new(true, ImmutableDictionary<string, double>.Empty);

    /// <summary>Whether classes count the same however many rows they have.</summary>
    public bool IsBalanced { get; }

    /// <summary>The weight of each class by its name; 1 for those not named.</summary>
    public ImmutableDictionary<string, double> Of { get; }

    /// <summary>These weights; classes not named have 1.</summary>
    public static ClassWeights ByClass(IReadOnlyDictionary<string, double> weights) => new(false, weights.ToImmutableDictionary(StringComparer.Ordinal));

    /// <summary>Weights of rows: those of their classes times their own.</summary>
    /// <param name="target">The target; for regression the classes have no weight.</param>
    /// <param name="own">Weights of the rows; empty when all are 1.</param>
    /// <returns>A weight for each row; empty when all are 1.</returns>
    /// <exception cref="LearningException">A class that is named is not there (<c>learning.class-weight</c>).</exception>
    public double[] Apply(Target target, ReadOnlySpan<double> own = default)
    {
        if (target.Task == LearningTask.Regression || (!IsBalanced && Of.IsEmpty))
        {
            return own.ToArray();
        }
        foreach (var name in Of.Keys.Order(StringComparer.Ordinal))
        {
            if (!target.Classes.Contains(name))
            {
                throw new LearningException("learning.class-weight", $"A weight is given to the class '{name}', which the target does not have.", $"Name one of: {string.Join(", ", target.Classes)}.");
            }
        }
        var weightOf = target.Classes.Select(name => Of.GetValueOrDefault(name, 1)).ToArray();
        if (IsBalanced)
        {
            var rows = new int[target.ClassCount];
            for (var row = 0; row < target.RowCount; row++)
            {
                rows[target.ClassOf(row)]++;
            }
            weightOf = Array.ConvertAll(rows, count => count == 0 ? 0 : target.RowCount / ((double)rows.Length * count));
        }
        var weights = new double[target.RowCount];
        for (var row = 0; row < weights.Length; row++)
        {
            weights[row] = weightOf[target.ClassOf(row)] * (own.IsEmpty ? 1 : own[row]);
        }
        return weights;
    }
}
