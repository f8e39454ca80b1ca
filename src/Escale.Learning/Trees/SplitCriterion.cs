namespace Escale.Learning.Trees;

/// <summary>By what a decision tree judges its splits.</summary>
public enum SplitCriterion
{
    /// <summary><see cref="Gini"/> for classes, <see cref="SquaredError"/> for numbers.</summary>
    Automatic,

    /// <summary>Gini impurity 1 − Σ p² (Breiman et al., 1984). For classes.</summary>
    Gini,

    /// <summary>Entropy −Σ p log₂ p, the same as log loss. For classes.</summary>
    Entropy,

    /// <summary>Variance. For numbers.</summary>
    SquaredError,

    /// <summary>Half the Poisson deviance. For numbers of zero or more: counts and amounts.</summary>
    Poisson,
}
