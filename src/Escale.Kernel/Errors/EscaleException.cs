namespace Escale.Kernel;

/// <summary>
/// A mistake or condition that the user can act on: a stable code, what happened, where, and one next step.
/// The command line prints it without a trace and exits 1; REST returns it as problem details with the same code.
/// Anything that is not an <see cref="EscaleException"/> is a bug of ours.
/// </summary>
/// <remarks>Codes are dotted and never renamed: <c>room.what-happened</c>, for example <c>lake.version-not-found</c>.</remarks>
public sealed class EscaleException : Exception
{
    /// <summary>Creates the error.</summary>
    /// <param name="code">Stable dotted code, <c>room.what-happened</c>.</param>
    /// <param name="message">What happened, one plain sentence naming the thing.</param>
    /// <param name="remedy">One next step for the user, or null when there is none to give.</param>
    /// <param name="place">Where it happened, or null.</param>
    /// <param name="inner">The cause, or null.</param>
    public EscaleException(string code, string message, string? remedy = null, Place? place = null, Exception? inner = null)
        : base(message, inner)
    {
        Code = code;
        Remedy = remedy;
        Place = place;
    }

    /// <summary>The stable dotted code.</summary>
    public string Code { get; }

    /// <summary>One next step for the user, or null.</summary>
    public string? Remedy { get; }

    /// <summary>Where it happened, or null.</summary>
    public Place? Place { get; }

    /// <summary>The same error at a place, when it had none.</summary>
    public EscaleException At(Place place) => Place is null ? new(Code, Message, Remedy, place, InnerException) : this;
}
