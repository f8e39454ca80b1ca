namespace Escale.Learning;

/// <summary>What is predicted.</summary>
public enum LearningTask
{
    /// <summary>A number.</summary>
    Regression,

    /// <summary>One of two classes.</summary>
    Binary,

    /// <summary>One of three classes or more.</summary>
    Multiclass,
}
