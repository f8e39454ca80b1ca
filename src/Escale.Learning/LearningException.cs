namespace Escale.Learning;

/// <summary>A mistake in the data or the settings, said so that the user can mend it.</summary>
public sealed class LearningException : Exception
{
    /// <summary>Makes the error.</summary>
    /// <param name="code">Stable, dotted, kebab-case: <c>learning.one-class</c>.</param>
    /// <param name="message">What happened, naming the column or the setting.</param>
    /// <param name="remedy">One next step.</param>
    /// <param name="column">The column concerned, if one is.</param>
    /// <param name="inner">What caused it.</param>
    public LearningException(string code, string message, string? remedy = null, string? column = null, Exception? inner = null)
        : base(message, inner) => (Code, Remedy, Column) = (code, remedy, column);

    /// <summary>A stable name of the error.</summary>
    public string Code { get; }

    /// <summary>One next step, or null.</summary>
    public string? Remedy { get; }

    /// <summary>The column concerned, or null.</summary>
    public string? Column { get; }
}
