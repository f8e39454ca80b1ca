using Escale.Kernel;

namespace Escale.Projects.Jinja;

/// <summary>What a name that does not exist does.</summary>
public enum UndefinedMode
{
    /// <summary>Prints nothing, is false and empty, and fails when anything is asked of it.</summary>
    Default,

    /// <summary>Fails at any use but <c>is defined</c> and <c>default</c>.</summary>
    Strict,

    /// <summary>As default, but its attributes are undefined too.</summary>
    Chainable,

    /// <summary>As chainable, and can be called: for a first reading of a template whose names are not known yet.</summary>
    Permissive,
}

/// <summary>A name, attribute or key that does not exist.</summary>
/// <param name="message">What to say when it is used.</param>
/// <param name="mode">What it does.</param>
public sealed class JinjaUndefined(string message, UndefinedMode mode) : JinjaCallable
{
    /// <summary>What to say when it is used.</summary>
    public string Message => message;

    /// <summary>What it does.</summary>
    public UndefinedMode Mode => mode;

    /// <inheritdoc/>
    public override string TypeName => "Undefined";

    /// <inheritdoc/>
    public override bool IsTrue => false;

    /// <inheritdoc/>
    public override string Show(Evaluation evaluation) => mode == UndefinedMode.Strict ? throw Failure(evaluation) : "";

    /// <inheritdoc/>
    public override string Represent(Evaluation evaluation) => mode == UndefinedMode.Strict ? throw Failure(evaluation) : "Undefined";

    /// <inheritdoc/>
    public override object? Call(Evaluation evaluation, Arguments arguments) => mode == UndefinedMode.Permissive ? this : throw Failure(evaluation);

    internal object Chain(Evaluation evaluation) =>
        mode is UndefinedMode.Chainable or UndefinedMode.Permissive ? this : throw Failure(evaluation);

    internal EscaleException Failure(Evaluation evaluation) => evaluation.Fail("undefined", message);
}
